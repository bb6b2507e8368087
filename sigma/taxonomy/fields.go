package taxonomy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Priorities of the ways in which a native name answers to a Sigma name. A
// section may give its own for names and aliases.
const (
	identityPriority = 0
	stripPriority    = 10
	namesPriority    = 20
)

// Target is a Sigma field name that a native name answers to. Where several
// native names of a record answer to one Sigma name, only those of the lowest
// Priority give it values.
type Target struct {
	Field    string
	Priority int
}

// fieldSection maps the native names of an origin.
type fieldSection struct {
	When   when `yaml:"when"`
	Unless when `yaml:"unless"`
	// Strip are prefixes under which the rest of a name is a Sigma name. The
	// part "*" stands for one element of the name; then the last element alone
	// is a Sigma name as well.
	Strip list `yaml:"strip"`
	// Names are native names and the Sigma names they answer to.
	Names map[string]list `yaml:"names"`
	// Aliases are Sigma names, found by Strip, Names or by being native, and
	// the further Sigma names that they answer to.
	Aliases  map[string]list `yaml:"aliases"`
	Priority int             `yaml:"priority"`

	file int
}

func (t *Tables) addFields(file int, sections []fieldSection) error {
	for i, s := range sections {
		if s.When.empty() {
			return fmt.Errorf("fields[%d]: when is missing", i)
		}
		if len(s.Strip)+len(s.Names)+len(s.Aliases) == 0 {
			return fmt.Errorf("fields[%d]: maps nothing: strip, names and aliases are missing", i)
		}
		s.When.fold()
		s.Unless.fold()
		s.Names, s.Aliases = unblankAll(s.Names), unblankAll(s.Aliases)
		if s.Priority == 0 {
			s.Priority = namesPriority
		}
		s.file = file
		t.fields = append(t.fields, s)
	}
	return nil
}

func (t *Tables) sectionsFor(o *Origin) []*fieldSection {
	var found []*fieldSection
	for i := range t.fields {
		if s := &t.fields[i]; applies(&s.When, &s.Unless, o) {
			found = append(found, s)
		}
	}
	return found
}

// Sigma returns the Sigma names that a native name answers to, best priority
// first; its own full name, without blanks, is always the first.
func (v View) Sigma(native string) []Target {
	native = unblank(native)
	targets := []Target{{native, identityPriority}}
	for _, s := range v.sections {
		for i, prefix := range s.Strip {
			rest, leaf := strip(native, prefix)
			targets = better(targets, rest, stripPriority+i)
			targets = better(targets, leaf, stripPriority+i)
		}
	}
	targets = v.mapped(targets, native, 0, func(s *fieldSection) map[string]list { return s.Names })
	for _, base := range slices.Clone(targets) {
		targets = v.mapped(targets, base.Field, base.Priority, func(s *fieldSection) map[string]list { return s.Aliases })
	}
	slices.SortStableFunc(targets, func(a, b Target) int { return cmp.Compare(a.Priority, b.Priority) })
	return targets
}

// mapped adds what the sections map a name to. Of several files that map it
// the last one counts, so that a user's table overrides the embedded ones.
func (v View) mapped(targets []Target, name string, base int, table func(*fieldSection) map[string]list) []Target {
	last := -1
	for _, s := range v.sections {
		if _, ok := table(s)[name]; ok {
			last = max(last, s.file)
		}
	}
	for _, s := range v.sections {
		if s.file != last {
			continue
		}
		for _, field := range table(s)[name] {
			targets = better(targets, field, base+s.Priority)
		}
	}
	return targets
}

// better adds a target, or improves the priority of the one there is.
func better(targets []Target, field string, priority int) []Target {
	if field == "" {
		return targets
	}
	for i := range targets {
		if targets[i].Field == field {
			targets[i].Priority = min(targets[i].Priority, priority)
			return targets
		}
	}
	return append(targets, Target{field, priority})
}

// strip removes a prefix. Both results are empty if name does not have it;
// leaf is empty unless the prefix has a "*" part.
func strip(name, prefix string) (rest, leaf string) {
	fixed, wild := strings.CutSuffix(prefix, "*.")
	rest, ok := strings.CutPrefix(name, fixed)
	if !ok {
		return "", ""
	}
	if !wild {
		return rest, ""
	}
	_, rest, ok = strings.Cut(rest, ".")
	if !ok {
		return "", ""
	}
	return rest, rest[strings.LastIndexByte(rest, '.')+1:]
}

// unblank removes the blanks from a field name.
func unblank(s string) string {
	if strings.IndexFunc(s, unicode.IsSpace) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func unblankAll(m map[string]list) map[string]list {
	out := make(map[string]list, len(m))
	for name, fields := range m {
		clean := make(list, len(fields))
		for i, f := range fields {
			clean[i] = unblank(f)
		}
		out[unblank(name)] = clean
	}
	return out
}
