package ioc

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/gaissmai/bart"
)

// WarningList is a list of values that are known to be harmless or shared, as
// MISP's warning lists are: public resolvers, large sites, empty files.
type WarningList struct {
	File, Name string
	Digest     [32]byte // SHA-256 of the file

	kind     string // string, substring, hostname, cidr, regex
	values   map[string]bool
	parts    []string
	networks *bart.Lite
	patterns []*regexp.Regexp
}

// LoadWarningList reads a file with one list in MISP's form: an object with
// name, type and list.
func LoadWarningList(path string) (*WarningList, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ReadWarningList(path, data)
}

// ReadWarningList reads a list in MISP's form; file is what messages call it.
func ReadWarningList(file string, data []byte) (*WarningList, error) {
	var form struct {
		Name, Type string
		List       []any
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // autonomous systems are numbers
	if err := dec.Decode(&form); err != nil {
		return nil, fmt.Errorf("%s: reading a warning list: %w", file, err)
	}
	w := &WarningList{File: file, Name: form.Name, Digest: sha256.Sum256(data), kind: form.Type, values: map[string]bool{}}
	if w.Name == "" {
		w.Name = file
	}
	if len(form.List) == 0 {
		return nil, fmt.Errorf("%s: reading a warning list: there is no list in it", file)
	}
	for _, v := range form.List {
		if err := w.add(fmt.Sprint(v)); err != nil {
			return nil, fmt.Errorf("%s: reading a warning list: %w", file, err)
		}
	}
	return w, nil
}

func (w *WarningList) add(value string) error {
	value = strings.TrimSpace(value)
	switch w.kind {
	case "string":
		w.values[strings.ToLower(value)] = true
	case "hostname":
		if d, err := domainKey(value); err == nil {
			w.values[d] = true
		} else {
			w.values[strings.ToLower(strings.TrimPrefix(value, "."))] = true
		}
	case "substring":
		w.parts = append(w.parts, strings.ToLower(value))
	case "cidr":
		p, _, err := parseAddress(value)
		if err != nil {
			return err
		}
		if w.networks == nil {
			w.networks = &bart.Lite{}
		}
		w.networks.Insert(p)
	case "regex":
		p, err := regexp.Compile(`(?i)` + strings.Trim(value, "/"))
		if err != nil {
			return err
		}
		w.patterns = append(w.patterns, p)
	default:
		return fmt.Errorf("there is no kind of list %q: string, substring, hostname, cidr or regex", w.kind)
	}
	return nil
}

// Has says whether a term is on the list. A URL is looked up whole and by its
// host.
func (w *WarningList) Has(t Term) bool {
	texts := []string{strings.ToLower(t.Value)}
	if t.Type == URL {
		if u, err := parseURL(t.Value); err == nil && w.kind != "string" {
			texts = append(texts, strings.TrimSuffix(u.host, portOf(u.host)))
		}
	}
	return slices.ContainsFunc(texts, func(s string) bool { return w.hasText(s, t.Type) })
}

func (w *WarningList) hasText(s string, t Type) bool {
	switch w.kind {
	case "hostname":
		for s != "" {
			if w.values[s] {
				return true
			}
			_, s, _ = strings.Cut(s, ".")
		}
		return false
	case "substring":
		return slices.ContainsFunc(w.parts, func(part string) bool { return strings.Contains(s, part) })
	case "cidr":
		return (t == IP || t == URL) && w.hasAddress(s)
	case "regex":
		return slices.ContainsFunc(w.patterns, func(p *regexp.Regexp) bool { return p.MatchString(s) })
	default:
		return w.values[s]
	}
}

// hasAddress says whether the whole of an address or network is on the list.
func (w *WarningList) hasAddress(s string) bool {
	if p, err := netip.ParsePrefix(s); err == nil {
		ok := w.networks.LookupPrefix(p)
		return ok
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return err == nil && w.networks.Contains(a)
}

// LeaveOut takes the indicators out of which a list has a value, and notes
// which; of an indicator with alternatives it takes those that are listed.
func (c *Collection) LeaveOut(lists []*WarningList) {
	kept := c.Indicators[:0]
	for _, i := range c.Indicators {
		i.Patterns = slices.DeleteFunc(i.Patterns, func(p Pattern) bool {
			for _, t := range p {
				for _, w := range lists {
					if w.Has(t) {
						c.Notes = append(c.Notes, Message{
							File: i.Source.File, Line: i.Line, Text: fmt.Sprintf("%s is on the warning list %q and is not looked for", t, w.Name),
						})
						return true
					}
				}
			}
			return false
		})
		c.leaveOutFull(i, lists)
		if len(i.Patterns) == 0 && i.Full == nil {
			c.Listed++
			continue
		}
		kept = append(kept, i)
	}
	clear(c.Indicators[len(kept):])
	c.Indicators = kept
	c.byID = nil
}
