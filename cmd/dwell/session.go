package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
)

// session is one run of a command.
type session struct {
	*world
	ctx     context.Context
	started time.Time
	// notes is standard error, above the progress bar while there is one.
	notes   io.Writer
	trouble *trouble
	closers []func() error
}

// tell writes to standard error. If that fails there is nobody left to tell.
func tell(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

func newSession(ctx context.Context, w *world) *session {
	s := &session{world: w, ctx: ctx, started: w.now(), notes: w.stderr}
	s.trouble = newTrouble(func() io.Writer { return s.notes })
	return s
}

// begin applies the flags that every command with inputs has.
func (s *session) begin(in *inputFlags) error {
	if in.Workers < 0 {
		return usageError("--workers is at least 1")
	}
	if in.Workers == 0 {
		in.Workers = runtime.GOMAXPROCS(0)
	}
	if in.CPUProfile != "" {
		f, err := os.Create(in.CPUProfile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return errors.Join(err, f.Close())
		}
		s.closers = append(s.closers, func() error { pprof.StopCPUProfile(); return f.Close() })
	}
	if in.MemProfile != "" {
		s.closers = append(s.closers, func() error { return writeHeap(in.MemProfile) })
	}
	return nil
}

func writeHeap(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}

// formatFlag returns the format of the given name, nil for "".
func formatFlag(name string) (parse.Format, error) {
	if name == "" {
		return nil, nil
	}
	f, ok := formats.ByName(name)
	if !ok {
		var known []string
		for _, f := range formats.All() {
			known = append(known, f.Name())
		}
		return nil, usageError(fmt.Sprintf("--format: there is no format %q; the formats are %s", name, strings.Join(known, ", ")))
	}
	return f, nil
}

// end closes what the run opened, reports its error and returns the exit code.
func (s *session) end(err error) int {
	for _, c := range s.closers {
		if closed := c(); err == nil {
			err = closed
		}
	}
	s.trouble.finish()
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return s.refuse(err)
	case errors.Is(err, context.Canceled):
		tell(s.stderr, "dwell: interrupted; what was found so far was printed\n")
		return exitInterrupted
	case errors.Is(err, syscall.EPIPE):
		return exitUnread // the reader has gone and needs no message
	case err != nil:
		tell(s.stderr, "dwell: %v\n", err)
		return exitUnread
	case s.trouble.any():
		return exitUnread
	default:
		return exitDone
	}
}
