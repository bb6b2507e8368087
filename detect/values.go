package detect

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// A valueMatcher answers all predicates of one column at once: given a value,
// which of them does it satisfy? It is built once and never changes; workers
// share it.
type valueMatcher struct {
	folded, cased textMatcher
	// checks are predicates that need more than finding a literal; needy ones
	// are reached through the literals they cannot do without.
	checks  []check
	needy   []int32 // actions of checks to make on every text
	anyText []int32 // predicates that every text satisfies

	present []int32      // predicates that ask whether there is a value, even null
	null    []int32      // … whether there is one that is null
	typed   []*predicate // predicates that read the text as a number or a time
	cidr    *bart.Table[[]int32]

	indicators *ioc.Set // nil if there are none
	firstProbe int32    // the number of the set's first probe
}

// check is a predicate evaluated on its own once its literal was seen.
type check struct {
	predicate int32
	test      func(text, folded []byte) bool
}

// textMatcher finds literals in texts that are all folded or all as they came.
type textMatcher struct {
	exact            map[string][]int32
	exactLengths     [4]uint64 // bit n: some exact text has n bytes, of 255 the rest too
	prefix, suffix   *affixes
	contains         *grams
	starts, ends, in []literal // until built
}

// scratch is a worker's buffers for resolving values.
type scratch struct {
	text, folded []byte
	key          []byte // of a value that is remembered by a hash
	actions, set []int32
	probing      ioc.Work
}

// predicate is one distinct question of the program's rules.
type predicate struct {
	number int32
	*sigma.Predicate
}

func newValueMatcher(predicates []*predicate) *valueMatcher {
	v := &valueMatcher{}
	for _, p := range predicates {
		v.add(p)
	}
	v.folded.build()
	v.cased.build()
	return v
}

func (v *valueMatcher) add(p *predicate) {
	switch p.Op {
	case sigma.Exists:
		v.present = append(v.present, p.number)
	case sigma.IsNull:
		v.null = append(v.null, p.number)
	case sigma.CIDR:
		v.addPrefix(p)
	case sigma.Less, sigma.LessEqual, sigma.Greater, sigma.GreaterEqual, sigma.TimePart:
		v.typed = append(v.typed, p)
	case sigma.Regex:
		need := needsOf(p.Regexp.String())
		match := func(text, folded []byte) bool {
			return len(text) >= need.length && need.met(folded) && p.Regexp.Match(text)
		}
		var trigger [][]byte
		if len(need.groups) > 0 {
			trigger = need.groups[0]
		}
		v.addCheck(p.number, match, trigger, &v.folded)
	case sigma.Glob:
		v.addCheck(p.number, globTest(p.Predicate), globLiteral(p.Predicate), v.texts(p.Cased))
	case sigma.FieldRef:
		// Answered on the record, not on the value: see record.
	default:
		v.addText(p)
	}
}

func (v *valueMatcher) texts(cased bool) *textMatcher {
	if cased {
		return &v.cased
	}
	return &v.folded
}

func (v *valueMatcher) addText(p *predicate) {
	text := []byte(p.Text)
	if !p.Cased {
		text = sigma.Fold(nil, text)
	}
	t := v.texts(p.Cased)
	if p.Op == sigma.Equals {
		t.addExact(text, p.number)
		return
	}
	if len(text) == 0 {
		v.anyText = append(v.anyText, p.number)
		return
	}
	l := literal{text: text, action: p.number}
	switch p.Op {
	case sigma.Contains:
		t.in = append(t.in, l)
	case sigma.StartsWith:
		t.starts = append(t.starts, l)
	case sigma.EndsWith:
		t.ends = append(t.ends, l)
	}
}

func (v *valueMatcher) addPrefix(p *predicate) {
	if v.cidr == nil {
		v.cidr = &bart.Table[[]int32]{}
	}
	known, _ := v.cidr.Get(p.Prefix)
	v.cidr.Insert(p.Prefix, append(known, p.number))
}

// addCheck files a check under literals of which every matching text has at
// least one; with none it is made on every text.
func (v *valueMatcher) addCheck(number int32, test func(text, folded []byte) bool, literals [][]byte, t *textMatcher) {
	action := ^int32(len(v.checks))
	v.checks = append(v.checks, check{predicate: number, test: test})
	if len(literals) == 0 {
		v.needy = append(v.needy, action)
		return
	}
	for _, l := range literals {
		t.in = append(t.in, literal{text: l, action: action})
	}
}

