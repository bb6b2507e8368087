package ingest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/ingest"
	"github.com/dwell-project/dwell/ingest/tail"
	"github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

const base = single + closing

const single = `title: Started
name: started
id: 11111111-1111-4111-8111-111111111111
level: low
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|exists: true}, condition: selection}
---
title: Odd
name: odd
id: 22222222-2222-4222-8222-222222222222
level: high
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: '3.exe'}, condition: selection}
---
title: Even
name: even
id: 33333333-3333-4333-8333-333333333333
level: high
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: ['2.exe', '4.exe']}, condition: selection}
`

const closing = `---
title: Few
id: 44444444-4444-4444-8444-444444444444
level: low
correlation: {type: event_count, rules: [started], group-by: [User], timespan: 20s, condition: {lt: 3}, generate: true}
---
title: Average
id: 55555555-5555-4555-8555-555555555555
level: low
correlation: {type: value_count, rules: [started], group-by: [User], timespan: 15s, condition: {eq: 2, field: Image}, generate: true}
`

const rising = `---
title: Many
id: 66666666-6666-4666-8666-666666666666
name: many
level: low
correlation: {type: event_count, rules: [started], group-by: [User], timespan: 10s, condition: {gte: 3}, generate: true}
---
title: Both
id: 77777777-7777-4777-8777-777777777777
level: low
correlation: {type: temporal, rules: [odd, even], group-by: [User], timespan: 5s, generate: true}
---
title: Many then odd
id: 88888888-8888-4888-8888-888888888888
level: low
correlation: {type: temporal_ordered, rules: [many, odd], group-by: [User], timespan: 30s, generate: true}
`

// program compiles rules; a rule's file is written for it.
func program(t failer, dir, rules string) (*detect.Program, *event.Names) {
	path := filepath.Join(dir, "rules.yml")
	if err := os.WriteFile(path, []byte(rules), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	c := sigma.Load([]string{path})
	for _, p := range c.Problems {
		t.Fatalf("%s", p.String())
	}
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatalf("%v", err)
	}
	names := event.NewNames()
	p, problems := detect.Compile(c.Rules, c.Correlations, tables, names, detect.Options{})
	for i := range problems {
		t.Fatalf("%s", problems[i].String())
	}
	return p, names
}

type failer interface {
	Fatalf(format string, args ...any)
}

// found is what a run gave, each once: rule and event.
type found map[string]bool

func (f found) add(d *detect.Detection) error {
	f[fmt.Sprint(d.Rule.Title, " ", d.Event.ID, " ", len(d.Events) > 0)] = true
	return nil
}

func scanned(t failer, dir, rules, logs string) found {
	p, names := program(t, dir, rules)
	out := found{}
	s := detect.Scan{Program: p, Names: names, Workers: 2}
	_, err := s.Run(context.Background(), formats.Walk([]string{logs}, formats.Options{}), detect.Sink{
		Detection: out.add, Problem: func(p parse.Problem) {
			if !strings.Contains(p.Error(), "empty") {
				t.Fatalf("scan: %v", p)
			}
		},
	})
	if err != nil {
		t.Fatalf("scan: %v", err)
	}
	return out
}

const lateness = time.Minute

// station watches a folder, on a clock of its own.
type station struct {
	t                 failer
	dir, logs, rules  string
	now               time.Time
	out               found
	late              int
	workers, batch    int
	live              *detect.Live
	watch             *ingest.Watch
	state             *ingest.StateFile
	problems          []string
	maxOpen, restarts int
	compactFrom       int64
}

