package segment

import (
	"fmt"
	"time"

	"github.com/dwell-project/dwell/event"
)

// Reader gives the events of one run back, in their order.
//
//	r, err := s.NewReader(run, want)
//	for r.Next() {
//		use(r.Event())
//	}
//	err = r.Err()
//
// It is used by one goroutine.
type Reader struct {
	segment    *Segment
	run        *Run
	rows       int
	want       func(event.Name) bool // nil for all
	names      []event.Name          // by the run's number
	common     [nCommon]*loaded
	columns    map[string]*loaded // those of slots
	columnList []*loaded          // the same
	byName     map[string]*loaded
	renders    map[rendering]*renderer
	shapes     []*plan
	shared     bool // columns of more than one name are wanted

	row    int // the next one
	inPage int // of the current one
	shape  *plan
	event  event.Event
	id     event.ID
	arena  []byte
	raw    []byte
	values []entry // of the current row's slots
	counts []uint32
	counted,
	countedPage int
	source  event.Source
	frames  []*event.Frame // by number in their column
	numbers map[event.Name][]numbered
	err     error
}

// rendering is a column in a form.
type rendering struct {
	column *loaded
	slotForm
}

// entry is a value of a row.
type entry struct {
	from *vector
	n    uint32
}

// plan is how the events of a shape are read.
type plan struct {
	*shape
	steps []step // one for each slot
}

// step reads one slot.
type step struct {
	*slot
	column   *loaded // nil for kinds without a value
	render   *renderer
	base     uint32     // of its numbers, 0 if it has none
	name     event.Name // of a field
	isField  bool
	wanted   bool // it is a field that was asked for
	needed   bool // its value must be read for another reason
	previous bool
}

// NewReader returns a reader of the run with the given index. Of each event it
// fills time, id, host, dataset, schema, provider, channel, code, and those of
// the fields that are wanted; if want is nil, the whole event.
func (s *Segment) NewReader(run int, want func(event.Name) bool) (*Reader, error) {
	if run < 0 || run >= len(s.runs) {
		return nil, fmt.Errorf("reading run %d of %d: %w", run, len(s.runs), ErrFormat)
	}
	r := &Reader{
		segment: s, run: &s.runs[run], rows: s.runs[run].Rows, want: want, columns: map[string]*loaded{},
		byName: map[string]*loaded{}, renders: map[rendering]*renderer{}, numbers: map[event.Name][]numbered{}, countedPage: -1,
	}
	g := &s.meta.RowGroups[run]
	for i := range s.columns {
		c := s.columns[i]
		r.byName[c.name] = &loaded{column: c, segment: s, chunk: &g.Columns[i], rows: r.rows, page: -1}
	}
	for i, c := range commonColumns() {
		l := r.byName[c.name]
		if l == nil || l.column != c {
			return nil, fmt.Errorf("%w: no column %s as it should be", ErrCorrupt, c.name)
		}
		r.common[i] = l
	}
	r.names = make([]event.Name, firstName+len(r.run.names))
	for i, n := range r.run.names {
		r.names[firstName+i] = s.names.Intern(n)
		if n == "" {
			r.names[firstName+i] = event.Overflow
		}
	}
	if err := r.readShapes(); err != nil {
		return nil, fmt.Errorf("reading shapes: %w", err)
	}
	return r, nil
}

// readShapes reads all shapes of the run and plans how to read them.
func (r *Reader) readShapes() error {
	c := r.common[commonShape]
	if !c.hasDict() {
		return fmt.Errorf("%w: no dictionary", ErrCorrupt)
	}
	dict, err := c.dictionary()
	if err != nil {
		return err
	}
	for i := range uint32(dict.len()) {
		sh, err := readShape(dict.text(i), len(r.names))
		if err != nil {
			return fmt.Errorf("%w: %v", ErrCorrupt, err)
		}
		p, err := r.plan(sh)
		if err != nil {
			return err
		}
		r.shapes = append(r.shapes, p)
	}
	r.counts = make([]uint32, len(r.shapes))
	if r.shared {
		r.needShared()
	}
	return nil
}

