package hunt

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/detect/starter"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
	"github.com/dwell-project/dwell/store"
)

var (
	seed   = flag.Uint64("seed", 1, "what the random parts of TestScanEqualsHunt follow from")
	rounds = flag.Int("rounds", 2, "how many archives TestScanEqualsHunt builds of each corpus")
	long   = flag.Bool("long", false, "let TestScanEqualsHunt go over the data in DWELL_DATA with all its rules")
)

// corpus is logs and the rules that look at them.
type corpus struct {
	name  string
	files []string
	rules *sigma.Collection
}

// TestScanEqualsHunt holds that an archive answers what a scan of the logs
// does: the same pairs of rule and events, correlations included, whatever the
// batches, workers, order of arrival, copies, restarts and compactions that
// made the archive.
func TestScanEqualsHunt(t *testing.T) {
	for _, c := range corpora(t) {
		t.Run(c.name, func(t *testing.T) {
			want, tally := scan(t, c)
			for round := range *rounds {
				random := rand.New(rand.NewPCG(*seed, uint64(round)))
				folder := filepath.Join(t.TempDir(), "archive")
				history := fill(t, random, folder, c.files)
				got := ask(t, random, folder, c.rules)
				if missing, extra := difference(want, got); len(missing)+len(extra) > 0 {
					t.Fatalf("seed %d, round %d: an archive made by %v lacks %d detections %.3q and has %d more %.3q",
						*seed, round, history, len(missing), missing, len(extra), extra)
				}
				t.Logf("seed %d, round %d: %d rules and correlations, %d events, %d detections are the same (%v)", *seed, round,
					len(c.rules.Rules)+len(c.rules.Correlations), tally.Events, len(want), history)
			}
		})
	}
}

// TestADifferenceIsFound plants one in what an archive answers.
func TestADifferenceIsFound(t *testing.T) {
	c := ownCorpus(t)
	want, _ := scan(t, c)
	folder := filepath.Join(t.TempDir(), "archive")
	fill(t, rand.New(rand.NewPCG(1, 1)), folder, c.files[1:])
	got := ask(t, rand.New(rand.NewPCG(1, 1)), folder, c.rules)
	if missing, _ := difference(want, got); len(missing) == 0 {
		t.Error("an archive without one of the files answers the same")
	}
	if _, extra := difference(got, want); len(extra) == 0 {
		t.Error("a scan of one more file answers the same")
	}
}

func corpora(t *testing.T) []corpus {
	all := []corpus{ownCorpus(t)}
	data := cmp.Or(os.Getenv("DWELL_DATA"), filepath.Join("..", "..", "shared", "data"))
	switch _, err := os.Stat(data); {
	case !*long:
		t.Log("the data in DWELL_DATA is left out without -long")
	case err != nil:
		t.Log("there is no data: ", err)
	default:
		rules := sigma.Load([]string{filepath.Join(data, "sigma", "rules")})
		rules.Rules = append(rules.Rules, starter.Load().Rules...)
		rules.Correlations = append(rules.Correlations, starter.Load().Correlations...)
		for _, part := range []string{
			"evtx-attack-samples", "hayabusa-sample-evtx", "security-datasets", "zed-sample-data", "ocsf-examples", "slips", "rita",
		} {
			all = append(all, corpus{name: part, files: filesUnder(t, filepath.Join(data, part)), rules: rules})
		}
	}
	return all
}

