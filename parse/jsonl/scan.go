package jsonl

import (
	"encoding/json"
	"errors"

	"github.com/dwell-project/dwell/event"
)

// maxDepth is how deep objects and arrays are taken apart. What lies deeper is
// one field, with its JSON as text.
const maxDepth = 128

// maxNesting is the depth at which encoding/json refuses a text.
const maxNesting = 10000

// errDeep reports a value that was kept whole.
var errDeep = errors.New("nested deeper than 128 levels: kept as text")

// scanner flattens one JSON object after the other. It accepts what
// [json.Valid] accepts, byte for byte.
type scanner struct {
	names *event.Names
	roles map[string]role
	top   *object
	known *known // nil if origins are not asked for
	// network knows the marks of names, nil if they are not asked for.
	network *network
	nKeys   int
	// plain turns the tree of Windows events off, for a record that has an
	// object named as theirs and is none.
	plain bool

	data   []byte
	fields []event.Field
	lines  int // line ends met so far
	seen   roleSet
	at     [nRoles]int // for the roles in seen: index of the first field
	clues  clueSet
	clueAt [maxClues]int // as at, for clues
	marks  markSet
	deep   int  // values kept whole
	inTree bool // something was taken for a Windows event's tree

	failedAt int
	failure  string
}

func newScanner(names *event.Names, roles map[string]role, plain bool) *scanner {
	return &scanner{names: names, roles: roles, plain: plain, top: &object{keys: map[string]*key{}}}
}

// object reads the object that begins at data[i] and returns the place after
// it, or -1 with failedAt and failure set.
func (s *scanner) object(i int) int {
	s.fields, s.seen, s.clues, s.marks, s.deep, s.inTree = s.fields[:0], 0, clueSet{}, markSet{}, 0, false
	i = s.blank(i + 1)
	if i < len(s.data) && s.data[i] == '}' {
		return i + 1
	}
	return s.members(i, s.top, 1)
}

// members reads the members of o, from the first one's quote to after }.
func (s *scanner) members(i int, o *object, depth int) int {
	data := s.data
	next := &o.next
	for {
		if i >= len(data) || data[i] != '"' {
			return s.fail(i, "expected a member name")
		}
		i++
		k := next[0]
		if k != nil && len(data)-i > len(k.token) && string(data[i:i+len(k.token)]) == k.token {
			i += len(k.token)
		} else if k, i = s.member(o, next, i); i < 0 {
			return i
		}
		next = &k.next
		if i < len(data) && data[i] <= ' ' {
			i = s.blank(i)
		}
		if i < len(data) && data[i] == '"' {
			end, kind := s.text(i + 1)
			if end < 0 {
				return end
			}
			s.add(k, kind, data[i+1:end])
			i = end + 1
		} else if i = s.value(i, o, k, depth); i < 0 {
			return i
		}
		if i+1 < len(data) && data[i] == ',' && data[i+1] == '"' {
			i++
			continue
		}
		i = s.blank(i)
		if i >= len(data) || data[i] != ',' {
			if i < len(data) && data[i] == '}' {
				return i + 1
			}
			return s.fail(i, "expected , or } after a member")
		}
		i = s.blank(i + 1)
	}
}

// member finds the key of the member whose name begins at data[i], and returns
// it with the place after the colon.
func (s *scanner) member(o *object, next *[guesses]*key, i int) (*key, int) {
	if k := guess(next, s.data, i); k != nil {
		return k, i + len(k.token)
	}
	end, _ := s.text(i)
	if end < 0 {
		return nil, end
	}
	colon := s.blank(end + 1)
	if colon >= len(s.data) || s.data[colon] != ':' {
		return nil, s.fail(colon, "expected : after a member name")
	}
	k := s.keyIn(o, s.data[i:end])
	learn(next, k)
	return k, colon + 1
}

func (s *scanner) add(k *key, kind event.Kind, data []byte) {
	if k.tells && !s.told(k) {
		return
	}
	s.fields = append(s.fields, event.Field{Data: data, Name: k.name, Kind: kind})
}

