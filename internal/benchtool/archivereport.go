package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
)

// document returns the text of docs/benchmarks-archive.md.
func (b *archiveBench) document() string {
	a := &b.built[len(b.built)-1]
	var text strings.Builder
	fmt.Fprintf(&text, "# Benchmarks of the archive\n\n"+
		"Written by `make bench-archive`; do not edit. %s.\n\n"+
		"%s events of a network of 2,000 hosts over %s days, as `internal/archivegen` writes them: Sysmon and Security as\n"+
		"JSON lines, Zeek's conn, dns and ssl as JSON, a Squid proxy, Microsoft 365; %d bytes each on average. Months were\n"+
		"taken in one after the other, each by its own run of `dwell ingest`; the archive was not compacted.\n\n"+
		"CPU is user and system time of the process. Questions were asked %d times, in turn with the other engines; a\n"+
		"figure is the median, in brackets the lowest and the highest.\n",
		describeMachine(), grouped(float64(a.Events)), grouped(float64(b.archive.days)), a.RawBytes/max(a.Events, 1), b.rounds)
	for _, section := range []func() (string, string){
		b.ingested, b.sized, b.questions, b.grown, b.distinct,
	} {
		title, body := section()
		fmt.Fprintf(&text, "\n## %s\n\n%s", title, body)
	}
	text.WriteString("\n## Commands\n\n" + b.commandLines())
	return text.String()
}

func (b *archiveBench) ingested() (title, text string) {
	t := table{head: []string{"events", "CPU s", "wall s", "events per CPU-second", "MB, greatest", "files of events"}}
	for i := range b.built {
		a := &b.built[i]
		t.add(grouped(float64(a.Events)), fmt.Sprintf("%.1f", a.Ingest.CPU.Seconds()), fmt.Sprintf("%.1f", a.Ingest.Wall.Seconds()),
			grouped(float64(a.Events)/a.Ingest.CPU.Seconds()), grouped(float64(a.Ingest.MaxRSS>>20)), grouped(float64(a.Files)))
	}
	return "From logs to sealed records", "Parsed, sorted, sealed, with Merkle leaves, the table of entities rolled up to months and years, and coverage.\n\n" + t.String()
}

func (b *archiveBench) sized() (title, text string) {
	a := &b.built[len(b.built)-1]
	t := table{head: []string{"bytes for each event", "generated", "real Windows events"}}
	per := func(a *built, n int64) string {
		if a.Events == 0 {
			return "–"
		}
		return fmt.Sprintf("%.1f", float64(n)/float64(a.Events))
	}
	t.add("as text", per(a, a.RawBytes), per(&b.windows, b.windows.RawBytes))
	for _, part := range []string{partEvents, partEntities, partCoverage, partBooks} {
		t.add(part, per(a, a.Parts[part]), per(&b.windows, b.windows.Parts[part]))
	}
	t.add("all of the archive", per(a, a.bytes()), per(&b.windows, b.windows.bytes()))
	share := func(a *built) string {
		if a.Events == 0 {
			return "–"
		}
		return fmt.Sprintf("%.1f", float64(a.RawBytes)/float64(a.bytes()))
	}
	t.add("text ÷ archive", share(a), share(&b.windows))
	return "Size", "The exact bytes of every record are in it: they are put together again from the columns.\n\n" + t.String()
}

func (b *archiveBench) questions() (title, text string) {
	t := table{head: []string{"question", "engine", "CPU s", "wall s", "CPU, ÷ dwell", "MB, greatest"}}
	for _, what := range []string{askSeen, askRules, askSubstring, askDays} {
		for _, engine := range append([]string{us}, b.peers...) {
			runs := b.net(engine, what)
			if len(runs) == 0 {
				continue
			}
			ratio := "1"
			if engine != us {
				ratio = summarise(pairs(each(runs, cpuSeconds), each(b.net(us, what), cpuSeconds))).with(2)
			}
			t.add(what, engine, summarise(each(runs, cpuSeconds)).with(2), summarise(each(runs, wallSeconds)).with(2),
				ratio, grouped(summarise(each(runs, megabytes)).high))
		}
	}
	a := &b.built[len(b.built)-1]
	load := summarise(each(b.asked[question(us, askRulesLoad)], cpuSeconds))
	rate := summarise(each(b.net(us, askRules), func(u usage) float64 { return float64(a.Events) / u.cpu.Seconds() }))
	text = t.String() + fmt.Sprintf("\nAll %s rules of SigmaHQ: **%s events per CPU-second**, matched fields included, net of reading and compiling\nthe rules, which takes %s CPU s and is not in the table.\n",
		grouped(float64(len(b.rules))), rate.whole(), load.with(2))
	text += fmt.Sprintf("\nThe %s indicators (domains, addresses, hashes, URLs; 1 %% of them in the telemetry) and hosts by day are answered\n"+
		"from the table of entities, in a folder without the events. The text is `%s`, in any case, in command lines.\n",
		grouped(100_000), wanted)
	if made := b.asked[question("chdb", askMake)]; len(made) > 0 {
		text += fmt.Sprintf("chDB has the same rows in MergeTree tables ordered by host and time (%.1f CPU s from the archive's files); DuckDB asks\n"+
			"the archive's own Parquet files. What starting Python and its engine takes is subtracted from the CPU of both.\n", made[0].cpu.Seconds())
	}
	for _, engine := range b.missing {
		text += fmt.Sprintf("\n%s was not there and is left out.\n", engine)
	}
	return "Questions", text
}

