package detect

import (
	"strconv"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// AppendJSON appends the detection as one JSON object without line end:
//
//	{"rule":{"id":…,"title":…,"level":…,…},
//	 "event":{"id":…,"time":…,"host":…,"dataset":…,"file":…,"record":…},
//	 "matched":{field:value,…}}
//
// and for a correlation "events", a list of objects like "event". A field that
// matched with several values has a list of them. "late" is true if Late is, and
// else not there. Keywords stand under
// "keywords". time is null for a record without one.
func (d *Detection) AppendJSON(dst []byte) []byte {
	if d.encoded != nil {
		return append(dst, d.encoded...)
	}
	dst = append(dst, `{"rule":`...)
	if d.rule != nil {
		dst = append(dst, d.rule...)
	} else {
		dst = appendRuleJSON(dst, d.Rule)
	}
	dst = append(dst, `,"event":`...)
	dst = d.Event.appendJSON(dst)
	dst = append(dst, `,"matched":`...)
	dst = appendMatchedJSON(dst, d.Matched)
	if d.Events != nil {
		dst = append(dst, `,"events":[`...)
		for i := range d.Events {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = d.Events[i].appendJSON(dst)
		}
		dst = append(dst, ']')
	}
	if d.Late {
		dst = append(dst, `,"late":true`...)
	}
	return append(dst, '}')
}

func appendRuleJSON(dst []byte, m *sigma.Meta) []byte {
	dst = appendMember(dst, '{', "id", m.ID)
	dst = appendMember(dst, ',', "title", m.Title)
	dst = appendMember(dst, ',', "level", m.Level.String())
	for _, p := range []struct{ name, text string }{
		{"name", m.Name},
		{"status", m.Status.String()},
		{"description", m.Description},
		{"author", m.Author},
		{"date", m.Date},
		{"modified", m.Modified},
		{"license", m.License},
	} {
		if p.text != "" {
			dst = appendMember(dst, ',', p.name, p.text)
		}
	}
	dst = appendList(dst, "tags", m.Tags)
	dst = appendList(dst, "references", m.References)
	dst = appendList(dst, "falsepositives", m.FalsePositives)
	if m.Position.File != "" {
		dst = appendMember(dst, ',', "file", m.Position.File)
	}
	return append(dst, '}')
}

func appendMember(dst []byte, before byte, name, text string) []byte {
	dst = append(dst, before)
	dst = appendString(dst, name)
	dst = append(dst, ':')
	return appendString(dst, text)
}

func appendString(dst []byte, s string) []byte { return event.AppendJSONString(dst, []byte(s)) }

func appendList(dst []byte, name string, texts []string) []byte {
	if len(texts) == 0 {
		return dst
	}
	dst = append(dst, ',')
	dst = appendString(dst, name)
	dst = append(dst, ":["...)
	for i, s := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, s)
	}
	return append(dst, ']')
}

func (r *EventRef) appendJSON(dst []byte) []byte {
	dst = appendMember(dst, '{', "id", r.ID.String())
	dst = append(dst, `,"time":`...)
	if r.Time.IsZero() {
		dst = append(dst, "null"...)
	} else {
		dst = append(dst, '"')
		dst = r.Time.AppendFormat(dst, time.RFC3339Nano)
		dst = append(dst, '"')
	}
	dst = appendMember(dst, ',', "host", r.Host)
	dst = appendMember(dst, ',', "dataset", r.Dataset)
	dst = appendMember(dst, ',', "file", r.File)
	dst = append(dst, `,"record":`...)
	dst = strconv.AppendInt(dst, r.Record, 10)
	if r.Account != "" {
		dst = appendMember(dst, ',', "account", r.Account)
	}
	return append(dst, '}')
}

// appendMatchedJSON writes each field once, in the order of its first value.
func appendMatchedJSON(dst []byte, matched []Matched) []byte {
	dst = append(dst, '{')
	for i, m := range matched {
		if firstOf(matched, m.Field) != i {
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		name := m.Field
		if name == "" {
			name = "keywords"
		}
		dst = appendString(dst, name)
		dst = append(dst, ':')
		dst = appendValues(dst, matched[i:], m.Field)
	}
	return append(dst, '}')
}

func firstOf(matched []Matched, field string) int {
	for i := range matched {
		if matched[i].Field == field {
			return i
		}
	}
	return -1
}

// appendValues writes the values of one field: alone, or as a list.
func appendValues(dst []byte, matched []Matched, field string) []byte {
	start, n := len(dst), 0
	for _, m := range matched {
		if m.Field != field {
			continue
		}
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, m.JSON...)
		n++
	}
	if n > 1 {
		list := string(dst[start:])
		dst = append(append(append(dst[:start], '['), list...), ']')
	}
	return dst
}
