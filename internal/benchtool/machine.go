package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// describeMachine says what the figures were measured on, without naming it.
func describeMachine() string {
	model := fieldOf("/proc/cpuinfo", "model name")
	if model == "" {
		model = "unknown processor"
	}
	text := fmt.Sprintf("Measured on %s, %d cores", model, runtime.NumCPU())
	var kib int64
	if _, err := fmt.Sscan(fieldOf("/proc/meminfo", "MemTotal"), &kib); err == nil {
		text += fmt.Sprintf(", %d GB of memory", (kib<<10+5e8)/1e9)
	}
	return text + fmt.Sprintf(", %s/%s, %s", runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// fieldOf returns the value of the first line "name : value" of a file, empty
// if there is none, as on systems without /proc.
func fieldOf(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		key, value, ok := strings.Cut(in.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
