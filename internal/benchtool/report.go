package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
)

// report is everything the document says.
type report struct {
	in      inputs
	got     results
	tasks   []task
	machine string
	rounds  int
	stream  usage
	// formatRuns are the runs of formatPlan.
	formatRuns results
	costs      ruleCosts
	// streamBytes is how much the stream task was fed.
	streamBytes int64
}

// net returns the rate of a task on n events, by the load of the task loadID.
func (r *report) net(id, loadID string, n int) figure {
	return summarise(netRates(n, r.got[id], r.got[loadID]))
}

func (r *report) cpu(id string) figure    { return summarise(each(r.got[id], cpuSeconds)) }
func (r *report) memory(id string) figure { return summarise(each(r.got[id], megabytes)) }
func (r *report) has(id string) bool      { return len(r.got[id]) > 0 }

// ratio is the rate of a over the rate of b, round by round.
func (r *report) ratio(a, loadA string, nA int, b, loadB string, nB int) figure { //nolint:revive // two of each
	return summarise(pairs(netRates(nA, r.got[a], r.got[loadA]), netRates(nB, r.got[b], r.got[loadB])))
}

// document returns the text of docs/benchmarks.md.
func (r *report) document() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmarks\n\n"+
		"Written by `make bench`; do not edit. %s.\n\n"+
		"Every command ran %d times, in turn with the others; a figure is the median, in brackets the lowest and the\n"+
		"highest. CPU is user and system time of the process. *Net of load* subtracts the CPU that the same command\n"+
		"takes on one event, which is reading and compiling the rules. Ratios are taken within a round.\n",
		r.machine, r.rounds)
	for _, section := range []func(*report) (string, string){
		(*report).detection, (*report).unique, (*report).rules, (*report).evtx, (*report).formats, (*report).indicators, (*report).folder, (*report).ruleCosts, (*report).cores,
		(*report).memoryUse,
	} {
		title, text := section(r)
		fmt.Fprintf(&b, "\n## %s\n\n%s", title, text)
	}
	b.WriteString("\n## Commands\n\n" + r.commands())
	return b.String()
}

func (r *report) detection() (title, text string) {
	t := table{head: []string{"tool", "events per CPU-second, net of load", "CPU s", "load, CPU s", "MB"}}
	for _, id := range []string{dwellAll, rsigmaAll} {
		if r.has(id) {
			t.add(id, r.net(id, id+load, r.in.FlatEvents).whole(), r.cpu(id).with(2), r.cpu(id+load).with(2), r.memory(id).whole())
		}
	}
	text = fmt.Sprintf("%d rules of SigmaHQ over %s events as flat JSON lines of %d bytes on average, each with its log\n"+
		"source: the joined file below, repeated.\n\n%s",
		r.in.CountAll, grouped(float64(r.in.FlatEvents)), r.in.FlatBytes/int64(max(r.in.FlatEvents, 1)), t.String())
	if r.has(rsigmaAll) {
		text += fmt.Sprintf("\ndwell ÷ rsigma, net of load: **%s**.\n", r.overPeer().with(1))
	}
	return "All rules over JSON lines", text
}

func (r *report) overPeer() figure {
	n := r.in.FlatEvents
	return r.ratio(dwellAll, dwellAll+load, n, rsigmaAll, rsigmaAll+load, n)
}

func (r *report) unique() (title, text string) {
	t := table{head: []string{"tool", "events per CPU-second, net of load", "÷ its rate on real events"}}
	for _, ids := range [][2]string{{dwellUnique, dwellAll}, {rsigmaUnique, rsigmaAll}} {
		if id, usual := ids[0], ids[1]; r.has(id) {
			share := r.ratio(id, usual+load, r.in.UniqueEvents, usual, usual+load, r.in.FlatEvents)
			t.add(id, r.net(id, usual+load, r.in.UniqueEvents).whole(), share.with(2))
		}
	}
	return "Events that hardly repeat", fmt.Sprintf("%s generated events of %d bytes on average; at least 95 %% of their values occur once, so that\n"+
		"nothing can be remembered.\n\n%s",
		grouped(float64(r.in.UniqueEvents)), r.in.UniqueBytes/int64(max(r.in.UniqueEvents, 1)), t.String())
}

