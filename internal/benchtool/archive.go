package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/internal/archivegen"
)

// archiveOptions are those of the bench of the archive.
type archiveOptions struct {
	on     bool
	events int64
	sizes  string // of the archives beside it, on which growth is measured
	days   int
	out    string
	plot   string
	python string
	keep   bool
	// task and folder are set in a process that does one task.
	task, folder string
}

func (a *archiveOptions) flags() {
	flag.BoolVar(&a.on, "archive", false, "measure the archive instead")
	flag.Int64Var(&a.events, "archive-events", 20_000_000, "how many events the archive has")
	flag.StringVar(&a.sizes, "archive-sizes", "200000,2000000", "the events of further archives, on which growth is measured")
	flag.IntVar(&a.days, "archive-days", archivegen.Days, "over how many days the events spread")
	flag.StringVar(&a.out, "archive-out", "docs/benchmarks-archive.md", "document to write")
	flag.StringVar(&a.plot, "archive-plot", "docs/benchmarks-archive.svg", "plot to write")
	flag.StringVar(&a.python, "python", "python3", "a Python with the packages chdb and duckdb, whose engines are measured too; left out if they are not there")
	flag.BoolVar(&a.keep, "archive-keep", false, "leave the archives in the work folder, and use those that are there")
	flag.StringVar(&a.task, "archive-task", "", "do one task and end")
	flag.StringVar(&a.folder, "archive-folder", "", "the archive of the task")
}

// archiveBench is one run of the bench of the archive.
type archiveBench struct {
	options
	say func(string, ...any)

	rules      []rule
	ruleSets   map[int]string // folders, by how many rules they have
	indicators string
	peers      []string // engines of the Python that is there
	missing    []string

	built   []built // by size; the one that is asked most is the last
	asked   results // of the last
	tasks   []task
	growth  []point
	columns []columnShare
	windows built // real Windows events
}

func benchArchive(ctx context.Context, o options) error {
	if o.archive.task != "" {
		return archiveTask(ctx, o.archive)
	}
	say := func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	b := &archiveBench{options: o, say: say, ruleSets: map[int]string{}}
	for _, step := range []func(context.Context) error{
		b.prepareArchive, b.compareColumns, b.buildAll, b.buildWindows, b.grow, b.askAll,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := os.WriteFile(o.archive.plot, []byte(b.plot()), 0o644); err != nil { //nolint:gosec // a document
		return err
	}
	return os.WriteFile(o.archive.out, []byte(b.document()), 0o644) //nolint:gosec // a document
}

// prepareArchive makes what is asked: folders of rules and indicators.
func (b *archiveBench) prepareArchive(ctx context.Context) (err error) {
	if err = os.MkdirAll(b.work, 0o750); err != nil {
		return err
	}
	if b.rules, err = collectRules(filepath.Join(b.data, "sigma")); err != nil {
		return err
	}
	for _, n := range []int{1, 100, 1000, len(b.rules)} {
		some := b.rules
		if n < len(b.rules) {
			some = sample(b.rules, len(b.rules)/n)[:n]
		}
		b.ruleSets[n] = filepath.Join(b.work, "archive-rules-"+strconv.Itoa(n))
		if err := copyRules(b.ruleSets[n], some); err != nil {
			return err
		}
	}
	b.indicators = filepath.Join(b.work, "archive-indicators.csv")
	if err := writeFile(b.indicators, archivegen.WriteIndicators); err != nil {
		return err
	}
	for _, engine := range []string{"chdb", "duckdb"} {
		if exec.CommandContext(ctx, b.archive.python, "-c", "import "+engine).Run() == nil { //nolint:gosec // the user names it
			b.peers = append(b.peers, engine)
			continue
		}
		b.missing = append(b.missing, engine)
		b.say("%s has no package %s: it is left out", b.archive.python, engine)
	}
	return nil
}

// archiveSizes returns how many events the archives have, the greatest last.
func (b *archiveBench) archiveSizes() ([]int64, error) {
	sizes := []int64{b.archive.events}
	for text := range strings.SplitSeq(b.archive.sizes, ",") {
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return nil, errors.Join(fmt.Errorf("-archive-sizes: %q is no number of events", text), err)
		}
		if n < b.archive.events {
			sizes = append(sizes, n)
		}
	}
	slices.Sort(sizes)
	return slices.Compact(sizes), nil
}
