package main

import (
	"strings"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/nested"
	"github.com/dwell-project/dwell/sigma"
)

// program returns a program with one rule for each value that is counted: a
// value is then looked up under the names that a rule knows, at the cost of
// distinct values.
func (x *surroundings) program(rules *ruleset) *detect.Program {
	var asked []*sigma.Rule
	for i := range x.values {
		v := &x.values[i]
		asked = append(asked, &sigma.Rule{Expr: &sigma.Predicate{Field: v.Field, Op: sigma.Equals, Text: v.Text(), Written: v.Text()}})
	}
	p, _ := detect.Compile(asked, nil, rules.tables, rules.names, detect.Options{})
	return p
}

// looked is what a block has of the surroundings of a hit.
type looked struct {
	near        []vicinity
	prevalences []prevalence
}

// looker looks on one worker.
type looker struct {
	x     *surroundings
	m     *detect.Matcher
	ecs   *ecs.Mapper
	rules *ruleset
	said  map[string]bool // values and names, of the record at hand
}

func (l *looker) block(b *parse.Block, d parse.Decoder) *looked {
	found := &looked{near: make([]vicinity, len(l.x.moments)), prevalences: make([]prevalence, len(l.x.values))}
	d.Decode(b, func(ev *event.Event) bool {
		for _, n := range l.m.Match(ev) {
			p := &found.prevalences[n]
			p.records++
			p.at(ev.Time)
			if p.hosts == nil {
				p.hosts = map[string]bool{}
			}
			if host := ev.HostName(); host != "" && len(p.hosts) < keptHosts {
				p.hosts[strings.ToLower(host)] = true
			}
		}
		for i, m := range l.x.moments {
			l.near(&found.near[i], m, ev)
		}
		return true
	}, func(parse.Problem) {})
	return found
}

// near takes the event in if it is around the moments.
func (l *looker) near(v *vicinity, m *moments, ev *event.Event) {
	if ev.Time.IsZero() {
		return
	}
	distance, ok := m.distance(ev.Time)
	if !ok || !m.hosts(ev) {
		return
	}
	ref := l.m.Ref()
	if !m.ofAccount(ref.Account) && !m.own[ref.ID] {
		v.others++
		return
	}
	said := l.telling(ev)
	if len(m.accounts) > 1 && ref.Account != "" {
		said += " account " + shorten(ref.Account, tellingValue)
	}
	v.count++
	v.add(nearby{
		distance: distance, at: ev.Time, id: ref.ID, own: m.own[ref.ID], dataset: ev.Dataset, code: ev.Code.Text(),
		said: said,
	})
}

// tellingNames are the ECS names that say most of what a record is about, in
// the order in which a line has them, with what is written before the value.
var tellingNames = [...]struct{ name, before string }{
	{"event.action", ""},
	{"process.command_line", ""},
	{"powershell.file.script_block_text", ""},
	{"service.name", "service "},
	{"file.path", "file "},
	{"registry.path", "key "},
	{"registry.data.strings", "= "},
	{"dns.question.name", "name "},
	{"http.request.method", ""},
	{"url.original", ""},
	{"url.path", ""},
	{"http.response.status_code", ""},
	{"user_agent.original", ""},
	{"email.subject", "subject "},
	{"source.ip", "from "},
	{"destination.ip", "to "},
	{"destination.port", ":"}, // stands behind the address
	{"winlog.logon.type", "logon "},
	{"user.target.name", "account "},
	{"rule.name", "rule "},
	{"process.executable", ""}, // long, and mostly known from the record that began it
	{"process.parent.executable", "by "},
}

// Bounds of a line about a record.
const (
	tellingMost  = 5
	tellingValue = 160 // bytes
	plainFields  = 3
)

// telling says in a line what the record is about.
func (l *looker) telling(ev *event.Event) string {
	tree := l.ecs.Map(ev)
	var parts []string
	clear(l.said)
	for _, t := range tellingNames {
		text := firstText(tree, t.name)
		// What a command line runs stands in it.
		if text == "" || l.said[text] || t.name == "process.executable" && l.said["process.command_line"] {
			continue
		}
		l.said[text], l.said[t.name] = true, true
		if t.before == ":" && l.said["destination.ip"] {
			parts[len(parts)-1] += ":" + shorten(text, tellingValue)
			continue
		}
		if parts = append(parts, t.before+shorten(text, tellingValue)); len(parts) == tellingMost {
			break
		}
	}
	if len(parts) <= 1 {
		parts = append(parts, l.plain(tree, ev)...)
	}
	return strings.Join(parts, " ")
}

func firstText(tree *nested.Tree, name string) string {
	n := tree.Node(name)
	if !tree.Has(n) {
		return ""
	}
	return tree.Values(n)[0].Text()
}

// plain is for records whose fields have no common names: the message, or the
// first values of the record's own.
func (l *looker) plain(tree *nested.Tree, ev *event.Event) []string {
	text, _, _ := strings.Cut(firstText(tree, "message"), "\n")
	if text = strings.TrimSpace(text); text != "" {
		return []string{shorten(text, tellingValue)}
	}
	var parts []string
	for i := range ev.Fields {
		f := &ev.Fields[i]
		name := l.rules.names.Text(f.Name)
		if strings.HasPrefix(name, "System.") || !f.HasText() {
			continue
		}
		text := f.Text()
		if text == "" || text == "-" {
			continue
		}
		name = name[strings.LastIndexByte(name, '.')+1:]
		if parts = append(parts, name+"="+shorten(text, tellingValue)); len(parts) == plainFields {
			break
		}
	}
	return parts
}
