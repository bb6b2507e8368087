package ioc

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/event"
)

// accountNames are what the names of fields that hold accounts have in them.
var accountNames = []string{
	"user", "account", "subject", "target", "actor", "principal", "login", "logon", "member", "owner", "sender", "upn", "identity",
	"mail", "sid", "caller", "initiat", "name",
}

// fileNames are what the names of fields that hold files have in them.
var fileNames = []string{"file", "image", "process", "name", "path", "exe", "module", "driver", "program", "application", "attachment", "object"}

// Admits says whether a probe that [Set.Find] gave for a field's value counts
// in its record, and which indicator it is then: the record's time is within
// the indicator's, the field may hold such a value, and what else the
// indicator asks for is in the record. A record without a time is taken to be
// within.
func (s *Set) Admits(probe int32, field event.Name, ev *event.Event, names *event.Names) (indicator int32, ok bool) {
	p := &s.probes[probe]
	i := s.indicators[p.indicator]
	if !ev.Time.IsZero() && (ev.Time.Before(i.ValidFrom) || !i.ValidUntil.IsZero() && !ev.Time.Before(i.ValidUntil)) {
		return p.indicator, false
	}
	return p.indicator, p.term.fits(names.Text(field)) &&
		(p.term.Port == 0 || hasPort(ev, p.term)) &&
		(p.host == "" || hasHost(ev, p.host)) &&
		(p.rest == nil || p.rest.allIn(ev, names))
}

// fits says whether a field of that name may hold the term: words that could
// stand for anything are looked for only where such words stand.
func (t *Term) fits(name string) bool {
	switch {
	case t.Type == Account:
		return containsAny(name, accountNames)
	case t.Type == FileName && !strings.Contains(t.Value, "."):
		return containsAny(name, fileNames)
	default:
		return true
	}
}

func containsAny(name string, parts []string) bool {
	name = strings.ToLower(name)
	for _, p := range parts {
		if strings.Contains(name, p) {
			return true
		}
	}
	return false
}

// hasPort says whether a value of the record is the port, or ends in it after
// the address or host.
func hasPort(ev *event.Event, t Term) bool {
	port := strconv.Itoa(int(t.Port))
	var text []byte
	for _, f := range ev.Fields {
		text = f.AppendText(text[:0])
		if string(text) == port || bytes.HasSuffix(text, []byte(":"+port)) || bytes.Contains(text, []byte(":"+port+"/")) {
			return true
		}
	}
	return false
}

// hasHost says whether a value of the record is the host, perhaps with a port.
func hasHost(ev *event.Event, host string) bool {
	var text []byte
	for _, f := range ev.Fields {
		text = f.AppendText(text[:0])
		if len(text) < len(host) || len(text) > len(host)+7 {
			continue
		}
		if h := strings.TrimSuffix(string(bytes.ToLower(text)), "."); h == host || strings.TrimSuffix(h, portOf(h)) == host {
			return true
		}
	}
	return false
}

// allIn says whether every indicator of the set is in the record.
func (s *Set) allIn(ev *event.Event, names *event.Names) bool {
	seen := map[int32]bool{}
	var text []byte
	var w Work
	for _, f := range ev.Fields {
		text = f.AppendText(text[:0])
		for _, n := range s.Find(text, &w) {
			if i, ok := s.Admits(n, f.Name, ev, names); ok {
				seen[i] = true
			}
		}
	}
	return len(seen) == len(s.indicators)
}
