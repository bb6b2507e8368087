package observed

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/nested"
)

// Observer shows records as objects. It is used by one goroutine.
type Observer struct {
	templates []template
	mapper    *ecs.Mapper

	tree    *nested.Tree
	objects []stixpattern.Object
	named   map[string][]any // ids by the template's name
}

// NewObserver returns an observer of events whose names are in names, which
// shows objects of some types ([TypesOf]), of all types if they are nil. mapping
// gives events the names of ECS.
func (t *Tables) NewObserver(mapping *ecs.Tables, names *event.Names, types map[string]bool) *Observer {
	o := &Observer{mapper: ecs.NewMapper(mapping, names), named: map[string][]any{}}
	for _, object := range t.table.Objects {
		if types == nil || types[object.Type] {
			o.templates = append(o.templates, object)
		}
	}
	return o
}

// TypesOf returns the types of the objects that patterns look at.
func TypesOf(patterns ...*stixpattern.Pattern) map[string]bool {
	types := map[string]bool{}
	for _, p := range patterns {
		for _, t := range p.Tests {
			t.EachPath(func(path stixpattern.Path) {
				addType(types, path.Type)
				for _, s := range path.Steps {
					addType(types, referred[s.Key])
				}
			})
		}
	}
	delete(types, "")
	return types
}

// addType notes a type, and that some objects are among others.
func addType(types map[string]bool, typ string) {
	types[typ] = true
	switch typ {
	case "ipv4-addr", "ipv6-addr":
		types["address"] = true
	case "address": // what traffic goes to may be known by its name alone
		types["domain-name"] = true
	}
}

// Objects returns what the record shows, always in the same order. They are
// new at each call.
func (o *Observer) Objects(ev *event.Event) []stixpattern.Object {
	o.tree = o.mapper.Map(ev)
	o.objects = nil
	clear(o.named)
	var later []pendingRefs
	for i := range o.templates {
		t := &o.templates[i]
		switch {
		case !o.admits(t):
		case t.Type == "windows-registry-key":
			o.registry()
		case len(t.Each) > 0:
			later = o.each(t, later)
		default:
			later = o.object(t, later)
		}
	}
	for _, p := range later {
		o.refer(p)
	}
	return o.objects
}

// pendingRefs waits until all objects are made.
type pendingRefs struct {
	template *template
	object   stixpattern.Object
}

func (o *Observer) values(name string) []event.Field { return o.tree.Values(o.tree.Node(name)) }

func (o *Observer) text(name string) string {
	for _, t := range texts(o.values(name)) {
		return t
	}
	return ""
}

func (o *Observer) admits(t *template) bool {
	for name, wanted := range t.When {
		if !slices.Contains(wanted, o.text(name)) {
			return false
		}
	}
	return true
}

// add keeps an object.
func (o *Observer) add(typ, name string, object stixpattern.Object) {
	id := typ + "--" + strconv.Itoa(len(o.objects))
	object["type"], object["id"] = typ, id
	o.objects = append(o.objects, object)
	if name != "" {
		o.named[name] = append(o.named[name], id)
	}
}

// each makes an object of every value.
func (o *Observer) each(t *template, later []pendingRefs) []pendingRefs {
	for _, name := range t.Each {
		for _, v := range o.values(name) {
			values := conversions[t.As](o, []event.Field{v})
			for _, value := range values {
				typ := t.Type
				if text, _ := value.(string); typ == "address" {
					if typ = addressType(text); typ == "" {
						continue
					}
				}
				object := stixpattern.Object{"value": value}
				o.add(typ, t.Name, object)
				later = append(later, pendingRefs{t, object})
			}
		}
	}
	return later
}

func addressType(text string) string {
	switch a, err := netip.ParseAddr(text); {
	case err != nil:
		return ""
	case a.Is4():
		return "ipv4-addr"
	default:
		return "ipv6-addr"
	}
}

// object makes the object of a template if it has a value.
func (o *Observer) object(t *template, later []pendingRefs) []pendingRefs {
	var object stixpattern.Object
	for i := range t.order {
		path, s := t.order[i], &t.sources[i]
		values := o.firstOf(s)
		if len(values) == 0 {
			continue
		}
		for _, v := range conversions[s.As](o, values) {
			if object == nil {
				object = stixpattern.Object{}
			}
			place(object, path, v)
		}
	}
	if object == nil {
		if !o.onlyRefs(t) {
			return later
		}
		object = stixpattern.Object{}
	}
	o.add(t.Type, t.Name, object)
	return append(later, pendingRefs{t, object})
}

// firstOf returns the values of the first of a source's names that has any, or,
// for a list, of all.
func (o *Observer) firstOf(s *source) []event.Field {
	var all []event.Field
	for _, name := range s.From {
		values := o.values(name)
		if s.As != "all" && len(values) > 0 {
			return values
		}
		all = append(all, values...)
	}
	return all
}

// onlyRefs says whether a template is worth making for what it refers to:
// traffic that has no port, mail without a subject.
func (o *Observer) onlyRefs(t *template) bool {
	if t.Type != "network-traffic" && t.Type != "email-message" {
		return false
	}
	for _, s := range t.Properties {
		for _, name := range append(slices.Clone(s.Ref), s.Refs) {
			if name != "" && len(o.named[name]) > 0 {
				return true
			}
		}
	}
	return false
}

// place writes a value under a dotted path.
func place(object map[string]any, path string, v any) {
	for {
		key, rest, ok := strings.Cut(path, ".")
		if !ok {
			object[key] = v
			return
		}
		below, _ := object[key].(map[string]any)
		if below == nil {
			below = map[string]any{}
			object[key] = below
		}
		object, path = below, rest
	}
}

// refer writes the references of an object.
func (o *Observer) refer(p pendingRefs) {
	for _, path := range p.template.order {
		s := p.template.Properties[path]
		if ids := o.named[s.Refs]; s.Refs != "" && len(ids) > 0 {
			place(p.object, path, ids)
		}
		for _, name := range s.Ref {
			if ids := o.named[name]; len(ids) > 0 {
				place(p.object, path, ids[0])
				break
			}
		}
	}
}
