package main

import (
	"bytes"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// lock marks an entry of a zip as encrypted, where it stands and in the
// directory: lock ZIP NAME.
func lock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lock ZIP NAME")
	}
	data := []byte(ts.ReadFile(args[0]))
	for signature, at := range map[string]struct{ flags, name int }{"PK\x03\x04": {6, 30}, "PK\x01\x02": {8, 46}} {
		found := false
		for i := range data {
			rest := data[i:]
			if bytes.HasPrefix(rest, []byte(signature)) && len(rest) > at.name && bytes.HasPrefix(rest[at.name:], []byte(args[1])) {
				rest[at.flags] |= 1
				found = true
			}
		}
		if !found {
			ts.Fatalf("no entry %s in %s", args[1], args[0])
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// halve cuts off the second half of a file: halve FILE.
func halve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: halve FILE")
	}
	data := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(data[:len(data)/2]), 0o600))
}
