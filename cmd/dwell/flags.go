package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// inputFlags say what is read and how.
type inputFlags struct {
	Format  string   `placeholder:"NAME" help:"Take every input for this format instead of recognising it by its content."`
	Parsers []string `sep:"none" placeholder:"PATH" help:"Parsers for text logs besides the embedded ones: a YAML file or a folder of them. Repeatable."`
	TZ      string   `name:"tz" placeholder:"ZONE" help:"The zone of times in text logs that name none, as Europe/Vienna or +02:00 (default: UTC, and the records are tagged)."`
	Workers int      `placeholder:"N" help:"Decode and match so many blocks at once (default: the number of processors). The output does not depend on it."`
	Quiet   bool     `short:"q" help:"No progress and no summary on standard error; what could not be read is still named."`

	CPUProfile string `hidden:"" name:"cpuprofile" help:"Write a CPU profile."`
	MemProfile string `hidden:"" name:"memprofile" help:"Write a heap profile at the end."`
}

// filterFlags say which records count.
type filterFlags struct {
	From instant `placeholder:"TIME" help:"Only records at or after this time: RFC 3339, or a date, in UTC unless it names a zone."`
	To   instant `placeholder:"TIME" help:"Only records before this time; a date means its first moment."`
	Host string  `placeholder:"NAME" help:"Only records of this host, in any case."`
}

// Validate implements kong's hook.
func (f *filterFlags) Validate() error {
	if from, to := f.From.Time, f.To.Time; !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return usageError("--from must be before --to, or no record can be between them")
	}
	return nil
}

func (f *filterFlags) filter() detect.Filter {
	return detect.Filter{From: f.From.Time, To: f.To.Time, Host: f.Host}
}

// ruleFlags say which rules run.
type ruleFlags struct {
	Rules        []string     `sep:"none" short:"r" placeholder:"PATH" help:"Rules to use instead of the embedded ones: a file, a folder or a zip. Repeatable."`
	MinLevel     levelFlag    `placeholder:"LEVEL" help:"Only rules of at least this level: informational, low, medium, high, critical."`
	Status       []statusFlag `placeholder:"STATUS" help:"Only rules of this status: stable, test, experimental, deprecated, unsupported. Repeatable."`
	Disable      []string     `sep:"none" placeholder:"RULE" help:"Leave out the rule with this id, name or title. Repeatable."`
	Exceptions   []string     `sep:"none" placeholder:"FILE" help:"What is known to be harmless (docs/reference/exceptions.md, or SigmaHQ's known-FPs.csv). Repeatable."`
	Taxonomy     []string     `sep:"none" placeholder:"FILE" help:"Log sources and field names beside the built-in ones (docs/reference/taxonomy.md). Repeatable."`
	Placeholders string       `placeholder:"FILE" help:"YAML map of placeholder names to lists of values, for the modifier expand."`
}

// instant is a time flag.
type instant struct{ time.Time }

// UnmarshalText reads RFC 3339, or a prefix of it down to the date, in UTC.
func (i *instant) UnmarshalText(text []byte) error {
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
	} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			i.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is no time: write 2025-03-01, 2025-03-01T10:00:00 or 2025-03-01T10:00:00+01:00", text)
}

// levelFlag is a level of the specification.
type levelFlag struct{ sigma.Level }

// UnmarshalText reads a level in any case.
func (l *levelFlag) UnmarshalText(text []byte) error {
	level, ok := sigma.ParseLevel(string(text))
	if !ok {
		return fmt.Errorf("%q is no level: informational, low, medium, high or critical", text)
	}
	l.Level = level
	return nil
}

// statusFlag is a status of the specification.
type statusFlag struct{ sigma.Status }

// UnmarshalText reads a status in any case.
func (f *statusFlag) UnmarshalText(text []byte) error {
	status, ok := sigma.ParseStatus(string(text))
	if !ok {
		return fmt.Errorf("%q is no status: stable, test, experimental, deprecated or unsupported", text)
	}
	f.Status = status
	return nil
}

// maxSmall bounds a file of settings, in bytes.
const maxSmall = 16 << 20

// readSmall reads a file of settings. What is larger than that can be, as a
// device is, is an error.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err == nil && len(text) > maxSmall {
		err = fmt.Errorf("%s: larger than %d bytes", path, maxSmall)
	}
	return text, err
}

// readPlaceholders reads a YAML map of names to a value or a list of values.
func readPlaceholders(path string) (map[string][]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	var nodes map[string]yaml.Node
	if err := yaml.Unmarshal(text, &nodes); err != nil {
		return nil, fmt.Errorf("reading %s: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	table := map[string][]string{}
	for name, node := range nodes {
		values := []*yaml.Node{&node}
		if node.Kind == yaml.SequenceNode {
			values = node.Content
		}
		table[name] = []string{}
		for _, v := range values {
			if v.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("reading %s: line %d: the values of %q are texts or numbers", path, v.Line, name)
			}
			table[name] = append(table[name], v.Value)
		}
	}
	return table, nil
}