// plan decides what is read of a shape.
func (r *Reader) plan(sh *shape) (*plan, error) {
	p := &plan{shape: sh}
	var fields []int
	for i := range sh.slots {
		l := &sh.slots[i]
		t := step{slot: l, isField: l.name >= firstName, name: r.names[l.name], previous: l.form == formPrevious}
		if t.isField {
			fields = append(fields, i)
			t.wanted = r.want == nil || r.want(t.name)
		}
		if l.form != formNone {
			var err error
			if t.column, err = r.column(l); err != nil {
				return nil, err
			}
			if l.form.ofText() != t.column.isText() {
				return nil, fmt.Errorf("%w: column %s of type %v in form %d", ErrCorrupt, t.column.name, t.column.typ, l.form)
			}
			t.render = r.renderer(t.column, l.slotForm)
			t.base = r.base(t.name, t)
		}
		if t.previous && (i == 0 || sh.slots[i-1].name != nameSpelled || sh.slots[i-1].form != formRaw) {
			return nil, fmt.Errorf("%w: bytes of field %d are missing", ErrCorrupt, i)
		}
		p.steps = append(p.steps, t)
		r.shared = r.shared || t.wanted && (t.previous || t.variant >= inOther)
	}
	for _, ref := range sh.refs {
		switch {
		case ref >= refField && ref-refField < uint64(len(fields)):
			p.steps[fields[ref-refField]].needed = true
		case ref >= refField:
			return nil, fmt.Errorf("%w: a copy of field %d of %d", ErrCorrupt, ref-refField, len(fields))
		}
	}
	for i := range p.steps {
		switch p.steps[i].slot.name {
		case nameProvider, nameChannel, nameCode, nameHost, nameFar:
			p.steps[i].needed = true
		}
		if t := &p.steps[i]; t.needed && (t.previous || t.variant >= inOther) {
			r.shared = true
		}
	}
	return p, nil
}

// renderer returns the one writer of a column's values in a form.
func (r *Reader) renderer(c *loaded, form slotForm) *renderer {
	at := rendering{c, form}
	w := r.renders[at]
	if w == nil {
		w = &renderer{slotForm: form, again: c.hasDict()}
		r.renders[at] = w
	}
	return w
}

// needShared makes every slot be read whose column is not its name's alone, so
// that the place in it is known.
func (r *Reader) needShared() {
	for _, p := range r.shapes {
		for i := range p.steps {
			if t := &p.steps[i]; t.slot.name == nameSpelled || t.variant >= inOther {
				t.needed = true
			}
		}
	}
}

// column returns the column of a slot.
func (r *Reader) column(l *slot) (*loaded, error) {
	field := ""
	if l.name >= firstName {
		field = r.run.names[l.name-firstName]
	}
	name := columnOf(*l, field)
	c := r.byName[name]
	if c == nil || c.fixed > 0 {
		return nil, fmt.Errorf("%w: no column %s", ErrCorrupt, name)
	}
	r.columns[name] = c
	r.columnList = append(r.columnList, c)
	return c, nil
}

// Seek makes the row with the given index in the run the next one.
func (r *Reader) Seek(row int) {
	r.row = min(max(row, 0), r.rows)
	if page := r.row / pageRows; r.row > page*pageRows && r.row < r.rows {
		r.err = r.position(page, r.row-page*pageRows)
	}
}

// position puts all columns of a page before the values of a row in it.
func (r *Reader) position(page, row int) error {
	if err := r.common[commonShape].load(page); err != nil {
		return err
	}
	if err := r.count(page, row); err != nil {
		return err
	}
	for _, c := range r.columnList {
		c.moved = 0
		if c.page == page {
			c.cursor = 0
		}
	}
	for i, n := range r.counts {
		if n == 0 {
			continue
		}
		for j := range r.shapes[i].steps {
			if c := r.shapes[i].steps[j].column; c != nil {
				c.moved += int(n)
			}
		}
	}
	for _, c := range r.columnList {
		if c.moved == 0 {
			continue
		}
		if err := c.load(page); err != nil {
			return err
		}
		c.cursor = c.moved
	}
	return nil
}

// count counts the shapes of the rows of a page before the given one.
func (r *Reader) count(page, row int) error {
	if r.countedPage != page || r.counted > row {
		clear(r.counts)
		r.countedPage, r.counted = page, 0
	}
	nums := r.common[commonShape].nums
	if row > len(nums) {
		return r.common[commonShape].short()
	}
	for _, n := range nums[r.counted:row] {
		r.counts[n]++
	}
	r.counted = row
	return nil
}

// Next reads the next event. It is false at the end of the run and after a
// fault, which Err returns.
func (r *Reader) Next() bool {
	if r.err != nil || r.row >= r.rows {
		return false
	}
	r.err = r.next()
	return r.err == nil
}

// Err returns what ended the reading early.
func (r *Reader) Err() error { return r.err }

// Event returns the current event. It is valid until the next call of Next or
// Seek, and its Values number its fields.
func (r *Reader) Event() *event.Event { return &r.event }

