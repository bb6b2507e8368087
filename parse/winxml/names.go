package winxml

import (
	"strings"

	"github.com/dwell-project/dwell/event"
)

const (
	// maxElements bounds the elements and attributes that one decoder remembers.
	maxElements = 1 << 14
	// maxNameSize is the longest path that gets a name of its own; longer ones
	// are [event.Overflow].
	maxNameSize = 1024
)

// place is one element or attribute at one place in the tree. The tree of
// places grows with what is met.
type place struct {
	tag       string // as written
	path      string // of the field, empty for the root
	name      event.Name
	role      role
	holdsData bool // <Data Name="X"> under it is called X
	isData    bool // it is such a Data
	isNamed   bool // it is such a Data with a Name
	ignored   bool // a namespace declaration

	kids  map[string]*place // elements
	attrs map[string]*place
	named map[string]*place // for isData: by the value of Name
	next  *place            // the sibling that followed before
	first *place            // the child that came first before
}

// role is what a field says about its event.
type role uint8

const (
	_ role = iota
	roleChannel
	roleCode
	roleHost
	roleProvider
	roleTime
	roleRecord
	nRoles
)

func roleOf(path string) role {
	switch path {
	case "System.Channel":
		return roleChannel
	case "System.EventID":
		return roleCode
	case "System.Computer":
		return roleHost
	case "System.Provider.Name":
		return roleProvider
	case "System.TimeCreated.SystemTime":
		return roleTime
	case "System.EventRecordID":
		return roleRecord
	default:
		return 0
	}
}

// places makes and numbers places.
type places struct {
	names *event.Names
	n     int
}

func (p *places) make(path, tag string) *place {
	x := &place{tag: tag, path: path, role: roleOf(path)}
	x.holdsData = path == "EventData" || path == "UserData"
	if len(path) <= maxNameSize {
		x.name = p.names.Intern(path)
	}
	return x
}

// keep remembers x under text, unless there are too many.
func (p *places) keep(in *map[string]*place, text string, x *place) *place {
	if p.n < maxElements && len(text) <= maxNameSize {
		if *in == nil {
			*in = map[string]*place{}
		}
		(*in)[text] = x
		p.n++
	}
	return x
}

// kid returns the place of the child element of parent with the given tag.
func (p *places) kid(parent *place, tag []byte) *place {
	if x, ok := parent.kids[string(tag)]; ok {
		return x
	}
	text := string(tag)
	x := p.make(join(parent.path, text), text)
	x.isData = parent.holdsData && text == "Data"
	return p.keep(&parent.kids, text, x)
}

// attr returns the place of an attribute.
func (p *places) attr(parent *place, tag []byte) *place {
	if x, ok := parent.attrs[string(tag)]; ok {
		return x
	}
	text := string(tag)
	x := p.make(join(parent.path, text), text)
	x.ignored = text == "xmlns" || strings.HasPrefix(text, "xmlns:")
	return p.keep(&parent.attrs, text, x)
}

// data returns the place of a Data element whose Name is value.
func (p *places) data(data *place, value event.Field) *place {
	if x, ok := data.named[string(value.Data)]; ok {
		return x
	}
	name := value.Text()
	if name == "" {
		return data
	}
	x := p.make(strings.TrimSuffix(data.path, "Data")+name, data.tag)
	x.isNamed = true
	return p.keep(&data.named, string(value.Data), x)
}

func join(path, name string) string {
	if len(path) > maxNameSize {
		path = path[:maxNameSize] // already too long to have a number
	}
	if path == "" {
		return name
	}
	return path + "." + name
}
