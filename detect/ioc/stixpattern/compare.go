package stixpattern

import (
	"bytes"
	"cmp"
	"math/big"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// satisfiedBy says whether a value is what the test asks for, before NOT.
func (t *PropTest) satisfiedBy(v any) bool {
	switch t.Op {
	case In:
		for _, l := range t.Values {
			if t.equals(l, v) {
				return true
			}
		}
		return false
	case Like, Matches:
		return t.matches(v)
	case IsSubset, IsSuperset:
		text, _ := v.(string)
		n, ok := parseNetwork(text)
		return ok && (t.Op == IsSubset && t.net.has(n) || t.Op == IsSuperset && n.has(t.net))
	case Equal:
		return t.equals(t.Values[0], v)
	case NotEqual:
		return !t.equals(t.Values[0], v)
	}
	order, ok := t.Values[0].order(v)
	if !ok {
		return false
	}
	switch t.Op {
	case Less:
		return order < 0
	case LessEqual:
		return order <= 0
	case Greater:
		return order > 0
	default:
		return order >= 0
	}
}

func (t *PropTest) matches(v any) bool {
	switch v := v.(type) {
	case string:
		return t.regexp.MatchString(norm.NFC.String(v))
	case []byte: // each byte is the character of that number
		return t.regexp.MatchString(latin1(v))
	default:
		return false
	}
}

func latin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

// equals says whether a value is the literal, perhaps but for case.
func (t *PropTest) equals(l Literal, v any) bool {
	if text, ok := v.(string); ok && t.fold && l.Kind == String {
		return strings.EqualFold(text, l.Text)
	}
	return l.equals(v)
}

// equals says whether a value is the literal. Values of kinds that cannot be
// compared are not.
func (l Literal) equals(v any) bool {
	if b, ok := v.(bool); ok {
		return l.Kind == Bool && b == l.Bool
	}
	order, ok := l.order(v)
	return ok && order == 0
}

// order says how a value stands to the literal: -1, 0 or 1; false if they
// cannot be compared (section 9.8).
func (l Literal) order(v any) (int, bool) {
	switch l.Kind {
	case String:
		switch v := v.(type) {
		case string:
			return strings.Compare(v, l.Text), true
		case []byte:
			b, ok := asBytes(l.Text)
			return bytes.Compare(v, b), ok
		}
	case Int, Float:
		return l.orderNumber(v)
	case Timestamp:
		if text, ok := v.(string); ok {
			at, err := time.Parse(time.RFC3339Nano, text)
			return at.Compare(l.Time), err == nil
		}
	case Hex, Binary:
		switch v := v.(type) {
		case string:
			b, ok := asBytes(v)
			return bytes.Compare(b, l.Bytes), ok
		case []byte:
			return bytes.Compare(v, l.Bytes), true
		}
	}
	return 0, false
}

func (l Literal) orderNumber(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		if l.Kind == Int {
			return cmp.Compare(v, l.Int), true
		}
		return new(big.Float).SetInt64(v).Cmp(big.NewFloat(l.Float)), true
	case float64:
		if v != v {
			return 0, false
		}
		if l.Kind == Float {
			return cmp.Compare(v, l.Float), true
		}
		return big.NewFloat(v).Cmp(new(big.Float).SetInt64(l.Int)), true
	default:
		return 0, false
	}
}

// asBytes makes bytes of a text whose characters are all below 256.
func asBytes(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}
