package winxml

import (
	"bytes"

	"github.com/dwell-project/dwell/event"
)

// maxDepth bounds how deep elements may be nested.
const maxDepth = 256

// scanner flattens one event after the other.
type scanner struct {
	places places
	root   *place

	data   []byte
	fields []event.Field
	found  [nRoles]int // index of the first field with a role, plus one

	failedAt int
	failure  string
}

func newScanner(names *event.Names) *scanner {
	return &scanner{places: places{names: names}, root: &place{tag: "Event"}}
}

// event reads the event that begins at data[i] with <Event and returns the
// place after it, or -1 with failedAt and failure set.
func (s *scanner) event(i int) int {
	s.fields, s.found = s.fields[:0], [nRoles]int{}
	return s.element(i, i+len("<Event"), s.root, 1)
}

// element reads the element at x, whose tag begins at data[start] and whose
// name ends at data[i].
func (s *scanner) element(start, i int, x *place, depth int) int {
	if depth > maxDepth {
		return s.fail(start, "elements nested deeper than 256 levels")
	}
	tag := s.data[start+1 : i]
	before := len(s.fields)
	x, i = s.attributes(x, i)
	if i < 0 {
		return i
	}
	if s.data[i] == '/' {
		if i+1 >= len(s.data) || s.data[i+1] != '>' {
			return s.fail(i, "expected > after /")
		}
		if len(s.fields) == before && x != s.root {
			s.add(x, event.Null, nil)
		}
		return i + 2
	}
	return s.content(i+1, x, tag, len(s.fields) > before, depth)
}

// attributes reads up to > or /, and returns its place. The Name of a Data
// element tells which place it really is.
func (s *scanner) attributes(x *place, i int) (*place, int) {
	data := s.data
	for {
		i = blank(data, i)
		if i >= len(data) {
			return x, s.fail(i, "tag without end")
		}
		if data[i] == '>' || data[i] == '/' {
			return x, i
		}
		end := nameEnd(data, i)
		name := data[i:end]
		i = blank(data, end)
		if len(name) == 0 || i >= len(data) || data[i] != '=' {
			return x, s.fail(i, "expected an attribute")
		}
		i = blank(data, i+1)
		if i >= len(data) || data[i] != '"' && data[i] != '\'' {
			return x, s.fail(i, "expected a quoted value")
		}
		n := bytes.IndexByte(data[i+1:], data[i])
		if n < 0 {
			return x, s.fail(i, "attribute without end")
		}
		value := data[i+1 : i+1+n]
		if lt := bytes.IndexByte(value, '<'); lt >= 0 {
			return x, s.fail(i+1+lt, "< in an attribute")
		}
		i += n + 2
		x = s.attribute(x, name, value)
	}
}

// attribute adds one attribute of x and returns x, or the place that the
// attribute makes of it.
func (s *scanner) attribute(x *place, name, value []byte) *place {
	f := event.Field{Data: value, Kind: textKind(value)}
	if x.isData && string(name) == "Name" {
		return s.places.data(x, f)
	}
	if a := s.places.attr(x, name); !a.ignored {
		s.add(a, f.Kind, value)
	}
	return x
}

// content reads what is between the tags of x, and its end tag. Spoken says
// that the element has attributes.
func (s *scanner) content(i int, x *place, tag []byte, spoken bool, depth int) int {
	data := s.data
	text := i // where the text now read began
	kids, last := false, (*place)(nil)
	for {
		n := bytes.IndexByte(data[i:], '<')
		if n < 0 || i+n+1 >= len(data) {
			return s.fail(len(data), "element without end")
		}
		i += n
		switch data[i+1] {
		case '/':
			if !s.closes(i+2, tag) {
				return s.fail(i, "end tag of another element")
			}
			s.text(x, data[text:i], kids, spoken)
			return bytes.IndexByte(data[i:], '>') + i + 1
		case '!', '?':
			end, chars := s.markup(i)
			if end < 0 {
				return end
			}
			if !chars {
				spoken = s.piece(x, data[text:i]) || spoken
				text = end
			}
			i = end
		default:
			spoken = s.piece(x, data[text:i]) || spoken
			end := nameEnd(data, i+1)
			if end == i+1 {
				return s.fail(i, "expected the name of an element")
			}
			kid := s.follow(x, last, data[i+1:end])
			if i = s.element(i, end, kid, depth+1); i < 0 {
				return i
			}
			last, kids, text = kid, true, i
		}
	}
}

