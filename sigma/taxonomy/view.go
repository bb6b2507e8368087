package taxonomy

import (
	"strings"

	"github.com/dwell-project/dwell/sigma"
)

// View is what the tables know of the records of one origin.
type View struct {
	Products, Services, Categories []Attribute

	sections []*fieldSection
	reason   string
}

// Attribute is a product, service or category that records belong to.
type Attribute struct {
	Name string // in lower case
	// Conditions are indexes into [Tables.Conditions]: a record belongs here
	// if it satisfies one of them. Nil means all records of the origin do.
	Conditions []int
}

// Group is a set of conditions of which a record must satisfy one, as indexes
// into [Tables.Conditions].
type Group []int

// View returns what the tables know of the records of an origin.
func (t *Tables) View(o Origin) View {
	o = t.normal(o)
	var v View
	for i := range t.logsources {
		e := &t.logsources[i]
		if !applies(&e.When, &e.Unless, &o) {
			continue
		}
		v.Products = merge(v.Products, e.Product, e.condition)
		v.Services = merge(v.Services, e.Service, e.condition)
		v.Categories = merge(v.Categories, e.Category, e.condition)
	}
	if v.Empty() {
		v.addNamed(o)
	}
	if v.Empty() {
		v.reason = noLogSource(o)
	}
	v.sections = t.sectionsFor(&o)
	return v
}

// normal folds an origin and finds the channel of a record that names none, or
// only the one in which a collector keeps everybody's records.
func (t *Tables) normal(o Origin) Origin {
	o = Origin{
		Schema: fold(o.Schema), Channel: fold(o.Channel), Provider: fold(o.Provider), Code: fold(o.Code),
		Product: fold(o.Product), Service: fold(o.Service), Category: fold(o.Category),
	}
	if o.Channel == "" || t.carriers[o.Channel] {
		if c, ok := t.providers[o.Provider]; ok {
			o.Channel = c
		}
	}
	return o
}

// merge adds an attribute, which holds under one condition or, if that is -1,
// always. What holds always no longer needs its conditions.
func merge(attrs []Attribute, name string, condition int) []Attribute {
	if name == "" {
		return attrs
	}
	for i := range attrs {
		a := &attrs[i]
		switch {
		case a.Name != name:
			continue
		case condition < 0:
			a.Conditions = nil
		case a.Conditions != nil:
			a.Conditions = append(a.Conditions, condition)
		}
		return attrs
	}
	a := Attribute{Name: name}
	if condition >= 0 {
		a.Conditions = []int{condition}
	}
	return append(attrs, a)
}

func (v *View) addNamed(o Origin) {
	v.Products = merge(v.Products, o.Product, -1)
	v.Services = merge(v.Services, o.Service, -1)
	v.Categories = merge(v.Categories, o.Category, -1)
}

// Empty reports whether the records belong to no log source at all; then only
// a rule whose log source has no part at all may see them.
func (v View) Empty() bool {
	return len(v.Products)+len(v.Services)+len(v.Categories) == 0
}

// Reason says in a sentence why an empty view is empty.
func (v View) Reason() string { return v.reason }

// Admits reports whether rules of a log source may see the records of this
// view: every part that the rule names must be among the view's. A record must
// then satisfy at least one condition of each group; mostly there are none.
func (v View) Admits(ls sigma.LogSource) (ok bool, groups []Group) {
	for _, part := range []struct {
		wanted string
		attrs  []Attribute
	}{{ls.Product, v.Products}, {ls.Service, v.Services}, {ls.Category, v.Categories}} {
		if part.wanted == "" {
			continue
		}
		a, ok := find(part.attrs, fold(part.wanted))
		if !ok {
			return false, nil
		}
		if a.Conditions != nil {
			groups = append(groups, a.Conditions)
		}
	}
	return true, groups
}

func find(attrs []Attribute, name string) (Attribute, bool) {
	for _, a := range attrs {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

// String names the view's log sources, as "windows · sysmon · process_creation".
func (v View) String() string {
	var parts []string
	for _, attrs := range [][]Attribute{v.Products, v.Services, v.Categories} {
		for _, a := range attrs {
			parts = append(parts, a.Name)
		}
	}
	return strings.Join(parts, " · ")
}

func noLogSource(o Origin) string {
	if o.Channel+o.Provider+o.Code == "" {
		return "the record names no channel, provider or event code, and no product, service or category"
	}
	var said []string
	for _, p := range [][2]string{{"channel", o.Channel}, {"provider", o.Provider}, {"event code", o.Code}} {
		if p[1] != "" {
			said = append(said, p[0]+" "+p[1])
		}
	}
	return "no table knows " + strings.Join(said, ", ") + " in schema " + o.Schema +
		", and the record names no product, service or category"
}