func (s *station) start() {
	p, names := program(s.t, s.dir, s.rules)
	scan := detect.Scan{Program: p, Names: names, Workers: s.workers, Encode: true}
	s.live = scan.NewLive(lateness, detect.Sink{Detection: func(d *detect.Detection) error {
		if d.Late {
			s.late++
		}
		return s.out.add(d)
	}})
	state, err := ingest.OpenState(filepath.Join(s.dir, "state.json"), p)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	if _, err := state.Continue(s.live, s.now); err != nil {
		s.t.Fatalf("%v", err)
	}
	s.state = state
	if s.compactFrom > 0 {
		state.CompactFrom(s.compactFrom)
	}
	report := func(p parse.Problem) { s.problems = append(s.problems, p.Error()) }
	s.watch = &ingest.Watch{
		Live: s.live, Batch: s.batch, State: state, Problem: report,
		Follow: tail.New([]string{s.logs}, tail.Options{Recognise: recognise, FromStart: true, MaxOpen: s.maxOpen, Resume: state.Files()}),
	}
}

func recognise(head []byte) (parse.Format, error) {
	f, _, err := formats.Recognise(head)
	return f, err
}

func (s *station) round() {
	if err := s.watch.Round(context.Background(), s.now); err != nil {
		s.t.Fatalf("Round: %v", err)
	}
}

// restart ends the run, in order or as a crash does, and begins another.
func (s *station) restart(crash bool) {
	if !crash {
		if err := s.watch.End(s.now); err != nil {
			s.t.Fatalf("End: %v", err)
		}
	}
	s.close()
	s.start()
	s.restarts++
}

func (s *station) close() {
	for _, c := range []func() error{s.watch.Follow.Close, s.live.Close, s.state.Close} {
		if err := c(); err != nil {
			s.t.Fatalf("closing: %v", err)
		}
	}
}

// settle lets time go by until nothing waits.
func (s *station) settle() {
	for range 4 {
		s.round()
		s.now = s.now.Add(10 * time.Minute)
	}
	s.round()
}

// record is an event that is written at its time and comes a little later.
type record struct {
	at, comes time.Duration
	user      string
	n, log    int
}

func drawRecords(t *rapid.T, ordered bool) []record {
	var all []record
	at := time.Duration(0)
	for range rapid.IntRange(1, 40).Draw(t, "records") {
		at += time.Duration(rapid.IntRange(1, 9000).Draw(t, "gap")) * time.Millisecond
		if rapid.IntRange(0, 9).Draw(t, "long gap") == 0 {
			at += 5 * time.Minute
		}
		r := record{
			at: at, comes: at, user: rapid.SampledFrom([]string{"anna", "bert"}).Draw(t, "user"),
			n: rapid.IntRange(1, 4).Draw(t, "n"), log: rapid.IntRange(0, 3).Draw(t, "log"),
		}
		if !ordered {
			r.comes += time.Duration(rapid.IntRange(0, 40).Draw(t, "delay")) * time.Second
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b record) int { return int(a.comes - b.comes) })
	return all
}

func epoch() time.Time { return time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC) }

func (r *record) line() string {
	return fmt.Sprintf(`{"TimeCreated":%q,"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"ws1","User":%q,"Image":"C:\\t\\%d.exe"}`+"\n",
		epoch().Add(r.at).Format(time.RFC3339Nano), r.user, r.n)
}

// writer writes records to logs as programs and log rotation do.
type writer struct {
	t    failer
	logs string
	now  *time.Time
	evtx evtxwrite.Log
	n    int
}

func (w *writer) path(log int) string { return filepath.Join(w.logs, fmt.Sprintf("%d.log", log)) }

func (w *writer) append(path, text string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	w.check(err)
	w.written(path)
}

// written gives a file the time at which the test pretends that it was written.
func (w *writer) written(path string) { w.check(os.Chtimes(path, *w.now, *w.now)) }

func (w *writer) check(err error) {
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}

// event adds a record to the Windows event log, whose file is written in place.
func (w *writer) event(r *record) {
	w.check(w.evtx.Add(evtxwrite.Record{
		Time: epoch().Add(r.at), Channel: "Microsoft-Windows-Sysmon/Operational", Provider: "Microsoft-Windows-Sysmon", Computer: "ws2", EventID: 1,
		Data: []evtxwrite.Data{{Name: "User", Value: evtxwrite.String(r.user)}, {Name: "Image", Value: evtxwrite.String(fmt.Sprintf(`C:\t\%d.exe`, r.n))}},
	}))
	path := filepath.Join(w.logs, "system.evtx")
	w.check(os.WriteFile(path, w.evtx.Bytes(), 0o600))
	w.written(path)
}