// net returns the runs of a question without what beginning takes.
func (b *archiveBench) net(engine, what string) (runs []usage) {
	begin := question(engine, askNothing)
	if engine == us {
		begin = ""
		if what == askRules {
			begin = question(us, askRulesLoad)
		}
	}
	var base float64
	if len(b.asked[begin]) > 0 {
		base = summarise(each(b.asked[begin], cpuSeconds)).median
	}
	for _, u := range b.asked[question(engine, what)] {
		u.cpu = max(u.cpu-seconds(base), seconds(0.001))
		runs = append(runs, u)
	}
	return runs
}

func (b *archiveBench) grown() (title, text string) {
	t := table{head: []string{"events", "question", "CPU s", "wall s", "MB", "µs of CPU for each event"}}
	r := table{head: []string{"rules", "CPU s", "of them reading and compiling rules", "ns of CPU for each event, net"}}
	var load float64
	for _, p := range b.growth {
		switch {
		case p.rules == 0:
			t.add(grouped(float64(p.events)), p.what, fmt.Sprintf("%.2f", p.took.cpu.Seconds()), fmt.Sprintf("%.2f", p.took.wall.Seconds()),
				grouped(megabytes(p.took)), fmt.Sprintf("%.3f", 1e6*p.took.cpu.Seconds()/float64(p.events)))
		case p.events == 0:
			load = p.took.cpu.Seconds()
		default:
			r.add(grouped(float64(p.rules)), fmt.Sprintf("%.2f", p.took.cpu.Seconds()), fmt.Sprintf("%.2f", load),
				fmt.Sprintf("%.0f", 1e9*math.Max(0, p.took.cpu.Seconds()-load)/float64(p.events)))
		}
	}
	var asked int64
	for _, p := range b.growth {
		if p.rules > 0 {
			asked = max(asked, p.events)
		}
	}
	return "How cost grows", fmt.Sprintf("![CPU by events and by rules](%s)\n\nOver the same days and hosts, one run each; rules with what reading them takes.\n\n%s\nOver %s events:\n\n%s",
		filepath.Base(b.archive.plot), t.String(), grouped(float64(asked)), r.String())
}

func (b *archiveBench) distinct() (title, text string) {
	title = "How much the generated events repeat themselves"
	if len(b.columns) == 0 {
		return title, "The real events are not there; see `-data`.\n"
	}
	t := table{head: []string{"channel and field", "rows", "different, real", "different, generated"}}
	below := 0
	for _, c := range b.columns {
		if c.generated < c.real {
			below++
		}
		t.add(c.channel+" "+c.field, grouped(float64(c.rows)), fmt.Sprintf("%.2f %%", 100*c.real), fmt.Sprintf("%.2f %%", 100*c.generated))
	}
	return title, fmt.Sprintf("Different values of all values of a field, in equally many records of real Windows logs (Security-Datasets) and\nof the generated ones: %d of %d fields repeat themselves less or as much.\n\n%s",
		len(b.columns)-below, len(b.columns), t.String())
}

// commandLines lists the commands by the base names of their programs.
func (b *archiveBench) commandLines() string {
	var text strings.Builder
	text.WriteString("```sh\n")
	for _, t := range b.tasks {
		args := slices.Clone(t.args)
		for i, arg := range args {
			if filepath.IsAbs(arg) {
				args[i] = filepath.Base(arg)
			}
			if strings.ContainsRune(args[i], ' ') {
				args[i] = "'" + args[i] + "'"
			}
		}
		text.WriteString(strings.Join(args, " ") + "\n")
	}
	return text.String() + "```\n"
}
