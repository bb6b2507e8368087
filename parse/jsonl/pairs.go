package jsonl

import (
	"bytes"
	"strings"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

// A pairList is a list of objects that each give a name and a value, as in
// {"Parameters":[{"Name":"ForwardTo","Value":"smtp:eve@example.org"}]}.
// Flattened, such a list is names and values whose belonging together is lost;
// so its elements become fields besides: Parameters.ForwardTo.
//
// An element whose name is that of a member of the list's objects keeps the
// member's in its own: Parameters.Name.Value is the value of the parameter
// "Name".
type pairList struct {
	list, name string
	values     []string
	// apart says that the values of an element mean different things: then a
	// field's name ends in the value's, as in ModifiedProperties.Role.OldValue.
	apart bool
}

// maxPairs bounds the names that one decoder makes for elements.
const maxPairs = 4 << 10

// compiledPairs is a [pairList] whose members are numbered.
type compiledPairs struct {
	pairList
	clue    clue // that the list is there
	naming  event.Name
	values  []event.Name
	members map[string]bool
	known   []map[string]event.Name // per value: the field of each element's name
}

func (k *known) pairs(names *event.Names, lists []pairList) (all []*compiledPairs) {
	for _, l := range lists {
		c := &compiledPairs{pairList: l, clue: k.clue(l.list + "." + l.name), naming: names.Intern(l.list + "." + l.name)}
		c.members = map[string]bool{l.name: true}
		for _, v := range l.values {
			c.values = append(c.values, names.Intern(l.list+"."+v))
			c.members[v] = true
			c.known = append(c.known, map[string]event.Name{})
		}
		all = append(all, c)
	}
	return all
}

// takeApart appends the fields of JSON within texts, and one for each element
// of the lists of names and values that the record has.
func (d *decoder) takeApart(s *scanner, o *compiled, e *event.Event) {
	if len(o.texts)+len(o.pairs) == 0 {
		return
	}
	more := d.readTexts(s, o, e)
	for _, l := range o.pairs {
		if more || s.clues.has(l.clue) {
			d.addElements(l, e)
		}
	}
}

// readTexts appends the fields of JSON that stands in texts, under the names of
// the texts, and of Windows events, under their own. It says whether there were any.
// A text that is neither is left as it is.
func (d *decoder) readTexts(s *scanner, o *compiled, e *event.Event) (more bool) {
	d.texts = d.texts[:0]
	for i, c := range o.texts {
		if !s.clues.has(c) {
			continue
		}
		f := s.fields[s.clueAt[c]]
		if f.Kind != event.Text && f.Kind != event.TextJSON || len(f.Data) == 0 {
			continue
		}
		switch f.Data[0] {
		case '{', '[':
			more = d.readJSON(o.origin.texts[i], f, e) || more
		case '<':
			more = d.readXML(f, e) || more
		}
	}
	return more
}

// readJSON appends the fields of an object or a list in a text.
func (d *decoder) readJSON(name string, f event.Field, e *event.Event) bool {
	from := len(d.texts)
	d.texts = f.AppendText(d.texts)
	if d.within == nil {
		d.within = newScanner(d.plain.names, d.plain.roles, true)
	}
	in := d.within
	in.data, in.fields, in.lines, in.seen = d.texts[from:], in.fields[:0], 0, 0
	if end := in.value(0, in.top, in.keyIn(in.top, []byte(name)), 1); end < 0 || in.blank(end) < len(in.data) {
		return false
	}
	e.Fields = append(e.Fields, in.fields...)
	return true
}

// readXML appends the fields of a Windows event, or of its EventData, in a
// text.
func (d *decoder) readXML(f event.Field, e *event.Event) (read bool) {
	from := len(d.texts)
	const whole, part = "<Event", "<EventData"
	d.texts = append(d.texts, "<Event>"...)
	at := len(d.texts)
	d.texts = f.AppendText(d.texts)
	switch text := d.texts[at:]; {
	case bytes.HasPrefix(text, []byte(part)):
		d.texts = append(d.texts, "</Event>"...)
	case bytes.HasPrefix(text, []byte(whole)):
		from = at
	default:
		return false
	}
	if d.xmlWithin == nil {
		d.xmlWithin = winxml.Format{}.NewDecoder(d.plain.names)
	}
	b := parse.Block{Data: d.texts[from:], Source: e.Source}
	d.xmlWithin.Decode(&b, func(in *event.Event) bool {
		if in.Schema != parse.Unparsed {
			e.Fields, read = append(e.Fields, in.Fields...), true
		}
		return false
	}, func(parse.Problem) {})
	return read
}

// addElements appends a field for each element of one list. An element ends
// where the record closes its object, or where a name follows a name.
func (d *decoder) addElements(l *compiledPairs, e *event.Event) {
	naming := -1
	d.pending = d.pending[:0]
	flush := func() {
		for _, p := range d.pending {
			d.addElement(l, naming, p, e)
		}
		naming, d.pending = -1, d.pending[:0]
	}
	for i, n := 0, len(e.Fields); i < n; i++ {
		f := e.Fields[i]
		ends := false
		if f.Name == l.naming {
			if naming >= 0 {
				flush()
			}
			naming, ends = i, closing(f) > 0
		} else if value := l.value(f.Name); value >= 0 {
			d.pending = append(d.pending, pendingValue{i, value})
			ends = closing(f) > 0
		} else if naming >= 0 || len(d.pending) > 0 {
			ends = d.ends(l, f)
		}
		if ends {
			flush()
		}
	}
	flush()
}

// ends says whether an element ends with a field that is none of its values:
// objects within the element may end there too.
func (d *decoder) ends(l *compiledPairs, f event.Field) bool {
	below, ok := strings.CutPrefix(d.plain.names.Text(f.Name), l.list+".")
	return !ok || closing(f) > strings.Count(below, ".")
}

// pendingValue is a field that may be an element's value.
type pendingValue struct{ field, value int }

// value returns which of the list's values a field is, -1 if none.
func (l *compiledPairs) value(name event.Name) int {
	for i, v := range l.values {
		if v == name {
			return i
		}
	}
	return -1
}

// addElement appends the field of one value, if the element has a name.
func (d *decoder) addElement(l *compiledPairs, naming int, p pendingValue, e *event.Event) {
	if naming < 0 || !e.Fields[naming].IsText() || len(e.Fields[naming].Data) == 0 {
		return
	}
	known := l.known[p.value]
	d.element = e.Fields[naming].AppendText(d.element[:0])
	name, ok := known[string(d.element)]
	if !ok {
		text := l.list + "." + string(d.element)
		if l.apart || l.members[string(d.element)] {
			text += "." + l.pairList.values[p.value]
		}
		if d.elements >= maxPairs || len(text) > maxNameSize {
			return
		}
		d.elements++
		name = d.plain.names.Intern(text)
		known[string(d.element)] = name
	}
	f := e.Fields[p.field]
	f.Name = name
	e.Fields = append(e.Fields, f)
}

// closing returns how many objects of the record end right after a field. What
// follows the field's bytes in the record is read through its slice.
func closing(f event.Field) (n int) {
	rest := f.Data[len(f.Data):cap(f.Data)]
	if f.Kind == event.Text || f.Kind == event.TextJSON {
		rest = rest[min(1, len(rest)):]
	}
	for _, c := range rest[:min(len(rest), maxGap)] {
		switch c {
		case '}':
			n++
		case ' ', '\t', '\r', '\n', ']':
		default:
			return n
		}
	}
	return n
}

// maxGap is how many bytes after a value are looked at for the end of objects.
const maxGap = 256
