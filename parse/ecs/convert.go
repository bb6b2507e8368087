package ecs

import (
	"bytes"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/nested"
)

// target is a goal, ready for a tree.
type target struct {
	node   *nested.Node
	typ    string
	lists  bool
	raw    bool // numbers and booleans stay what they are
	rank   int
	conv   converter
	split  string
	mapped map[string]string
	parts  map[string]*target // below node, by the rest of the name
	m      *Mapper
}

type derived struct {
	from *nested.Node
	to   *target
}

// converter writes a text under a target and says whether all of it, and
// nothing else, can be read there again.
type converter func(m *Mapper, t *target, text string, o origins) bool

// conversion returns the converter of a name, nil for values written as they
// are.
func conversion(name string) (converter, bool) {
	switch name {
	case "":
		return nil, true
	case "account":
		return account, true
	case "hashes":
		return hashes, true
	case "url":
		return wholeURL, true
	case "link":
		return link, true
	case "endpoint":
		return endpoint, true
	case "request":
		return request, true
	case "mail":
		return mail, true
	case "list":
		return listed, true
	case "base":
		return lastPart, true
	case "dir":
		return firstParts, true
	case "domain":
		return domain, true
	case "extension":
		return extension, true
	case "seconds":
		return inNanoseconds(time.Second), true
	case "milliseconds":
		return inNanoseconds(time.Millisecond), true
	case "version":
		return version, true
	case "principal":
		return principal, true
	default:
		return nil, false
	}
}

// target compiles a goal.
func (m *Mapper) target(g goal, rank int) *target {
	conv, _ := conversion(g.As)
	return &target{
		node: m.tree.Node(g.To), typ: m.tables.types[g.To], lists: m.tables.lists[g.To], rank: rank,
		conv: conv, split: g.Split, mapped: g.Map, m: m,
	}
}

func (t *target) list(n *nested.Node) bool { return t.lists && n == t.node }

// part returns the target for a name below t's.
func (t *target) part(rest string) *target {
	p, ok := t.parts[rest]
	if !ok {
		p = t.m.target(goal{To: t.node.Name() + "." + rest}, t.rank)
		if t.parts == nil {
			t.parts = map[string]*target{}
		}
		t.parts[rest] = p
	}
	return p
}

// convert writes a field's value under a target. It reports whether the value
// can be read there as it was.
func (m *Mapper) convert(t *target, f event.Field, own *nested.Node) bool {
	o := origins{own, f}
	if t.conv == nil && t.mapped == nil {
		return m.typed(t, f, o)
	}
	text := f.Text()
	if t.mapped != nil {
		to, ok := t.mapped[text]
		if !ok {
			to, ok = t.mapped["*"]
		}
		if ok && to != "" {
			m.typed(t, event.Field{Kind: event.Text, Data: []byte(to)}, o)
		}
		return false
	}
	return t.conv(m, t, text, o)
}

// typed writes a value as the type of its name says. It reports whether the
// value can be read there as it was.
func (m *Mapper) typed(t *target, f event.Field, o origins) bool {
	if t.typ == "" {
		if !t.raw {
			f = m.asText(f)
		}
		return m.put(t.node, t, f, o)
	}
	text := f.Text()
	v, ok := m.ofType(t.typ, text)
	if !ok {
		return false
	}
	return m.put(t.node, t, v, o) && string(v.Data) == text
}

// textOf writes a piece of text as the type of its name says.
func (m *Mapper) textOf(t *target, text string, o origins) bool {
	if text == "" {
		return false
	}
	return m.typed(t, event.Field{Kind: event.Text, Data: m.made([]byte(text))}, o)
}

// isType says whether a table may give a name this type.
func isType(s string) bool {
	switch s {
	case "long", "float", "ip", "date", "lower", "upper", "boolean":
		return true
	default:
		return false
	}
}

