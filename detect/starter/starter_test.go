package starter_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/detect/starter"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// pack is the embedded rules, ready to run.
type pack struct {
	rules   *sigma.Collection
	program *detect.Program
	set     *correlation.Set
	names   *event.Names
	// seen, if it is there, is told of every match.
	seen func(*sigma.Rule, sigma.Record)
}

func newPack(t *testing.T) *pack {
	t.Helper()
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := &pack{rules: starter.Load(), names: event.NewNames()}
	var problems []sigma.Problem
	p.program, problems = detect.Compile(p.rules.Rules, p.rules.Correlations, tables, p.names, detect.Options{})
	for _, problem := range problems {
		t.Error(problem.Render())
	}
	p.set, _ = correlation.Compile(p.program.Rules(), p.rules.Correlations)
	return p
}

// hearing returns the pack without the correlations that count c, so that c,
// which they would silence, can be heard.
func (p *pack) hearing(c *sigma.Correlation) *pack {
	heard := *p
	others := slices.DeleteFunc(slices.Clone(p.rules.Correlations), func(o *sigma.Correlation) bool {
		return slices.Contains(o.Rules, c.Name)
	})
	heard.set, _ = correlation.Compile(p.program.Rules(), others)
	return &heard
}

// result is what the pack finds in a sequence of records.
type result struct {
	fired        [][]string // by record: the files of the rules that fire
	correlations []string   // the files of the correlations that hit
}

