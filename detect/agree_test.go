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
	var rules []*sigma.Rule
	for i := range rapid.IntRange(1, 12).Draw(t, "rules") {
		rules = append(rules, &sigma.Rule{Meta: sigma.Meta{Title: fmt.Sprint(i)}, Expr: drawExpr(t, 3)})
	}
	names := event.NewNames()
	program, _ := Compile(rules, nil, tables, names, Options{})
	matcher := program.NewMatcher()
	// Several events through one matcher: what is remembered must not matter.
	for range rapid.IntRange(1, 8).Draw(t, "events") {
		ev := drawEvent(t, names)
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
			return f.Text() == shown.Text && (shown.Field == "" || names.Text(f.Name) == shown.Field)
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

func drawExpr(t *rapid.T, depth int) sigma.Expr {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 {
		kind = 9
	}
	many := func() []sigma.Expr {
		var out []sigma.Expr
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			out = append(out, drawExpr(t, depth-1))
		}
		return out
	}
	switch kind {
	case 0, 1, 2:
		return sigma.And(many())
	case 3, 4, 5:
		return sigma.Or(many())
	case 6, 7:
		return sigma.Not{X: drawExpr(t, depth-1)}
	case 8:
		return sigma.Const(rapid.Bool().Draw(t, "const"))
	default:
		return drawPredicate(t)
	}
}

func drawText(t *rapid.T) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune(`aAbB.\é1K`)), 0, 7, -1).Draw(t, "text")
}

func drawField(t *rapid.T) string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "field") }

func drawPredicate(t *rapid.T) *sigma.Predicate {
	p := &sigma.Predicate{
		Op:    sigma.Op(rapid.IntRange(int(sigma.Equals), int(sigma.TimePart)).Draw(t, "op")),
		Field: drawField(t), Cased: rapid.Bool().Draw(t, "cased"), Text: drawText(t),
	}
	switch p.Op {
	case sigma.Contains, sigma.StartsWith, sigma.EndsWith, sigma.Equals:
		if rapid.IntRange(0, 3).Draw(t, "keyword") == 0 {
			p.Field = ""
		}
	case sigma.Glob:
		p.Pattern = drawPattern(t)
	case sigma.Regex:
		p.Cased = true
		p.Regexp = regexp.MustCompile(rapid.SampledFrom([]string{
			`a+b`, `(?i)ab|b\.`, `^a.*b$`, `[0-9]{1,3}`, `a{2,}`, `(ab|ba)1`, `é`, `.{5,}`, `\\`, `a.*\..*b`, ``,
		}).Draw(t, "regexp"))
	case sigma.CIDR:
		p.Prefix = netip.MustParsePrefix(rapid.SampledFrom([]string{"10.0.0.0/8", "10.1.0.0/16", "fe80::/10", "0.0.0.0/0"}).Draw(t, "prefix"))
	case sigma.Less, sigma.LessEqual, sigma.Greater, sigma.GreaterEqual:
		p.Number = float64(rapid.IntRange(-2, 12).Draw(t, "number"))
	case sigma.FieldRef:
		p.Ref = sigma.Ref{Field: drawField(t), Op: sigma.Op(rapid.IntRange(int(sigma.Equals), int(sigma.EndsWith)).Draw(t, "ref"))}
	case sigma.TimePart:
		p.Part, p.Number = "hour", float64(rapid.IntRange(0, 3).Draw(t, "hour"))
		p.Ref.Op = sigma.Equals
	}
	return p
}

func drawPattern(t *rapid.T) sigma.Pattern {
	var out sigma.Pattern
	for range rapid.IntRange(1, 5).Draw(t, "parts") {
		switch rapid.IntRange(0, 2).Draw(t, "part") {
		case 0:
			out = append(out, sigma.PatternPart{Wildcard: '*'})
		case 1:
			out = append(out, sigma.PatternPart{Wildcard: '?'})
		default:
			out = append(out, sigma.PatternPart{Literal: drawText(t)})
		}
	}
	return out
}

func drawEvent(t *rapid.T, names *event.Names) *event.Event {
	ev := &event.Event{Schema: "json", Dataset: "json", Source: &event.Source{Path: "x"}}
	for range rapid.IntRange(0, 5).Draw(t, "fields") {
		f := event.Field{Name: names.Intern(drawField(t))}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			f.Kind = event.Null
		case 1:
			f.Kind = rapid.SampledFrom([]event.Kind{event.EmptyList, event.EmptyObject}).Draw(t, "empty")
		case 2:
			f.Kind, f.Data = event.Number, []byte(fmt.Sprint(rapid.IntRange(-3, 13).Draw(t, "n")))
		case 3:
			f.Kind, f.Data = event.Uint16, []byte{byte(rapid.IntRange(0, 13).Draw(t, "n")), 0}
		case 4:
			f.Kind = event.Text
			f.Data = []byte(rapid.SampledFrom([]string{"10.1.2.3", "10.2.0.1", "fe80::1%eth0", "::ffff:10.0.0.1", "2024-05-01T02:00:00Z", "K", "ſ"}).Draw(t, "special"))
		case 5:
			f.Kind = event.TextUTF16
			for _, u := range utf16.Encode([]rune(drawText(t))) {
				f.Data = append(f.Data, byte(u), byte(u>>8))
			}
		default:
			f.Kind, f.Data = event.Text, []byte(drawText(t))
		}
		ev.Fields = append(ev.Fields, f)
	}
	return ev
}