// follow returns the place of the next child of x: most often the one that came
// after the last in earlier events.
func (s *scanner) follow(x, last *place, tag []byte) *place {
	next := &x.first
	if last != nil {
		next = &last.next
	}
	if k := *next; k != nil && k.tag == string(tag) {
		return k
	}
	*next = s.places.kid(x, tag)
	return *next
}

// text adds the text that ends at the end tag of x.
func (s *scanner) text(x *place, text []byte, kids, spoken bool) {
	switch isData := x.isData || x.isNamed; {
	case kids:
		s.piece(x, text)
	case len(text) > 0 && (isData || !isBlank(text)):
		s.add(x, textKind(text), text)
	case spoken || x == s.root:
	case x.isNamed:
		s.add(x, event.Text, text)
	default:
		s.add(x, event.Null, nil)
	}
}

// piece adds text that stands beside elements, and says whether it did: white
// space there means nothing.
func (s *scanner) piece(x *place, text []byte) bool {
	if isBlank(text) {
		return false
	}
	s.add(x, textKind(text), text)
	return true
}

// closes says whether an end tag for tag is at data[i:], after </.
func (s *scanner) closes(i int, tag []byte) bool {
	end := i + len(tag)
	if end > len(s.data) || !bytes.Equal(s.data[i:end], tag) {
		return false
	}
	end = blank(s.data, end)
	return end < len(s.data) && s.data[end] == '>'
}

// markup reads the comment, CDATA section or processing instruction at data[i].
// Chars says that it is part of the text around it.
func (s *scanner) markup(i int) (end int, chars bool) {
	for _, m := range []struct {
		open, shut string
		chars      bool
	}{
		{"<![CDATA[", "]]>", true}, {"<!--", "-->", false}, {"<?", "?>", false},
	} {
		if !bytes.HasPrefix(s.data[i:], []byte(m.open)) {
			continue
		}
		body := i + len(m.open)
		n := bytes.Index(s.data[body:], []byte(m.shut))
		if n < 0 {
			return s.fail(i, m.open+" without end"), false
		}
		return body + n + len(m.shut), m.chars
	}
	return s.fail(i, "unknown markup"), false
}

func (s *scanner) add(x *place, kind event.Kind, data []byte) {
	if x.role != 0 && s.found[x.role] == 0 {
		s.found[x.role] = len(s.fields) + 1
	}
	s.fields = append(s.fields, event.Field{Data: data, Name: x.name, Kind: kind})
}

func (s *scanner) fail(at int, why string) int {
	s.failedAt, s.failure = at, why
	return -1
}

// textKind returns TextXML for text that needs decoding.
func textKind(b []byte) event.Kind {
	if bytes.IndexByte(b, '&') >= 0 || bytes.IndexByte(b, '<') >= 0 {
		return event.TextXML
	}
	return event.Text
}

func blank(data []byte, i int) int {
	for i < len(data) && isSpace(data[i]) {
		i++
	}
	return i
}

func isBlank(b []byte) bool { return blank(b, 0) == len(b) }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// nameEnd returns the end of the name at data[i:].
func nameEnd(data []byte, i int) int {
	for i < len(data) {
		switch data[i] {
		case ' ', '\t', '\n', '\r', '=', '>', '/', '<', '"', '\'', '&':
			return i
		}
		i++
	}
	return i
}
