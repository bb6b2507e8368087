package jsonl

import (
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// A shape is one way of writing records as JSON. Each lists the fields that
// answer a question, best first.
type shape struct {
	schema string
	// windows records take their dataset from the channel, others have the
	// schema's name as dataset.
	windows                             bool
	time, host, provider, channel, code []role
	record                              []role // the EventRecordID
}

// shapes are all shapes, told apart by [shapes.of].
type shapes struct {
	evtx, ecs, winlogbeat6, nxlog, flat, json shape
}

// allShapes returns the shapes. What each takes as the record's time:
//
// NXLog's EventTime and TimeCreated are local to the machine that wrote them
// and carry no zone; @timestamp and Sysmon's UtcTime are UTC and come first.
// Where only the local ones are there, they are taken as UTC.
func allShapes() shapes {
	return shapes{
		evtx: shape{
			schema: "evtx", windows: true,
			time: []role{systemTime}, host: []role{systemComputer}, provider: []role{systemProvider},
			channel: []role{systemChannel}, code: []role{systemEventID}, record: []role{systemRecordID},
		},
		ecs: shape{
			schema: "ecs", windows: true,
			time:     []role{winlogTimeCreated, atTimestamp, eventCreated},
			host:     []role{winlogComputer, hostName, hostHostname},
			provider: []role{winlogProvider, eventProvider},
			channel:  []role{winlogChannel},
			code:     []role{winlogEventID, eventCode},
			record:   []role{winlogRecordID},
		},
		winlogbeat6: shape{
			schema: "winlogbeat6", windows: true,
			time: []role{eventCreateDate, eventDate, atTimestamp}, host: []role{oldComputer, hostName}, provider: []role{oldSource},
			channel: []role{oldLogName}, code: []role{oldEventID}, record: []role{oldRecordNumber},
		},
		nxlog: shape{
			schema: "nxlog", windows: true,
			time:     []role{atTimestamp, utcTime, flatSystemTime, timeCreated, eventTimeNX, timestamp},
			host:     []role{hostnameNX, computer},
			provider: []role{sourceName, providerName, providerUnder, provider},
			channel:  []role{channel},
			code:     []role{eventID},
			record:   []role{eventRecordID, recordNumber},
		},
		flat: shape{
			schema: "flat", windows: true,
			time:     []role{atTimestamp, flatSystemTime, timeCreated, utcTime, timeGenerated, eventTimeNX, timestampMs, timestamp, timeField, splunkTime},
			host:     []role{computer, hostnameNX, computerName, hostname, hostName, host},
			provider: []role{providerName, providerUnder, provider, sourceName},
			channel:  []role{channel},
			code:     []role{eventID},
			record:   []role{eventRecordID, recordNumber},
		},
		json: shape{
			schema: "json",
			time: []role{
				atTimestamp, timestamp, timeField, ts, splunkTime, eventTime, timestampMs, timeGenerated,
				eventTimeNX, datetime, timeCreated, flatSystemTime, eventCreated, utcTime,
			},
			host:     []role{hostName, hostHostname, hostname, hostnameNX, computer, computerLow, computerName, deviceName, host},
			provider: []role{eventProvider},
			code:     []role{eventCode},
		},
	}
}

// of tells the shape of a record from the fields it has.
func (s *shapes) of(seen roleSet) *shape {
	switch {
	case isTree(seen):
		return &s.evtx
	case seen.has(winlogChannel) || seen.has(winlogEventID):
		return &s.ecs
	case seen.all(1<<channel | 1<<eventID):
		if seen.has(sourceModuleType) || seen.has(hostnameNX) && !seen.has(computer) {
			return &s.nxlog
		}
		return &s.flat
	case seen.all(1<<oldLogName | 1<<oldEventID):
		return &s.winlogbeat6
	default:
		return &s.json
	}
}

// isTree says whether a record is a Windows event with its System part.
func isTree(seen roleSet) bool {
	return seen.has(systemEventID) && seen&(1<<systemChannel|1<<systemProvider|1<<systemComputer) != 0
}

// pick returns the first field that has one of the roles.
func (s *scanner) pick(roles []role) event.Field {
	for _, r := range roles {
		if s.seen.has(r) {
			if f := s.fields[s.at[r]]; f.Kind >= event.Text {
				return f
			}
		}
	}
	return event.Field{}
}

// describe fills what the event says about itself.
func (d *decoder) describe(s *scanner, e *event.Event) {
	sh := d.shapes.of(s.seen)
	if sh == &d.shapes.json && d.network.describe(s.fields, &s.marks, e) {
		return
	}
	if sh == &d.shapes.json || sh == &d.shapes.flat {
		outer := s
		s = d.unfold(s, e)
		if o := d.known.of(s); o != nil && (sh == &d.shapes.json || o.channel != nil) {
			d.place(s, o, e)
			d.takeApart(s, o, e)
			outer.fields = e.Fields[:0]
			return
		}
	}
	e.Schema, e.Dataset = sh.schema, sh.schema
	e.Host = s.pick(sh.host)
	e.Provider = s.pick(sh.provider)
	e.Channel = s.pick(sh.channel)
	e.Code = s.pick(sh.code)
	if sh.windows {
		e.Dataset = d.dataset(e.Channel)
	}
	e.Time, e.Assumed = s.when(sh.time)
	if id, ok := s.pick(sh.record).Int(); ok && id > 0 {
		e.Record = id
	}
}

// when returns the first of the fields with the given roles that is a time, and
// whether it had to be taken as UTC.
func (s *scanner) when(roles []role) (time.Time, event.Assumed) {
	for _, r := range roles {
		if !s.seen.has(r) {
			continue
		}
		f := s.fields[s.at[r]]
		b := f.Data
		if f.Kind == event.TextJSON {
			b = f.AppendText(nil)
		}
		if t, ok := parse.When(b); ok {
			if r.isUTC() || hasZone(b) {
				return t, 0
			}
			return t, event.AssumedZone
		}
	}
	return time.Time{}, 0
}

// maxDatasets bounds the channels whose dataset is remembered.
const maxDatasets = 1 << 12

// dataset returns the dataset of a channel.
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

// nameData gives the values of Data elements the names that their attribute
// Name says: EventData.Data.Name = X, EventData.Data = v becomes
// EventData.X = v, and Null if no value follows.
func (d *decoder) nameData(fields []event.Field) []event.Field {
	kept := fields[:0]
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		if f.Name == d.naming {
			named := event.Field{Kind: event.Null}
			if i+1 < len(fields) && fields[i+1].Name == d.data {
				i++
				named = fields[i]
			}
			d.name = f.AppendText(d.name[:len("EventData.")])
			if len(d.name) > maxNameSize {
				named.Name = event.Overflow
			} else {
				named.Name = d.tree.names.InternBytes(d.name)
			}
			f = named
		}
		kept = append(kept, f)
	}
	return kept
}
