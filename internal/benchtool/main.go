// Command benchtool measures dwell and its peers and writes the figures down.
//
// It makes the inputs once, in a work folder: all good EVTX chunks of the data
// joined to one file, the same events as flat JSON lines with their log source,
// generated events that hardly repeat, and folders of rules. Then it runs every
// command in turn, several rounds, and writes docs/benchmarks.md and the
// figures that the README quotes. Peers that are not installed are left out.
//
// The figures come from the kernel's accounting of the processes. Making the
// inputs takes memory that would count against what is measured, so that it
// happens in a process of its own (-prepare).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
)

// options are the command line.
type options struct {
	data, work, out, readme string
	tools                   tools
	rounds                  int
	events                  int   // at least so many JSON lines
	unique                  int   // generated events
	streamGB                int64 // 0: leave the stream out
	folderMB                int64 // of the folder of twenty sources
	starter                 string
	prepare, costs          bool
	archive                 archiveOptions
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, parseFlags()); err != nil {
		fmt.Fprintln(os.Stderr, "benchtool:", err)
		os.Exit(1)
	}
}

func parseFlags() options {
	var o options
	data := os.Getenv("DWELL_DATA")
	if data == "" {
		data = filepath.Join("..", "shared", "data")
	}
	flag.StringVar(&o.data, "data", data, "folder with `sigma` and EVTX files below it")
	flag.StringVar(&o.work, "work", "bench", "folder for the inputs")
	flag.StringVar(&o.out, "out", "docs/benchmarks.md", "document to write")
	flag.StringVar(&o.readme, "readme", "README.md", "document whose figures to renew")
	flag.StringVar(&o.tools.dwell, "dwell", "./dwell", "the dwell to measure")
	flag.StringVar(&o.tools.rsigma, "rsigma", "rsigma", "rsigma; left out if there is none")
	flag.StringVar(&o.tools.evtxDump, "evtx_dump", "evtx_dump", "evtx_dump; left out if there is none")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each command is run")
	flag.IntVar(&o.events, "events", 360_000, "repeat the JSON lines until there are so many")
	flag.IntVar(&o.unique, "unique", 360_000, "how many events to generate as JSON lines, and a third of it as EVTX")
	flag.Int64Var(&o.streamGB, "stream", 5, "GB to feed through standard input; 0 for none")
	flag.Int64Var(&o.folderMB, "folder", 1000, "MB of the folder of twenty sources")
	flag.StringVar(&o.starter, "starter", "detect/starter/rules", "folder of the starter pack")
	flag.BoolVar(&o.prepare, "prepare", false, "make the inputs and end")
	flag.BoolVar(&o.costs, "costs", false, "measure each rule by itself, write the result as JSON and end")
	o.archive.flags()
	flag.Parse()
	return o
}

// inputsFile says what the work folder holds, costsFile what each rule took.
const (
	inputsFile = "inputs.json"
	costsFile  = "costs.json"
)

func bench(ctx context.Context, o options) error {
	if o.archive.on {
		return benchArchive(ctx, o)
	}
	if o.costs {
		return writeFile(filepath.Join(o.work, costsFile), func(w io.Writer) error { return costs(o, w) })
	}
	if o.prepare {
		return prepare(o)
	}
	in, err := prepareElsewhere(ctx, o)
	if err != nil {
		return err
	}
	o.tools.rsigma, o.tools.evtxDump = installed(o.tools.rsigma), installed(o.tools.evtxDump)
	say := func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	r := report{in: in, tasks: plan(in, o.tools), machine: describeMachine(), rounds: o.rounds}
	if r.got, err = measure(ctx, r.tasks, o.rounds, say); err != nil {
		return err
	}
	if r.formatRuns, err = measure(ctx, formatPlan(in, o.tools), min(o.rounds, formatRounds), say); err != nil {
		return err
	}
	single, err := measure(ctx, folderPlan(o, in), 1, say)
	if err != nil {
		return err
	}
	maps.Copy(r.got, single)
	if err := runSelf(ctx, "-costs"); err != nil {
		return fmt.Errorf("measuring each rule: %w", err)
	}
	if r.costs, err = readCosts(filepath.Join(o.work, costsFile)); err != nil {
		return err
	}
	r.tasks = append(append(r.tasks, formatPlan(in, o.tools)...), folderPlan(o, in)...)
	if o.streamGB > 0 {
		t := stream(in, o.tools, o.streamGB*1e9)
		once, err := measure(ctx, []task{t}, 1, say)
		if err != nil {
			return err
		}
		r.stream, r.streamBytes, r.tasks = once[t.id][0], t.stdinBytes, append(r.tasks, t)
	}
	return r.write(o)
}

// prepareElsewhere makes the inputs in another process, or finds them made.
func prepareElsewhere(ctx context.Context, o options) (inputs, error) {
	var in inputs
	path := filepath.Join(o.work, inputsFile)
	data, err := os.ReadFile(path)
	if err == nil {
		if err = json.Unmarshal(data, &in); err == nil && in.Version != inputsVersion {
			err = os.ErrNotExist // made by another version
		}
	}
	if errors.Is(err, os.ErrNotExist) {
		if err := runSelf(ctx, "-prepare"); err != nil {
			return in, fmt.Errorf("making the inputs: %w", err)
		}
		data, err = os.ReadFile(path)
		if err != nil {
			return in, err
		}
		in = inputs{}
		return in, json.Unmarshal(data, &in)
	}
	return in, err
}

// runSelf runs this program with its own arguments and one more, in a process of
// its own, whose memory does not count.
func runSelf(ctx context.Context, flag string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, append(slices.Clone(os.Args[1:]), flag)...) //nolint:gosec // itself
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

// installed returns the path of a program, empty if it is not there.
func installed(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// write writes the document and renews the figures of the README.
func (r *report) write(o options) error {
	if err := os.WriteFile(o.out, []byte(r.document()), 0o644); err != nil { //nolint:gosec // a document
		return err
	}
	readme, err := os.ReadFile(o.readme)
	if err != nil {
		return err
	}
	if readme, err = replaceBetween(readme, "figures", "\n"+r.headline()+"\n"); err != nil {
		return fmt.Errorf("renewing the figures of %s: %w", o.readme, err)
	}
	return os.WriteFile(o.readme, readme, 0o644) //nolint:gosec // a document
}
