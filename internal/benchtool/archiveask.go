package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed archivepeers.py
var peersScript string

// What is asked. Ids of tasks are engine and question.
const (
	askNothing   = "nothing"
	askSeen      = "indicators ever seen"
	askRules     = "all rules"
	askRulesLoad = "all rules" + load
	askSubstring = "substring"
	askDays      = "first and last by host and day"
	askMake      = "make"
	us           = "dwell"
)

// wanted is the text that is looked for in command lines.
const wanted = "certutil -url"

// question names the task of an engine.
func question(engine, what string) string { return engine + ", " + what }

// archivePlan is what dwell is asked of an archive. bare is the archive without
// its events.
func (b *archiveBench) archivePlan(a *built, bare string) []task {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	own := func(task, folder string) []string {
		return []string{self, "-archive", "-archive-task", task, "-archive-folder", folder, "-archive-days", fmt.Sprint(b.archive.days)}
	}
	hunts := func(archive string, asked ...string) []string {
		return append([]string{b.tools.dwell, "hunt", "-q", "-o", "jsonl", "--archive", archive}, asked...)
	}
	codes := []int{0, 1}
	return []task{
		{id: question(us, askSeen), args: own(taskSeen, bare), codes: []int{0}},
		{id: question(us, askRulesLoad), args: hunts(b.fewArchive(), "--rules", b.ruleSets[len(b.rules)]), codes: codes},
		{id: question(us, askRules), args: hunts(a.Folder, "--rules", b.ruleSets[len(b.rules)]), codes: codes},
		{id: question(us, askSubstring), args: hunts(a.Folder, "--match", "CommandLine contains "+wanted), codes: codes},
		{id: question(us, askDays), args: own(taskDays, bare), codes: []int{0}},
	}
}

// peerPlan is the same for another engine.
func (b *archiveBench) peerPlan(engine string, a *built) (tasks []task) {
	script := filepath.Join(b.work, "archivepeers.py")
	for _, q := range [][2]string{{askMake, "make"}, {askNothing, "nothing"}, {askSubstring, "substring"}, {askSeen, "seen"}, {askDays, "days"}} {
		if q[0] == askMake && engine != "chdb" {
			continue
		}
		folder, err := filepath.Abs(a.Folder)
		if err != nil {
			folder = a.Folder
		}
		tasks = append(tasks, task{
			id:    question(engine, q[0]),
			args:  []string{b.archive.python, script, engine, q[1], folder, b.peerStore(), filepath.Join(filepath.Dir(folder), "archive-indicators.csv")},
			codes: []int{0},
		})
	}
	return tasks
}

func (b *archiveBench) peerStore() string { return filepath.Join(b.work, "archive-chdb") }
func (b *archiveBench) fewArchive() string {
	return filepath.Join(b.work, "archive-"+strconv.Itoa(fewEvents))
}

// fewEvents is how many events the archive has that shows what reading rules
// takes.
const fewEvents = 100

// withoutEvents makes a folder that is the archive but for its events: what is
// answered by it opens none.
func withoutEvents(a *built) (folder string, err error) {
	folder = a.Folder + "-bare"
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.Mkdir(folder, 0o750); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(a.Folder)
	if err != nil {
		return "", err
	}
	whole, err := filepath.Abs(a.Folder)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "dataset=") {
			err = errors.Join(err, os.Symlink(filepath.Join(whole, e.Name()), filepath.Join(folder, e.Name())))
		}
	}
	return folder, err
}

// askAll asks the greatest archive.
func (b *archiveBench) askAll(ctx context.Context) error {
	a := &b.built[len(b.built)-1]
	bare, err := withoutEvents(a)
	if err != nil {
		return err
	}
	b.tasks = b.archivePlan(a, bare)
	if err := os.WriteFile(filepath.Join(b.work, "archivepeers.py"), []byte(peersScript), 0o600); err != nil {
		return err
	}
	b.asked = results{}
	for _, engine := range b.peers {
		plan := b.peerPlan(engine, a)
		if engine == "chdb" {
			if err := os.RemoveAll(b.peerStore()); err != nil {
				return err
			}
			made, err := measure(ctx, plan[:1], 1, b.say)
			if err != nil {
				return err
			}
			b.asked[plan[0].id] = made[plan[0].id]
			plan = plan[1:]
		}
		b.tasks = append(b.tasks, plan...)
	}
	got, err := measure(ctx, b.tasks, b.rounds, b.say)
	maps.Copy(b.asked, got)
	if !b.archive.keep {
		err = errors.Join(err, os.RemoveAll(b.peerStore()))
	}
	return errors.Join(err, os.RemoveAll(bare))
}

// point is what a question took of an archive.
type point struct {
	what   string
	events int64
	rules  int
	took   usage
}

// grow asks every archive, and one of middling size under fewer rules.
func (b *archiveBench) grow(ctx context.Context) error {
	if _, err := b.build(ctx, fewEvents, 1); err != nil {
		return fmt.Errorf("making an archive of few events: %w", err)
	}
	for i := range b.built {
		if err := b.growTo(ctx, &b.built[i]); err != nil {
			return err
		}
	}
	a := &b.built[max(0, len(b.built)-2)]
	for _, n := range []int{100, 1000, len(b.rules)} {
		for _, archive := range []string{b.fewArchive(), a.Folder} {
			t := task{
				id: question(us, fmt.Sprintf("%d rules, %s", n, filepath.Base(archive))), codes: []int{0, 1},
				args: []string{b.tools.dwell, "hunt", "-q", "-o", "jsonl", "--archive", archive, "--rules", b.ruleSets[n]},
			}
			got, err := measure(ctx, []task{t}, 1, b.say)
			if err != nil {
				return err
			}
			events := a.Events
			if archive != a.Folder {
				events = 0
			}
			b.growth = append(b.growth, point{what: askRules, events: events, rules: n, took: got[t.id][0]})
		}
	}
	return nil
}

func (b *archiveBench) growTo(ctx context.Context, a *built) error {
	bare, err := withoutEvents(a)
	if err != nil {
		return err
	}
	for _, t := range b.archivePlan(a, bare) {
		what := strings.TrimPrefix(t.id, question(us, ""))
		if what == askDays || what == askRulesLoad {
			continue
		}
		got, err := measure(ctx, []task{t}, 1, b.say)
		if err != nil {
			return err
		}
		b.growth = append(b.growth, point{what: what, events: a.Events, took: got[t.id][0]})
	}
	return os.RemoveAll(bare)
}
