package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/dwell-project/dwell/internal/newcomer"
)

// formatInput is a file of one format, made by package newcomer.
type formatInput struct {
	Name, Path string
	Bytes      int64
	Events     int
}

// measuredFormats are the sources of the folder of which the speed is measured.
func measuredFormats() []string {
	return []string{
		"windows/ws-events.json.gz", "cloud/audit-export.json", "ids/eve.json", "zeek/conn.log", "zeek/dns.json.gz", "web/iis/u_ex260202.log.zip",
		"cloud/message-trace.csv", "unix/messages", "unix/services.log.gz", "unix/auth.log", "proxy/access.cef.gz", "firewall/fortigate.log",
		"windows/dc1.evtx",
	}
}

// formatBytes is how much of each format is measured.
const formatBytes = 64 << 20

func makeFormats(o options, in *inputs) error {
	in.Formats = nil
	all := newcomer.Sources()
	for _, want := range measuredFormats() {
		for number := range all {
			s := &all[number]
			if s.Path != want {
				continue
			}
			f := formatInput{Name: s.Format, Path: filepath.Join(o.work, "format-"+plainName(s.Path))}
			var counted countingWriter
			err := writeFile(f.Path, func(w io.Writer) (err error) {
				counted.w = w
				f.Events, err = s.Write(&counted, formatBytes, seed, number)
				return err
			})
			if err != nil {
				return err
			}
			f.Bytes = counted.n
			in.Formats = append(in.Formats, f)
		}
	}
	return nil
}

// plainName is the name of a source's file without the endings of compression.
func plainName(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zip")
}

// countingWriter counts what goes through it.
type countingWriter struct {
	w io.Writer
	n int64
}

// Write implements [io.Writer].
func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// formatRounds is how often the formats are run at most: there are many.
const formatRounds = 3

const (
	formatParse = "dwell, parse only, "
	formatRules = "dwell, all rules and starter pack, "
	dwellPack   = "dwell, all rules and starter pack"
)

// formatPlan is what is run on each format: under a rule that no event is for,
// which is parsing and no more, and under all rules.
func formatPlan(in inputs, with tools) []task {
	tasks := []task{
		with.scan(dwellNone+load, in.RulesNone, in.One),
		with.scanAll(dwellPack+load, in, in.One),
	}
	for _, f := range in.Formats {
		tasks = append(tasks, with.scan(formatParse+f.Name, in.RulesNone, f.Path), with.scanAll(formatRules+f.Name, in, f.Path))
	}
	return tasks
}

// scanAll scans with all rules of SigmaHQ and the starter pack.
func (with tools) scanAll(id string, in inputs, input string, more ...string) task {
	t := with.scan(id, in.RulesAll, input)
	t.args = append([]string{with.dwell, "scan", "--rules", in.RulesAll, "--rules", in.Starter, "-o", "jsonl"}, append(more, input)...)
	return t
}

func (r *report) formats() (title, text string) {
	t := table{head: []string{"format", "bytes an event", "parse only, events per CPU-second", "all rules, events per CPU-second"}}
	for _, f := range r.in.Formats {
		parse := summarise(netRates(f.Events, r.formatRuns[formatParse+f.Name], r.formatRuns[dwellNone+load]))
		rules := summarise(netRates(f.Events, r.formatRuns[formatRules+f.Name], r.formatRuns[dwellPack+load]))
		t.add(f.Name, grouped(float64(f.Bytes)/float64(max(f.Events, 1))), parse.whole(), rules.whole())
	}
	return "Formats", fmt.Sprintf("%d MB of each format, written by `internal/newcomer`, whose values repeat as in real logs; net of load, %d rounds at most.\n"+
		"*Parse only* is a scan under one rule that no event is for. *All rules* are SigmaHQ's and the starter pack.\n\n%s",
		formatBytes>>20, formatRounds, t.String())
}