func (r *Reader) next() error {
	page := r.row / pageRows
	r.inPage = r.row - page*pageRows
	for _, i := range [...]int{commonShape, commonHost, commonTime, commonID} {
		if err := r.common[i].load(page); err != nil {
			return err
		}
	}
	_, n, err := r.common[commonShape].at0(r.inPage)
	if err != nil {
		return err
	}
	r.shape = r.shapes[n]
	r.arena = r.arena[:0]
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.fields(page, r.want == nil); err != nil {
		return err
	}
	r.row++
	if r.want == nil {
		return r.rest(page)
	}
	return nil
}

// at0 returns the value of a column that has one in every row.
func (c *loaded) at0(row int) (*vector, uint32, error) {
	c.cursor = row
	return c.next()
}

// begin fills what of an event is no field.
func (r *Reader) begin() error {
	e := &r.event
	*e = event.Event{Fields: e.Fields[:0], Values: e.Values[:0], Source: &r.source, Stored: &r.id}
	ids := r.common[commonID].fixedB
	if len(ids) < (r.inPage+1)*len(r.id) {
		return r.common[commonID].short()
	}
	copy(r.id[:], ids[r.inPage*len(r.id):])
	host, n, err := r.common[commonHost].at0(r.inPage)
	if err != nil {
		return err
	}
	e.Host = event.Field{Kind: event.Text, Data: host.text(n)}
	e.Dataset, e.Schema = r.shape.dataset, r.shape.schema
	e.Identity = event.Identity(r.shape.flags & flagIdentity)
	e.Assumed = event.Assumed(r.shape.flags & flagAssumed >> shiftAssumed)
	r.source = event.Source{}
	if r.shape.flags&flagSourceHost != 0 {
		r.source.Host = string(e.Host.Data)
	}
	return r.time()
}

// time fills the event's time. Of the column's values, only rows that have one
// count, so that in a page with rows without one it is gone through in order.
func (r *Reader) time() error {
	for i := range r.shape.steps {
		if r.shape.steps[i].slot.name == nameFar {
			return nil // fields does it
		}
	}
	v, ok, err := r.common[commonTime].optional(r.inPage)
	if err == nil && ok {
		r.event.Time = time.Unix(0, v).UTC()
	}
	return err
}

// fields fills the fields that are wanted, or all.
func (r *Reader) fields(page int, all bool) error {
	e := &r.event
	if cap(r.values) < len(r.shape.steps) {
		r.values = make([]entry, 2*len(r.shape.steps))
	}
	field := uint64(refField)
	for i := range r.shape.steps {
		t := &r.shape.steps[i]
		isField := t.isField
		if all || t.wanted || t.needed {
			f, err := r.take(t, i, page, all)
			if err != nil {
				return err
			}
			if isField && (all || t.wanted) {
				e.Fields = append(e.Fields, f)
				e.Values = append(e.Values, r.number(t, i))
			}
			if !isField || t.needed {
				if err := r.refer(t, field, f); err != nil {
					return err
				}
			}
		}
		if isField {
			field++
		}
	}
	return nil
}

// take reads the value of a step: as it was, or, unless whole, text as text
// however the record spells it, which means the same and is there already.
func (r *Reader) take(t *step, i, page int, whole bool) (event.Field, error) {
	f := event.Field{Name: t.name, Kind: t.kind}
	if t.column == nil {
		return f, nil
	}
	if err := t.column.load(page); err != nil {
		return f, err
	}
	from, n, err := t.column.next()
	if err != nil {
		return f, err
	}
	r.values[:cap(r.values)][i] = entry{from, n}
	if t.previous {
		before := r.values[:cap(r.values)][i-1]
		f.Data = before.from.text(before.n)
		return f, nil
	}
	t.render.from = from
	if t.render.isCopy() {
		f.Data = from.text(n)
		return f, nil
	}
	if !whole && t.render.isText() {
		f.Kind, f.Data = event.Text, from.text(n)
		return f, nil
	}
	at := len(r.arena)
	v := t.render.get(n, r.arena[at:])
	if !t.render.again {
		r.arena = append(r.arena, v.data...)
	}
	f.Data, f.Kind = v.data, v.kind
	return f, nil
}

// refer fills the parts of the event that are copies of a field, or values
// without a field.
func (r *Reader) refer(t *step, field uint64, f event.Field) error {
	e := &r.event
	if !t.isField {
		f.Name = 0
		switch t.slot.name {
		case nameProvider:
			e.Provider = f
		case nameChannel:
			e.Channel = f
		case nameCode:
			e.Code = f
		case nameHost:
			e.Host = f
		case nameFar:
			var err error
			if e.Time, err = farTime(f.Data); err != nil {
				return fmt.Errorf("%w: time: %v", ErrCorrupt, err)
			}
		}
		return nil
	}
	for i, to := range [...]*event.Field{&e.Host, &e.Provider, &e.Channel, &e.Code} {
		if r.shape.refs[i] == field {
			*to = f
		}
	}
	return nil
}