// ownCorpus is the records with which the starter rules are tested, and the
// sample.
func ownCorpus(t *testing.T) corpus {
	folder := t.TempDir()
	archives, err := filepath.Glob(filepath.Join("..", "detect", "starter", "testdata", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatal("no records to test with: ", err)
	}
	for _, path := range archives {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			name := strings.TrimSuffix(filepath.Base(path), ".txtar") + "-" + filepath.Base(f.Name)
			if err := os.WriteFile(filepath.Join(folder, name), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Records that say themselves which log source they are of.
	named := `{"product":"windows","category":"process_creation","Image":"C:\\Windows\\System32\\rundll32.exe","CommandLine":"rundll32.exe C:\\windows\\system32\\comsvcs.dll, MiniDump 624 C:\\t.dmp full"}
{"product":"zeek","service":"dns","Image":"C:\\Windows\\System32\\rundll32.exe"}
`
	if err := os.WriteFile(filepath.Join(folder, "named.jsonl"), []byte(named), 0o600); err != nil {
		t.Fatal(err)
	}
	files := filesUnder(t, folder)
	return corpus{name: "own", files: append(files, filesUnder(t, filepath.Join("..", "testdata", "sample"))...), rules: starter.Load()}
}

func filesUnder(t *testing.T, folder string) (files []string) {
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// found is a set of detections: the rule, and the ids of its events.
type found map[string]bool

func (f found) add(d *detect.Detection) error {
	ids := []string{d.Event.ID.String()}
	for i := range d.Events {
		ids = append(ids, d.Events[i].ID.String())
	}
	slices.Sort(ids[1:])
	f[d.Rule.ID+" "+d.Rule.Title+" "+strings.Join(ids, " ")] = true
	return nil
}

func difference(want, got found) (missing, extra []string) {
	for _, d := range slices.Sorted(maps.Keys(want)) {
		if !got[d] {
			missing = append(missing, d)
		}
	}
	for _, d := range slices.Sorted(maps.Keys(got)) {
		if !want[d] {
			extra = append(extra, d)
		}
	}
	return missing, extra
}

func compile(t *testing.T, c *sigma.Collection) (*detect.Program, *event.Names) {
	t.Helper()
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	program, _ := detect.Compile(c.Rules, c.Correlations, tables, names, detect.Options{})
	return program, names
}

func scan(t *testing.T, c corpus) (found, *detect.Tally) {
	t.Helper()
	program, names := compile(t, c.rules)
	all := found{}
	s := detect.Scan{Program: program, Names: names, Workers: 2, TempDir: t.TempDir()}
	tally, err := s.Run(context.Background(), formats.Walk(c.files, formats.Options{}), detect.Sink{
		Detection: all.add, Problem: func(parse.Problem) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, tally
}

// ask hunts in an archive.
func ask(t *testing.T, random *rand.Rand, folder string, rules *sigma.Collection) found {
	t.Helper()
	program, names := compile(t, rules)
	a := open(t, random, folder)
	s, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q := Query{Program: program, Names: names, Workers: 1 + random.IntN(4), TempDir: t.TempDir()}
	all := found{}
	_, err = q.Run(context.Background(), s, detect.Sink{Detection: all.add, Problem: func(p parse.Problem) { t.Error(p) }})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func open(t *testing.T, random *rand.Rand, folder string) *store.Archive {
	t.Helper()
	a, err := store.OpenOrCreate(folder, store.Options{
		Workers: 1 + random.IntN(3), Memory: 1 << (16 + random.IntN(9)), Format: formats.ByName,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// step is something that happens to an archive; it says what.
type step struct {
	name string
	do   func(*filler) error
}

// filler makes an archive in a random way.
type filler struct {
	t      *testing.T
	random *rand.Rand
	folder string
	writer *store.Writer
	names  *event.Names
	rest   []string // files that were not taken in wholly yet
	copies string   // a folder
}

// fill takes the files into an archive, and returns what it did.
func fill(t *testing.T, random *rand.Rand, folder string, files []string) (history map[string]int) {
	t.Helper()
	f := &filler{t: t, random: random, folder: folder, rest: slices.Clone(files), copies: t.TempDir()}
	random.Shuffle(len(f.rest), func(i, j int) { f.rest[i], f.rest[j] = f.rest[j], f.rest[i] })
	history = map[string]int{}
	steps := []step{
		{"files", (*filler).some},
		{"files", (*filler).some},
		{"files", (*filler).some},
		{"grown file", (*filler).grown},
		{"copy", (*filler).copied},
		{"seal", func(f *filler) error { return f.writer.Seal() }},
		{"restart", (*filler).restart},
		{"compaction", func(f *filler) error {
			_, _, err := f.writer.Compact(store.Compaction{Size: 1 << (12 + random.IntN(16))})
			return err
		}},
	}
	if err := f.restart(); err != nil {
		t.Fatal(err)
	}
	for len(f.rest) > 0 {
		s := steps[random.IntN(len(steps))]
		history[s.name]++
		if err := s.do(f); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	// Sometimes part of it stays in the head.
	if random.IntN(2) == 0 {
		history["sealed in the end"]++
		if err := f.writer.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.writer.Close(); err != nil {
		t.Fatal(err)
	}
	return history
}

func (f *filler) restart() (err error) {
	if f.writer != nil {
		if err := f.writer.Close(); err != nil {
			return err
		}
	}
	f.names = event.NewNames()
	f.writer, err = open(f.t, f.random, f.folder).Write(f.names)
	return err
}

func (f *filler) take(paths ...string) error {
	opt := parse.Options{Workers: 1 + f.random.IntN(4), Names: f.names}
	return parse.Run(context.Background(), f.writer.Note(formats.Walk(paths, formats.Options{})), opt, f.writer.NewWork,
		parse.Results[*store.Taken]{Take: f.writer.Take, Report: func(parse.Problem) {}})
}

// some takes in a few files.
func (f *filler) some() error {
	n := min(1+f.random.IntN(120), len(f.rest))
	paths := f.rest[:n]
	f.rest = f.rest[n:]
	return f.take(paths...)
}

// grown takes in the first lines of a file, then, as a file of the same
// content does that has grown meanwhile, all of it.
func (f *filler) grown() error {
	if len(f.rest) == 0 {
		return nil
	}
	path := f.rest[0]
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	end := bytes.LastIndexByte(content[:f.random.IntN(len(content)+1)], '\n') + 1
	if !strings.HasSuffix(path, ".evtx") && end > 0 {
		part := filepath.Join(f.copies, "grows-"+filepath.Base(path))
		if err := os.WriteFile(part, content[:end], 0o600); err != nil {
			return err
		}
		if err := f.take(part); err != nil {
			return err
		}
	}
	f.rest = f.rest[1:]
	return f.take(path)
}

// copied takes in a file and its compressed copy, in either order.
func (f *filler) copied() error {
	if len(f.rest) == 0 {
		return nil
	}
	path := f.rest[0]
	f.rest = f.rest[1:]
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = w.Write(content)
	again := filepath.Join(f.copies, filepath.Base(path)+".gz")
	if err = errors.Join(err, w.Close(), os.WriteFile(again, packed.Bytes(), 0o600)); err != nil {
		return err
	}
	both := []string{path, again}
	f.random.Shuffle(2, func(i, j int) { both[i], both[j] = both[j], both[i] })
	if f.random.IntN(2) == 0 {
		return f.take(both...)
	}
	return errors.Join(f.take(both[0]), f.take(both[1]))
}

// sealAll seals what is left in the head and returns what the archive then holds.
func sealAll(t *testing.T, a *store.Archive) *store.Manifest {
	t.Helper()
	w, err := a.Write(event.NewNames())
	if err == nil {
		err = errors.Join(w.Seal(), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestRecordsAreInTheArchiveOnce counts them, whatever was taken in twice.
func TestRecordsAreInTheArchiveOnce(t *testing.T) {
	c := ownCorpus(t)
	ids := map[event.ID]bool{}
	names := event.NewNames()
	err := parse.Run(context.Background(), formats.Walk(c.files, formats.Options{}), parse.Options{Workers: 1, Names: names},
		func() parse.Work[int] {
			return func(b *parse.Block, d parse.Decoder) int {
				d.Decode(b, func(ev *event.Event) bool { ids[ev.ID(names)] = true; return true }, func(parse.Problem) {})
				return 0
			}
		}, parse.Results[int]{Take: func(int) error { return nil }, Report: func(parse.Problem) {}})
	if err != nil {
		t.Fatal(err)
	}
	for round := range *rounds {
		random := rand.New(rand.NewPCG(*seed, uint64(1000+round)))
		folder := filepath.Join(t.TempDir(), "archive")
		fill(t, random, folder, c.files)
		m := sealAll(t, open(t, random, folder))
		var rows int64
		for i := range m.Segments {
			rows += m.Segments[i].Rows()
		}
		if rows != int64(len(ids)) {
			t.Errorf("round %d: %d records in the archive, %d are different", round, rows, len(ids))
		}
	}
}
