package entity

import (
	"net/netip"
	"strings"
)

// Key returns the text by which an entity is sorted, so that what belongs
// together is found in one place: the kind and ':', then
//
//	domain   the labels from the top down: evil.example is example.evil
//	url      the host so, port, path and query, a blank, the scheme
//	account  the name before the domain: corp\eva is eva\corp
//	others   the value
//
// [FromKey] is the inverse.
func (e Entity) Key() string { return e.Kind.String() + ":" + e.sortValue() }

func (e Entity) sortValue() string {
	switch e.Kind {
	case Domain:
		return reverse(e.Value)
	case URL:
		u, ok := parseURL(e.Value)
		if !ok {
			return e.Value
		}
		return u.hostKey() + u.port + u.path + " " + u.scheme
	case Account:
		if d, name, ok := strings.Cut(e.Value, `\`); ok {
			return name + `\` + d
		}
		return e.Value
	default:
		return e.Value
	}
}

// hostKey is the host with its labels from the top down, unless it is an
// address.
func (u locator) hostKey() string {
	if _, err := netip.ParseAddr(strings.Trim(u.host, "[]")); err == nil {
		return u.host
	}
	return reverse(u.host)
}

// FromKey returns the entity of a key.
func FromKey(key string) (Entity, bool) {
	name, v, _ := strings.Cut(key, ":")
	kind, ok := ParseKind(name)
	if !ok {
		return Entity{}, false
	}
	switch kind {
	case Domain:
		v = reverse(v)
	case URL:
		v = urlOfKey(v)
	case Account:
		if name, d, ok := strings.Cut(v, `\`); ok {
			v = d + `\` + name
		}
	}
	return Entity{kind, v}, true
}

func urlOfKey(v string) string {
	at := strings.LastIndexByte(v, ' ')
	if at < 0 {
		return v
	}
	u := locator{scheme: v[at+1:]}
	v = v[:at]
	end := strings.IndexByte(v, '/')
	if end < 0 {
		end = len(v)
	}
	u.host, u.path = v[:end], v[end:]
	if colon := strings.LastIndexByte(u.host, ':'); colon > strings.LastIndexByte(u.host, ']') {
		u.host, u.port = u.host[:colon], u.host[colon:]
	}
	u.host = u.hostKey() // reversing twice
	return u.String()
}
