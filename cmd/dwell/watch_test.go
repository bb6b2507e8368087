package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// paper is an output that can be read while it is written.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// waitFor waits until the paper has n lines.
func (p *paper) waitFor(t *testing.T, n int) []string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if lines := strings.SplitAfter(p.String(), "\n"); len(lines) > n {
			return lines[:n]
		}
	}
	t.Fatalf("there are not %d lines: %q", n, p.String())
	return nil
}

// watching runs dwell watch until stop is called, which returns its exit code.
func watching(t *testing.T, w *world) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	code := make(chan int, 1)
	go func() { code <- run(ctx, w) }()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-code
	})
	t.Cleanup(func() { stop() })
	return stop
}

func processLine(at time.Time, n int) string {
	return fmt.Sprintf(`{"TimeCreated":%q,"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"ws1","User":"CORP\\alice","Image":"C:\\Windows\\System32\\tool%d.exe"}`+"\n",
		at.UTC().Format(time.RFC3339Nano), n)
}

func add(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestHitIsSeenSoonAfterItsLineAndStoppingIsNoError(t *testing.T) {
	rules := writeFile(t, "any.yml", everyProcess)
	log := filepath.Join(t.TempDir(), "a.log")
	add(t, log, processLine(time.Now(), 0))
	var stdout, stderr paper
	stop := watching(t, testWorld(&stdout, &stderr, "watch", "--rules", rules, log))
	stderr.waitFor(t, 1)
	time.Sleep(300 * time.Millisecond) // the first look is taken
	written := time.Now()
	add(t, log, processLine(written, 1))
	line := stdout.waitFor(t, 1)[0]
	if took := time.Since(written); took > 5*time.Second { // 1 s on a machine that is not busy
		t.Errorf("the hit came %v after its line", took)
	}
	if !strings.Contains(line, "tool1.exe") {
		t.Errorf("hit %s; want one on the line that was added", line)
	}
	if code := stop(); code != exitDone {
		t.Errorf("exit code %d; want %d; standard error: %s", code, exitDone, stderr.String())
	}
}

func TestWatchOfStandardInputGivesTheLinesOfAScan(t *testing.T) {
	rules := writeFile(t, "any.yml", everyProcess)
	var stdout, scanned, stderr bytes.Buffer
	w := testWorld(&stdout, &stderr, "watch", "-q", "--rules", rules, "-")
	w.stdin = records(2000)
	if code := run(context.Background(), w); code != exitDone {
		t.Fatalf("exit code %d; standard error: %s", code, stderr.String())
	}
	w = testWorld(&scanned, &stderr, "scan", "-q", "--rules", rules, "-")
	w.stdin = records(2000)
	run(context.Background(), w)
	if stdout.Len() == 0 || stdout.String() != scanned.String() {
		t.Errorf("watch wrote %d bytes, scan %d: they differ", stdout.Len(), scanned.Len())
	}
}

const threeProcesses = everyProcess + `---
title: Three
id: 99999999-9999-4999-8999-999999999999
level: high
correlation:
    type: event_count
    rules: [77777777-7777-4777-8777-777777777777]
    group-by: [User]
    timespan: 1m
    condition: {gte: 3}
`

func TestLateRecordIsMarkedAndCounted(t *testing.T) {
	rules := writeFile(t, "three.yml", threeProcesses)
	r, w := io.Pipe()
	var stdout, stderr paper
	in := testWorld(&stdout, &stderr, "watch", "--lateness", "1m", "--rules", rules, "-")
	in.stdin = r
	stop := watching(t, in)
	start := time.Now().Add(-time.Hour)
	send := func(after time.Duration, n int) {
		if _, err := io.WriteString(w, processLine(start.Add(after), n)); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * 250 * time.Millisecond) // a round of its own
	}
	send(0, 1)
	send(time.Second, 2)
	send(90*time.Second, 3)
	send(2*time.Second, 4) // 88 s after the latest
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var hit struct {
		Rule   struct{ Title string }
		Events []any
		Late   bool
	}
	if err := json.Unmarshal([]byte(stdout.waitFor(t, 1)[0]), &hit); err != nil {
		t.Fatal(err)
	}
	if hit.Rule.Title != "Three" || len(hit.Events) != 3 || !hit.Late {
		t.Errorf("hit %+v; want Three on three records, late", hit)
	}
	if code := stop(); code != exitDone {
		t.Errorf("exit code %d; want %d", code, exitDone)
	}
	if !strings.Contains(stderr.String(), "1 match of correlations came late") {
		t.Errorf("standard error %q; want the late record counted", stderr.String())
	}
}

func TestFulfilledCorrelationComesAtOnceAndOnce(t *testing.T) {
	rules := writeFile(t, "three.yml", threeProcesses)
	log := filepath.Join(t.TempDir(), "a.log")
	var stdout, stderr paper
	stop := watching(t, testWorld(&stdout, &stderr, "watch", "-q", "--from-start", "--lateness", "1h", "--rules", rules, log))
	at := time.Now()
	for n := range 4 {
		add(t, log, processLine(at.Add(time.Duration(n)*time.Second), n))
	}
	stdout.waitFor(t, 1)
	if code := stop(); code != exitDone { // decides what waits
		t.Errorf("exit code %d; want %d", code, exitDone)
	}
	if n := strings.Count(stdout.String(), `"Three"`); n != 1 {
		t.Errorf("the correlation was printed %d times; want once: %s", n, stdout.String())
	}
}

func TestStoppedWatchLeavesNoGoroutine(t *testing.T) {
	rules := writeFile(t, "any.yml", everyProcess)
	dir := t.TempDir()
	log := filepath.Join(dir, "a.log")
	before := runtime.NumGoroutine()
	for n := range 3 {
		r, w := io.Pipe()
		var stdout, stderr paper
		in := testWorld(&stdout, &stderr, "watch", "--state", filepath.Join(dir, "state"), "--rules", rules, log, "-")
		in.stdin = r
		stop := watching(t, in)
		stderr.waitFor(t, 1)
		add(t, log, processLine(time.Now(), n))
		stop()
		if err := w.Close(); err != nil { // a read that waits ends with its writer
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines; before there were %d", runtime.NumGoroutine(), before)
		}
	}
}
