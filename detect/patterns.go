package detect

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/lines"
)

// Full patterns of indicators are decided in three steps. A test of a pattern
// has a gate, an expression over keywords that the one program evaluates with
// the rules: in the lists of a class, test t is rule -1-t. Where a gate is open
// the record is shown as objects and the test asked by the letter. What more
// than one record decides is told apart by [sightings], in order of time.

// patternTest is one test of an indicator's pattern.
type patternTest struct {
	indicator int32
	pattern   *stixpattern.Pattern
	number    int // in the pattern
	gate      node
}

// patterns are the full patterns of a program.
type patterns struct {
	tests   []patternTest
	byID    map[string]int // the first test of an indicator, by its id
	objects *observed.Tables
	mapping *ecs.Tables
	types   map[string]bool // of the objects that the tests look at
}

// addPatterns compiles the full patterns of the program's indicators.
func (p *Program) addPatterns() error {
	if p.indicators == nil {
		return nil
	}
	for i, indicator := range p.indicators.Indicators() {
		if indicator.Full == nil {
			continue
		}
		if p.patterns.byID == nil {
			p.patterns.byID = map[string]int{}
		}
		p.patterns.byID[indicator.ID] = len(p.patterns.tests)
		for _, t := range indicator.Full.Tests {
			p.patterns.tests = append(p.patterns.tests, patternTest{
				indicator: int32(i), pattern: indicator.Full, number: t.Number, gate: p.predicates.compileExpr(observed.Gate(t)),
			})
		}
	}
	if len(p.patterns.tests) == 0 {
		return nil
	}
	var all []*stixpattern.Pattern
	for _, n := range p.patterns.byID {
		all = append(all, p.patterns.tests[n].pattern)
	}
	p.patterns.types = observed.TypesOf(all...)
	var err error
	var text ecs.File
	if p.patterns.objects, err = observed.Load(); err == nil {
		text, err = lines.Format{}.Table()
	}
	if err == nil {
		p.patterns.mapping, err = ecs.Load(text)
	}
	if err != nil {
		p.patterns = patterns{}
	}
	return err
}

// testRules adds the tests to the rules of a class.
func (p *Program) testRules(c *class) {
	for i := range p.patterns.tests {
		c.rules = append(c.rules, classRule{number: testRule(int32(i)), condition: p.patterns.tests[i].gate})
	}
}

// testRule is the number of a test among rules, and of a rule among tests.
func testRule(n int32) int32 { return -1 - n }

// held is a test that holds of the event at hand.
type held struct {
	test  int32
	roots []bool
}

// looker asks tests of the records whose gates are open.
type looker struct {
	observer *observed.Observer
	objects  []stixpattern.Object
	held     []held
	// sighted are the indicators of which tests hold that one record does not
	// decide.
	sighted []int32
}

// matchPatterns asks the tests whose gates are open, adds to those fired the
// indicators that the event alone decides, and keeps the others.
func (m *Matcher) matchPatterns(open []int32) {
	p, l := m.program, &m.looker
	if l.observer == nil {
		l.observer = p.patterns.objects.NewObserver(p.patterns.mapping, p.names, p.patterns.types)
	}
	l.objects = l.observer.Objects(m.event)
	for _, n := range open {
		t := &p.patterns.tests[n]
		if !p.indicators.InForce(t.indicator, m.event.Time) {
			continue
		}
		if roots, ok := t.pattern.Tests[t.number].Roots(l.objects); ok {
			l.held = append(l.held, held{n, roots})
		}
	}
	slices.SortFunc(l.held, func(a, b held) int { return int(a.test - b.test) })
	for from := 0; from < len(l.held); {
		t := &p.patterns.tests[l.held[from].test]
		numbers := m.testsOf(t.indicator)
		switch {
		case !t.pattern.Single():
			l.sighted = append(l.sighted, t.indicator)
		case t.pattern.HoldsOf(m.event.Time, numbers):
			m.fired = append(m.fired, int32(len(p.rules))+t.indicator)
		}
		from += len(numbers)
	}
	slices.Sort(m.fired)
}

// testsOf returns the numbers, in its pattern, of an indicator's tests that hold.
func (m *Matcher) testsOf(indicator int32) []int {
	var numbers []int
	for _, h := range m.looker.held {
		if t := &m.program.patterns.tests[h.test]; t.indicator == indicator {
			numbers = append(numbers, t.number)
		}
	}
	return numbers
}

// eachHeld calls visit with the fields that hold what an indicator's tests ask
// for, under the record's own names; what stands in no field as it is, under its
// path.
func (m *Matcher) eachHeld(indicator int32, visit func(name string, f event.Field)) {
	for _, h := range m.looker.held {
		t := &m.program.patterns.tests[h.test]
		if t.indicator != indicator {
			continue
		}
		for _, found := range t.pattern.Tests[t.number].Found(m.looker.objects, h.roots) {
			text, ok := textOf(found.Value)
			if !ok {
				continue
			}
			if f, ok := m.fieldWith(text); ok {
				visit(m.program.names.Text(f.Name), f)
			} else {
				visit(found.Path.String(), event.Field{Kind: event.Text, Data: []byte(text)})
			}
		}
	}
}

func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, v != ""
	case int64:
		return strconv.FormatInt(v, 10), true
	default:
		return "", false
	}
}

// fieldWith returns the first field whose value is a text, else the first that
// has it, in any case, else the first that has as much of its end as can be: the
// beginning of a key or URL may be written in another way.
func (m *Matcher) fieldWith(text string) (event.Field, bool) {
	values := make([][]byte, len(m.event.Fields))
	wanted := bytes.ToLower([]byte(text))
	for i, f := range m.event.Fields {
		if values[i] = bytes.ToLower(f.AppendText(nil)); bytes.Equal(values[i], wanted) {
			return f, true
		}
	}
	for len(wanted) >= shortestPart {
		for i, f := range m.event.Fields {
			if bytes.Contains(values[i], wanted) {
				return f, true
			}
		}
		at := bytes.IndexAny(wanted, `\/`)
		if at < 0 {
			break
		}
		wanted = wanted[at+1:]
	}
	return event.Field{}, false
}

// shortestPart is the fewest characters, of a value that is part of a field's,
// by which the field is taken to be the one that it comes from.
const shortestPart = 4
