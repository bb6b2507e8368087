package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dwell-project/dwell/internal/evgen"
	"github.com/dwell-project/dwell/internal/evtxjoin"
)

// seed makes the generated events the same on every machine.
const seed = 20250303

// prepare makes the inputs in the work folder and describes them in
// inputsFile, last, so that a half-made folder is made again.
func prepare(o options) error {
	if _, err := os.Stat(filepath.Join(o.data, "sigma")); err != nil {
		return fmt.Errorf("looking for rules and event logs (set DWELL_DATA or -data): %w", err)
	}
	if err := os.MkdirAll(o.work, 0o750); err != nil {
		return err
	}
	in := inputs{
		Version: inputsVersion, Starter: o.starter,
		Joined: filepath.Join(o.work, "joined.evtx"), Repeated: filepath.Join(o.work, "repeated.evtx"), Flat: filepath.Join(o.work, "flat.jsonl"),
		Unique: filepath.Join(o.work, "unique.jsonl"), One: filepath.Join(o.work, "one.jsonl"),
		RulesAll: filepath.Join(o.work, "rules-all"), RulesSome: filepath.Join(o.work, "rules-some"),
		RulesNone: filepath.Join(o.work, "rules-none"), UniqueEVTX: filepath.Join(o.work, "unique.evtx"),
	}
	for _, step := range []func(options, *inputs) error{
		makeRules, joinChunks, makeFlat, makeRepeated, makeUnique, makeUniqueEVTX, makeIndicators, makeFormats, makeFolder,
	} {
		if err := step(o, &in); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(in, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.work, inputsFile), data, 0o600)
}

func makeRules(o options, in *inputs) error {
	rules, err := collectRules(filepath.Join(o.data, "sigma"))
	if err != nil {
		return err
	}
	some := sample(rules, sampleStep)
	in.CountAll, in.CountSome = len(rules), len(some)
	if err := copyRules(in.RulesAll, rules); err != nil {
		return err
	}
	if err := copyRules(in.RulesSome, some); err != nil {
		return err
	}
	if err := copyRules(in.RulesNone, nil); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(in.RulesNone, "none.yml"), []byte(noRule), 0o600)
}

// full is the least part of a chunk that must be in use.
const full = 0.75

func joinChunks(o options, in *inputs) error {
	_, err := evtxjoin.Join(o.data, in.Joined, full)
	return err
}

// makeFlat writes the joined events as JSON lines and repeats them until there
// are enough.
func makeFlat(o options, in *inputs) error {
	joined, err := os.Open(in.Joined)
	if err != nil {
		return err
	}
	defer joined.Close()
	var once bytes.Buffer
	if in.JoinedEvents, err = flattenEVTX(joined, &once); err != nil {
		return fmt.Errorf("making JSON lines of %s: %w", in.Joined, err)
	}
	if in.JoinedEvents == 0 {
		return errors.New("making JSON lines of " + in.Joined + ": it has no events")
	}
	first, _, _ := bytes.Cut(once.Bytes(), []byte("\n"))
	if err := os.WriteFile(in.One, append(bytes.Clone(first), '\n'), 0o600); err != nil {
		return err
	}
	times := (o.events + in.JoinedEvents - 1) / in.JoinedEvents
	in.FlatEvents = times * in.JoinedEvents
	in.FlatBytes = int64(times) * int64(once.Len())
	return writeFile(in.Flat, func(w io.Writer) error {
		for range times {
			if _, err := w.Write(once.Bytes()); err != nil {
				return err
			}
		}
		return nil
	})
}

func makeUnique(o options, in *inputs) error {
	in.UniqueEvents = o.unique
	err := writeFile(in.Unique, func(w io.Writer) error {
		return evgen.New(seed).WriteJSON(w, o.unique)
	})
	if err != nil {
		return err
	}
	info, err := os.Stat(in.Unique)
	if err != nil {
		return err
	}
	in.UniqueBytes = info.Size()
	return nil
}

func makeUniqueEVTX(o options, in *inputs) error {
	in.UniqueEVTXEvents = o.unique / 3
	return writeFile(in.UniqueEVTX, func(w io.Writer) error {
		return evgen.New(seed).WriteEVTX(w, in.UniqueEVTXEvents)
	})
}

// writeFile writes a file through a buffer.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return w.Flush()
}
