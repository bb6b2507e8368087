package detect

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

// journal writes down the matches that correlations look at.
type journal struct{ out io.Writer }

// entry is a line of the journal.
type entry struct {
	// Pattern is the id of the indicator, for a sighting of a pattern's tests.
	Pattern string    `json:"pattern,omitempty"`
	Tests   []int     `json:"tests,omitempty"`
	Matched []Matched `json:"matched,omitempty"`

	Rule    int        `json:"rule"`
	ID      string     `json:"id"`
	Time    time.Time  `json:"time"`
	Values  [][]string `json:"values"`
	Host    string     `json:"host,omitempty"`
	Account string     `json:"account,omitempty"`
	Dataset string     `json:"dataset"`
	File    string     `json:"file"`
	Record  int64      `json:"record"`
	Offset  int64      `json:"offset"`
}

func (j *journal) write(b *base) error {
	r := &b.ref
	line, err := json.Marshal(entry{
		Rule: b.match.Rule, ID: r.ID.String(), Time: r.Time, Values: b.match.Values,
		Host: r.Host, Account: r.Account, Dataset: r.Dataset, File: r.File, Record: r.Record, Offset: r.Offset,
	})
	if err == nil {
		_, err = j.out.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("writing the journal of matches: %w", err)
	}
	return nil
}

// sighting writes a sighting of a pattern down.
func (j *journal) sighting(g *sighting, p *Program) error {
	line, err := g.encode(p)
	if err == nil {
		_, err = j.out.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("writing the journal of matches: %w", err)
	}
	return nil
}

// Journal writes every match that a correlation looks at to w, one JSON line
// each, for [Live.Replay] of a later run.
func (l *Live) Journal(w io.Writer) { l.journal = &journal{w} }

// Clock is how far a run has come.
type Clock struct {
	// Watermark is the time before which everything is decided, Latest that of
	// the latest record; zero if there is none.
	Watermark, Latest time.Time
}

// Clock returns how far the run has come.
func (l *Live) Clock() Clock { return Clock{l.stream.Watermark(), l.latest} }

// Replay takes the journal of an earlier run with the same [Program.Identity]
// that had come as far as at, before anything else is taken. What that run gave
// is not given again.
func (l *Live) Replay(r io.Reader, at Clock, now time.Time) error {
	l.replay, l.quiet = true, at.Watermark
	defer func() { l.replay = false }()
	l.stream.Hold()
	err := eachEntry(r, func(_ []byte, e *entry) error {
		if e.Pattern != "" {
			return l.replaySighting(e)
		}
		id, ok := event.ParseID(e.ID)
		if !ok || e.Rule < 0 || e.Rule >= len(l.scan.Program.rules) {
			return errJournal
		}
		ref := e.ref(id)
		n, err := l.refs.add(&ref)
		if err != nil {
			return err
		}
		return l.stream.Add(correlation.Match{Time: e.Time, ID: id, Rule: e.Rule, Values: e.Values, Ref: n})
	})
	if err == nil {
		err = l.stream.Release()
	}
	if err == nil && !at.Watermark.IsZero() {
		err = l.stream.Advance(at.Watermark.Add(l.bound))
	}
	if err == nil {
		err = l.settle()
	}
	l.latest, l.came = at.Latest, now
	return err
}

// errJournal reports a line that no run wrote.
var errJournal = errors.New("reading the journal of matches: a line is damaged")

func eachEntry(r io.Reader, take func(line []byte, e *entry) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var e entry
			if json.Unmarshal(line, &e) != nil {
				return errJournal
			}
			if err := take(line, &e); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the journal of matches: %w", err)
		}
	}
}

// CompactJournal copies a journal without the matches that can no longer matter
// to a run of the program that has come as far as at.
func (p *Program) CompactJournal(w io.Writer, r io.Reader, at Clock) error {
	return eachEntry(r, func(line []byte, e *entry) error {
		// Twice the reach, so that windows which do not slide open where they did
		// unless a series of events has no pause for that long.
		if at.Watermark.Sub(e.Time)/2 > p.reachOf(e) {
			return nil
		}
		_, err := w.Write(line)
		return err
	})
}

// Identity is a digest of the correlations and of what they look at: journals
// are for runs of programs with the same one.
func (p *Program) Identity() string {
	rules := make([]*sigma.Rule, len(p.rules))
	for i := range p.rules {
		rules[i] = p.rules[i].Rule
	}
	names := append(p.correlations.Names(rules), p.patternNames()...)
	sum := sha256.Sum256([]byte(strings.Join(names, "\n")))
	return hex.EncodeToString(sum[:16])
}
