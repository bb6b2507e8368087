package sigma

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// linker resolves what documents say of each other.
type linker struct {
	files [][]*entry
	// targets finds rules and correlations by id (in lower case) and by name.
	targets map[string]*entry
	// doubled finds the second document with an id or name.
	doubled map[string]*entry
	// texts finds documents by their digest.
	texts map[[32]byte]*entry
	// broken finds what was left out, for better messages.
	broken map[string]*entry
}

// link checks identity, resolves references, applies the filters and gathers
// what is left.
func link(files [][]*entry) *Collection {
	l := &linker{files: files, targets: map[string]*entry{}, broken: map[string]*entry{}, doubled: map[string]*entry{}, texts: map[[32]byte]*entry{}}
	l.each(l.index)
	l.each(l.applyFilter)
	// A correlation that is dropped may be what another refers to.
	for dropped := true; dropped; {
		dropped = false
		l.each(func(e *entry) {
			if e.correlation != nil && !l.resolved(e) {
				e.drop()
				dropped = true
			}
		})
	}
	l.cycles()
	return collect(files)
}

func (l *linker) each(do func(*entry)) {
	for _, entries := range l.files {
		for _, e := range entries {
			do(e)
		}
	}
}

// index enters a document under its id and name, and compares it with those
// already there.
func (l *linker) index(e *entry) {
	m := e.meta()
	if m == nil {
		l.indexBroken(e)
		return
	}
	if first, there := l.texts[m.Digest]; there {
		e.doc.report(CodeSameRule, "the same document is loaded twice; this one is left out",
			e.begin("again here"), first.begin("first here"))
		e.drop()
		return
	}
	l.texts[m.Digest] = e
	if m.ID != "" {
		key := strings.ToLower(m.ID)
		if first, there := l.targets[key]; there {
			e.doc.report(CodeDuplicateID, fmt.Sprintf("the id %s is used twice", m.ID),
				e.doc.at(e.id, "again here"), first.doc.at(first.anchor(m.ID), "first here"))
			l.doubled[key] = e
		} else {
			l.targets[key] = e
		}
	}
	if m.Name != "" {
		if first, there := l.targets[m.Name]; there {
			e.doc.report(CodeDuplicateName, fmt.Sprintf("the name %q is used twice", m.Name),
				e.doc.at(e.name, "again here"), first.doc.at(first.anchor(m.Name), "first here"))
			l.doubled[m.Name] = e
			return
		}
		l.targets[m.Name] = e
	}
}

// begin marks where the document begins.
func (e *entry) begin(label string) Mark {
	at := e.meta().Position
	return e.doc.file.mark(at.Line, at.Column, 1, label)
}

func (l *linker) indexBroken(e *entry) {
	for _, n := range []*yaml.Node{e.id, e.name} {
		if n != nil && n.Value != "" {
			l.broken[n.Value] = e
		}
	}
}

// anchor is the node that gives the entry the given name.
func (e *entry) anchor(name string) *yaml.Node {
	if e.name != nil && e.name.Value == name {
		return e.name
	}
	return e.id
}

// find returns what a reference means, nil if nothing usable.
func (l *linker) find(ref string) *entry {
	e := l.targets[ref]
	if e == nil {
		e = l.targets[strings.ToLower(ref)]
	}
	if e == nil || e.rule == nil && e.correlation == nil {
		return nil
	}
	return e
}

// resolved says whether everything the correlation refers to is there.
func (l *linker) resolved(e *entry) bool {
	ok := true
	for _, n := range e.refs {
		l.checkDoubled(e, n)
		if l.find(n.Value) == nil {
			l.reportUnresolved(e, n)
			ok = false
		}
	}
	return ok
}

// checkDoubled warns of a reference that two documents answer to.
func (l *linker) checkDoubled(e *entry, n *yaml.Node) {
	second := l.doubled[n.Value]
	if second == nil {
		second = l.doubled[strings.ToLower(n.Value)]
	}
	first := l.find(n.Value)
	if second == nil || first == nil || e.warned {
		return
	}
	e.warned = true
	e.doc.report(CodeAmbiguousRule, fmt.Sprintf("two documents have the id or name %q; the first is meant", n.Value),
		e.doc.at(n, ""), first.begin("the first"), second.begin("the second"))
}

// reportUnresolved says whether what a correlation refers to is nowhere or was
// left out.
func (l *linker) reportUnresolved(e *entry, n *yaml.Node) {
	t := l.broken[n.Value]
	if t == nil {
		t = l.targets[n.Value]
	}
	if t == nil || t.anchor(n.Value) == nil {
		e.doc.report(CodeUnknownRule, fmt.Sprintf("there is no rule with the id or name %q", n.Value), e.doc.at(n, ""))
		return
	}
	e.doc.report(CodeUnknownRule, fmt.Sprintf("the rule %q is left out", n.Value), e.doc.at(n, ""), t.doc.at(t.anchor(n.Value), "this has an error"))
}

// cycles drops correlations that refer to themselves, directly or not.
func (l *linker) cycles() {
	state := map[*entry]int{} // 1 on the path, 2 done
	var visit func(e *entry) bool
	visit = func(e *entry) bool {
		switch state[e] {
		case 1:
			return false
		case 2:
			return true
		}
		state[e] = 1
		defer func() { state[e] = 2 }()
		for _, n := range e.refs {
			if t := l.find(n.Value); t != nil && t.correlation != nil && !visit(t) {
				e.doc.report(CodeCycle, fmt.Sprintf("the correlation refers to itself through %q", n.Value), e.doc.at(n, ""))
				return false
			}
		}
		return true
	}
	var bad []*entry
	l.each(func(e *entry) {
		if e.correlation != nil && !visit(e) {
			bad = append(bad, e)
		}
	})
	l.each(func(e *entry) {
		if e.correlation != nil && e.doc.failed {
			e.drop()
		}
	})
	for _, e := range bad {
		e.drop()
	}
}

// applyFilter builds a filter into the rules it is for.
func (l *linker) applyFilter(e *entry) {
	if e.filter == nil {
		return
	}
	if e.filter.Any {
		l.each(func(t *entry) {
			if t.rule != nil && e.filter.LogSource.covers(t.rule.LogSource) {
				t.rule.addFilter(e.filter)
			}
		})
		return
	}
	for i, ref := range e.filter.Rules {
		t := l.find(ref)
		switch {
		case t == nil:
			e.doc.report(CodeFilterUnknown, fmt.Sprintf("there is no rule with the id or name %q", ref), e.doc.at(e.refs[i], ""))
		case t.rule == nil:
			e.doc.report(CodeFilterUnknown, fmt.Sprintf("%q is a correlation; filters are for rules", ref), e.doc.at(e.refs[i], ""))
		case !e.filter.LogSource.covers(t.rule.LogSource):
			e.doc.report(CodeFilterLogSource, fmt.Sprintf("the filter's log source does not cover that of the rule %q, so it is not applied", ref),
				e.doc.at(e.refs[i], ""), t.begin("the rule"))
		default:
			t.rule.addFilter(e.filter)
		}
	}
}

func (r *Rule) addFilter(f *Filter) {
	r.Expr = And{r.Expr, f.Expr}
	r.Filters = append(r.Filters, f)
}