// ofType makes a text a value of an ECS type.
func (m *Mapper) ofType(typ, text string) (event.Field, bool) {
	text = strings.TrimSpace(text)
	switch typ {
	case "long":
		n, err := strconv.ParseInt(text, 10, 64)
		if digits, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok && err != nil {
			n, err = strconv.ParseInt(digits, 16, 64)
		}
		return event.Field{Kind: event.Number, Data: m.made(strconv.AppendInt(nil, n, 10))}, err == nil
	case "float":
		_, err := strconv.ParseFloat(text, 64)
		return event.Field{Kind: event.Number, Data: m.made([]byte(text))}, err == nil
	case "ip":
		a, err := netip.ParseAddr(text)
		return event.Field{Kind: event.Text, Data: m.made([]byte(a.WithZone("").Unmap().String()))}, err == nil
	case "date":
		at, ok := parse.When([]byte(text))
		return event.Field{Kind: event.Text, Data: m.made(appendTime(nil, at))}, ok
	case "boolean":
		b, err := strconv.ParseBool(strings.ToLower(text))
		kind := event.False
		if b {
			kind = event.True
		}
		return event.Field{Kind: kind, Data: strconv.AppendBool(nil, b)}, err == nil
	case "upper":
		return event.Field{Kind: event.Text, Data: m.made([]byte(strings.ToUpper(text)))}, text != ""
	default: // lower
		return event.Field{Kind: event.Text, Data: m.made([]byte(strings.ToLower(text)))}, text != ""
	}
}

