package main

import (
	"bufio"
	"bytes"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/sigma"
)

// visit looks for one event and explains a rule on it.
type visit struct {
	paths []string
	// only is the source that the event is in, "" if it may be in any.
	only  string
	in    *inputFlags
	rules *ruleset
	rule  *sigma.Rule // nil for an indicator
	// indicator is what is shown if there is no rule.
	indicator *sigma.Meta
	report    func(parse.Problem)
	// wanted says whether an event is the one; it is called by several
	// goroutines.
	wanted func(*event.Event) bool
}

// sighting is what a block has of the event.
type sighting struct {
	text     []byte // nil if the event is not in the block
	ref      detect.EventRef
	matched  []detect.Matched // if the rule is true of it
	address  string           // that it comes from, "" if it names none
	problems []parse.Problem
}

// errVisited ends the reading when the event was seen.
var errVisited = errors.New("visited")

// run returns the explanation on the first event that is wanted, nil if there
// is none.
func (v *visit) run(s *session, style *looks) (*sighting, error) {
	in, err := s.newInputs(v.paths, v.in, false)
	if err != nil {
		return nil, err
	}
	tables, err := ecsTables(in.opt.Text)
	if err != nil {
		return nil, err
	}
	done := s.showProgress(in, v.in.Quiet)
	defer done()
	var seen *sighting
	opt := parse.Options{Workers: v.in.Workers, Names: v.rules.names}
	err = parse.Run(s.ctx, v.inputs(in), opt, func() parse.Work[*sighting] { return v.work(style, tables) }, parse.Results[*sighting]{
		Take: func(x *sighting) error {
			for _, p := range x.problems {
				v.report(p)
			}
			if x.text == nil {
				return nil
			}
			seen = x
			return errVisited
		},
		Report: v.report,
	})
	if errors.Is(err, errVisited) {
		err = nil
	}
	return seen, err
}

// work returns the work of one worker. The text is made while the event is
// valid, which is until yield returns.
func (v *visit) work(style *looks, tables *ecs.Tables) parse.Work[*sighting] {
	var m *detect.Matcher
	return func(b *parse.Block, d parse.Decoder) *sighting {
		x := &sighting{}
		d.Decode(b, func(ev *event.Event) bool {
			if !v.wanted(ev) {
				return true
			}
			if m == nil {
				m = v.rules.program.NewMatcher()
			}
			fired := slices.Clone(m.Match(ev))
			var text bytes.Buffer
			look := &looks{out: bufio.NewWriter(&text), width: style.width, colour: style.colour}
			if v.rule != nil {
				look.explained(v, m, ev)
			} else {
				look.sighted(v, m, ev)
			}
			_ = look.out.Flush() // a buffer takes everything
			x.text, x.ref = text.Bytes(), m.Ref()
			x.address = firstText(ecs.NewMapper(tables, v.rules.names).Map(ev), "source.ip")
			for _, n := range fired {
				if v.rule != nil && m.Exception(n) == nil && v.rules.program.Meta(n) == &v.rule.Meta {
					x.matched = m.Detection(n).Matched
				}
			}
			return false
		}, func(p parse.Problem) { x.problems = append(x.problems, p) })
		return x
	}
}

// inputs yields the sources that may hold the event. A part of an archive is
// reached by going through the archive.
func (v *visit) inputs(in *inputs) iter.Seq2[parse.Input, error] {
	if v.only == "" {
		return in.all()
	}
	in.opt.Skip = func(path string) bool { return path != v.only && !strings.HasPrefix(v.only, path+"!") }
	return func(yield func(parse.Input, error) bool) {
		for source, err := range in.all() {
			if source.Path == v.only && !yield(source, err) {
				return
			}
		}
	}
}
