package ioc

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"strings"
	"sync"

	"github.com/gaissmai/bart"

	"github.com/dwell-project/dwell/sigma"
)

// Set is indicators compiled for looking values up. It is safe for concurrent
// use; each goroutine has a [Work] of its own.
type Set struct {
	indicators []*Indicator
	probes     []probe

	digests table
	ja4     table
	whole   table // user agents, mutexes, command lines, certificates, by whole value
	account table
	// Addresses of IPv4 as numbers, and those of IPv6.
	address4 map[uint32]int32
	address6 map[netip.Addr]int32
	network  *bart.Table[int32]
	has6     bool

	domains table
	emails  table
	urls    table // by host, port and path, without the scheme
	paths   table // URLs by path alone, for logs that keep host and path apart
	hosts   map[string]bool
	names   table // names of files and paths, by the last word
	// plainNames are those names whose last word has no dot.
	plainNames table
	// oddHosts says that some URL's host is neither a domain nor an IPv4 address.
	oddHosts bool
	// sieve has the keys of the tables that are looked up in most values, and
	// the last labels of domains.
	sieve sieve
	rare  bool  // there is something for findRare
	keys  table // of the registry
	wild  *wildTable

	mu    sync.Mutex // guards metas
	metas map[int32]*sigma.Meta
}

// table gives the first probe of a key; the others follow by probe.next.
type table map[string]int32

// probe is a term as it is looked for.
type probe struct {
	indicator int32
	next      int32 // the next probe with the same key, -1 for none
	term      Term
	// rest are the terms that must be in the same record, nil for none.
	rest *Set
	// host must be in the same record, "" for none.
	host string
}

// Compile makes a set of indicators.
func Compile(indicators []*Indicator) *Set {
	s := &Set{
		indicators: indicators, probes: make([]probe, 0, len(indicators)+len(indicators)/8), metas: map[int32]*sigma.Meta{},
		hosts: map[string]bool{}, ja4: table{}, whole: table{}, account: table{}, emails: table{}, paths: table{}, plainNames: table{}, keys: table{},
	}
	s.makeTables(indicators)
	for n, i := range indicators {
		for _, p := range i.Patterns {
			s.addPattern(int32(n), p)
		}
	}
	s.fillSieve()
	s.rare = len(s.keys)+len(s.emails)+len(s.plainNames)+len(s.ja4)+len(s.paths) > 0 || s.has6 || s.oddHosts || s.wild != nil
	return s
}

// makeTables makes the tables that are large in large sets, as large as they
// will be.
func (s *Set) makeTables(indicators []*Indicator) {
	var n [typeCount]int
	digests := 0
	for _, i := range indicators {
		for _, p := range i.Patterns {
			if t := p[lead(p)].Type; t.isDigest() {
				digests++
			} else {
				n[t]++
			}
		}
	}
	s.address4, s.address6 = make(map[uint32]int32, n[IP]), map[netip.Addr]int32{}
	s.digests, s.domains, s.urls = make(table, digests), make(table, n[Domain]), make(table, n[URL])
	s.names = make(table, n[FileName]+n[FilePath])
}

// fillSieve adds the keys of the tables to a sieve that is large enough.
func (s *Set) fillSieve() {
	tables := []table{s.digests, s.ja4, s.whole, s.account, s.domains, s.emails, s.paths, s.names, s.plainNames, s.keys}
	keys := len(s.hosts) + len(s.address4)
	for _, t := range tables {
		keys += len(t)
	}
	s.sieve = newSieve(keys)
	add := func(key string) { s.sieve.add(maphash.String(s.sieve.seed, key)) }
	for _, t := range tables {
		for key := range t {
			add(key)
		}
	}
	for host := range s.hosts {
		add(host)
	}
	for domain := range s.domains {
		add(domain[strings.LastIndexByte(domain, '.')+1:])
	}
	for a := range s.address4 {
		s.sieve.add(s.sieve.hash4(a))
	}
}

// Len returns how many indicators the set has.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.indicators)
}

// Probes returns how many numbers [Set.Find] has: it gives those below it.
func (s *Set) Probes() int { return len(s.probes) }

// Indicators returns the indicators by number.
func (s *Set) Indicators() []*Indicator { return s.indicators }

// Meta returns what a detection says of an indicator: always the same pointer
// for the same number.
func (s *Set) Meta(indicator int32) *sigma.Meta {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.metas[indicator]
	if !ok {
		m = s.indicators[indicator].meta()
		s.metas[indicator] = m
	}
	return m
}

// MetaIfMade returns what [Set.Meta] has returned before, not ok if nobody has
// asked for it.
func (s *Set) MetaIfMade(indicator int32) (m *sigma.Meta, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok = s.metas[indicator]
	return m, ok
}

