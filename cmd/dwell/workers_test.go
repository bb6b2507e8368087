package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

const countedProcesses = everyProcess + `---
title: Many Processes
id: 77777777-7777-4777-8777-777777777778
level: high
correlation:
    type: event_count
    rules: [77777777-7777-4777-8777-777777777777]
    group-by: [Computer]
    timespan: 10m
    condition: {gte: 50}
    generate: true
`

// manyHosts is a log of n records of n/20 hosts, every hundredth broken.
func manyHosts(n int) string {
	var b strings.Builder
	for i := range n {
		line := fmt.Sprintf(`{"TimeCreated":"2025-03-01T10:%02d:%02dZ","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":%d,"Computer":"ws%d","User":"CORP\\u%d","Image":"C:\\tool%d.exe"}`,
			i*7%60, i*13%60, 1+i%3, i*31%(n/20), i%7, i)
		if i%100 == 99 {
			line = line[:len(line)/2]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestOutputDoesNotDependOnWorkers(t *testing.T) {
	rules := writeFile(t, "any.yml", countedProcesses)
	log := writeFile(t, "many.jsonl", manyHosts(10_000))
	for _, args := range []string{
		"scan -o jsonl", "scan -o json", "scan -o csv", "scan -o table", "scan -o table --all", "scan -o html",
		"scan -o navigator", "scan -o timesketch", "stats -o json", "stats -o table", "parse", "explain 3",
	} {
		var first string
		for workers := 1; workers <= 5; workers++ {
			words := append(strings.Fields(args), log, "--quiet", fmt.Sprint("--workers=", workers))
			if !strings.HasPrefix(args, "stats") && args != "parse" {
				words = append(words, "--rules", rules)
			}
			var stdout, stderr bytes.Buffer
			w := testWorld(&stdout, &stderr, words...)
			w.now = func() time.Time { return time.Date(2025, 3, 2, 0, 0, 0, 0, time.UTC) }
			if code := run(context.Background(), w); code != exitUnread {
				t.Fatalf("%s exits with %d, want %d; standard error: %s", args, code, exitUnread, stderr.String())
			}
			got := stdout.String() + stderr.String()
			if workers == 1 {
				first = got
			} else if got != first {
				t.Errorf("%s gives other output with %d workers than with one", args, workers)
			}
		}
		if first == "" {
			t.Errorf("%s gives nothing", args)
		}
	}
}
