package detect

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// The oracle of the compiled program is the evaluator of package sigma, which
// goes through one rule after the other by definition.

func TestProgramAgreesWithTheSlowEvaluator(t *testing.T) {
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) { checkAgreement(t, tables) })
}

func FuzzProgramAgreesWithTheSlowEvaluator(f *testing.F) {
	tables, err := taxonomy.Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { checkAgreement(t, tables) }))
}

func checkAgreement(t *rapid.T, tables *taxonomy.Tables) {
	d := drawer{T: t}
	for range 6 {
		d.pool = append(d.pool, rapid.StringOfN(rapid.RuneFrom([]rune(`aAbB.\é1K`)), 0, 7, -1).Draw(t, "text"))
	}
	var rules []*sigma.Rule
	for i := range rapid.IntRange(1, 12).Draw(t, "rules") {
		rules = append(rules, &sigma.Rule{Meta: sigma.Meta{Title: fmt.Sprint(i)}, Expr: d.expr(3)})
	}
	names := event.NewNames()
	program, _ := Compile(rules, nil, tables, names, Options{})
	matcher := program.NewMatcher()
	// Several events through one matcher: what is remembered must not matter.
	for range rapid.IntRange(1, 8).Draw(t, "events") {
		ev := d.event(names)
		fired := slices.Clone(matcher.Match(ev))
		for i, r := range rules {
			want := sigma.Match(r.Expr, matcher.Record())
			if got := slices.Contains(fired, int32(i)); got != want {
				t.Fatalf("rule %s on %s: program says %v, evaluator %v", r.Expr, show(ev, names), got, want)
			}
		}
		for _, n := range fired {
			checkMatched(t, matcher, n, names)
		}
	}
}

// checkMatched asserts that what a detection shows are values of the event.
func checkMatched(t *rapid.T, m *Matcher, rule int32, names *event.Names) {
	for _, shown := range m.Detection(rule).Matched {
		found := slices.ContainsFunc(m.event.Fields, func(f event.Field) bool {
			return string(f.AppendJSON(nil)) == shown.JSON && (shown.Field == "" || names.Text(f.Name) == shown.Field)
		})
		if !found {
			t.Fatalf("matched %+v is no value of %s", shown, show(m.event, names))
		}
	}
}

func show(ev *event.Event, names *event.Names) string {
	s := ""
	for _, f := range ev.Fields {
		s += fmt.Sprintf("%s=%q(kind %d) ", names.Text(f.Name), f.Text(), f.Kind)
	}
	return s
}

// drawer draws rules and events whose texts come from one small pool, so that
// they meet.
type drawer struct {
	*rapid.T
	pool []string
}

func (t drawer) expr(depth int) sigma.Expr {
	kind := rapid.IntRange(0, 9).Draw(t.T, "kind")
	if depth == 0 {
		kind = 9
	}
	many := func() []sigma.Expr {
		var out []sigma.Expr
		for range rapid.IntRange(0, 3).Draw(t.T, "members") {
			out = append(out, t.expr(depth-1))
		}
		return out
	}
	switch kind {
	case 0, 1, 2:
		return sigma.And(many())
	case 3, 4, 5:
		return sigma.Or(many())
	case 6, 7:
		return sigma.Not{X: t.expr(depth - 1)}
	case 8:
		return sigma.Const(rapid.Bool().Draw(t.T, "const"))
	default:
		return t.predicate()
	}
}

func (t drawer) text() string { return rapid.SampledFrom(t.pool).Draw(t.T, "text") }

// value is a text with others of the pool before and after it.
func (t drawer) value() string {
	s := ""
	for range rapid.IntRange(0, 3).Draw(t.T, "pieces") {
		s += t.text()
	}
	return s
}

func (t drawer) field() string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t.T, "field") }

