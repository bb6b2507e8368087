package lines

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"github.com/dwell-project/dwell/event"
)

// Values of the field "tags" of records whose time lacks something.
const (
	// TagYear says that the year was inferred from when the source was written.
	TagYear = "year_inferred"
	// TagZone says that the time names no zone and was taken as UTC.
	TagZone = "time_zone_assumed"
)

// tables are the names that a decoder needs, as numbers.
type tables struct {
	timestamp, hostname, program, pid, priority, msgid, level, repeated, message, tags event.Name

	captures  map[*Parser][][]event.Name
	types     map[*Parser]map[event.Name]string
	set1      map[*Parser][][]event.Field // constants of each message
	setAll    map[*Parser][]event.Field
	derived   map[*Parser][]derivation
	times     map[*Parser][][]event.Name
	code      map[*Parser][]event.Name
	host      map[*Parser][]event.Name
	own       map[string]event.Name
	channel   map[*Parser]event.Field
	yearTag   event.Field
	zoneTag   event.Field
	cefNames  [cefParts]event.Name
	leefNames [5]event.Name
}

// derivation is a Derive with its names as numbers.
type derivation struct {
	from, to event.Name
	values   map[string][]byte
	lower    bool
	labels   bool
	pattern  *pattern
	names    []event.Name
}

func newTables(s *Set, names *event.Names) tables {
	t := tables{
		timestamp: names.Intern("syslog.timestamp"), hostname: names.Intern("syslog.hostname"), program: names.Intern("syslog.program"),
		pid: names.Intern("syslog.pid"), priority: names.Intern("syslog.priority"), msgid: names.Intern("syslog.msgid"), level: names.Intern("syslog.level"), repeated: names.Intern("syslog.repeated"),
		message: names.Intern("message"), tags: names.Intern("tags"),
		captures: map[*Parser][][]event.Name{}, types: map[*Parser]map[event.Name]string{},
		set1: map[*Parser][][]event.Field{}, setAll: map[*Parser][]event.Field{}, derived: map[*Parser][]derivation{},
		times: map[*Parser][][]event.Name{}, code: map[*Parser][]event.Name{}, host: map[*Parser][]event.Name{},
		own: map[string]event.Name{}, channel: map[*Parser]event.Field{},
	}
	t.yearTag = event.Field{Name: t.tags, Kind: event.Text, Data: []byte(TagYear)}
	t.zoneTag = event.Field{Name: t.tags, Kind: event.Text, Data: []byte(TagZone)}
	for i, name := range [cefParts]string{
		"cefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity",
	} {
		t.cefNames[i] = names.Intern(name)
	}
	for i, name := range [5]string{"leefVersion", "vendor", "product_name", "product_version", "eventID"} {
		t.leefNames[i] = names.Intern(name)
	}
	for _, p := range s.parsers {
		t.add(p, names)
	}
	return t
}

func (t *tables) add(p *Parser, names *event.Names) {
	intern := func(all []string) (out []event.Name) {
		for _, s := range all {
			n := names.Intern(s)
			t.own[s] = n
			out = append(out, n)
		}
		return out
	}
	kinds := map[event.Name]string{}
	for name, kind := range p.Types {
		kinds[names.Intern(name)] = kind
	}
	for i := range p.Messages {
		m, cm := &p.Messages[i], &p.compiled.messages[i]
		numbers := intern(cm.names)
		t.captures[p] = append(t.captures[p], numbers)
		if cm.pattern != nil {
			addTypes(kinds, cm.pattern, numbers)
		}
		if m.Columns != nil {
			intern(append(slices.Clip(m.Columns.Names), m.Columns.Timed))
			for _, own := range m.Columns.Kinds {
				intern(own)
			}
		}
		t.set1[p] = append(t.set1[p], constantFields(m.Set, names))
	}
	t.types[p] = kinds
	t.channel[p] = event.Field{Kind: event.Text, Data: []byte(p.Name)}
	t.setAll[p] = append(constantFields(p.Set, names), constantFields(map[string]string{
		"product": p.Product, "service": p.Service, "category": p.Category,
	}, names)...)
	for _, at := range p.Times {
		t.times[p] = append(t.times[p], intern(at.Fields))
	}
	t.code[p], t.host[p] = intern(p.Code), intern(p.Host)
	for i, d := range p.Derive {
		t.derived[p] = append(t.derived[p], newDerivation(d, p.compiled.derive[i], names))
		if dp := p.compiled.derive[i]; dp != nil {
			addTypes(kinds, dp, t.derived[p][i].names)
		}
	}
}

// addTypes notes which captures are numbers, unless the parser says otherwise.
func addTypes(kinds map[event.Name]string, p *pattern, numbers []event.Name) {
	for c, kind := range p.classes {
		if _, ok := kinds[numbers[c]]; ok {
			continue
		}
		switch kind {
		case integer:
			kinds[numbers[c]] = "int"
		case decimal:
			kinds[numbers[c]] = "number"
		}
	}
}

func newDerivation(d Derive, dp *pattern, names *event.Names) derivation {
	out := derivation{from: names.Intern(d.From), lower: d.Lower, labels: d.Labels, pattern: dp}
	if d.To != "" {
		out.to = names.Intern(d.To)
	}
	if d.Values != nil {
		out.values = map[string][]byte{}
		for k, v := range d.Values {
			out.values[k] = []byte(v)
		}
	}
	if dp != nil {
		for _, s := range dp.names {
			out.names = append(out.names, names.Intern(s))
		}
	}
	return out
}

