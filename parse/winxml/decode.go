package winxml

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// decoder turns blocks of XML text into events.
type decoder struct {
	scanner  *scanner
	message  event.Name
	datasets map[string]string

	block   *parse.Block
	line    int64 // of the byte at counted
	counted int
	event   event.Event
	yield   func(*event.Event) bool
	report  func(parse.Problem)
}

func newDecoder(names *event.Names) *decoder {
	return &decoder{scanner: newScanner(names), message: names.Intern("message"), datasets: map[string]string{}}
}

// Decode implements [parse.Decoder].
func (d *decoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	for _, p := range b.Problems {
		report(p)
	}
	d.block, d.line, d.counted, d.yield, d.report = b, b.Record, 0, yield, report
	d.scanner.data = b.Data
	for i := d.skip(0); i < len(b.Data); i = d.skip(i) {
		var next int
		if beginsEvent(b.Data[i:]) {
			next = d.next(i)
		} else {
			next = d.other(i)
		}
		if next < 0 {
			return
		}
		i = next
	}
}

// next yields the event that begins at data[i] and returns the place after it,
// -1 if no more are wanted.
func (d *decoder) next(i int) int {
	s := d.scanner
	end := s.event(i)
	if end < 0 {
		why := fmt.Errorf("reading event: offset 0x%x: %s", d.block.Offset+int64(s.failedAt), s.failure)
		return d.unparsed(i, eventEnd(d.block.Data, i), why)
	}
	d.start(i, end)
	e := &d.event
	e.Schema, e.Fields = "evtx", s.fields
	e.Host, e.Channel = s.role(roleHost), s.role(roleChannel)
	e.Provider, e.Code = s.role(roleProvider), s.role(roleCode)
	e.Dataset = d.dataset(e.Channel)
	if f := s.role(roleTime); f.Kind == event.Text {
		e.Time, _ = parse.When(f.Data)
	}
	if id := s.recordID(); id > 0 {
		e.Record = id
	}
	if !d.yield(e) {
		return -1
	}
	return end
}

// start empties the event and says where it is.
func (d *decoder) start(i, end int) {
	d.line += int64(bytes.Count(d.block.Data[d.counted:i], []byte{'\n'}))
	d.counted = i
	d.event.Reset()
	d.event.Raw, d.event.Source = d.block.Data[i:end], d.block.Source
	d.event.Record, d.event.Line, d.event.Offset = d.line, d.line, d.block.Offset+int64(i)
}

func (s *scanner) role(r role) event.Field {
	if s.found[r] == 0 {
		return event.Field{}
	}
	if f := s.fields[s.found[r]-1]; f.Kind != event.Null {
		return f
	}
	return event.Field{}
}

// maxDatasets bounds the channels whose dataset is remembered.
const maxDatasets = 1 << 12

func (d *decoder) dataset(channel event.Field) string {
	if known, ok := d.datasets[string(channel.Data)]; ok {
		return known
	}
	set := parse.WindowsDataset(channel.Text())
	if len(d.datasets) < maxDatasets && len(channel.Data) <= maxNameSize {
		d.datasets[string(channel.Data)] = set
	}
	return set
}

// skip passes over what may stand between events: white space, declarations,
// comments and the tags of Events.
func (d *decoder) skip(i int) int {
	data := d.block.Data
	for {
		i = blank(data, i)
		n := 0
		for _, m := range []struct{ open, shut string }{{"<?", "?>"}, {"<!--", "-->"}, {"</Events", ">"}, {"<Events", ">"}} {
			if bytes.HasPrefix(data[i:], []byte(m.open)) {
				n = bytes.Index(data[i:], []byte(m.shut)) + len(m.shut)
				if n < len(m.open) {
					return i
				}
				break
			}
		}
		if n == 0 {
			return i
		}
		i += n
	}
}

// other yields the line, or what there is of it before an event, that begins at
// data[i] and is no event.
func (d *decoder) other(i int) int {
	data := d.block.Data
	end := i + 1
	for end < len(data) && data[end] != '\n' && !beginsEvent(data[end:]) {
		end++
	}
	return d.unparsed(i, end, ErrNotEvent)
}

func (d *decoder) unparsed(i, end int, why error) int {
	raw := bytes.TrimRight(d.block.Data[i:end], " \t\r\n")
	d.start(i, i+len(raw))
	e := &d.event
	e.Schema, e.Dataset = parse.Unparsed, parse.Unknown
	e.Fields = append(d.scanner.fields[:0], event.Field{Name: d.message, Kind: event.Text, Data: raw})
	d.report(parse.Problem{Path: e.Source.Path, Offset: e.Offset, Length: int64(len(raw)), Record: e.Record, Err: why})
	if !d.yield(e) {
		return -1
	}
	return end
}

// beginsEvent says whether an event's start tag is at the beginning of b.
func beginsEvent(b []byte) bool {
	if !bytes.HasPrefix(b, []byte(startTag)) {
		return false
	}
	rest := b[len(startTag):]
	return len(rest) == 0 || rest[0] == '>' || rest[0] == '/' || isSpace(rest[0])
}

const (
	startTag = "<Event"
	endTag   = "</Event>"
)

// eventEnd returns where the broken event at data[i] is over: after its end
// tag or before the next event, whichever comes first.
func eventEnd(data []byte, i int) int {
	end := len(data)
	if n := bytes.Index(data[i:], []byte(endTag)); n >= 0 {
		end = i + n + len(endTag)
	}
	for at := i + len(startTag); at < end; {
		n := bytes.Index(data[at:end], []byte(startTag))
		if n < 0 {
			break
		}
		if at += n; beginsEvent(data[at:]) {
			return at
		}
		at += len(startTag)
	}
	return end
}

// recordID returns the EventRecordID, 0 if there is none.
func (s *scanner) recordID() int64 {
	n, _ := strconv.ParseInt(string(s.role(roleRecord).Data), 10, 64)
	return n
}
