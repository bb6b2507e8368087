package main

import "strconv"

// inputs are the files that the tasks read, all in the work folder.
type inputs struct {
	// Version is [inputsVersion] of the program that made them.
	Version int
	// Joined is one EVTX file of all good chunks of the data; JoinedEvents is
	// how many records it has.
	Joined       string
	JoinedEvents int
	// Repeated is the same file with its chunks over and over.
	Repeated       string
	RepeatedEvents int
	// Flat holds the same events as flat JSON lines, over and over; Unique holds
	// generated events that hardly repeat; One holds the first line of Flat.
	Flat         string
	FlatEvents   int
	FlatBytes    int64
	Unique       string
	UniqueEvents int
	UniqueBytes  int64
	One          string
	// UniqueEVTX holds generated events as an event log.
	UniqueEVTX       string
	UniqueEVTXEvents int
	// RulesAll, RulesSome and RulesNone are folders: all rules, every
	// [sampleStep]-th by id, and one rule that no event here is for.
	RulesAll, RulesSome, RulesNone string
	CountAll, CountSome            int
	// Starter is the folder of the starter pack.
	Starter string
	// Indicators is a file of [indicatorCount] of them.
	Indicators string
	Formats    []formatInput
	// Folder has twenty sources, FolderBytes before compression; Archive is a
	// zip of it, [zipDays] times over.
	Folder      string
	FolderBytes int64
	Archive     string
}

// inputsVersion changes with what is made.
const inputsVersion = 2

// tools are the programs to measure; a peer that is not here is left out.
type tools struct{ dwell, rsigma, evtxDump string }

// Ids of tasks. A task with suffix load is the same command on one event.
const (
	load = ", one event"

	dwellAll      = "dwell, all rules"
	dwellSome     = "dwell, few rules"
	dwellNone     = "dwell, no rules"
	dwellOneCore  = "dwell, all rules, 1 GB, 1 core"
	dwellAllCores = "dwell, all rules, 1 GB"
	dwellUnique   = "dwell, all rules, unique"
	dwellEVTX     = "dwell, all rules, EVTX"
	dwellLog      = "dwell, all rules, EVTX, unique"
	dwellDecode   = "dwell, decode EVTX"
	dwellRepeat   = "dwell, decode EVTX, repeated"
	dwellStream   = "dwell, all rules, stream"

	rsigmaAll    = "rsigma, all rules"
	rsigmaSome   = "rsigma, few rules"
	rsigmaNone   = "rsigma, no rules"
	rsigmaUnique = "rsigma, all rules, unique"

	dumpDecode = "evtx_dump, decode EVTX"
	dumpRepeat = "evtx_dump, decode EVTX, repeated"
)

// plan returns the tasks of one round. A command stands next to what it is
// compared with.
func plan(in inputs, with tools) []task {
	tasks := []task{
		with.scan(dwellAll, in.RulesAll, in.Flat),
		with.scan(dwellAll, in.RulesAll, in.Flat).withIndicators(in),
		with.match(rsigmaAll, in.RulesAll, in.Flat),
		with.scan(dwellAll+load, in.RulesAll, in.One),
		with.scan(dwellAll+load, in.RulesAll, in.One).withIndicators(in),
		with.match(rsigmaAll+load, in.RulesAll, in.One),
		with.scan(dwellUnique, in.RulesAll, in.Unique),
		with.scan(dwellUnique, in.RulesAll, in.Unique).withIndicators(in),
		with.match(rsigmaUnique, in.RulesAll, in.Unique),
		with.scan(dwellSome, in.RulesSome, in.Flat),
		with.match(rsigmaSome, in.RulesSome, in.Flat),
		with.scan(dwellSome+load, in.RulesSome, in.One),
		with.match(rsigmaSome+load, in.RulesSome, in.One),
		with.scan(dwellNone, in.RulesNone, in.Flat),
		with.match(rsigmaNone, in.RulesNone, in.Flat),
		with.scan(dwellNone+load, in.RulesNone, in.One),
		with.match(rsigmaNone+load, in.RulesNone, in.One),
		onOneCore(with.feed(dwellOneCore, in, coresBytes)),
		with.feed(dwellAllCores, in, coresBytes),
		with.feed(dwellAllCores, in, coresBytes).withIndicators(in),
		with.scan(dwellEVTX, in.RulesAll, in.Repeated),
		with.scan(dwellLog, in.RulesAll, in.UniqueEVTX),
		with.parse(dwellDecode, in.Joined),
		with.dump(dumpDecode, in.Joined),
		with.parse(dwellRepeat, in.Repeated),
		with.dump(dumpRepeat, in.Repeated),
	}
	return withoutAbsent(tasks)
}

// coresBytes is how much is scanned on one core and on all: so much that
// reading the rules, for which they are not needed, weighs little.
const coresBytes = 1e9

// stream is the one task that is run once: it is about memory, and long.
func stream(in inputs, with tools, bytes int64) task { return with.feed(dwellStream, in, bytes) }

// feed scans the flat events over and over from standard input.
func (with tools) feed(id string, in inputs, bytes int64) task {
	t := with.scan(id, in.RulesAll, "-")
	t.stdin, t.stdinBytes = in.Flat, bytes
	return t
}

func (with tools) scan(id, rules, input string) task {
	return task{
		id: id, args: []string{with.dwell, "scan", "--rules", rules, "-o", "jsonl", input},
		codes: []int{0, 1}, // 1: something could not be read; rules with placeholders cannot be compiled
	}
}

func (with tools) match(id, rules, input string) task {
	if with.rsigma == "" {
		return task{}
	}
	return task{id: id, codes: []int{0}, args: []string{
		with.rsigma, "engine", "eval", "-r", rules, "--input-format", "json",
		"--logsource-routing", "--output-format", "ndjson", "-e", "@" + input,
	}}
}

func (with tools) parse(id, input string) task {
	return task{id: id, args: []string{with.dwell, "parse", "-o", "native", input}, codes: []int{0, 1}}
}

func (with tools) dump(id, input string) task {
	if with.evtxDump == "" {
		return task{}
	}
	return task{id: id, args: []string{with.evtxDump, "-t", "1", "-o", "jsonl", input}, codes: []int{0}}
}

func onOneCore(t task) task {
	t.env = append(t.env, "GOMAXPROCS="+strconv.Itoa(1))
	return t
}

func withoutAbsent(tasks []task) []task {
	kept := tasks[:0]
	for _, t := range tasks {
		if len(t.args) > 0 {
			kept = append(kept, t)
		}
	}
	return kept
}
