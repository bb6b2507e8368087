package segment_test

import (
	"bytes"
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/store/segment"
)

// told is an event as a text to compare.
func told(names *event.Names, e *event.Event, id event.ID) string {
	var b []byte
	add := func(parts ...string) {
		for _, p := range parts {
			b = append(strconv.AppendInt(b, int64(len(p)), 10), ' ')
			b = append(append(b, p...), '\n')
		}
	}
	add(id.String(), e.Time.UTC().Format("2006-01-02T15:04:05.999999999"), e.Dataset, e.Schema, string(e.Source.First[:]), e.Source.Path, e.HostName())
	for _, n := range []int64{e.Record, e.Line, e.Offset, int64(e.Identity), int64(e.Assumed)} {
		b = append(strconv.AppendInt(b, n, 10), ' ')
	}
	field := func(f event.Field) {
		b = append(b, names.Text(f.Name)...)
		b = append(b, ' ', byte('A'+f.Kind), ' ')
		if f.Kind > event.EmptyObject {
			add(string(f.Data), string(f.AppendText(nil)))
		}
	}
	for _, f := range []event.Field{e.Host, e.Provider, e.Channel, e.Code} {
		f.Name = 0
		field(f)
	}
	for _, f := range e.Fields {
		field(f)
	}
	add(string(e.Raw))
	return string(b)
}

// sealed is what is known of the events of one dataset and day.
type sealed struct {
	builder *segment.Builder
	want    []string
	raw     int
}

// corpus collects the events of files by dataset.
type corpus struct {
	names *event.Names
	types map[string]*segment.Types
	by    map[string]*sealed
}

func (c *corpus) add(t testing.TB, path string) {
	t.Helper()
	for in, err := range formats.Walk([]string{path}, formats.Options{}) {
		if err != nil {
			continue
		}
		r, err := in.Open()
		if err != nil {
			continue
		}
		src := &event.Source{Path: in.Path}
		s, d := in.Format.Split(r, src), in.Format.NewDecoder(c.names)
		for b := (parse.Block{Source: src}); s.Next(&b) == nil; b.Problems = nil {
			d.Decode(&b, func(e *event.Event) bool {
				c.take(e)
				return true
			}, func(parse.Problem) {})
		}
		r.Close()
	}
}

func (c *corpus) take(e *event.Event) {
	day := "undated"
	if !e.Time.IsZero() {
		day = e.Time.UTC().Format("2006-01-02")
	}
	at := e.Dataset + " " + day
	s := c.by[at]
	if s == nil {
		if c.types[e.Dataset] == nil {
			c.types[e.Dataset] = segment.NewTypes()
		}
		s = &sealed{builder: segment.NewBuilder(c.names, c.types[e.Dataset])}
		c.by[at] = s
	}
	id := e.ID(c.names)
	s.builder.Add(e, id)
	s.raw += len(e.Raw)
	s.want = append(s.want, told(c.names, e, id))
}

func newCorpus() *corpus {
	return &corpus{event.NewNames(), map[string]*segment.Types{}, map[string]*sealed{}}
}

// check seals what was collected and compares what comes back.
func (c *corpus) check(t testing.TB) (events, raw, size int) {
	t.Helper()
	for at, s := range c.by {
		var file bytes.Buffer
		run, err := s.builder.Seal(&file, []byte("secret"))
		if err != nil {
			t.Errorf("%s: Seal: %v", at, err)
			continue
		}
		got := readAll(t, c.names, file.Bytes())
		checkReaders(t, c.names, file.Bytes())
		checkSame(t, at, s.want, got)
		if run.Rows != len(got) {
			t.Errorf("%s: %d rows, %d events", at, run.Rows, len(got))
		}
		events, raw, size = events+len(got), raw+s.raw, size+file.Len()
	}
	return events, raw, size
}

// checkSame compares events by their ids, with which they begin. One that was
// added twice comes back once.
func checkSame(t testing.TB, at string, want, got []string) {
	t.Helper()
	const idSize = len("32 ") + 32
	byID := map[string][]string{}
	for _, w := range want {
		byID[w[:idSize]] = append(byID[w[:idSize]], w)
	}
	for _, g := range got {
		if w := byID[g[:idSize]]; !slices.Contains(w, g) {
			t.Errorf("%s: an event that differs (-want +got):\n%s", at, gocmp.Diff(w, []string{g}))
			return
		}
		delete(byID, g[:idSize])
	}
	if len(byID) > 0 {
		t.Errorf("%s: %d events are missing of %d", at, len(byID), len(want))
	}
}

func readAll(t testing.TB, names *event.Names, file []byte) (all []string) {
	t.Helper()
	s, err := segment.Open(bytes.NewReader(file), int64(len(file)), names)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer s.Close()
	for run := range s.Runs() {
		r, err := s.NewReader(run, nil)
		if err != nil {
			t.Error(err)
			return all
		}
		for r.Next() {
			all = append(all, told(names, r.Event(), r.Event().ID(names)))
		}
		if r.Err() != nil {
			t.Error(r.Err())
		}
	}
	return all
}

func dataRoot() string { return cmp.Or(os.Getenv("DWELL_DATA"), "../../../shared/data") }

// TestEveryEventOfTheProjectsOwnDataComesBack takes all that parsers are tested with.
func TestEveryEventOfTheProjectsOwnDataComesBack(t *testing.T) {
	checkFolder(t, "../../testdata")
	checkFolder(t, "../../parse")
}

func TestEveryEventOfRealDataComesBack(t *testing.T) {
	if _, err := os.Stat(dataRoot()); err != nil {
		t.Skipf("no real logs at %s (set DWELL_DATA)", dataRoot())
	}
	folders, err := os.ReadDir(dataRoot())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		t.Run(f.Name(), func(t *testing.T) { checkFolder(t, filepath.Join(dataRoot(), f.Name())) })
	}
}

// sample is how much of a folder is checked, in stored bytes, unless DWELL_DATA
// asks for all.
const sample = 1 << 20

// checkFolder checks the files of a folder, some at a time so that not all is
// in memory.
func checkFolder(t *testing.T, dir string) {
	t.Helper()
	events, raw, size, stored := 0, 0, 0, int64(0)
	c, held := newCorpus(), int64(0)
	flush := func() {
		n, r, s := c.check(t)
		events, raw, size = events+n, raw+r, size+s
		c, held = newCorpus(), 0
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		c.add(t, path)
		if stored += info.Size(); stored > sample && os.Getenv("DWELL_DATA") == "" {
			return fs.SkipAll
		}
		if held += info.Size(); held > 1<<20 {
			flush()
		}
		return nil
	})
	flush()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d events, %d bytes raw, %d sealed", dir, events, raw, size)
}
