package main

import (
	"bufio"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/evtx"
	textlog "github.com/dwell-project/dwell/parse/lines"
	"github.com/dwell-project/dwell/parse/ocsf"
)

// parseCommand writes records as JSON lines.
type parseCommand struct {
	Paths  []string `arg:"" optional:"" sep:"none" name:"path" help:"Log files, folders, or - for standard input."`
	Output string   `short:"o" enum:"native,ecs,ocsf" default:"native" placeholder:"FORM" help:"One JSON object a line. native: the names and nesting of the source, all values decoded and typed; ecs: the names of the Elastic Common Schema; ocsf: those of the Open Cybersecurity Schema Framework."`
	Test   []string `sep:"none" placeholder:"PATH" help:"Run the tests in parser files or folders of them, and read nothing else."`
	New    string   `placeholder:"SAMPLE" help:"Draft a parser from a sample of a text log and print it as YAML."`

	inputFlags `embed:""`
}

// lines are a block's records on their way out.
type lines struct {
	text     []byte
	problems []parse.Problem
}

// nativeAppender is a decoder that can write an event as the record's own JSON.
type nativeAppender interface {
	AppendNative(dst []byte, e *event.Event) []byte
}

// lineFormat is the event log format with decoders that write lines: event logs
// have a way of their own to JSON that is faster than the one by way of events.
type lineFormat struct{ evtx.Format }

// NewDecoder returns a [lineDecoder].
func (f lineFormat) NewDecoder(names *event.Names) parse.Decoder {
	return lineDecoder{Decoder: f.Format.NewDecoder(names), Dumper: evtx.NewDumper()}
}

type lineDecoder struct {
	parse.Decoder
	*evtx.Dumper
}

// asLines yields the inputs with lineFormat for event logs.
func asLines(all iter.Seq2[parse.Input, error]) iter.Seq2[parse.Input, error] {
	return func(yield func(parse.Input, error) bool) {
		for in, err := range all {
			if f, ok := in.Format.(evtx.Format); ok {
				in.Format = lineFormat{f}
			}
			if !yield(in, err) {
				return
			}
		}
	}
}

// fewBytes is how much input is done before a second core has been of use:
// waking it costs more than it takes over.
const fewBytes = 16 << 20

// oneCoreWillDo says whether all input is files and little.
func (c *parseCommand) oneCoreWillDo() bool {
	n := storedBytes(c.Paths)
	return n > 0 && n <= fewBytes
}

// linesBuffer is what the lines of an EVTX chunk mostly need, in bytes.
const linesBuffer = 128 << 10

// Run runs the command.
func (c *parseCommand) Run(s *session) error {
	if err := s.begin(&c.inputFlags); err != nil {
		return err
	}
	switch {
	case c.New != "":
		return draftParser(s, c.New)
	case len(c.Test) > 0:
		return testParsers(s, c.Test)
	}
	in, err := s.newInputs(c.Paths, &c.inputFlags, false)
	if err != nil {
		return err
	}
	pool := &sync.Pool{New: func() any { return &lines{text: make([]byte, 0, linesBuffer)} }}
	names := event.NewNames()
	newWork, err := c.work(in.opt.Text, names, pool)
	if err != nil {
		return err
	}
	inputs := in.all()
	if c.Output == outputNative {
		inputs = asLines(inputs)
	}
	if c.oneCoreWillDo() {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	done := s.showProgress(in, c.Quiet)
	defer done()
	out := bufio.NewWriterSize(s.stdout, outputBuffer)
	err = parse.Run(s.ctx, inputs, parse.Options{Workers: c.Workers, Names: names}, newWork,
		parse.Results[*lines]{
			Take: func(l *lines) error {
				for _, p := range l.problems {
					s.trouble.source(p)
				}
				_, err := out.Write(l.text)
				pool.Put(l)
				return err
			},
			Report: s.trouble.source,
		})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return err
}

// The forms of output.
const (
	outputNative = "native"
	outputECS    = "ecs"
	outputOCSF   = "ocsf"
)

// work returns what makes the work of a worker.
func (c *parseCommand) work(text textlog.Options, names *event.Names, pool *sync.Pool) (func() parse.Work[*lines], error) {
	if c.Output == outputNative {
		return func() parse.Work[*lines] { return nativeWork(names, pool) }, nil
	}
	table, err := textlog.Format{Options: text}.Table()
	if err != nil {
		return nil, err
	}
	tables, err := ecs.Load(table)
	if err != nil {
		return nil, err
	}
	if c.Output == outputOCSF {
		classes, err := ocsf.Load()
		if err != nil {
			return nil, err
		}
		return func() parse.Work[*lines] { return mappedWork(ocsf.NewMapper(classes, tables, names).Append, pool) }, nil
	}
	return func() parse.Work[*lines] { return mappedWork(ecs.NewMapper(tables, names).Append, pool) }, nil
}

// mappedWork returns the work of one worker that writes events by a mapping.
func mappedWork(appendLine func(dst []byte, e *event.Event) []byte, pool *sync.Pool) parse.Work[*lines] {
	return func(b *parse.Block, d parse.Decoder) *lines {
		l := pool.Get().(*lines)
		l.text, l.problems = l.text[:0], l.problems[:0]
		d.Decode(b, func(e *event.Event) bool {
			l.text = append(appendLine(l.text, e), '\n')
			return true
		}, func(p parse.Problem) { l.problems = append(l.problems, p) })
		return l
	}
}

// nativeWork returns the work of one worker.
func nativeWork(names *event.Names, pool *sync.Pool) parse.Work[*lines] {
	return func(b *parse.Block, d parse.Decoder) *lines {
		l := pool.Get().(*lines)
		l.text, l.problems = l.text[:0], l.problems[:0]
		report := func(p parse.Problem) { l.problems = append(l.problems, p) }
		if d, ok := d.(lineDecoder); ok {
			l.text = d.AppendLines(l.text, b, report)
			return l
		}
		native, ok := d.(nativeAppender)
		d.Decode(b, func(e *event.Event) bool {
			if ok {
				l.text = native.AppendNative(l.text, e)
			} else {
				l.text = appendFlat(l.text, e, names)
			}
			l.text = append(l.text, '\n')
			return true
		}, report)
		return l
	}
}

// appendFlat writes an event as one object with the event's own field names; a
// field that is repeated has a list.
func appendFlat(dst []byte, e *event.Event, names *event.Names) []byte {
	dst = append(dst, '{')
	written := map[event.Name]bool{}
	for i, f := range e.Fields {
		if written[f.Name] {
			continue
		}
		written[f.Name] = true
		if len(written) > 1 {
			dst = append(dst, ',')
		}
		dst = append(event.AppendJSONString(dst, []byte(names.Text(f.Name))), ':')
		start, n := len(dst), 0
		for _, g := range e.Fields[i:] {
			if g.Name != f.Name {
				continue
			}
			if n > 0 {
				dst = append(dst, ',')
			}
			dst = g.AppendJSON(dst)
			n++
		}
		if n > 1 {
			list := fmt.Sprintf("[%s]", dst[start:])
			dst = append(dst[:start], list...)
		}
	}
	return append(dst, '}')
}
