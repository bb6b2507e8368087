package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

// timesketchWriter writes JSON lines as Timesketch imports them: message,
// datetime and timestamp_desc, and whatever else is of use there. A hit without
// a time has the epoch, as Timesketch takes no other, and says so.
type timesketchWriter struct {
	out *bufio.Writer
	buf []byte
}

func (w *timesketchWriter) write(d *detect.Detection) error {
	at, what := d.Event.Time, "Event time"
	if at.IsZero() {
		at, what = time.Unix(0, 0).UTC(), "No time in the record"
	}
	b := append(w.buf[:0], '{')
	member := func(name, value string) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = event.AppendJSONString(b, []byte(name))
		b = append(b, ':')
		b = event.AppendJSONString(b, []byte(value))
	}
	member("message", message(d))
	member("datetime", at.Format("2006-01-02T15:04:05.000000-07:00"))
	member("timestamp_desc", what)
	member("rule", d.Rule.Title)
	member("rule_id", d.Rule.ID)
	member("level", d.Rule.Level.String())
	member("hostname", d.Event.Host)
	member("username", d.Event.Account)
	member("data_type", "dwell:"+d.Event.Dataset)
	member("source_file", d.Event.File)
	member("record", fmt.Sprint(d.Event.Record))
	member("event_id", d.Event.ID.String())
	member("attack", strings.Join(scope.Techniques(d.Rule.Tags), " "))
	b = append(b, `,"tag":["dwell"`...)
	if d.Rule.Level != sigma.LevelNone {
		b = append(b, ',')
		b = event.AppendJSONString(b, []byte(d.Rule.Level.String()))
	}
	b = append(b, "]}\n"...)
	w.buf = b
	_, err := w.out.Write(b)
	return err
}

func (w *timesketchWriter) end() error { return w.out.Flush() }

// message is the hit in one line.
func message(d *detect.Detection) string {
	parts := []string{d.Rule.Title}
	for i := range d.Matched {
		m := &d.Matched[i]
		parts = append(parts, strings.TrimPrefix(m.Field+"=", "=")+shorten(m.Text(), 300))
	}
	return strings.Join(parts, " | ")
}

// layer is an ATT&CK Navigator layer, form 4.5.
type layer struct {
	Name        string            `json:"name"`
	Versions    map[string]string `json:"versions"`
	Domain      string            `json:"domain"`
	Description string            `json:"description"`
	Techniques  []layerTechnique  `json:"techniques"`
	Gradient    layerGradient     `json:"gradient"`
	Sorting     int               `json:"sorting"`
}

type layerTechnique struct {
	ID      string `json:"techniqueID"`
	Score   int64  `json:"score"`
	Comment string `json:"comment"`
	Enabled bool   `json:"enabled"`
}

type layerGradient struct {
	Colors   []string `json:"colors"`
	MinValue int64    `json:"minValue"`
	MaxValue int64    `json:"maxValue"`
}

// writeNavigator writes the techniques of the rules that fired, scored by hits.
func writeNavigator(s *session, out *bufio.Writer, f *findings) error {
	counts, rules := map[string]int64{}, map[string]map[string]bool{}
	for _, g := range f.book.Ranked() {
		for _, id := range scope.Techniques(g.Rule.Tags) {
			counts[id] += g.Count
			if rules[id] == nil {
				rules[id] = map[string]bool{}
			}
			rules[id][g.Rule.Title] = true
		}
	}
	l := layer{
		Name: "dwell", Domain: "enterprise-attack", Sorting: 3,
		Versions:    map[string]string{"layer": "4.5", "navigator": "5.1.0"},
		Description: "Techniques of the rules that fired, scored by hits; made " + s.now().UTC().Format(time.RFC3339),
		Techniques:  []layerTechnique{},
		Gradient:    layerGradient{Colors: []string{"#ffe766", "#ff6666"}, MinValue: 1, MaxValue: 1},
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		l.Gradient.MaxValue = max(l.Gradient.MaxValue, counts[id])
		l.Techniques = append(l.Techniques, layerTechnique{
			ID: id, Score: counts[id], Comment: strings.Join(slices.Sorted(maps.Keys(rules[id])), "; "), Enabled: true,
		})
	}
	e := json.NewEncoder(out)
	e.SetIndent("", " ")
	if err := e.Encode(l); err != nil {
		return fmt.Errorf("writing the layer: %w", err)
	}
	return out.Flush()
}