func (r *report) rules() (title, text string) {
	n := r.in.FlatEvents
	t := table{head: []string{"tool", "rules", "CPU s", "load, CPU s", "µs per event above no rules"}}
	for _, row := range []struct {
		id, none string
		count    int
	}{
		{dwellNone, dwellNone, 0},
		{dwellSome, dwellNone, r.in.CountSome},
		{dwellAll, dwellNone, r.in.CountAll},
		{rsigmaNone, rsigmaNone, 0},
		{rsigmaSome, rsigmaNone, r.in.CountSome},
		{rsigmaAll, rsigmaNone, r.in.CountAll},
	} {
		if r.has(row.id) {
			above := summarise(perEvent(n, r.withoutLoad(row.id), r.withoutLoad(row.none)))
			t.add(row.id, grouped(float64(row.count)), r.cpu(row.id).with(2), r.cpu(row.id+load).with(2), above.with(2))
		}
	}
	text = fmt.Sprintf("The same events under no rule (one that no event is for), under every %dth rule by id, and under all.\n\n%s\n", sampleStep, t.String())
	for _, ids := range [][2]string{{dwellAll, dwellSome}, {rsigmaAll, rsigmaSome}} {
		if all, some := ids[0], ids[1]; r.has(all) && r.has(some) {
			cost := summarise(pairs(each(r.withoutLoad(all), cpuSeconds), each(r.withoutLoad(some), cpuSeconds)))
			text += fmt.Sprintf("%s ÷ %s, net of load: %s. ", all, some, cost.with(2))
		}
	}
	return "What rules cost", strings.TrimRight(text, " ") + "\n"
}

// withoutLoad returns the runs of a task with its median load taken off.
func (r *report) withoutLoad(id string) []usage {
	base := summarise(each(r.got[id+load], cpuSeconds)).median
	var runs []usage
	for _, u := range r.got[id] {
		u.cpu -= seconds(base)
		runs = append(runs, u)
	}
	return runs
}

func (r *report) evtx() (title, text string) {
	decode := table{head: []string{"decode to JSON lines", "events", "CPU s", "events per CPU-second", "MB"}}
	for _, row := range []struct {
		id     string
		events int
	}{
		{dwellDecode, r.in.JoinedEvents},
		{dumpDecode, r.in.JoinedEvents},
		{dwellRepeat, r.in.RepeatedEvents},
		{dumpRepeat, r.in.RepeatedEvents},
	} {
		if r.has(row.id) {
			rate := summarise(each(r.got[row.id], func(u usage) float64 { return float64(row.events) / u.cpu.Seconds() }))
			decode.add(row.id, grouped(float64(row.events)), r.cpu(row.id).with(3), rate.whole(), r.memory(row.id).whole())
		}
	}
	detect := table{head: []string{"detect", "events", "events per CPU-second, net of load", "CPU s", "MB"}}
	for _, row := range []struct {
		id     string
		events int
	}{{dwellEVTX, r.in.RepeatedEvents}, {dwellLog, r.in.UniqueEVTXEvents}} {
		rate := r.net(row.id, dwellAll+load, row.events)
		detect.add(row.id, grouped(float64(row.events)), rate.whole(), r.cpu(row.id).with(2), r.memory(row.id).whole())
	}
	share := r.ratio(dwellLog, dwellAll+load, r.in.UniqueEVTXEvents, dwellEVTX, dwellAll+load, r.in.RepeatedEvents)
	text = "One file joined from all chunks in the data whose checksum holds and that are at least three quarters full;\n" +
		"then the same with its chunks repeated, so that starting a process weighs nothing.\n\n" + decode.String() + "\n"
	if r.has(dumpDecode) {
		text += fmt.Sprintf("dwell ÷ evtx_dump, CPU: **%s**; repeated: **%s**.\n\n",
			r.overDump(dwellDecode, dumpDecode).with(2), r.overDump(dwellRepeat, dumpRepeat).with(2))
	}
	text += "All rules over the repeated file, and over generated events that hardly repeat:\n\n" + detect.String()
	return "EVTX", text + fmt.Sprintf("\nUnique ÷ repeated, net of load: **%s**.\n", share.with(2))
}