// rotate moves a log away, or its contents.
func (w *writer) rotate(log int, copies bool) {
	text, err := os.ReadFile(w.path(log))
	if err != nil {
		return // it was not written yet
	}
	w.n++
	old := fmt.Sprintf("%s.%d", w.path(log), w.n)
	if !copies {
		w.check(os.Rename(w.path(log), old))
		return
	}
	w.check(os.WriteFile(old, text, 0o600))
	w.written(old)
	w.check(os.Truncate(w.path(log), 0))
	w.written(w.path(log))
}

// play writes the records and lets the station look now and then.
func play(t *rapid.T, s *station, all []record) {
	w := &writer{t: t, logs: s.logs, now: &s.now}
	for i := range all {
		r := &all[i]
		if at := epoch().Add(r.comes); at.After(s.now) {
			s.now = at
		}
		if r.log == 3 {
			w.event(r)
		} else {
			line := r.line()
			cut := rapid.IntRange(0, len(line)).Draw(t, "cut")
			w.append(w.path(r.log), line[:cut])
			if rapid.Bool().Draw(t, "look at half a line") {
				s.round()
			}
			w.append(w.path(r.log), line[cut:])
		}
		happen(t, s, w, r.log%3)
	}
	s.settle()
}

// happen is what may happen between two records.
func happen(t *rapid.T, s *station, w *writer, log int) {
	switch rapid.IntRange(0, 9).Draw(t, "happens") {
	case 0:
		w.rotate(log, false)
	case 1:
		w.rotate(log, true)
	case 2:
		s.restart(false)
	case 3:
		s.restart(true)
	case 4, 5, 6:
		s.round()
	}
}

// TestCompactedJournalIsEnough holds that what a compaction leaves away does not
// matter to correlations whose windows slide.
func TestCompactedJournalIsEnough(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := newStation(t, root, single+rising)
		defer s.close()
		s.compactFrom = 1
		s.restart(true)
		play(t, s, drawRecords(t, true))
		if diff := cmp.Diff(scanned(t, s.dir, s.rules, s.logs), s.out); diff != "" {
			t.Fatalf("after %d restarts (-scan +watch):\n%s", s.restarts, diff)
		}
	})
}

func newStation(t *rapid.T, root, rules string) *station {
	dir, err := os.MkdirTemp(root, "station")
	if err != nil {
		t.Fatalf("%v", err)
	}
	s := &station{
		t: t, dir: dir, logs: filepath.Join(dir, "logs"), rules: rules, now: epoch(), out: found{},
		workers: rapid.IntRange(1, 4).Draw(t, "workers"), batch: rapid.IntRange(1, 3).Draw(t, "batch"),
		maxOpen: rapid.IntRange(1, 3).Draw(t, "open"),
	}
	if err := os.Mkdir(s.logs, 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	s.start()
	return s
}

func TestWatchGivesWhatScanGives(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		ordered := rapid.Bool().Draw(t, "in order")
		rules := base
		if ordered {
			// What is announced depends on the order of arrival; see package
			// correlation for what is held to then.
			rules += rising
		}
		s := newStation(t, root, rules)
		defer s.close()
		all := drawRecords(t, ordered)
		play(t, s, all)
		if diff := cmp.Diff(scanned(t, s.dir, rules, s.logs), s.out); diff != "" {
			t.Fatalf("after %d restarts (-scan +watch):\n%s", s.restarts, diff)
		}
		if s.late > 0 || len(s.problems) > 0 {
			t.Fatalf("%d late, problems %q", s.late, s.problems)
		}
	})
}
