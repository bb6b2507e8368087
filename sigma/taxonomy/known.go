package taxonomy

import "github.com/dwell-project/dwell/sigma"

// Known reports whether the tables have records that belong to a log source;
// if not, it says which part of it no table gives. Records that name their log
// source themselves can belong to one that is not known.
func (t *Tables) Known(ls sigma.LogSource) (known bool, reason string) {
	if t.reachable(ls) {
		return true, ""
	}
	for _, part := range []sigma.LogSource{
		{Product: ls.Product},
		{Service: ls.Service},
		{Category: ls.Category},
		{Product: ls.Product, Service: ls.Service},
		{Product: ls.Product, Category: ls.Category},
		{Service: ls.Service, Category: ls.Category},
	} {
		if !t.reachable(part) {
			return false, "no log source table gives " + logSourceName(part)
		}
	}
	return false, "no log source table gives " + logSourceName(ls)
}

// reachable reports whether some origin has a view that admits the log source.
// Each part may come from another entry, so it looks for entries, one a part,
// whose conditions an origin can satisfy together.
func (t *Tables) reachable(ls sigma.LogSource) bool {
	var needed [][]*logSource
	for _, part := range []struct {
		name string
		of   func(*logSource) string
	}{
		{ls.Category, func(e *logSource) string { return e.Category }},
		{ls.Service, func(e *logSource) string { return e.Service }},
		{ls.Product, func(e *logSource) string { return e.Product }},
	} {
		if part.name == "" {
			continue
		}
		var givers []*logSource
		for i := range t.logsources {
			if part.of(&t.logsources[i]) == fold(part.name) {
				givers = append(givers, &t.logsources[i])
			}
		}
		needed = append(needed, givers)
	}
	return t.meet(ls, when{}, needed)
}

// meet reports whether an origin that satisfies w, and an entry of each of the
// needed lists, has a view that admits the log source.
func (t *Tables) meet(ls sigma.LogSource, w when, needed [][]*logSource) bool {
	if len(needed) == 0 {
		return t.anyAdmits(ls, w)
	}
	for _, e := range needed[0] {
		if both, ok := w.and(&e.When); ok && t.meet(ls, both, needed[1:]) {
			return true
		}
	}
	return false
}

// anyAdmits tries the values that w lists; an exclusion may rule some out.
func (t *Tables) anyAdmits(ls sigma.LogSource, w when) bool {
	for _, schema := range examples(w.Schema) {
		for _, channel := range examples(w.Channel) {
			for _, provider := range examples(w.Provider) {
				for _, code := range examples(w.Code) {
					v := t.View(Origin{Schema: schema, Channel: channel, Provider: provider, Code: code})
					if ok, _ := v.Admits(ls); ok {
						return true
					}
				}
			}
		}
	}
	return false
}

// examples returns values that satisfy a list; "*" stands for itself, which is
// as good a channel as any.
func examples(l list) []string {
	if len(l) == 0 {
		return []string{""}
	}
	return l
}
