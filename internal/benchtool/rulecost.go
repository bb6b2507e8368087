package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// How much of the data is a sample: of each source so many records, spread over
// its first blocks.
const (
	sampleOfSource = 60
	sampleBlocks   = 4
)

// ruleCost is what one rule took by itself on the sample.
type ruleCost struct {
	Title string
	Cost  time.Duration
	// Why is what in it can take long: regular expressions, and words that may
	// stand in any value.
	Why []string

	rule *sigma.Rule
}

// ruleCosts is what -costs writes.
type ruleCosts struct {
	Records, Sources, Rules int
	All                     time.Duration // of the rules together, in one program
	Sum                     time.Duration // of each by itself
	Dear                    []ruleCost    // the dearest, falling
}

// dearest is how many rules are listed, looked of how many the time is measured
// again, so many times.
const (
	dearest = 10
	looked  = 60
	repeats = 4
)

// costs measures each rule by itself on a sample of the data and writes the
// result as JSON. In one program rules share most of what they look for, so that
// what a rule takes by itself is the most it can add.
func costs(o options, out io.Writer) error {
	names := event.NewNames()
	records, sources, err := sampleRecords(o.data, names)
	if err != nil {
		return err
	}
	tables, err := taxonomy.Load()
	if err != nil {
		return err
	}
	c := sigma.Load([]string{filepath.Join(o.work, "rules-all"), o.starter})
	debug.SetGCPercent(-1) // what is measured allocates little
	debug.SetMemoryLimit(1 << 30)
	none := matchTime(records, tables, names, nil)
	for range repeats {
		none = min(none, matchTime(records, tables, names, nil))
	}
	result := ruleCosts{Records: len(records), Sources: sources, Rules: len(c.Rules)}
	result.All = matchTime(records, tables, names, c.Rules) - none
	for _, r := range c.Rules {
		took := max(0, matchTime(records, tables, names, []*sigma.Rule{r})-none)
		result.Sum += took
		result.Dear = append(result.Dear, ruleCost{Title: r.Title, Cost: took, Why: reasons(r.Expr), rule: r})
	}
	result.keepDearest(looked)
	for i := range result.Dear { // what looked dear may have been interrupted
		d := &result.Dear[i]
		for range repeats {
			again := max(0, matchTime(records, tables, names, []*sigma.Rule{d.rule})-none)
			if again < d.Cost {
				result.Sum -= d.Cost - again
				d.Cost = again
			}
		}
	}
	result.keepDearest(dearest)
	return json.NewEncoder(out).Encode(result)
}

// keepDearest leaves the n dearest rules, falling.
func (c *ruleCosts) keepDearest(n int) {
	slices.SortStableFunc(c.Dear, func(a, b ruleCost) int { return cmp.Compare(b.Cost, a.Cost) })
	c.Dear = c.Dear[:min(n, len(c.Dear))]
}

// matchTime returns the CPU time that a new matcher takes over the records.
func matchTime(records []event.Event, tables *taxonomy.Tables, names *event.Names, rules []*sigma.Rule) time.Duration {
	program, _ := detect.Compile(rules, nil, tables, names, detect.Options{}) // problems are those of correlations
	m := program.NewMatcher()
	before := cpuTime()
	for i := range records {
		m.Match(&records[i])
	}
	return cpuTime() - before
}

// sampleRecords reads some records of every source.
func sampleRecords(dir string, names *event.Names) (records []event.Event, sources int, err error) {
	for in, err := range formats.Walk([]string{dir}, formats.Options{}) {
		if err != nil {
			continue // the scan of all data says what cannot be read
		}
		r, err := in.Open()
		if err != nil {
			return nil, 0, err
		}
		sources++
		split, decoder := in.Format.Split(r, &event.Source{Path: in.Path}), in.Format.NewDecoder(names)
		taken := 0
		for b, n := (parse.Block{}), 0; n < sampleBlocks && taken < sampleOfSource; n++ {
			if err := split.Next(&b); err != nil {
				break
			}
			decoder.Decode(&b, func(e *event.Event) bool {
				records = append(records, ownCopy(e))
				taken++
				return taken%(sampleOfSource/sampleBlocks) != 0
			}, func(parse.Problem) {})
		}
		if err := r.Close(); err != nil {
			return nil, 0, err
		}
	}
	if len(records) == 0 {
		return nil, 0, errors.New("sampling records: there are none below " + dir)
	}
	return records, sources, nil
}

// ownCopy returns an event that does not change when its parser goes on.
func ownCopy(e *event.Event) event.Event {
	c := *e
	own := func(f *event.Field) { f.Data = bytes.Clone(f.Data) }
	c.Fields, c.Raw = slices.Clone(e.Fields), nil
	for i := range c.Fields {
		own(&c.Fields[i])
	}
	for _, f := range []*event.Field{&c.Host, &c.Provider, &c.Channel, &c.Code} {
		own(f)
	}
	return c
}

// reasons returns what of a condition can take long.
func reasons(x sigma.Expr) (all []string) {
	switch x := x.(type) {
	case sigma.And:
		for _, y := range x {
			all = append(all, reasons(y)...)
		}
	case sigma.Or:
		for _, y := range x {
			all = append(all, reasons(y)...)
		}
	case sigma.Not:
		return reasons(x.X)
	case *sigma.Predicate:
		if x.Regexp != nil {
			all = append(all, "`"+x.Regexp.String()+"`")
		}
		if x.Field == "" {
			all = append(all, "keywords: every value of every record is looked at")
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// readCosts reads what a run with -costs wrote.
func readCosts(path string) (c ruleCosts, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(data, &c)
}

// dearShare is the share of the time of all rules from which a rule needs a
// reason.
const dearShare = 0.05

func (r *report) ruleCosts() (title, text string) {
	c := &r.costs
	t := table{head: []string{"rule", "share of all rules' time", "µs a record", "what can take long in it"}}
	over := 0
	for _, d := range c.Dear {
		share := float64(d.Cost) / float64(max(c.Sum, 1))
		if share > dearShare {
			over++
		}
		t.add(d.Title, fmt.Sprintf("%.1f %%", 100*share), fmt.Sprintf("%.3f", float64(d.Cost.Nanoseconds())/1e3/float64(max(c.Records, 1))), shortened(d.Why))
	}
	text = fmt.Sprintf("SigmaHQ's rules and the starter pack over all of the data, %s sources: the scan ends with %s CPU s and %s MB, and without a crash.\n\n"+
		"Each of the %s rules was then compiled alone and run over %s records, up to %d of each source; its time is that above a program\n"+
		"without rules. Together, in one program, the rules take %.2f of the sum. The dearest:\n\n%s\n",
		grouped(float64(c.Sources)), r.cpu(dwellData).with(1), grouped(r.memory(dwellData).high), grouped(float64(c.Rules)), grouped(float64(c.Records)), sampleOfSource,
		float64(c.All)/float64(max(c.Sum, 1)), t.String())
	return "What each rule costs", text + fmt.Sprintf("%s take more than %.0f %% of the time of all.\n", countOf(over, "rule"), 100*dearShare)
}

// shortened joins reasons up to a bearable length.
func shortened(why []string) string {
	const most = 90
	text := strings.Join(why, "; ")
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func countOf(n int, what string) string {
	if n == 0 {
		return "No " + what + "s"
	}
	return fmt.Sprintf("%d %ss", n, what)
}