// shown returns the files of what a user would see: the rules that fire and are
// not only there to be counted, and the correlations.
func (r result) shown(p *pack) []string {
	silent := map[string]bool{}
	for i, rule := range p.program.Rules() {
		silent[file(&rule.Meta)] = p.set.Silent(i)
	}
	files := slices.Clone(r.correlations)
	for _, fired := range r.fired {
		files = append(files, slices.DeleteFunc(fired, func(f string) bool { return silent[f] })...)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// run reads records that must be without fault.
func (p *pack) run(t *testing.T, records archived) result {
	t.Helper()
	return p.read(t, records.inputs(), func(problem parse.Problem) { t.Error(problem) })
}

func (p *pack) read(t *testing.T, inputs iter.Seq2[parse.Input, error], report func(parse.Problem)) result {
	t.Helper()
	var r result
	batch := correlation.NewBatch(p.set, correlation.Options{})
	matcher := p.program.NewMatcher()
	work := func() parse.Work[bool] {
		return func(b *parse.Block, d parse.Decoder) bool {
			d.Decode(b, func(ev *event.Event) bool {
				r.fired = append(r.fired, p.match(t, matcher, batch, ev))
				return true
			}, report)
			return true
		}
	}
	err := parse.Run(context.Background(), inputs, parse.Options{Workers: 1, Names: p.names},
		work, parse.Results[bool]{Take: func(bool) error { return nil }, Report: report})
	if err != nil {
		t.Fatal(err)
	}
	err = batch.Finish(func(h *correlation.Hit) error {
		r.correlations = append(r.correlations, file(&h.Correlation.Meta))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// archived are the records of one file of an archive.
type archived struct {
	format parse.Format
	data   []byte
}

func (a archived) inputs() iter.Seq2[parse.Input, error] {
	return func(yield func(parse.Input, error) bool) {
		yield(parse.Input{
			Path: "records", Format: a.format,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(a.data)), nil },
		}, nil)
	}
}

// match returns the files of the rules that fire on an event, once the compiled
// program and the evaluator by definition agree on them.
func (p *pack) match(t *testing.T, m *detect.Matcher, batch *correlation.Batch, ev *event.Event) []string {
	t.Helper()
	var fast, slow []string
	for _, n := range m.Match(ev) {
		fast = append(fast, file(&p.program.Rules()[n].Meta))
		match := correlation.Match{Time: ev.Time, ID: ev.ID(p.names), Rule: int(n)}
		for _, field := range p.set.Wants(int(n)) {
			var values []string
			for v := range m.Record().Values(field) {
				values = append(values, v.Text())
			}
			match.Values = append(match.Values, values)
		}
		if err := batch.Add(match); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range p.rules.Rules {
		if ok, _ := m.View().Admits(r.LogSource); ok && sigma.Match(r.Expr, m.Record()) {
			slow = append(slow, file(&r.Meta))
			if p.seen != nil {
				p.seen(r, m.Record())
			}
		}
	}
	slices.Sort(fast)
	slices.Sort(slow)
	if diff := cmp.Diff(slow, fast); diff != "" {
		t.Errorf("record %d: evaluator and program disagree (-evaluator +program):\n%s", ev.Record, diff)
	}
	return fast
}

// file is the name of a rule's file without its ending.
func file(m *sigma.Meta) string {
	return strings.TrimSuffix(path.Base(m.Position.File), ".yml")
}

func TestPackLoadsWithoutProblems(t *testing.T) {
	rules := starter.Load()
	for _, p := range rules.Problems {
		t.Error(p.Render())
	}
	if n := len(rules.Rules) + len(rules.Correlations); n != rules.Files {
		t.Errorf("%d files hold %d rules, want one each", rules.Files, n)
	}
}

// Each rule has an archive of records in testdata: those in fires.jsonl, or
// fires.log, which is read as what its content says, must make it fire, and
// those in silent.jsonl or silent.log must not. A rule is asked of each record,
// a correlation of all records of a file together.
func TestEveryRuleFiresOnItsRecordsAndOnNoOthers(t *testing.T) {
	p := newPack(t)
	for _, r := range p.rules.Rules {
		t.Run(file(&r.Meta), func(t *testing.T) {
			fires, silent := records(t, &r.Meta)
			for i, fired := range p.run(t, fires).fired {
				if !slices.Contains(fired, file(&r.Meta)) {
					t.Errorf("fires record %d: does not fire; those that do: %q", i+1, fired)
				}
			}
			for i, fired := range p.run(t, silent).fired {
				if slices.Contains(fired, file(&r.Meta)) {
					t.Errorf("silent record %d: fires", i+1)
				}
			}
		})
	}
	for _, c := range p.rules.Correlations {
		t.Run(file(&c.Meta), func(t *testing.T) {
			fires, silent := records(t, &c.Meta)
			p := p.hearing(c)
			if hits := p.run(t, fires).correlations; !slices.Contains(hits, file(&c.Meta)) {
				t.Errorf("fires: does not fire; those that do: %q", hits)
			}
			if hits := p.run(t, silent).correlations; slices.Contains(hits, file(&c.Meta)) {
				t.Errorf("silent: fires")
			}
		})
	}
}

// records returns the records of a rule, at least one of each kind.
func records(t *testing.T, m *sigma.Meta) (fires, silent archived) {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", file(m)+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		a := archived{jsonl.Format{}, f.Data}
		if path.Ext(f.Name) == ".log" {
			if a.format, _, err = formats.Recognise(f.Data); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		switch strings.TrimSuffix(f.Name, path.Ext(f.Name)) {
		case "fires":
			fires = a
		case "silent":
			silent = a
		default:
			t.Errorf("%s: neither fires nor silent", f.Name)
		}
	}
	if len(bytes.TrimSpace(fires.data)) == 0 || len(bytes.TrimSpace(silent.data)) == 0 {
		t.Fatal("the records that fire or those that are silent are missing")
	}
	return fires, silent
}

func TestEveryArchiveOfRecordsHasARule(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	for _, a := range archives {
		rule := strings.TrimSuffix(filepath.Base(a), ".txtar") + ".yml"
		if _, err := fs.Stat(starter.Rules(), rule); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestEveryRuleSaysWhatAReaderNeeds(t *testing.T) {
	rules := starter.Load()
	var metas []*sigma.Meta
	for _, r := range rules.Rules {
		metas = append(metas, &r.Meta)
	}
	for _, c := range rules.Correlations {
		metas = append(metas, &c.Meta)
	}
	for _, m := range metas {
		for what, ok := range map[string]bool{
			"a random id":             uuid4.MatchString(m.ID),
			"author dwell project":    m.Author == "dwell project",
			"licence Apache-2.0":      m.License == "Apache-2.0",
			"a level":                 m.Level != sigma.LevelNone,
			"a status":                m.Status != sigma.StatusNone,
			"a reference":             len(m.References) > 0,
			"an ATT&CK technique":     slices.ContainsFunc(m.Tags, func(s string) bool { return strings.HasPrefix(s, "attack.t") }),
			"sentences on its errors": len(m.FalsePositives) > 0 && !slices.ContainsFunc(m.FalsePositives, notASentence),
			"a description sentence":  strings.HasPrefix(m.Description, "Detects ") && !notASentence(m.Description),
		} {
			if !ok {
				t.Errorf("%s lacks %s", file(m), what)
			}
		}
	}
}

func notASentence(s string) bool { return !strings.HasSuffix(s, ".") }