func (t drawer) predicate() *sigma.Predicate {
	p := &sigma.Predicate{
		Op:    sigma.Op(rapid.IntRange(int(sigma.Equals), int(sigma.TimePart)).Draw(t.T, "op")),
		Field: t.field(), Cased: rapid.Bool().Draw(t.T, "cased"), Text: t.value(),
	}
	switch p.Op {
	case sigma.Contains, sigma.StartsWith, sigma.EndsWith, sigma.Equals:
		if rapid.IntRange(0, 3).Draw(t.T, "keyword") == 0 {
			p.Field = ""
		}
	case sigma.Glob:
		p.Pattern = t.pattern()
	case sigma.Regex:
		p.Cased = true
		p.Regexp = regexp.MustCompile(rapid.SampledFrom([]string{
			`a+b`, `(?i)ab|b\.`, `^a.*b$`, `[0-9]{1,3}`, `a{2,}`, `(ab|ba)1`, `é`, `.{5,}`, `\\`, `a.*\..*b`, ``,
		}).Draw(t.T, "regexp"))
	case sigma.CIDR:
		p.Prefix = netip.MustParsePrefix(rapid.SampledFrom([]string{"10.0.0.0/8", "10.1.0.0/16", "fe80::/10", "0.0.0.0/0"}).Draw(t.T, "prefix"))
	case sigma.Less, sigma.LessEqual, sigma.Greater, sigma.GreaterEqual:
		p.Number = float64(rapid.IntRange(-2, 12).Draw(t.T, "number"))
	case sigma.FieldRef:
		p.Ref = sigma.Ref{Field: t.field(), Op: sigma.Op(rapid.IntRange(int(sigma.Equals), int(sigma.EndsWith)).Draw(t.T, "ref"))}
	case sigma.TimePart:
		p.Part, p.Number = "hour", float64(rapid.IntRange(0, 3).Draw(t.T, "hour"))
		p.Ref.Op = sigma.Equals
	}
	return p
}

func (t drawer) pattern() sigma.Pattern {
	var out sigma.Pattern
	for range rapid.IntRange(1, 5).Draw(t.T, "parts") {
		switch rapid.IntRange(0, 2).Draw(t.T, "part") {
		case 0:
			out = append(out, sigma.PatternPart{Wildcard: '*'})
		case 1:
			out = append(out, sigma.PatternPart{Wildcard: '?'})
		default:
			out = append(out, sigma.PatternPart{Literal: t.text()})
		}
	}
	return out
}

func (t drawer) event(names *event.Names) *event.Event {
	ev := &event.Event{Schema: "json", Dataset: "json", Source: &event.Source{Path: "x"}}
	for range rapid.IntRange(0, 5).Draw(t.T, "fields") {
		f := event.Field{Name: names.Intern(t.field())}
		switch rapid.IntRange(0, 9).Draw(t.T, "kind") {
		case 0:
			f.Kind = event.Null
		case 1:
			f.Kind = rapid.SampledFrom([]event.Kind{event.EmptyList, event.EmptyObject}).Draw(t.T, "empty")
		case 2:
			f.Kind, f.Data = event.Number, []byte(fmt.Sprint(rapid.IntRange(-3, 13).Draw(t.T, "n")))
		case 3:
			f.Kind, f.Data = event.Uint16, []byte{byte(rapid.IntRange(0, 13).Draw(t.T, "n")), 0}
		case 4:
			f.Kind = event.Text
			f.Data = []byte(rapid.SampledFrom([]string{"10.1.2.3", "10.2.0.1", "fe80::1%eth0", "::ffff:10.0.0.1", "2024-05-01T02:00:00Z", "K", "ſ"}).Draw(t.T, "special"))
		case 5:
			f.Kind = event.TextUTF16
			for _, u := range utf16.Encode([]rune(t.value())) {
				f.Data = append(f.Data, byte(u), byte(u>>8))
			}
		default:
			f.Kind, f.Data = event.Text, []byte(t.value())
		}
		ev.Fields = append(ev.Fields, f)
	}
	return ev
}
