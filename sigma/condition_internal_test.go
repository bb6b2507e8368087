package sigma

import (
	"slices"
	"strings"
	"testing"
)

// holds evaluates a parsed condition; names are true if they are in set, and
// "of" clauses are taken for names.
func holds(c *clause, set map[string]bool) bool {
	switch c.kind {
	case nameClause, ofClause:
		return set[c.String()]
	case notClause:
		return !holds(c.kids[0], set)
	case andClause:
		return !slices.ContainsFunc(c.kids, func(k *clause) bool { return !holds(k, set) })
	default:
		return slices.ContainsFunc(c.kids, func(k *clause) bool { return holds(k, set) })
	}
}

// slowHolds evaluates the words of a condition another way: it cuts at the
// operator that binds least outside of parentheses.
func slowHolds(words []string, set map[string]bool) bool {
	for _, op := range []string{"or", "and"} {
		depth := 0
		for i, w := range words {
			switch {
			case w == "(":
				depth++
			case w == ")":
				depth--
			case depth == 0 && strings.EqualFold(w, op):
				left, right := slowHolds(words[:i], set), slowHolds(words[i+1:], set)
				if op == "or" {
					return left || right
				}
				return left && right
			}
		}
	}
	switch {
	case strings.EqualFold(words[0], "not"):
		return !slowHolds(words[1:], set)
	case words[0] == "(":
		return slowHolds(words[1:len(words)-1], set)
	case len(words) == 3:
		quantity := strings.ToLower(words[0])
		switch quantity {
		case "any":
			quantity = "1"
		case "all":
		default:
			quantity = strings.TrimLeft(strings.TrimPrefix(quantity, "+"), "0")
		}
		name := words[2]
		if strings.EqualFold(name, "them") {
			name = "them"
		}
		return set[quantity+" of "+name]
	default:
		return set[words[0]]
	}
}

func namesOf(c *clause, names []string) []string {
	if c.kind == nameClause || c.kind == ofClause {
		if s := c.String(); !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	for _, k := range c.kids {
		names = namesOf(k, names)
	}
	return names
}

func FuzzConditionsHoldAsWhenCutAtTheirOperators(f *testing.F) {
	for _, s := range []string{
		"a", "a and b or not c", "not (a or b) and 1 of x*", "all of them or (a and (b or c))", "not not a", "a AND any of Them", "((a))", "a b", "2 of x* and not 1 of y*",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tokens, _, pipe := tokenize(s)
		if pipe >= 0 || len(tokens) > 60 {
			t.Skip("with an aggregation, or long")
		}
		c, p := parseCondition(tokens, len(s))
		if p.fault != "" {
			return
		}
		printed, _, _ := tokenize(c.String())
		again, q := parseCondition(printed, len(c.String()))
		if q.fault != "" {
			t.Fatalf("%q prints as %q, which does not parse: %s", s, c, q.fault)
		}
		words := make([]string, len(tokens))
		for i, tok := range tokens {
			words[i] = tok.text
		}
		names := namesOf(c, nil)
		for bits := range 1 << min(len(names), 8) {
			set := map[string]bool{}
			for i, n := range names {
				set[n] = bits>>i&1 != 0
			}
			got := holds(c, set)
			if slow := slowHolds(words, set); got != slow {
				t.Fatalf("%q with %v: %v, cut at its operators %v", s, set, got, slow)
			}
			if holds(again, set) != got {
				t.Fatalf("%q prints as %q, which differs with %v", s, c, set)
			}
		}
	})
}

func TestWindashSpellingsAreFiveForEachDash(t *testing.T) {
	for value, want := range map[string]int{"-a": 5, " -a /b": 25, "a-b": 1, "--a": 5, "-a-b -c": 25, "": 1, "-": 1, "–a": 5, "x*-a": 5} {
		p := parsePattern(value)
		got, ok := windash(p, maxExpansion)
		if !ok || len(got) != want {
			t.Errorf("windash(%q) gives %d spellings, want %d", value, len(got), want)
		}
		seen := map[string]bool{}
		for _, spelling := range got {
			seen[spelling.String()] = true
		}
		if len(seen) != want || !seen[p.String()] {
			t.Errorf("windash(%q): %d different spellings, itself among them: %v", value, len(seen), seen[p.String()])
		}
	}
}

func TestAtLeastIsTrueFromThatManyOn(t *testing.T) {
	list := make([]Expr, 5)
	for k := 1; k <= len(list); k++ {
		for bits := range 1 << len(list) {
			count := 0
			for i := range list {
				on := bits>>i&1 != 0
				list[i] = Const(on)
				if on {
					count++
				}
			}
			if got := Match(atLeast(list, k), nil); got != (count >= k) {
				t.Fatalf("atLeast(%v, %d) = %v", list, k, got)
			}
		}
	}
}
