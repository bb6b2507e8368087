package taxonomy

import "github.com/dwell-project/dwell/sigma"

// Known reports whether the tables have records that belong to a log source;
// if not, it says which part of it no table gives. Records that name their log
// source themselves can belong to one that is not known.
func (t *Tables) Known(ls sigma.LogSource) (known bool, reason string) {
	if t.admitted(ls) {
		return true, ""
	}
	for _, part := range []sigma.LogSource{
		{Product: ls.Product}, {Service: ls.Service}, {Category: ls.Category},
		{Product: ls.Product, Service: ls.Service},
		{Product: ls.Product, Category: ls.Category},
		{Service: ls.Service, Category: ls.Category},
		ls,
	} {
		if !t.admitted(part) {
			return false, "no log source table gives " + logSourceName(part)
		}
	}
	return true, ""
}

func (t *Tables) admitted(ls sigma.LogSource) bool {
	for i := range t.witnesses {
		if ok, _ := t.witnesses[i].Admits(ls); ok {
			return true
		}
	}
	return false
}

// allViews returns a view of every combination of values that some entry asks
// for: whatever a record can belong to, it belongs to in one of them.
func (t *Tables) allViews() []View {
	var views []View
	for i := range t.logsources {
		w := &t.logsources[i].When
		for _, schema := range examples(w.Schema) {
			for _, channel := range examples(w.Channel) {
				for _, provider := range examples(w.Provider) {
					for _, code := range examples(w.Code) {
						views = append(views, t.View(Origin{Schema: schema, Channel: channel, Provider: provider, Code: code}))
					}
				}
			}
		}
	}
	return views
}

// examples returns values that satisfy a list; "*" stands for itself, which is
// as good a channel as any.
func examples(l list) []string {
	if len(l) == 0 {
		return []string{""}
	}
	return l
}