// selectivity orders types by how seldom a value of them is in a record by
// chance: a pattern of several terms is noticed by the most telling.
var selectivity = [typeCount]int{
	SHA512: 12, SHA384: 12, SHA256: 12, SHA224: 12, SHA1: 12, MD5: 12, Imphash: 10, JA3: 9, JA4: 9, Fingerprint: 12, URL: 8,
	Email: 8, Domain: 7, IP: 6, Mutex: 5, RegistryKey: 5, CommandLine: 5, FilePath: 4, UserAgent: 3, FileName: 2, Account: 1,
}

// lead returns the place of the most telling term.
func lead(p Pattern) int {
	best := 0
	for i, t := range p {
		if selectivity[t.Type] > selectivity[p[best].Type] {
			best = i
		}
	}
	return best
}

func (s *Set) addPattern(indicator int32, p Pattern) {
	lead := lead(p)
	var rest *Set
	if len(p) > 1 {
		var others []*Indicator
		for i, t := range p {
			if i != lead {
				others = append(others, &Indicator{Patterns: []Pattern{{t}}})
			}
		}
		rest = Compile(others)
	}
	s.addTerm(probe{indicator: indicator, term: p[lead], rest: rest, next: -1})
}

// addTerm files a probe under its key.
func (s *Set) addTerm(p probe) {
	t := p.term
	switch {
	case t.Wild:
		if s.wild == nil {
			s.wild = newWildTable()
		}
		s.wild.add(s.push(p), t)
	case t.Type == IP:
		s.addAddress(p)
	case t.Type == Domain:
		s.file(s.domains, t.Value, p)
	case t.Type == Email:
		s.file(s.emails, t.Value, p)
	case t.Type == URL:
		s.addURL(p)
	case t.Type == FileName, t.Type == FilePath:
		s.addName(p)
	case t.Type == RegistryKey:
		s.file(s.keys, t.Value, p)
	case t.Type == Account:
		s.file(s.account, t.Value, p)
	case t.Type.isDigest():
		s.file(s.digests, t.Value, p)
	case t.Type == JA4:
		s.file(s.ja4, t.Value, p)
	default:
		s.file(s.whole, t.Value, p)
	}
}

func (s *Set) push(p probe) int32 {
	s.probes = append(s.probes, p)
	return int32(len(s.probes) - 1)
}

func (s *Set) file(t table, key string, p probe) { fileUnder(s, t, key, p) }

// fileUnder puts a probe before those of the same key.
func fileUnder[K comparable](s *Set, t map[K]int32, key K, p probe) {
	if first, ok := t[key]; ok {
		p.next = first
	}
	t[key] = s.push(p)
}

func (s *Set) addAddress(p probe) {
	prefix := p.term.prefix()
	a := prefix.Addr()
	s.has6 = s.has6 || a.Is6()
	switch {
	case prefix.IsSingleIP() && a.Is4():
		b := a.As4()
		fileUnder(s, s.address4, binary.BigEndian.Uint32(b[:]), p)
	case prefix.IsSingleIP():
		fileUnder(s, s.address6, a, p)
	default:
		if s.network == nil {
			s.network = &bart.Table[int32]{}
		}
		if first, ok := s.network.Get(prefix); ok {
			p.next = first
		}
		s.network.Insert(prefix, s.push(p))
	}
}

func (s *Set) addURL(p probe) {
	u, err := parseURL(p.term.Value)
	if err != nil {
		return // newTerm has made it of a URL
	}
	host := strings.TrimSuffix(u.host, portOf(u.host))
	s.hosts[host] = true
	if !strings.Contains(host, ".") || !isASCII([]byte(host)) {
		s.oddHosts = true
	}
	s.file(s.urls, u.bare(), p)
	if len(u.path) > 1 {
		p.host, p.next = host, -1
		s.file(s.paths, u.path, p)
	}
}

func (s *Set) addName(p probe) {
	word := lastWord(p.term.Value)
	if !strings.Contains(word, ".") {
		s.file(s.plainNames, word, p)
		return
	}
	s.file(s.names, word, p)
}

// portOf returns ":8080" of "host:8080", "" if there is no port.
func portOf(host string) string {
	if at := strings.LastIndexByte(host, ':'); at > strings.LastIndexByte(host, ']') {
		return host[at:]
	}
	return ""
}

// lastWord returns the word that a path ends in.
func lastWord(path string) string {
	at := len(path)
	for at > 0 && isWordByte(path[at-1]) {
		at--
	}
	return path[at:]
}

// Owner returns the indicator that a probe belongs to.
func (s *Set) Owner(probe int32) int32 { return s.probes[probe].indicator }
