package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// task is one command to measure.
type task struct {
	id   string // how the report refers to it
	args []string
	env  []string // in addition to this process's
	// stdin is a file to feed to the command over and over until stdinBytes
	// have been written; empty means no standard input.
	stdin      string
	stdinBytes int64
	// terminal, if it is not empty, gives the command a terminal to write to, and
	// is the text that is waited for on it.
	terminal string
	// codes are the exit codes of a completed run.
	codes []int
}

// usage is what one run of a command took. CPU is user and system time of the
// process and all it waited for, maxRSS its greatest resident set in bytes.
type usage struct {
	cpu, wall time.Duration
	maxRSS    int64
	// first is when the text was on the terminal that was waited for, 0 if never.
	first time.Duration
}

// run runs the command once and throws its output away.
//
// The kernel counts the memory of the process that starts another into the
// maximum of the new one, so maxRSS is never below this program's own: keep it
// small while it measures.
func run(ctx context.Context, t task) (usage, error) {
	cmd := exec.CommandContext(ctx, t.args[0], t.args[1:]...) //nolint:gosec // the commands are the point
	cmd.Env = append(os.Environ(), t.env...)
	var complaint tail
	cmd.Stderr = &complaint
	if t.stdin != "" {
		in, err := cmd.StdinPipe()
		if err != nil {
			return usage{}, err
		}
		defer in.Close()
		go feed(in, t.stdin, t.stdinBytes)
	}
	shown := &watcher{text: t.terminal}
	if t.terminal != "" {
		end, err := onTerminal(cmd, shown)
		if err != nil {
			return usage{}, fmt.Errorf("opening a terminal: %w", err)
		}
		defer end()
	}
	start := time.Now()
	shown.start = start
	err := cmd.Run()
	wall := time.Since(start)
	var exit *exec.ExitError
	if errors.As(err, &exit) && slices.Contains(t.codes, exit.ExitCode()) {
		err = nil
	}
	if err != nil {
		return usage{}, fmt.Errorf("running %s: %w: %s", strings.Join(t.args, " "), err, complaint.text())
	}
	state := cmd.ProcessState
	return usage{cpu: state.UserTime() + state.SystemTime(), wall: wall, maxRSS: maxRSS(state), first: shown.after()}, nil
}

// feed writes whole copies of a file until at least n bytes are written. A
// command that stops reading early ends it; what the command says of that
// counts, not what the pipe says.
func feed(w io.WriteCloser, path string, n int64) {
	defer w.Close()
	buf := make([]byte, 1<<20)
	for done := int64(0); done < n; {
		f, err := os.Open(path)
		if err != nil {
			return
		}
		written, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{f}, buf)
		_ = f.Close() // read only
		if err != nil || written == 0 {
			return
		}
		done += written
	}
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

const tailBytes = 2000

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - tailBytes; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(p), nil
}

func (t *tail) text() string { return strings.TrimSpace(string(t.kept)) }

// results holds the runs of each task by its id, round by round.
type results map[string][]usage

// measure runs all tasks one after another, and that again for each round, so
// that a machine that grows slower does so for everybody.
func measure(ctx context.Context, tasks []task, rounds int, say func(string, ...any)) (results, error) {
	got := results{}
	for round := range rounds {
		for _, t := range tasks {
			u, err := run(ctx, t)
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", t.id, round+1, err)
			}
			say("round %d/%d  %-28s %7.2f CPU s %7.2f s %5d MB", round+1, rounds, t.id,
				u.cpu.Seconds(), u.wall.Seconds(), u.maxRSS>>20)
			got[t.id] = append(got[t.id], u)
		}
	}
	return got, nil
}
