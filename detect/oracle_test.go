package detect_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// dataFolder returns the folder of real logs and rules, or skips the test.
func dataFolder(t testing.TB) string {
	dir := os.Getenv("DWELL_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	if _, err := os.Stat(filepath.Join(dir, "sigma", "rules")); err != nil {
		t.Skipf("no real data in %s; set DWELL_DATA to the folder that holds sigma/rules", dir)
	}
	return dir
}

// sigmaHQ compiles SigmaHQ's rules as scan does.
func sigmaHQ(t testing.TB, dir string) (*detect.Program, *event.Names) {
	var paths []string
	for _, sub := range []string{"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance"} {
		paths = append(paths, filepath.Join(dir, "sigma", sub))
	}
	rules := sigma.Load(paths)
	for _, p := range rules.Problems {
		// A rule whose placeholder only its site can fill in is left out.
		if p.Severity() == sigma.Error && p.Code != "SIG312" {
			t.Errorf("%s", p.Render())
		}
	}
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	program, problems := detect.Compile(rules.Rules, rules.Correlations, tables, names, detect.Options{})
	if len(problems) > 0 {
		t.Fatalf("%s", problems[0].Render())
	}
	return program, names
}

// row is one (file, record, rule).
type row struct {
	file   string
	record int64
	rule   string
}

// scanEVTX scans EVTX files; row.file is as given.
func scanEVTX(t testing.TB, program *detect.Program, names *event.Names, files []string) map[row]int {
	scan := detect.Scan{Program: program, Names: names, Workers: runtime.GOMAXPROCS(0)}
	found := map[row]int{}
	tally, err := scan.Run(context.Background(), inputs(files), detect.Sink{
		Detection: func(d *detect.Detection) error {
			found[row{d.Event.File, d.Event.Record, d.Rule.ID}]++
			return nil
		},
		Problem: func(p parse.Problem) { t.Logf("unreadable: %v", p) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events in %d files", tally.Events, len(files))
	return found
}

func inputs(files []string) iter.Seq2[parse.Input, error] {
	return func(yield func(parse.Input, error) bool) {
		for _, f := range files {
			in := parse.Input{
				Path: f, Format: evtx.Format{},
				Open: func() (io.ReadCloser, error) { return os.Open(f) },
			}
			if !yield(in, nil) {
				return
			}
		}
	}
}

func evtxBelow(t testing.TB, dir string) []string {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".evtx") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// staleCounts are the entries of SigmaHQ's regression data whose match_count
// four independent engines exceed by the same number; the number here is
// theirs.
var staleCounts = map[string]int{
	"Cred Dump Tools Dropped Files":                       3,
	"Anydesk Remote Access Software Service Installation": 3,
	"IE Change Domain Zone":                               3,
	"Disable Administrative Share Creation at Startup":    2,
}

func TestEveryRuleOfSigmaHQFiresOnItsRegressionFile(t *testing.T) {
	dir := dataFolder(t)
	program, names := sigmaHQ(t, dir)
	var infos []string
	root := filepath.Join(dir, "sigma", "regression_data")
	if err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if filepath.Base(path) == "info.yml" {
			infos = append(infos, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	fired, counted, exact := 0, 0, 0
	for _, info := range infos {
		c := regressionCase(t, info)
		if c.file == "" {
			continue
		}
		n := 0
		for r, times := range scanEVTX(t, program, names, []string{c.file}) {
			if r.rule == c.rule {
				n += times
			}
		}
		if n == 0 {
			t.Errorf("%s (%s) does not fire on %s", c.title, c.rule, c.file)
			continue
		}
		fired++
		if c.want == 0 {
			continue
		}
		counted++
		if n == c.want {
			exact++
		} else if staleCounts[c.title] != n {
			t.Errorf("%s (%s) fires %d times; want %d", c.title, c.rule, n, c.want)
		}
	}
	t.Logf("%d rules fired on their own files; count exact for %d of %d", fired, exact, counted)
}

type regression struct {
	rule, title, file string
	want              int
}

func regressionCase(t testing.TB, info string) regression {
	text, err := os.ReadFile(info)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Rules []struct{ ID, Title string } `yaml:"rule_metadata"`
		Tests []struct {
			Type, Path string
			MatchCount int `yaml:"match_count"`
		} `yaml:"regression_tests_info"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatalf("reading %s: %v", info, err)
	}
	c := regression{rule: doc.Rules[0].ID, title: doc.Rules[0].Title}
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(info), "*.evtx"))
	if len(files) > 0 {
		c.file = files[0]
	}
	if len(doc.Tests) > 0 {
		c.want = doc.Tests[0].MatchCount
	}
	return c
}

func TestDetectionsAgreeWithOtherEnginesOnRealLogs(t *testing.T) {
	dir := dataFolder(t)
	votes := readVotes(t, filepath.Join(dir, "..", "bench", "sigma", "matches.tsv.gz"))
	program, names := sigmaHQ(t, dir)
	found := map[row]bool{}
	for r := range scanEVTX(t, program, names, evtxBelow(t, dir)) {
		rel, err := filepath.Rel(dir, r.file)
		if err != nil {
			t.Fatal(err)
		}
		r.file = rel
		found[r] = true
	}
	var must, missed, alone []row
	for r, v := range votes {
		if len(v) >= 2 && v[0] == 'R' {
			must = append(must, r)
			if !found[r] {
				missed = append(missed, r)
			}
		}
	}
	for r := range found {
		if _, ok := votes[r]; !ok {
			alone = append(alone, r)
		}
	}
	report(t, "missed", missed)
	report(t, "alone", alone)
	t.Logf("%d rows; must fire %d, missed %d (recall %.2f %%), shared by no engine %d (%.2f %% of rows)", len(found),
		len(must), len(missed), 100-100*float64(len(missed))/float64(len(must)), len(alone), 100*float64(len(alone))/float64(len(found)))
	if float64(len(missed)) > 0.005*float64(len(must)) {
		t.Errorf("recall of the must-fire rows is below 99.5 %%")
	}
	if float64(len(alone)) > 0.01*float64(len(found)) {
		t.Errorf("more than 1 %% of the rows are shared by no engine")
	}
}

func report(t testing.TB, what string, rows []row) {
	slices.SortFunc(rows, func(a, b row) int {
		return strings.Compare(a.rule+a.file+strconv.FormatInt(a.record, 10), b.rule+b.file+strconv.FormatInt(b.record, 10))
	})
	for _, r := range rows {
		t.Logf("%s: %s %s %d", what, r.rule, r.file, r.record)
	}
}

// readVotes reads file, record, rule and the letters of the engines that fired.
func readVotes(t testing.TB, path string) map[row]string {
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("no oracle: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	votes := map[row]string{}
	lines := bufio.NewScanner(z)
	lines.Scan() // the heading
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		record, err := strconv.ParseInt(c[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		votes[row{c[0], record, c[2]}] = c[3]
	}
	return votes
}
