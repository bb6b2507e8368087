package evtx

import (
	"bytes"
	"strings"
	"time"
	"unicode"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// role is what a field means to the event itself.
type role uint8

const (
	roleNone role = iota
	roleTime
	roleHost
	roleProvider
	roleChannel
	roleCode
	roleRecord
	roleCount = iota - 1
)

// roleNames are the fields that have a role.
func roleNames() map[string]role {
	return map[string]role{
		"System.TimeCreated.SystemTime": roleTime,
		"System.Computer":               roleHost,
		"System.Provider.Name":          roleProvider,
		"System.Channel":                roleChannel,
		"System.EventID":                roleCode,
		"System.EventRecordID":          roleRecord,
	}
}

// decoder implements [parse.Decoder].
type decoder struct {
	runner
	roles   []role // by name
	message event.Name
	event   event.Event

	offset  int64 // of the chunk in its source
	framing func() *event.Frame

	datasets map[string]string // by channel as UTF-16
	channel  []byte            // the channel of the record before
	dataset  string
}

func newDecoder(names *event.Names) *decoder {
	d := &decoder{
		runner:   runner{templates: newTemplates(), names: names},
		message:  names.Intern("message"),
		datasets: map[string]string{},
	}
	for name, r := range roleNames() {
		n := int(names.Intern(name))
		for len(d.roles) <= n {
			d.roles = append(d.roles, roleNone)
		}
		d.roles[n] = r
	}
	d.roles[event.Overflow] = roleNone
	d.framing = func() *event.Frame { return d.frame(d.offset) }
	return d
}

// Decode implements [parse.Decoder].
func (d *decoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	d.begin(b.Data)
	d.offset = b.Offset
	w := walker{b, report}
	ordinal := b.Record - 1
	w.walk(func(rec record) bool {
		fields, err := d.record(rec)
		if err != nil {
			w.recordProblem(rec, err)
			fields = d.texts(rec, d.message)
		}
		d.fill(b, rec, fields)
		ordinal++
		d.event.Line = ordinal
		return yield(&d.event)
	})
}

// fill makes the event of a record's fields.
func (d *decoder) fill(b *parse.Block, rec record, fields []event.Field) {
	e := &d.event
	*e = event.Event{
		Schema: "evtx", Dataset: unknownDataset, Fields: fields, Raw: rec.raw, Record: int64(rec.id()),
		Offset: b.Offset + int64(rec.at), Source: b.Source, Identity: event.ByRecord, Framing: d.framing,
	}
	e.Time, _ = event.Field{Data: rec.written(), Kind: event.FileTime}.Time()
	var seen [roleCount + 1]bool
	missing := roleCount
	for i := range fields {
		f := &fields[i]
		if int(f.Name) >= len(d.roles) {
			continue
		}
		r := d.roles[f.Name]
		if r == roleNone || seen[r] {
			continue
		}
		seen[r] = true
		d.assign(r, *f)
		if missing--; missing == 0 {
			return
		}
	}
}

// assign gives a field its role in the event.
func (d *decoder) assign(r role, f event.Field) {
	e := &d.event
	switch r {
	case roleTime:
		if t, ok := timeOf(f); ok {
			e.Time = t
		}
	case roleHost:
		e.Host = f
	case roleProvider:
		e.Provider = f
	case roleChannel:
		e.Channel = f
		e.Dataset = d.datasetOf(f)
	case roleCode:
		e.Code = f
	case roleRecord:
		if id, ok := f.Int(); ok {
			e.Record = id
		}
	}
}

// timeOf reads a time; logs saved by way of their XML have it as text.
func timeOf(f event.Field) (time.Time, bool) {
	if !f.IsText() {
		return f.Time()
	}
	var buf [40]byte
	if len(f.Data) > 2*len(buf) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, string(f.AppendText(buf[:0])))
	return t.UTC(), err == nil
}

const (
	unknownDataset = "windows"
	maxDatasets    = 4096 // hostile files may have a channel per record
)

// datasetOf names the dataset of a channel.
func (d *decoder) datasetOf(channel event.Field) string {
	if channel.Kind != event.TextUTF16 {
		return datasetName(channel.Text())
	}
	if bytes.Equal(channel.Data, d.channel) && d.dataset != "" {
		return d.dataset
	}
	name, ok := d.datasets[string(channel.Data)]
	if !ok {
		name = datasetName(channel.Text())
		if len(d.datasets) < maxDatasets {
			d.datasets[string(channel.Data)] = name
		}
	}
	d.channel, d.dataset = append(d.channel[:0], channel.Data...), name
	return name
}

// datasetName turns a channel into the name of its dataset:
// "Microsoft-Windows-Sysmon/Operational" is "windows.sysmon_operational".
func datasetName(channel string) string {
	name := strings.ToLower(channel)
	name = strings.TrimPrefix(name, "microsoft-windows-")
	name = strings.Map(func(r rune) rune {
		if r == '/' || unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, name)
	if name == "" {
		return unknownDataset
	}
	return unknownDataset + "." + name
}
