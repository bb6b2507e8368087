package entityday

import (
	"slices"
	"strings"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/ecs"
)

// plan is what to take from the records of one origin.
type plan struct {
	fields []*fieldPlan // by name, nil where not met yet
	// domains are the fields that hold domains of accounts.
	domains []domainField
}

// domainField is a native field that becomes an ECS field for domains of
// accounts.
type domainField struct{ native, ecs string }

// fieldPlan is what to take from one native field.
type fieldPlan struct {
	uses   []*use
	native string
	// domain is one more than the field's number among the plan's domains, 0 if
	// it holds none.
	domain int
	// standIn is the field's rank as what stands for the host, 0 if it cannot.
	standIn int
}

// use is that the values of a field are read as entities in one way. All
// fields that are read alike share it.
type use struct {
	number int
	kind   useKind
	field  entity.Field
	read   map[string][]entity.Entity // of texts met before
}

// useKind makes a use unique.
type useKind struct {
	kind   entity.Kind
	role   entity.Role
	as     string
	split  string
	domain string
	sid    bool
}

// What is remembered is bounded: the plans, the fields in all of them, the texts
// of a use, and their length in bytes.
const (
	maxPlans     = 4096
	maxFields    = 1 << 22
	maxRead      = 1 << 14
	maxReadBytes = 1 << 10
)

// standIns are the ECS fields whose address stands for the host of a record that
// names none, worst first.
var standIns = []string{"client.address", "source.address", "client.ip", "source.ip"}

// field returns what to take from a field of the plan's records.
func (x *Extractor) field(o ecs.Origin, p *plan, n event.Name) *fieldPlan {
	if int(n) < len(p.fields) && p.fields[n] != nil {
		return p.fields[n]
	}
	for int(n) >= len(p.fields) {
		p.fields = append(p.fields, nil)
		x.fields++
	}
	f := &fieldPlan{native: x.names.Text(n)}
	p.fields[n] = f
	x.targets = x.mapper.Targets(x.targets[:0], o, n)
	for _, t := range x.targets {
		name, as, ok := ecsField(t)
		if !ok {
			continue
		}
		f.add(x, p, name, as, t.Split)
		if t.As == "account" { // u@d is a mailbox too, as package ecs has it
			f.add(x, p, t.Name+".email", as, t.Split)
		}
	}
	return f
}

// add notes that the field's values end up in an ECS field.
func (f *fieldPlan) add(x *Extractor, p *plan, name, as, split string) {
	if x.domains[name] && as == "" && f.domain == 0 {
		p.domains = append(p.domains, domainField{f.native, name})
		f.domain = len(p.domains)
	}
	f.standIn = max(f.standIn, slices.Index(standIns, name)+1)
	field, ok := entity.FieldOf(name)
	if !ok {
		return
	}
	if u := x.use(field, as, split); !slices.Contains(f.uses, u) {
		f.uses = append(f.uses, u)
	}
}

// ecsField returns the ECS field that a target's values end up in, so far as
// they name entities, and the conversion that is left to do.
func ecsField(t ecs.Target) (name, as string, ok bool) {
	if t.Mapped {
		return "", "", false
	}
	switch t.As {
	case "dir", "extension", "seconds", "milliseconds", "version":
		return "", "", false
	case "list":
		return t.Name, "list", true
	case "account":
		return t.Name + ".name", "", true
	case "principal":
		return t.Name + ".name", "principal", true
	case "hashes":
		return t.Name + ".hash", "", true
	case "url":
		return t.Name + ".original", "", true
	case "request":
		return "url.original", "request", true
	case "endpoint":
		return t.Name + ".address", "", true
	default: // what package entity reads as it came, like names in < >
		return t.Name, "", true
	}
}

func (x *Extractor) use(f entity.Field, as, split string) *use {
	key := useKind{f.Kind, f.Role, as, split, f.Domain, f.OnlySID}
	u, ok := x.uses[key]
	if !ok {
		u = &use{number: len(x.uses), kind: key, field: f, read: map[string][]entity.Entity{}}
		x.uses[key] = u
	}
	return u
}

// entities reads a text and, for accounts, the domain beside it.
func (u *use) entities(domain, text string) []entity.Entity {
	switch u.kind.as {
	case "list":
		sep := u.kind.split
		if sep == "" {
			sep = ","
		}
		var all []entity.Entity
		for part := range strings.SplitSeq(text, sep) {
			all = u.field.Read(all, part)
		}
		return all
	case "request":
		parts := strings.Fields(text)
		if len(parts) < 2 {
			return nil
		}
		text = parts[1]
	case "principal":
		if at := strings.LastIndexByte(text, '/'); at > 0 && !strings.Contains(text, "@") {
			text = text[:at] + "@" + text[at+1:]
		}
	}
	if u.field.Kind == entity.Account && domain != "" && domain != "-" && !u.field.OnlySID {
		if v, ok := entity.JoinAccount(domain, text); ok {
			if v, ok = entity.Canonical(entity.Account, v); ok {
				return []entity.Entity{{Kind: entity.Account, Value: v}}
			}
		}
		return nil
	}
	return u.field.Read(nil, text)
}
