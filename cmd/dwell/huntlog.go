package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strings"
	"syscall"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/hunt"
	"github.com/dwell-project/dwell/store"
)

// huntsCommand shows what was hunted.
type huntsCommand struct {
	Log huntsLogCommand `cmd:"" help:"Show who hunted what in an archive, when, why, and how it ended."`
}

// huntsLogCommand shows the log of hunts.
type huntsLogCommand struct {
	Archive string `required:"" placeholder:"DIR" help:"The folder of the archive."`
	Output  string `short:"o" enum:"text,jsonl" default:"text" placeholder:"FORM" help:"text or jsonl (one hunt a line)."`
}

// Run runs the command.
func (c *huntsLogCommand) Run(s *session) error {
	if _, err := store.Open(c.Archive, store.Options{Now: s.now}); err != nil {
		return err
	}
	all, bad, err := hunt.ReadLog(c.Archive)
	if err != nil {
		return err
	}
	out := newOutput(s.stdout)
	l := &looks{out: out, width: s.width()}
	for i := range all {
		if c.Output == "jsonl" {
			err = errors.Join(err, json.NewEncoder(out).Encode(&all[i]))
		} else {
			l.line("%s", table.Clean(loggedText(&all[i])))
		}
	}
	if len(all) == 0 && c.Output == "text" {
		l.line("Nobody has hunted in this archive.")
	}
	if err = errors.Join(err, l.err, out.Flush()); err == nil && len(bad) > 0 {
		err = fmt.Errorf("reading the log of hunts: line %d, and %d more, are no entries", bad[0], len(bad)-1)
	}
	return err
}

// loggedText tells a hunt in a sentence.
func loggedText(h *hunt.Logged) string {
	var what []string
	if h.Asked != "" {
		what = append(what, h.Asked)
	} else {
		for _, part := range []struct {
			n    int
			noun string
		}{{h.Rules, "rule"}, {h.Correlations, "correlation"}, {h.Indicators, "indicator"}} {
			if part.n > 0 {
				what = append(what, many(int64(part.n), part.noun))
			}
		}
	}
	text := clock(h.At) + " UTC  " + cmp.Or(h.By, "somebody") + ": " + strings.Join(what, ", ")
	if !h.From.IsZero() {
		text += ", from " + clock(h.From)
	}
	if !h.To.IsZero() {
		text += ", to " + clock(h.To)
	}
	if h.Host != "" {
		text += ", on " + h.Host
	}
	if h.Reason != "" {
		text += "; because: " + h.Reason
	}
	switch {
	case h.End == nil:
		return text + "; has not ended"
	case h.End.Outcome == hunt.Failed:
		return text + "; failed: " + h.End.Error
	case h.SQL():
		return text + "; " + h.End.Outcome + ": " + many(h.End.Detections, "row")
	default:
		return text + "; " + h.End.Outcome + ": " + many(h.End.Detections, "hit") + " in " + many(h.End.Records, "record")
	}
}

// logged is a hunt that is being logged.
type logged struct {
	archive string
	entry   hunt.LogEntry
	off     bool // the archive cannot be written
}

// logHunt notes that a hunt begins. An archive that cannot be written can be
// hunted in, but not with a reason, which somebody wants to be kept.
func (c *huntCommand) logHunt(s *session, snapshot *store.Snapshot, rules *ruleset) (*logged, error) {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	v := thisVersion()
	filter := c.filter()
	l := &logged{archive: c.Archive, entry: hunt.LogEntry{
		ID: hex.EncodeToString(id[:]), Event: hunt.Began, At: s.now().UTC(), By: s.account(), Reason: c.Reason,
		Engine: cmp.Or(v.Revision, v.Version), Generation: snapshot.Generation,
		Asked: cmp.Or(c.SQL, strings.Join(c.Match, " and ")), Language: map[bool]string{true: "sql"}[c.SQL != ""],
	}}
	l.entry.Filtered(&filter)
	if rules != nil {
		l.entry.Rules, l.entry.Correlations = len(rules.program.Rules()), len(rules.collection.Correlations)
		l.entry.Indicators, l.entry.Digest = len(rules.indicators), rules.digest()
	}
	err := hunt.AppendLog(l.archive, l.entry)
	if c.Reason == "" && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)) {
		tell(s.notes, "dwell: this hunt is not logged: %v\n", err)
		l.off, err = true, nil
	}
	return l, err
}

// end notes how the hunt ended.
func (l *logged) end(s *session, records, found int64, err error) error {
	if l.off {
		return nil
	}
	e := hunt.LogEntry{ID: l.entry.ID, Event: hunt.Ended, At: s.now().UTC(), Outcome: hunt.Completed, Records: records, Detections: found}
	switch {
	case errors.Is(err, context.Canceled):
		e.Outcome = hunt.Interrupted
	case err != nil:
		e.Outcome, e.Error = hunt.Failed, err.Error()
	}
	return hunt.AppendLog(l.archive, e)
}

// account is that of the operating system under which dwell runs.
func (s *session) account() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return cmp.Or(s.env("USER"), fmt.Sprintf("uid %d", os.Getuid()))
}

// digest is one over all rules, correlations, exceptions and indicator files.
func (r *ruleset) digest() string {
	var all []string
	for _, rule := range r.collection.Rules {
		all = append(all, hex.EncodeToString(rule.Digest[:]))
	}
	for _, c := range r.collection.Correlations {
		all = append(all, hex.EncodeToString(c.Digest[:]))
	}
	for _, f := range r.indicatorFiles {
		all = append(all, f.SHA256)
	}
	slices.Sort(all)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(all, "\n"))))
}
