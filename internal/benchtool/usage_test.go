package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary stand for a command to measure.
func TestMain(m *testing.M) {
	switch os.Getenv("BENCHTOOL_TEST") {
	case "burn":
		turns := 0
		for start := time.Now(); time.Since(start) < 150*time.Millisecond; turns++ {
			runtime.KeepAlive(turns)
		}
		os.Exit(0)
	case "hold":
		held := make([]byte, 64<<20)
		for i := 0; i < len(held); i += 512 {
			held[i] = 1
		}
		runtime.KeepAlive(held)
		os.Exit(0)
	case "count":
		n, in := 0, bufio.NewScanner(os.Stdin)
		for in.Scan() {
			n++
		}
		fmt.Fprintf(os.Stderr, "read %d lines", n)
		os.Exit(7)
	}
	os.Exit(m.Run())
}

func self(t *testing.T, role string) task {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return task{id: role, args: []string{exe}, env: []string{"BENCHTOOL_TEST=" + role}, codes: []int{0}}
}

func TestRunMeasuresCPUAndWallTime(t *testing.T) {
	u, err := run(t.Context(), self(t, "burn"))
	if err != nil {
		t.Fatal(err)
	}
	// A loaded machine may give a busy loop a fraction of its time only.
	if u.wall < 150*time.Millisecond || u.cpu < 5*time.Millisecond || u.cpu > 4*u.wall {
		t.Errorf("burning 150 ms took %v CPU, %v", u.cpu, u.wall)
	}
}

func TestRunMeasuresMemory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("memory is not measured here")
	}
	u, err := run(t.Context(), self(t, "hold"))
	if err != nil {
		t.Fatal(err)
	}
	if mb := u.maxRSS >> 20; mb < 64 || mb > 400 {
		t.Errorf("holding 64 MiB took %d MiB", mb)
	}
}

func TestRunFeedsAFileUntilThereAreEnoughBytes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lines")
	if err := os.WriteFile(file, []byte(strings.Repeat("x\n", 50)), 0o600); err != nil {
		t.Fatal(err)
	}
	count := self(t, "count")
	count.stdin, count.stdinBytes = file, 301
	_, err := run(t.Context(), count)
	if err == nil || !strings.Contains(err.Error(), "read 200 lines") {
		t.Errorf("run: %v; want an error for exit code 7 that quotes the command", err)
	}
	count.codes = []int{0, 7}
	if _, err := run(t.Context(), count); err != nil {
		t.Errorf("exit code 7 is allowed, but run: %v", err)
	}
}

func TestMeasureAlternatesAndNamesWhatFailed(t *testing.T) {
	var order []string
	say := func(_ string, args ...any) { order = append(order, args[2].(string)) }
	a, b := self(t, "burn"), self(t, "burn")
	a.id, b.id = "a", "b"
	got, err := measure(t.Context(), []task{a, b}, 2, say)
	if err != nil || len(got["a"]) != 2 || len(got["b"]) != 2 {
		t.Errorf("measure = %v, %v; want two runs each", got, err)
	}
	if s := strings.Join(order, ""); s != "abab" {
		t.Errorf("order %s; want abab", s)
	}
	b.args = []string{filepath.Join(t.TempDir(), "absent")}
	if _, err := measure(context.Background(), []task{a, b}, 1, say); err == nil || !strings.HasPrefix(err.Error(), "b, round 1: ") {
		t.Errorf("measure of an absent command: %v; want an error that begins with b, round 1", err)
	}
}
