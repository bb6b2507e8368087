package segment

import (
	"encoding/binary"
	"fmt"

	"github.com/dwell-project/dwell/event"
)

// Complete fills the current event whole: all fields, the bytes, the source.
func (r *Reader) Complete() error {
	if r.err != nil || r.want == nil || r.event.Raw != nil {
		return r.err
	}
	page := (r.row - 1) / pageRows
	for _, c := range r.columnList {
		c.before = -1
		if c.page == page {
			c.before = c.cursor
		}
	}
	err := r.complete(page)
	for _, c := range r.columnList {
		if c.before >= 0 && err == nil {
			c.cursor = c.before
		}
	}
	if err != nil {
		r.err = err
	}
	return err
}

func (r *Reader) complete(page int) error {
	if err := r.position(page, r.inPage); err != nil {
		return err
	}
	r.event.Fields, r.event.Values = r.event.Fields[:0], r.event.Values[:0]
	if err := r.fields(page, true); err != nil {
		return err
	}
	return r.rest(page)
}

// rest fills what is read of whole events alone; all values of the row are in
// r.values.
func (r *Reader) rest(page int) error {
	e, sh := &r.event, r.shape
	if sh.refs[0] == refAbsent {
		e.Host = event.Field{}
	}
	for _, i := range [...]int{commonFile, commonFirst, commonOffset, commonLine, commonRecord, commonFrame} {
		if err := r.common[i].load(page); err != nil {
			return err
		}
	}
	file, n, err := r.common[commonFile].at0(r.inPage)
	if err != nil {
		return err
	}
	r.source.Path = string(file.text(n))
	first, n, err := r.common[commonFirst].at0(r.inPage)
	if err != nil {
		return err
	}
	copy(r.source.First[:], first.text(n))
	offset, n, err := r.common[commonOffset].at0(r.inPage)
	if err != nil {
		return err
	}
	e.Offset = offset.ints[n]
	line, n, err := r.common[commonLine].at0(r.inPage)
	if err != nil {
		return err
	}
	e.Line, e.Record = line.ints[n], line.ints[n]
	if sh.flags&flagRecord != 0 {
		if e.Record, _, err = r.common[commonRecord].optional(r.inPage); err != nil {
			return err
		}
	}
	if sh.flags&flagFrame != 0 {
		if err := r.frame(); err != nil {
			return err
		}
	}
	return r.rebuild()
}

// rebuild puts the record together again.
func (r *Reader) rebuild() error {
	raw := r.raw[:0]
	for i := range r.shape.steps {
		t := &r.shape.steps[i]
		v := r.values[:cap(r.values)][i]
		switch {
		case t.placed && t.column == nil:
			return fmt.Errorf("%w: a slot without a value has a place", ErrCorrupt)
		case t.placed:
			raw = append(raw, t.literal...)
			if t.render.from = v.from; t.render.isCopy() {
				raw = append(raw, v.from.text(v.n)...)
			} else {
				raw = append(raw, t.render.get(v.n, raw[len(raw):]).data...)
			}
		case r.shape.raw && t.slot.name == nameRaw:
			raw = append(raw, v.from.text(v.n)...)
		}
	}
	r.raw = append(raw, r.shape.tail...)
	r.event.Raw = r.raw
	if r.raw == nil {
		r.event.Raw = []byte{}
	}
	return nil
}

// frame fills what the record needs besides its bytes.
func (r *Reader) frame() error {
	c := r.common[commonFrame]
	n, err := c.rank(r.inPage)
	if err != nil {
		return err
	}
	v, i, err := c.at0(n)
	if err != nil {
		return err
	}
	if r.frames == nil {
		r.frames = make([]*event.Frame, v.len())
	}
	if int(i) >= len(r.frames) {
		return c.short()
	}
	if r.frames[i] == nil {
		r.frames[i] = event.NewFrame(v.text(i))
	}
	r.event.Frame = r.frames[i]
	return nil
}

// optional returns the value of a row in a column of numbers; false if it has
// none.
func (c *loaded) optional(row int) (int64, bool, error) {
	present, n, err := c.presence(row)
	if err != nil || !present {
		return 0, false, err
	}
	v, i, err := c.at0(n)
	if err != nil {
		return 0, false, err
	}
	return v.ints[i], true, nil
}

// rank returns the place of a row's value among those of the page.
func (c *loaded) rank(row int) (int, error) {
	present, n, err := c.presence(row)
	if err == nil && !present {
		err = c.short()
	}
	return n, err
}

// presence says whether a row of the page has a value and how many before it
// have one.
func (c *loaded) presence(row int) (bool, int, error) {
	if row >= len(c.defs) {
		return false, 0, c.short()
	}
	if row < c.ranked {
		c.ranked, c.rankedN = 0, 0
	}
	for ; c.ranked < row; c.ranked++ {
		c.rankedN += int(c.defs[c.ranked])
	}
	return c.defs[row] == 1, c.rankedN, nil
}

// readLevels reads the definition levels of a page of an optional column.
func (c *loaded) readLevels(b []byte, rows int) error {
	c.defs, c.ranked, c.rankedN = c.defs[:0], 0, 0
	for len(c.defs) < rows {
		head, n := binary.Uvarint(b)
		if n <= 0 || head>>1 > uint64(rows) {
			return fmt.Errorf("%w: levels end too early", ErrCorrupt)
		}
		b = b[n:]
		if head&1 == 0 {
			if len(b) < 1 || b[0] > 1 {
				return fmt.Errorf("%w: levels end too early", ErrCorrupt)
			}
			for range head >> 1 {
				c.defs = append(c.defs, b[0])
			}
			b = b[1:]
			continue
		}
		if uint64(len(b)) < head>>1 {
			return fmt.Errorf("%w: levels end too early", ErrCorrupt)
		}
		for _, bits := range b[:head>>1] {
			for i := range 8 {
				c.defs = append(c.defs, bits>>i&1)
			}
		}
		b = b[head>>1:]
	}
	c.defs = c.defs[:rows]
	return nil
}
