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

	digests  table
	ja4      table
	whole    table // user agents, mutexes, command lines, certificates, by whole value
	account  table
	address4 table4
	address6 map[netip.Addr]int32
	network  *bart.Table[int32]
	has6     bool

	domains table
	emails  table
	urls    table // by host, port and path, without the scheme
	paths   table // URLs by path alone, for logs that keep host and path apart
	// hosts of URLs; what they are numbered does not matter.
	hosts  table
	hosts4 map[uint32]bool
	names  table // names of files and paths, by the last word
	// plainNames are those names whose last word has no dot.
	plainNames table
	// oddHosts says that some URL's host is neither a domain nor an IPv4 address.
	oddHosts bool
	seed     maphash.Seed // of the sieves
	endings  endings
	rare     bool  // there is something for findRare
	keys     table // of the registry
	wild     *wildTable

	mu    sync.Mutex // guards metas
	metas map[int32]*sigma.Meta
}

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
		seed: maphash.MakeSeed(), hosts4: map[uint32]bool{}, address6: map[netip.Addr]int32{},
	}
	s.makeTables(indicators)
	for n, i := range indicators {
		for _, p := range i.Patterns {
			s.addPattern(int32(n), p)
		}
	}
	for _, t := range s.tables() {
		t.seal(s.seed)
	}
	s.address4.seal()
	s.rare = !s.keys.empty() || !s.emails.empty() || !s.plainNames.empty() || !s.ja4.empty() || !s.paths.empty() ||
		s.has6 || s.oddHosts || s.wild != nil
	return s
}

func (s *Set) tables() []*table {
	return []*table{
		&s.digests, &s.ja4, &s.whole, &s.account, &s.domains, &s.emails, &s.urls, &s.paths, &s.hosts, &s.names, &s.plainNames, &s.keys,
	}
}

// makeTables makes the tables, those that are large in large sets as large as
// they will be.
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
	sizes := map[*table]int{
		&s.digests: digests, &s.domains: n[Domain], &s.urls: n[URL], &s.hosts: n[URL], &s.paths: n[URL], &s.names: n[FileName] + n[FilePath],
	}
	for _, t := range s.tables() {
		t.first = make(map[string]int32, sizes[t])
	}
	s.address4.first = make(map[uint32]int32, n[IP])
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
		s.mayEnd(t.Value, endsDomain)
		s.file(&s.domains, t.Value, p)
	case t.Type == Email:
		s.file(&s.emails, t.Value, p)
	case t.Type == URL:
		s.addURL(p)
	case t.Type == FileName, t.Type == FilePath:
		s.addName(p)
	case t.Type == RegistryKey:
		s.file(&s.keys, t.Value, p)
	case t.Type == Account:
		s.file(&s.account, t.Value, p)
	case t.Type.isDigest():
		s.file(&s.digests, t.Value, p)
	case t.Type == JA4:
		s.file(&s.ja4, t.Value, p)
	default:
		s.file(&s.whole, t.Value, p)
	}
}

// mayEnd notes what is behind the last dot of a key.
func (s *Set) mayEnd(key string, what ending) {
	*s.endings.at([]byte(key[strings.LastIndexByte(key, '.')+1:])) |= what
}

func (s *Set) push(p probe) int32 {
	s.probes = append(s.probes, p)
	return int32(len(s.probes) - 1)
}

func (s *Set) file(t *table, key string, p probe) { fileUnder(s, t.first, key, p) }

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
		fileUnder(s, s.address4.first, binary.BigEndian.Uint32(b[:]), p)
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
	s.hosts.first[host] = 0
	if a, ok := parse4(host); ok {
		s.hosts4[a] = true
	} else if strings.Contains(host, ".") && isASCII([]byte(host)) {
		s.mayEnd(host, endsHost)
	} else {
		s.oddHosts = true
	}
	s.file(&s.urls, u.bare(), p)
	if len(u.path) > 1 {
		p.host, p.next = host, -1
		s.file(&s.paths, u.path, p)
	}
}

func (s *Set) addName(p probe) {
	word := lastWord(p.term.Value)
	if !strings.Contains(word, ".") {
		s.file(&s.plainNames, word, p)
		return
	}
	s.mayEnd(word, endsName)
	s.file(&s.names, word, p)
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
