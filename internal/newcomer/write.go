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
	for i, s := range Sources() {
		if err := s.file(dir, s.Bytes(bytes), seed, i); err != nil {
			return fmt.Errorf("writing %s: %w", s.Path, err)
		}
	}
	return nil
}

// Bytes returns how much of a folder of the given size the source is.
func (s *Source) Bytes(folder int64) int64 {
	sum := int64(0)
	for _, other := range Sources() {
		sum += int64(other.share)
	}
	return folder * int64(s.share) / sum
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
		_, err = s.Write(z, bytes, seed, number)
		return errors.Join(err, z.Close())
	case ".zip":
		z := zip.NewWriter(f)
		w, err := z.Create(strings.TrimSuffix(filepath.Base(path), ".zip"))
		if err != nil {
			return err
		}
		_, err = s.Write(w, bytes, seed, number)
		return errors.Join(err, z.Close())
	default:
		_, err = s.Write(f, bytes, seed, number)
		return err
	}
}

// Write writes about so many bytes of records, not compressed, and returns how
// many records there are. Number tells the values of sources apart that have the
// same seed.
func (s *Source) Write(to io.Writer, bytes int64, seed uint64, number int) (records int, err error) {
	if s.events == eventLog {
		n := max(1, int(bytes/bytesOfEvent))
		return n, evgen.New(seed).WriteEVTX(to, n)
	}
	out := &counter{Writer: bufio.NewWriterSize(to, 1<<18)}
	out.put([]byte(s.head))
	w := newWriter(seed, number)
	usual, traces := parseAll(s.usual), parseAll(s.traces)
	windows := evgen.New(seed)
	var line []byte
	n := 0
	for ; out.n < bytes && out.err == nil; n++ {
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
	return n, errors.Join(out.err, out.Flush())
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