// overDump is the CPU of one decoder over that of the other.
func (r *report) overDump(dwell, dump string) figure {
	return summarise(pairs(each(r.got[dwell], cpuSeconds), each(r.got[dump], cpuSeconds)))
}

func (r *report) cores() (title, text string) {
	t := table{head: []string{"cores", "wall s", "CPU s"}}
	for _, row := range [][2]string{{"1", dwellOneCore}, {"all", dwellAllCores}} {
		t.add(row[0], summarise(each(r.got[row[1]], wallSeconds)).with(2), r.cpu(row[1]).with(2))
	}
	return "Cores", "A gigabyte of the JSON lines on standard input.\n\n" + t.String() + fmt.Sprintf("\nWall time on all ÷ on one: **%s**.\n", r.allOverOne().with(2))
}

func (r *report) allOverOne() figure {
	return summarise(pairs(each(r.got[dwellAllCores], wallSeconds), each(r.got[dwellOneCore], wallSeconds)))
}

func (r *report) memoryUse() (title, text string) {
	t := table{head: []string{"input", "GB", "MB, greatest"}}
	t.add("one event", "–", grouped(r.memory(dwellAll+load).high))
	t.add("the JSON lines above", gigabytes(r.in.FlatBytes), grouped(r.memory(dwellAll).high))
	t.add("events that hardly repeat", gigabytes(r.in.UniqueBytes), grouped(r.memory(dwellUnique).high))
	if r.streamBytes > 0 {
		t.add("the JSON lines over and over, on standard input", gigabytes(r.streamBytes), grouped(megabytes(r.stream)))
	}
	if u := r.once(dwellArchive); u.maxRSS > 0 {
		t.add(fmt.Sprintf("a zip with the folder of twenty sources %d times, with the starter pack", zipDays), gigabytes(zipDays*r.in.FolderBytes), grouped(megabytes(u)))
	}
	return "Memory", "dwell under all rules.\n\n" + t.String()
}

func gigabytes(n int64) string { return fmt.Sprintf("%.2f", float64(n)/1e9) }

// commands lists each command once, by the base names of its programs.
func (r *report) commands() string {
	var b strings.Builder
	b.WriteString("```sh\n")
	for _, t := range r.tasks {
		args := append([]string{filepath.Base(t.args[0])}, t.args[1:]...)
		line := strings.Join(append(append([]string{}, t.env...), args...), " ")
		if t.stdin != "" {
			line += fmt.Sprintf(" # fed with %s until %d bytes", t.stdin, t.stdinBytes)
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("```\n")
	return b.String()
}

// headline returns the figures that the README quotes.
func (r *report) headline() string {
	t := table{head: []string{fmt.Sprintf("%s; %d rules", r.machine, r.in.CountAll), "measured"}}
	line := func(what string, f figure, show string) {
		if !math.IsNaN(f.median) {
			t.add(what, show)
		}
	}
	rate := r.net(dwellAll, dwellAll+load, r.in.FlatEvents)
	line("events per CPU-second, JSON lines", rate, grouped(rate.median))
	rate = r.net(dwellEVTX, dwellAll+load, r.in.RepeatedEvents)
	line("events per CPU-second, EVTX", rate, grouped(rate.median))
	rate = r.net(dwellUnique, dwellAll+load, r.in.UniqueEvents)
	line("events per CPU-second, events that hardly repeat", rate, grouped(rate.median))
	rate = r.overPeer()
	line("÷ rsigma, same events and rules", rate, fmt.Sprintf("%.1f ×", rate.median))
	rate = r.overDump(dwellDecode, dumpDecode)
	line("CPU to decode EVTX to JSON, ÷ Rust evtx_dump", rate, fmt.Sprintf("%.2f ×", rate.median))
	rate = r.cpu(dwellAll + load)
	line("reading and compiling all rules", rate, fmt.Sprintf("%.2f CPU s", rate.median))
	rate = r.memory(dwellAll)
	line("memory", rate, grouped(rate.high)+" MB")
	return t.String()
}
