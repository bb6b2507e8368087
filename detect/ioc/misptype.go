package ioc

import (
	"fmt"
	"strconv"
	"strings"
)

// composite reads a value of a type as MISP names them. "a|b" has two values:
// of domain|ip either is the indicator; of filename|digest the digest is enough;
// a port must be in the record too; of regkey|value the key is enough too.
func composite(name, value string) ([]Pattern, error) {
	first, second, both := strings.Cut(name, "|")
	if !both {
		t, ok := ParseType(name)
		if !ok {
			return nil, fmt.Errorf("%s is of type %s, which is not looked for", shown(value), shown(name))
		}
		return one(t, value)
	}
	a, b, ok := strings.Cut(value, "|")
	if !ok {
		return nil, fmt.Errorf("%s has one value, its type %s two", shown(value), shown(name))
	}
	t, known := ParseType(first)
	u, known2 := ParseType(second)
	switch {
	case known && second == "port":
		return withPort(t, a, b)
	case t == Domain && u == IP:
		x, err := one(t, a)
		if err != nil {
			return nil, err
		}
		y, err := one(u, b)
		return append(x, y...), err
	case t == FileName && known2 && u.isDigest():
		return one(u, b)
	case t == RegistryKey:
		return one(t, a)
	}
	return nil, fmt.Errorf("%s is of type %s, which is not looked for", shown(value), shown(name))
}

func one(t Type, value string) ([]Pattern, error) {
	term, err := newTerm(t, value)
	if err != nil {
		return nil, fmt.Errorf("%s is not used as %s: %w", shown(value), t, err)
	}
	return []Pattern{{term}}, nil
}

func withPort(t Type, value, port string) ([]Pattern, error) {
	patterns, err := one(t, value)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(strings.TrimSpace(port), 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%s is no port", shown(port))
	}
	patterns[0][0].Port = uint16(n)
	return patterns, nil
}
