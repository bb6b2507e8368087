package deps

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// textBytes bounds how much of a file is searched: a foreign header stands at
// the top.
const textBytes = 4096

// foreign returns phrases at the head of text that came with a licence of its
// own. They are written in halves so that this file does not contain them.
func foreign() []string {
	return []string{
		"Copy" + "right (c)", "Copy" + "right ©", "All rights " + "reserved",
		"SPDX-" + "License-Identifier", "General Public " + "License",
		"Detection Rule " + "License", "Permission is hereby " + "granted",
		"Creative Commons " + "Attribution",
	}
}

// readText returns the contents of a Go file and the head of any other.
func readText(tree fs.FS, name string, d fs.DirEntry) ([]byte, error) {
	if path.Ext(name) == ".go" || !d.Type().IsRegular() {
		return fs.ReadFile(tree, name)
	}
	f, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, textBytes))
}

// licence refuses text that brings a licence of its own: everything in the
// tree was written for it and stands under LICENSE.
func (c *checker) licence(name string, data []byte) {
	if slices.Contains([]string{"LICENSE", "NOTICE"}, path.Base(name)) {
		return
	}
	head := data[:min(len(data), textBytes)]
	for _, phrase := range foreign() {
		if at := bytes.Index(bytes.ToLower(head), []byte(strings.ToLower(phrase))); at >= 0 {
			line := 1 + bytes.Count(head[:at], []byte("\n"))
			c.report(name, "line %d says %q: text under another licence does not belong here", line, phrase)
			return
		}
	}
}
