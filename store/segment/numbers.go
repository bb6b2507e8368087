package segment

import "github.com/dwell-project/dwell/event"

// numbered is a range of numbers of a name's values: those of one dictionary in
// forms that give one text.
type numbered struct {
	column *loaded
	text   slotForm // the form whose text it is, of columns that are no texts
	base   uint32
}

// base returns the number before those of a step's values, plus one; 0 if they
// have none.
func (r *Reader) base(name event.Name, t step) uint32 {
	if !t.isField || !t.column.hasDict() || t.form == formRaw || t.variant >= inOther {
		return 0
	}
	group := slotForm{}
	if !t.column.isText() {
		group = t.slotForm
	}
	next := uint32(0)
	for _, n := range r.numbers[name] {
		if n.column == t.column && n.text == group {
			return n.base + 1
		}
		next = n.base + n.column.values()
	}
	r.numbers[name] = append(r.numbers[name], numbered{t.column, group, next})
	return next + 1
}

// isText says whether a column's values are texts.
func (c *column) isText() bool { return c.typ == Text || c.typ == rawBytes }

// values returns how many values the dictionary has, 0 if it cannot be read.
func (c *loaded) values() uint32 {
	d, err := c.dictionary()
	if err != nil {
		return 0
	}
	return uint32(d.len())
}

// number returns the number of the value that a step read.
func (r *Reader) number(t *step, i int) uint32 {
	if t.base == 0 {
		return 0
	}
	return t.base + r.values[:cap(r.values)][i].n
}

// Numbers returns how many numbers the values of a field have in this run: a
// field whose Values entry is not 0 has one from 1 to that. Values of columns
// without a dictionary, which hardly ever come twice, have none.
func (r *Reader) Numbers(name event.Name) uint32 {
	all := r.numbers[name]
	if len(all) == 0 {
		return 0
	}
	last := all[len(all)-1]
	return last.base + last.column.values()
}

// Value returns a field with the text that a number of [Reader.Numbers] stands
// for. Its kind need not be that of the event's field. It is valid while the
// reader is.
func (r *Reader) Value(name event.Name, number uint32) (event.Field, error) {
	for i := len(r.numbers[name]) - 1; i >= 0; i-- {
		n := &r.numbers[name][i]
		if number <= n.base {
			continue
		}
		d, err := n.column.dictionary()
		if err != nil {
			return event.Field{}, err
		}
		at := number - n.base - 1
		if at >= uint32(d.len()) {
			break
		}
		if d.isText() {
			return event.Field{Name: name, Kind: event.Text, Data: d.text(at)}, nil
		}
		data, kind := d.appendForm(nil, n.text, at)
		return event.Field{Name: name, Kind: kind, Data: data}, nil
	}
	return event.Field{Name: name}, nil
}
