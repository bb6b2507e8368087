package main

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/alecthomas/kong"
)

// commands is the grammar of the command line.
type commands struct {
	Scan            scanCommand    `cmd:"" help:"Find what the rules match in logs."`
	Watch           watchCommand   `cmd:"" help:"Find what the rules match in logs while they are written."`
	Explain         explainCommand `cmd:"" help:"Show why a rule matched, or why it did not."`
	archiveCommands `embed:""`
	Stats           statsCommand      `cmd:"" help:"Show what logs hold: hosts, datasets, event ids, logons, first and last."`
	Parse           parseCommand      `cmd:"" help:"Write every record of logs as a JSON line."`
	Rules           rulesCommand      `cmd:"" help:"Check, list, show or update rules."`
	Completion      completionCommand `cmd:"" help:"Write a script with which a shell completes command lines of dwell."`
	Version         versionCommand    `cmd:"" help:"Show the version."`

	Help helpFlag `short:"h" help:"Show help."`
}

// helpFlag prints the help of the command at hand and ends the parsing.
type helpFlag bool

// errHelp ends the parsing of a command line that asks for help.
var errHelp = errors.New("help was asked for")

// IgnoreDefault marks the flag as one that has no default.
func (helpFlag) IgnoreDefault() {}

// BeforeReset implements kong's hook: it runs before anything is required.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if err := ctx.PrintUsage(false); err != nil {
		return err
	}
	return errHelp
}

// newParser returns the parser of the grammar that fills c.
func newParser(c *commands, stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("dwell"),
		kong.Description("dwell reads the logs of a network and says which Sigma rules and indicators match them, on which values, and why a rule did not.\n\n"+
			"Exit codes: 0 completed, with hits or without; 1 completed, but something could not be read, compiled or written; "+
			"2 the command line is wrong; 3 interrupted, what was found so far was printed."),
		kong.NoDefaultHelp(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) {}),
	)
}

// usageError is a command line that is well formed and still makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is main with its world passed in, so that tests can replace it. It
// returns the exit code.
func run(ctx context.Context, w *world) int {
	if w.wantsWizard() {
		return runWizard(ctx, w)
	}
	var c commands
	parser, err := newParser(&c, w.stdout, w.stderr)
	if err != nil {
		tell(w.stderr, "dwell: %v\n", err)
		return exitUsage
	}
	command, err := parser.Parse(reorder(parser.Model.Node, w.args))
	switch {
	case errors.Is(err, errHelp):
		return exitDone
	case isUnwritable(err):
		return newSession(ctx, w).end(err)
	case err != nil:
		return w.refuse(err)
	}
	s := newSession(ctx, w)
	err = command.Run(s)
	return s.end(err)
}

// isUnwritable says that help could not be written, which is no fault of the
// command line.
func isUnwritable(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// refuse reports a wrong command line.
func (w *world) refuse(err error) int {
	tell(w.stderr, "dwell: %v\nTry \"dwell --help\".\n", err)
	return exitUsage
}
