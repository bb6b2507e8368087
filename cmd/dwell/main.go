// Command dwell reads Windows event logs and says which Sigma rules match them.
//
// It is wiring: flags, inputs, output, progress, exit codes. What a rule means
// is decided in package sigma, what matches in package detect.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"
)

// Exit codes. Detections never change them.
const (
	exitDone        = 0
	exitUnread      = 1 // completed, but something could not be read, compiled or written
	exitUsage       = 2
	exitInterrupted = 3
)

// Garbage is collected late, since most of what a scan holds is rules and
// remembered values that stay; softMemory, in bytes, makes it earlier where
// there is much of it, so that a scan of any size stays within 250 MB.
const (
	gcPercent  = 400
	softMemory = 200 << 20
)

func main() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(gcPercent)
		debug.SetMemoryLimit(softMemory)
	}
	os.Exit(runMain())
}

// runMain is main without its exit, so that what is deferred is done.
func runMain() int {
	// A reader that goes away is an error of writing, so that the run still ends
	// in order and leaves no temporary files.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal asks the run to end with what it has; after it the
	// default is back, so that a second one ends the process.
	context.AfterFunc(ctx, stop)
	return run(ctx, &world{
		args: os.Args[1:], env: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		now: time.Now, screen: screen, person: func() bool { return terminals(os.Stdin, os.Stdout, os.Stderr) },
	})
}

// world is what the program sees of the machine it runs on, so that tests can
// replace it. Files are the exception: they are opened by path.
type world struct {
	args           []string // without the program's name
	env            func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	// screen says whether a writer is a terminal and how many cells wide it is.
	screen func(io.Writer) (width int, ok bool)
	// person says whether there is somebody who can be asked; nil means no.
	person func() bool
}

// terminals says whether all files are terminals.
func terminals(files ...*os.File) bool {
	for _, f := range files {
		if !term.IsTerminal(int(f.Fd())) {
			return false
		}
	}
	return true
}

// screen is world.screen for the real machine.
func screen(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return width, true
}