// told notes what the name of the next field says of the record; false means
// that it is no field.
func (s *scanner) told(k *key) bool {
	if k.role != 0 && !s.seen.has(k.role) {
		if k.role == namespace {
			return false
		}
		s.seen |= 1 << k.role
		s.at[k.role] = len(s.fields)
	}
	if k.clue != 0 && !s.clues.has(k.clue) {
		s.clues.add(k.clue)
		s.clueAt[k.clue] = len(s.fields)
	}
	if k.marks != nil {
		s.marks.add(k.marks)
	}
	return true
}

// value reads the value that begins at data[i], of the key k in o.
func (s *scanner) value(i int, o *object, k *key, depth int) int {
	if i >= len(s.data) {
		return s.fail(i, "expected a value")
	}
	switch c := s.data[i]; c {
	case '"':
		end, kind := s.text(i + 1)
		if end < 0 {
			return end
		}
		s.add(k, kind, s.data[i+1:end])
		return end + 1
	case '{', '[':
		if depth >= maxDepth {
			return s.keepWhole(i, k, depth)
		}
		if c == '{' {
			return s.nested(i, o, k, depth+1)
		}
		return s.elements(i, o, k, depth+1)
	case 't':
		return s.literal(i, k, "true", event.True)
	case 'f':
		return s.literal(i, k, "false", event.False)
	case 'n':
		return s.literal(i, k, "null", event.Null)
	default:
		return s.number(i, k)
	}
}

func (s *scanner) nested(i int, o *object, k *key, depth int) int {
	start := i
	i = s.blank(i + 1)
	if i < len(s.data) && s.data[i] == '}' {
		s.add(k, event.EmptyObject, s.data[start:i+1])
		return i + 1
	}
	in := s.objectUnder(o, k)
	s.inTree = s.inTree || in.windows
	return s.members(i, in, depth)
}

func (s *scanner) elements(i int, o *object, k *key, depth int) int {
	start := i
	i = s.blank(i + 1)
	if i < len(s.data) && s.data[i] == ']' {
		s.add(k, event.EmptyList, s.data[start:i+1])
		return i + 1
	}
	for {
		if i = s.value(i, o, k, depth); i < 0 {
			return i
		}
		i = s.blank(i)
		if i >= len(s.data) || s.data[i] != ',' {
			if i < len(s.data) && s.data[i] == ']' {
				return i + 1
			}
			return s.fail(i, "expected , or ] after an element")
		}
		i = s.blank(i + 1)
	}
}

func (s *scanner) literal(i int, k *key, text string, kind event.Kind) int {
	end := i + len(text)
	if end > len(s.data) || string(s.data[i:end]) != text {
		return s.fail(i, "expected "+text)
	}
	s.add(k, kind, s.data[i:end])
	return end
}

// keepWhole reads the object or array that begins at data[i] as one text.
func (s *scanner) keepWhole(i int, k *key, depth int) int {
	end, level := i, depth
	for end < len(s.data) {
		switch s.data[end] {
		case '"':
			if end, _ = s.text(end + 1); end < 0 {
				return end
			}
		case '\n':
			s.lines++
		case '{', '[':
			level++
		case '}', ']':
			level--
		}
		end++
		if level == depth {
			break
		}
		if level > maxNesting {
			return s.fail(end, "nested deeper than 10000 levels")
		}
	}
	if !json.Valid(s.data[i:end]) {
		return s.fail(i, "broken value below 128 levels")
	}
	s.add(k, event.Text, s.data[i:end])
	s.deep++
	return end
}

// blank returns the place of the next byte that is no white space.
func (s *scanner) blank(i int) int {
	for i < len(s.data) {
		switch s.data[i] {
		case '\n':
			s.lines++
		case ' ', '\t', '\r':
		default:
			return i
		}
		i++
	}
	return i
}

func (s *scanner) fail(at int, why string) int {
	s.failedAt, s.failure = at, why
	return -1
}
