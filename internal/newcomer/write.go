package newcomer

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dwell-project/dwell/internal/evgen"
)

// tracesApart is how many usual records come before a trace.
const tracesApart = 20_000

// firstTrace is how many come before the first.
const firstTrace = 500

// longestPause is how much time passes at most between two records.
const longestPause = 400 * time.Millisecond

// Write writes the folder: about so many bytes before compression.
func Write(dir string, bytes int64, seed uint64) error {
	all := Sources()
	sum := int64(0)
	for _, s := range all {
		sum += int64(s.share)
	}
	for i, s := range all {
		if err := s.file(dir, bytes*int64(s.share)/sum, seed, i); err != nil {
			return fmt.Errorf("writing %s: %w", s.Path, err)
		}
	}
	return nil
}

// file writes a source where it lies.
func (s *Source) file(dir string, bytes int64, seed uint64, number int) (err error) {
	path := filepath.Join(dir, filepath.FromSlash(s.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	switch filepath.Ext(path) {
	case ".gz":
		z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
		if err != nil {
			return err
		}
		return errors.Join(s.WriteTo(z, bytes, seed, number), z.Close())
	case ".zip":
		z := zip.NewWriter(f)
		w, err := z.Create(strings.TrimSuffix(filepath.Base(path), ".zip"))
		if err != nil {
			return err
		}
		return errors.Join(s.WriteTo(w, bytes, seed, number), z.Close())
	default:
		return s.WriteTo(f, bytes, seed, number)
	}
}

// WriteTo writes about so many bytes of records. Number tells the values of
// sources apart that have the same seed.
func (s *Source) WriteTo(to io.Writer, bytes int64, seed uint64, number int) error {
	if s.events == eventLog {
		return evgen.New(seed).WriteEVTX(to, max(1, int(bytes/bytesOfEvent)))
	}
	out := &counter{Writer: bufio.NewWriterSize(to, 1<<18)}
	out.put([]byte(s.head))
	w := newWriter(seed, number)
	usual, traces := parseAll(s.usual), parseAll(s.traces)
	windows := evgen.New(seed)
	var line []byte
	for n := 0; out.n < bytes && out.err == nil; n++ {
		w.now = w.now.Add(time.Duration(w.random.Int64N(int64(longestPause))))
		switch {
		case len(traces) > 0 && n%tracesApart == firstTrace:
			line = traces[n/tracesApart%len(traces)].append(w, line[:0])
		case s.events == eventLines:
			line = windows.Next().AppendJSON(line[:0])
		default:
			line = usual[w.random.IntN(len(usual))].append(w, line[:0])
		}
		out.put(append(line, '\n'))
	}
	return errors.Join(out.err, out.Flush())
}

// bytesOfEvent is about how many bytes an event takes in an event log.
const bytesOfEvent = 780

func parseAll(texts []string) (all []form) {
	for _, t := range texts {
		all = append(all, parse(t))
	}
	return all
}

// counter counts what is written and keeps the first error.
type counter struct {
	*bufio.Writer
	n   int64
	err error
}

func (c *counter) put(b []byte) {
	if _, err := c.Write(b); err != nil && c.err == nil {
		c.err = err
	}
	c.n += int64(len(b))
}
