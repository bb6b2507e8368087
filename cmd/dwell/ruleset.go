package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/detect/starter"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// ruleset is the rules of a run, ready to run.
type ruleset struct {
	collection *sigma.Collection
	tables     *taxonomy.Tables
	options    detect.Options
	names      *event.Names
	program    *detect.Program
	indicators []*ioc.Indicator
	// paths are what --rules named, exceptionFiles what --exceptions did.
	paths, exceptionFiles []string
	indicatorFiles        []fileEntry // with warning lists
}

// collection reads the rules that the flags name, else the embedded ones.
func (f *ruleFlags) collection() (*sigma.Collection, error) {
	if len(f.Rules) == 0 {
		return sigma.LoadFS(starter.Rules()), nil
	}
	for _, p := range f.Rules {
		if _, err := os.Stat(p); err != nil {
			return nil, fmt.Errorf("reading rules: %w", err)
		}
	}
	placeholders, err := readPlaceholders(f.Placeholders)
	if err != nil {
		return nil, fmt.Errorf("reading placeholders: %w", err)
	}
	var opts []sigma.Option
	if placeholders != nil {
		opts = append(opts, sigma.WithPlaceholders(placeholders))
	}
	return sigma.Load(f.Rules, opts...), nil
}

// tables reads the taxonomy with the user's tables.
func (f *ruleFlags) tables() (*taxonomy.Tables, error) {
	var user []taxonomy.File
	for _, p := range f.Taxonomy {
		text, err := readSmall(p)
		if err != nil {
			return nil, fmt.Errorf("reading taxonomy: %w", err)
		}
		user = append(user, taxonomy.File{Name: p, Text: text})
	}
	return taxonomy.Load(user...)
}

func (f *ruleFlags) options() (detect.Options, error) {
	opt := detect.Options{MinLevel: f.MinLevel.Level, Disabled: f.Disable}
	for _, s := range f.Status {
		opt.Statuses = append(opt.Statuses, s.Status)
	}
	for _, p := range f.Exceptions {
		exceptions, err := detect.LoadExceptions(p)
		if err != nil {
			return opt, fmt.Errorf("reading exceptions: %w", err)
		}
		opt.Exceptions = append(opt.Exceptions, exceptions...)
	}
	return opt, nil
}

// load reads and compiles the rules and reports what is wrong with them.
func (f *ruleFlags) load(s *session) (*ruleset, error) { return f.loadWith(s, &indicatorFlags{}) }

// loadWith is load with indicators beside the rules.
func (f *ruleFlags) loadWith(s *session, indicators *indicatorFlags) (*ruleset, error) {
	return f.compile(s, nil, indicators)
}

// compile is loadWith for the given rules instead of those that the flags name.
func (f *ruleFlags) compile(s *session, rules *sigma.Collection, indicators *indicatorFlags) (*ruleset, error) {
	r := &ruleset{
		collection: rules,
		names:      event.NewNames(), paths: f.Rules, exceptionFiles: f.Exceptions, indicatorFiles: []fileEntry{},
	}
	var err error
	if err = indicators.read(s, r); err != nil {
		return nil, err
	}
	if r.options, err = f.options(); err != nil {
		return nil, err
	}
	if r.tables, err = f.tables(); err != nil {
		return nil, err
	}
	if r.collection == nil {
		if r.collection, err = f.collection(); err != nil {
			return nil, err
		}
	}
	r.options.Indicators = r.indicators
	if len(r.collection.Rules)+len(r.collection.Correlations)+len(r.indicators) == 0 {
		s.trouble.rulesMissing(r.collection.Problems)
		return nil, fmt.Errorf("there is no rule that can run in %s", quoted(f.Rules))
	}
	var problems []sigma.Problem
	r.program, problems = detect.Compile(r.collection.Rules, r.collection.Correlations, r.tables, r.names, r.options)
	s.trouble.rulesLeftOut(append(r.collection.Problems, problems...))
	return r, nil
}

// quoted lists paths for a message.
func quoted(paths []string) string {
	var all []string
	for _, p := range paths {
		all = append(all, fmt.Sprintf("%q", p))
	}
	return strings.Join(all, ", ")
}
