package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// manifestForm is the version of the manifest's form.
const manifestForm = 1

// manifest says what a scan read, with what, and what came of it, so that
// somebody else can repeat it and see that nothing was different.
type manifest struct {
	Manifest   int            `json:"manifest"` // manifestForm
	Dwell      version        `json:"dwell"`
	Arguments  []string       `json:"arguments"`
	Started    time.Time      `json:"started"`
	Ended      time.Time      `json:"ended"`
	TimeZone   string         `json:"time_zone"`
	Completed  bool           `json:"completed"`
	Error      string         `json:"error,omitempty"`
	Inputs     []inputEntry   `json:"inputs"`
	Rules      rulesEntry     `json:"rules"`
	Taxonomy   []tableEntry   `json:"taxonomy"`
	Exceptions []fileEntry    `json:"exceptions"`
	Indicators []fileEntry    `json:"indicators"`
	Counts     countsEntry    `json:"counts"`
	Sources    []sourcesEntry `json:"sources"`
	// Problems are the first 1,000 messages.
	Problems []string `json:"problems"`
}

type inputEntry struct {
	Path   string `json:"path"`
	Format string `json:"format"`
	Bytes  int64  `json:"bytes"`
	// SHA256 is null if the source was not read to its end.
	SHA256 *string `json:"sha256"`
}

type rulesEntry struct {
	Specification string `json:"specification"`
	// Paths are empty for the embedded rules.
	Paths []string `json:"paths"`
	// SHA256 is that of the documents' digests in the order of List.
	SHA256       string      `json:"sha256"`
	Correlations int         `json:"correlations"`
	LeftOut      int         `json:"left_out"`
	List         []ruleEntry `json:"list"`
}

type ruleEntry struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

type tableEntry struct {
	Name          string `json:"name"`
	Specification string `json:"specification"`
	SHA256        string `json:"sha256"`
}

type fileEntry struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

type countsEntry struct {
	Records    int64            `json:"records"`
	Unparsed   int64            `json:"unparsed"`
	Hits       int64            `json:"hits"`
	HitsByRank map[string]int64 `json:"hits_by_level"`
	Excepted   int64            `json:"excepted"`
	Unread     int64            `json:"files_not_read"`
	Problems   int64            `json:"places_not_read"`
	Bytes      int64            `json:"bytes_not_read"`
}

type sourcesEntry struct {
	Dataset string     `json:"dataset"`
	Schema  string     `json:"schema"`
	Records int64      `json:"records"`
	First   *time.Time `json:"first"`
	Last    *time.Time `json:"last"`
}

// writeManifest writes the manifest of a scan that ended with err.
func (s *session) writeManifest(path string, f *findings, ended error) error {
	m := manifest{
		Manifest: manifestForm, Dwell: thisVersion(), Arguments: s.args,
		Started: s.started.UTC(), Ended: s.now().UTC(), TimeZone: "UTC",
		Completed: ended == nil, Inputs: []inputEntry{}, Taxonomy: []tableEntry{}, Exceptions: []fileEntry{},
		Indicators: f.rules.indicatorFiles,
		Problems:   append([]string{}, s.trouble.list()...),
		Counts:     s.counts(f),
		Rules:      rulesManifest(f.rules),
		Sources:    sourcesManifest(f.tally),
	}
	if ended != nil {
		m.Error = ended.Error()
	}
	for _, in := range f.inputs.read {
		e := inputEntry{Path: in.Path, Format: in.Format, Bytes: in.Bytes}
		if in.Digest != "" {
			e.SHA256 = &in.Digest
		}
		m.Inputs = append(m.Inputs, e)
	}
	for _, t := range f.rules.tables.Sources() {
		m.Taxonomy = append(m.Taxonomy, tableEntry{Name: t.Name, Specification: t.Spec, SHA256: hex.EncodeToString(t.Digest[:])})
	}
	for _, p := range f.rules.exceptionFiles {
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		m.Exceptions = append(m.Exceptions, fileEntry{Path: p, SHA256: hex.EncodeToString(sum[:])})
	}
	if err := writeJSON(path, m); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	return nil
}

// writeJSON writes a file whole or not at all. What is there and is no ordinary
// file, a device, a pipe or a link, is written to and never replaced.
func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, text)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already if all went well
	if _, err := temporary.Write(text); err != nil {
		_ = temporary.Close() // the first error says more
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	if err := os.Chmod(temporary.Name(), 0o644); err != nil { //nolint:gosec // a report is read by others
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// writeInto writes to what is there already.
func writeInto(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644) //nolint:gosec // a report is read by others
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

func (s *session) counts(f *findings) countsEntry {
	c := countsEntry{
		Records: f.tally.Events, Unparsed: f.tally.Unparsed, Hits: f.book.Total(), HitsByRank: map[string]int64{},
		Unread: s.trouble.files, Problems: s.trouble.problems, Bytes: s.trouble.bytes,
	}
	for l := sigma.LevelNone; l <= sigma.Critical; l++ {
		name := l.String()
		if name == "" {
			name = "none"
		}
		c.HitsByRank[name] = f.book.Detections(l)
	}
	for _, n := range f.tally.Excepted {
		c.Excepted += n
	}
	return c
}

func rulesManifest(r *ruleset) rulesEntry {
	e := rulesEntry{
		Specification: sigmaSpecification, Paths: append([]string{}, r.paths...),
		Correlations: len(r.collection.Correlations), LeftOut: r.collection.LeftOut, List: []ruleEntry{},
	}
	all := sha256.New()
	add := func(m *sigma.Meta) {
		all.Write(m.Digest[:])
		e.List = append(e.List, ruleEntry{
			ID: m.ID, Title: m.Title, File: m.Position.File, SHA256: hex.EncodeToString(m.Digest[:]),
		})
	}
	for _, rule := range r.program.Rules() {
		add(&rule.Meta)
	}
	for _, c := range r.collection.Correlations {
		add(&c.Meta)
	}
	e.SHA256 = hex.EncodeToString(all.Sum(nil))
	return e
}

func sourcesManifest(t *detect.Tally) []sourcesEntry {
	list := []sourcesEntry{}
	for _, k := range sortedKinds(t) {
		n := t.Sources[k]
		list = append(list, sourcesEntry{
			Dataset: k.Dataset, Schema: k.Schema, Records: n.Events, First: timeOrNull(n.First), Last: timeOrNull(n.Last),
		})
	}
	return list
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