func (t *textMatcher) build() {
	if len(t.in) > 0 {
		// Paths that the rules compare whole or at an end say which grams are
		// common in values.
		var common [][]byte
		for _, l := range slices.Concat(t.starts, t.ends) {
			common = append(common, l.text)
		}
		for text := range t.exact {
			common = append(common, []byte(text))
		}
		t.contains = newGrams(t.in, common)
	}
	if len(t.starts) > 0 {
		t.prefix = newAffixes(t.starts, false)
	}
	if len(t.ends) > 0 {
		t.suffix = newAffixes(t.ends, true)
	}
	t.in, t.starts, t.ends = nil, nil, nil
}

func (t *textMatcher) empty() bool {
	return t.exact == nil && t.prefix == nil && t.suffix == nil && t.contains == nil
}

func (t *textMatcher) addExact(text []byte, number int32) {
	if t.exact == nil {
		t.exact = map[string][]int32{}
	}
	t.exact[string(text)] = append(t.exact[string(text)], number)
	n := min(len(text), 255)
	t.exactLengths[n>>6] |= 1 << (n & 63)
}

func (t *textMatcher) find(text []byte, actions []int32) []int32 {
	// Most values have a length that no exact text has.
	if n := min(len(text), 255); t.exactLengths[n>>6]&(1<<(n&63)) != 0 {
		actions = append(actions, t.exact[string(text)]...)
	}
	if t.prefix != nil {
		actions = t.prefix.find(text, actions)
	}
	if t.suffix != nil {
		actions = t.suffix.find(text, actions)
	}
	if t.contains != nil {
		actions = t.contains.find(text, actions)
	}
	return actions
}

// resolve returns the numbers of the predicates that the value satisfies, in
// ascending order. The slice is valid until the next call with the same work.
func (v *valueMatcher) resolve(f event.Field, work *scratch) []int32 {
	set := append(work.set[:0], v.present...)
	if f.Kind == event.Null {
		set = append(set, v.null...)
	}
	if f.Kind > event.EmptyObject {
		work.text = f.AppendText(work.text[:0])
		set = v.resolveText(work, set)
		if v.indicators != nil && (f.IsText() || f.Kind == event.SID) {
			for _, n := range v.indicators.FindFolded(work.text, work.folded, &work.probing) {
				set = append(set, v.firstProbe+n)
			}
		}
	}
	slices.Sort(set)
	work.set = slices.Compact(set)
	return work.set
}

// resolveText answers for the text in work.
func (v *valueMatcher) resolveText(work *scratch, set []int32) []int32 {
	actions := append(work.actions[:0], v.needy...)
	actions = append(actions, v.anyText...)
	if !v.cased.empty() {
		actions = v.cased.find(work.text, actions)
	}
	work.folded = sigma.Fold(work.folded[:0], work.text)
	if !v.folded.empty() {
		actions = v.folded.find(work.folded, actions)
	}
	if len(v.checks) > 0 {
		slices.Sort(actions) // a check reached by two literals is made once
		actions = slices.Compact(actions)
	}
	for _, a := range actions {
		if a >= 0 {
			set = append(set, a)
		} else if c := &v.checks[^a]; c.test(work.text, work.folded) {
			set = append(set, c.predicate)
		}
	}
	work.actions = actions
	return v.resolveTyped(work.text, set)
}

// resolveTyped answers the predicates that read the text as something else.
func (v *valueMatcher) resolveTyped(text []byte, set []int32) []int32 {
	for _, p := range v.typed {
		if p.MatchText(text) {
			set = append(set, p.number)
		}
	}
	if v.cidr != nil {
		if addr, err := netip.ParseAddr(string(text)); err == nil {
			addr = addr.WithZone("").Unmap()
			for _, numbers := range v.cidr.Supernets(netip.PrefixFrom(addr, addr.BitLen())) {
				set = append(set, numbers...)
			}
		}
	}
	return set
}

// globTest matches a pattern, folded unless it is cased.
func globTest(p *sigma.Predicate) func(text, folded []byte) bool {
	if p.Cased {
		return func(text, _ []byte) bool { return p.Pattern.Match(text) }
	}
	pattern := p.Pattern.Fold()
	return func(_, folded []byte) bool { return pattern.Match(folded) }
}