// constantFields are fields with values that do not depend on the record.
func constantFields(set map[string]string, names *event.Names) (out []event.Field) {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if set[name] != "" {
			out = append(out, event.Field{Name: names.Intern(name), Kind: event.Text, Data: []byte(set[name])})
		}
	}
	return out
}

// finish adds what a parser says of all its records and fills the event.
func (d *decoder) finish(p *Parser, body []byte, keepText bool) {
	e := &d.event
	d.last = p
	e.Schema, e.Dataset = p.Name, p.Dataset
	if keepText && d.field(d.message).Kind == event.Absent {
		d.fields = append(d.fields, event.Field{Name: d.message, Kind: event.Text, Data: body})
	}
	d.fields = append(d.fields, d.setAll[p]...)
	for i := range d.derived[p] {
		d.derive(p, &d.derived[p][i])
	}
	e.Provider, e.Channel = d.field(d.program), d.channel[p]
	e.Code = d.firstOf(d.code[p])
	e.Host = d.firstOf(d.host[p])
	if e.Host.Kind == event.Absent {
		e.Host = d.field(d.hostname)
	}
	e.Time = d.when(p)
}

func (d *decoder) firstOf(names []event.Name) event.Field {
	for _, n := range names {
		if f := d.field(n); f.Kind != event.Absent {
			return f
		}
	}
	return event.Field{}
}

// derive adds a field made from another one, unless it is there already.
func (d *decoder) derive(p *Parser, r *derivation) {
	f := d.field(r.from)
	if f.Kind == event.Absent || r.to != 0 && d.field(r.to).Kind != event.Absent {
		return
	}
	if r.pattern != nil {
		if d.matcher.match(r.pattern, f.Data) {
			for c, n := range r.names {
				if from := d.matcher.spans[2*c]; from >= 0 && d.field(n).Kind == event.Absent {
					d.add(p, n, f.Data[from:d.matcher.spans[2*c+1]])
				}
			}
		}
		return
	}
	value := f.Data
	if r.values != nil {
		var ok bool
		if value, ok = r.values[string(value)]; !ok {
			if value, ok = r.values["*"]; !ok {
				return
			}
		}
	} else if r.lower || r.labels {
		value = d.rewritten(r, value)
	}
	d.fields = append(d.fields, event.Field{Name: r.to, Kind: f.Kind, Data: value})
	if r.values != nil {
		d.fields[len(d.fields)-1].Kind = event.Text
	}
}

// rewritten returns a value in lower case, or a name written as labels in the
// usual way.
func (d *decoder) rewritten(r *derivation, value []byte) []byte {
	from := len(d.scratch)
	if r.labels {
		d.scratch = unlabel(d.scratch, value)
		return d.kept(from)
	}
	for _, c := range value {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		d.scratch = append(d.scratch, c)
	}
	return d.kept(from)
}

// unlabel turns (3)www(7)example(3)org(0) into www.example.org.
func unlabel(dst, b []byte) []byte {
	from := len(dst)
	for len(b) > 0 {
		if b[0] != '(' {
			dst, b = append(dst, b[0]), b[1:]
			continue
		}
		n := bytes.IndexByte(b, ')')
		if n < 0 {
			return append(dst, b...)
		}
		if len(dst) > from && n+1 < len(b) {
			dst = append(dst, '.')
		}
		b = b[n+1:]
	}
	return dst
}

// when returns the time of a record: by the parser's fields, else the header's.
func (d *decoder) when(p *Parser) time.Time {
	var buf [64]byte
	for i := range p.Times {
		text := buf[:0]
		for _, n := range d.times[p][i] {
			if f := d.field(n); f.Kind != event.Absent {
				if len(text) > 0 {
					text = append(text, ' ')
				}
				text = append(text, f.Data...)
			}
		}
		if len(text) == 0 {
			continue
		}
		for _, layout := range p.Times[i].Layouts {
			if s, ok := readLayout(layout, text); ok {
				if !s.zoned && p.compiled.zones[i] == nil && d.zone == nil && d.envelope.zoned {
					return d.headerTime() // it says where it was, the text does not
				}
				return d.settle(s, p.compiled.zones[i])
			}
		}
	}
	return d.headerTime()
}

// headerTime returns the time in the envelope, or without one that at the very
// beginning of the record.
func (d *decoder) headerTime() time.Time {
	v := &d.envelope
	if !v.found {
		if s, ok := leadingTime(d.event.Raw); ok {
			return d.settle(s, nil)
		}
		return time.Time{}
	}
	if v.time.IsZero() {
		return time.Time{}
	}
	return d.settle(stamp{v.time, v.zoned, v.yeared}, nil)
}

// settle gives a time the year and the zone that it lacks, and a tag for each
// that nobody told.
func (d *decoder) settle(s stamp, zone *time.Location) time.Time {
	t := s.time
	if !s.yeared {
		latest := d.event.Source.Written
		if latest.IsZero() {
			return time.Time{}
		}
		t = withYear(t, latest)
		d.fields = append(d.fields, d.yearTag)
	}
	if s.zoned {
		return t
	}
	if zone == nil {
		zone = d.zone
	}
	if zone == nil {
		d.fields = append(d.fields, d.zoneTag)
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone).UTC()
}
