package lines

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/parse/ecs"
)

// asECS separates the name of a target from the conversion to it, as in
// "url as url".
const asECS = " as "

// Mapping returns where the fields of the parser's records belong in ECS: by
// native name the ECS name, and after " as " the conversion to it, if there is
// one. Fields that are called by their ECS name already are in it too.
func (p *Parser) Mapping() map[string]string {
	m := commonECS()
	own := func(name string) {
		if isECSName(name) {
			m[name] = name
		}
	}
	for name := range p.Set {
		own(name)
	}
	for i, msg := range p.Messages {
		for name := range msg.Set {
			own(name)
		}
		for _, name := range p.compiled.messages[i].names {
			own(name)
		}
	}
	for i, d := range p.Derive {
		own(d.To)
		if dp := p.compiled.derive[i]; dp != nil {
			for _, name := range dp.names {
				own(name)
			}
		}
	}
	maps.Copy(m, p.ECS)
	return m
}

// headerECS is where the fields of a header belong.
func headerECS() map[string]string {
	return map[string]string{
		"syslog.hostname": "host.name", "syslog.program": "process.name", "syslog.pid": "process.pid",
		"syslog.priority": "log.syslog.priority", "syslog.msgid": "log.syslog.msgid", "syslog.level": "log.level",
	}
}

// commonECS is where the fields of a header and those of all parsers belong.
func commonECS() map[string]string {
	m := headerECS()
	m["pid"], m["message"], m["tags"] = "process.pid", "message", "tags"
	return m
}

// isECSName says whether a name is one of the schema's, as far as parsers use
// them for what they add.
func isECSName(name string) bool {
	head, _, dotted := strings.Cut(name, ".")
	return dotted && slices.Contains([]string{
		"event", "source", "destination", "user", "host", "network", "url", "http", "process", "dns", "email",
		"user_agent", "file", "observer", "rule", "client", "server", "group", "error", "log", "tls", "threat", "service",
	}, head)
}

// Table returns the mappings of all parsers of the set as a table of package
// ecs, one section each.
func (s *Set) Table() (ecs.File, error) {
	type when struct {
		Schema string `yaml:"schema,omitempty"`
	}
	type goal struct {
		To string `yaml:"to"`
		As string `yaml:"as,omitempty"`
	}
	type section struct {
		When      when              `yaml:"when"`
		Namespace string            `yaml:"namespace,omitempty"`
		Names     map[string][]goal `yaml:"names"`
	}
	header := map[string][]goal{}
	for native, to := range headerECS() {
		header[native] = []goal{{To: to}}
	}
	all := []section{{Names: header}} // JSON in an envelope has the header's fields too
	for _, p := range s.parsers {
		names := map[string][]goal{}
		for native, targets := range p.Mapping() {
			for t := range strings.SplitSeq(targets, ", ") {
				to, as, _ := strings.Cut(t, asECS)
				names[native] = append(names[native], goal{to, as})
			}
		}
		all = append(all, section{when{p.Name}, p.Name, names})
	}
	text, err := yaml.Marshal(map[string]any{"version": ecs.FormVersion, "sections": all})
	if err != nil {
		return ecs.File{}, fmt.Errorf("writing the parsers' ECS table: %w", err)
	}
	return ecs.File{Name: "parsers", Text: text}, nil
}

// Table is [Set.Table] of the format's parsers.
func (f Format) Table() (ecs.File, error) { return f.set().Table() }