func account(m *Mapper, t *target, text string, o origins) bool {
	if domain, name, ok := strings.Cut(strings.Replace(text, `\\`, `\`, 1), `\`); ok && !strings.Contains(name, `\`) && name != "" {
		if at := strings.LastIndexByte(name, '@'); at > 0 && at < len(name)-1 {
			m.textOf(t.part("email"), name, o)
			name = name[:at]
		}
		m.textOf(t.part("name"), name, o)
		m.textOf(t.part("domain"), domain, o)
		return false
	}
	if at := strings.LastIndexByte(text, '@'); at > 0 && at < len(text)-1 && !strings.ContainsAny(text, " \t/") {
		m.textOf(t.part("name"), text[:at], o)
		m.textOf(t.part("domain"), text[at+1:], o)
		return m.textOf(t.part("email"), text, o)
	}
	return m.textOf(t.part("name"), text, o)
}

func hashes(m *Mapper, t *target, text string, o origins) bool {
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || value == "" || strings.Trim(value, "0") == "" {
			continue
		}
		switch strings.ToLower(name) {
		case "md5", "sha1", "sha256", "sha384", "sha512", "ssdeep", "tlsh":
			m.textOf(t.part("hash."+strings.ToLower(name)), strings.ToLower(value), o)
		case "imphash":
			m.textOf(t.part("pe.imphash"), strings.ToLower(value), o)
		}
	}
	return false
}

func wholeURL(m *Mapper, t *target, text string, o origins) bool {
	kept := m.textOf(t.part("original"), text, o)
	u := cutURL(text)
	if u.scheme != "" {
		m.textOf(t.part("full"), text, o)
		m.textOf(t.part("scheme"), u.scheme, o)
	}
	m.textOf(t.part("domain"), u.domain, o)
	m.textOf(t.part("port"), u.port, o)
	m.textOf(t.part("path"), u.path, o)
	m.textOf(t.part("query"), u.query, o)
	m.textOf(t.part("fragment"), u.fragment, o)
	return kept
}

// link writes a URL, with or without scheme, or a host alone as its domain, and
// nothing else.
func link(m *Mapper, t *target, text string, o origins) bool {
	if strings.Contains(text, "://") || beginsWithDomain(text) {
		return wholeURL(m, t, text, o)
	}
	return beginsWithDomain(text+"/") && m.textOf(t.part("domain"), text, o)
}

func endpoint(m *Mapper, t *target, text string, o origins) bool {
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return m.textOf(t.part("ip"), a.String(), o) && a.String() == text
	}
	if ap, err := netip.ParseAddrPort(text); err == nil {
		m.textOf(t.part("ip"), ap.Addr().String(), o)
		m.textOf(t.part("port"), strconv.Itoa(int(ap.Port())), o)
		return false
	}
	host, port, ok := strings.Cut(text, ":")
	if _, err := strconv.ParseUint(port, 10, 16); ok && err == nil {
		m.textOf(t.part("port"), port, o)
		m.textOf(t.part("domain"), host, o)
		return false
	}
	return m.textOf(t.part("domain"), text, o)
}

func request(m *Mapper, t *target, text string, o origins) bool {
	parts := strings.Fields(text)
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	m.textOf(m.elsewhere(t, "http.request.method"), parts[0], o)
	wholeURL(m, m.elsewhere(t, "url"), parts[1], o)
	if len(parts) == 3 {
		_, version, _ := strings.Cut(parts[2], "/")
		m.textOf(m.elsewhere(t, "http.version"), version, o)
	}
	return false
}

// elsewhere returns a target for a name that is not below t's.
func (m *Mapper) elsewhere(t *target, name string) *target {
	p, ok := t.parts["/"+name]
	if !ok {
		p = m.target(goal{To: name}, t.rank)
		if t.parts == nil {
			t.parts = map[string]*target{}
		}
		t.parts["/"+name] = p
	}
	return p
}

// inNanoseconds converts a number of units.
func inNanoseconds(unit time.Duration) converter {
	return func(m *Mapper, t *target, text string, o origins) bool {
		n, err := strconv.ParseFloat(text, 64)
		if err == nil && n >= 0 && n < 1e9 {
			m.textOf(t, strconv.FormatInt(int64(math.Round(n*float64(unit))), 10), o)
		}
		return false
	}
}

// version writes what follows HTTP/.
func version(m *Mapper, t *target, text string, o origins) bool {
	if _, after, ok := strings.Cut(text, "/"); ok {
		m.textOf(t, after, o)
		return false
	}
	return m.textOf(t, text, o)
}

// principal writes a name of Kerberos, eva/CORP.EXAMPLE or eva@CORP.EXAMPLE.
func principal(m *Mapper, t *target, text string, o origins) bool {
	at := strings.LastIndexAny(text, "/@")
	if at < 0 {
		return m.textOf(t.part("name"), text, o)
	}
	m.textOf(t.part("name"), text[:at], o)
	m.textOf(t.part("domain"), text[at+1:], o)
	return false
}

// domain writes a name without the dot that stands for the root.
func domain(m *Mapper, t *target, text string, o origins) bool {
	name := text
	if len(name) > 1 {
		name = strings.TrimSuffix(name, ".")
	}
	return m.textOf(t, name, o) && name == text
}

func mail(m *Mapper, t *target, text string, o origins) bool {
	address := text
	if _, after, ok := strings.Cut(text, "<"); ok {
		address, _, _ = strings.Cut(after, ">")
	}
	return m.textOf(t, address, o) && address == text
}

func listed(m *Mapper, t *target, text string, o origins) bool {
	sep := t.split
	if sep == "" {
		sep = ","
	}
	for item := range strings.SplitSeq(text, sep) {
		m.textOf(t, strings.TrimSpace(item), o)
	}
	return false
}

// cutPath cuts a path before its last part, whichever way its separators lean.
func cutPath(text string) (dir, base string) {
	at := strings.LastIndexAny(text, `\/`)
	if at < 0 {
		return "", text
	}
	return text[:at], text[at+1:]
}

func lastPart(m *Mapper, t *target, text string, o origins) bool {
	_, base := cutPath(text)
	m.textOf(t, base, o)
	return base == text
}

func firstParts(m *Mapper, t *target, text string, o origins) bool {
	dir, _ := cutPath(text)
	m.textOf(t, dir, o)
	return false
}

func extension(m *Mapper, t *target, text string, o origins) bool {
	_, base := cutPath(text)
	if dot := strings.LastIndexByte(base, '.'); dot > 0 && len(base)-dot <= 9 && !bytes.ContainsAny([]byte(base[dot:]), " :") {
		m.textOf(t, base[dot+1:], o)
	}
	return false
}
