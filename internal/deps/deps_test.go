package deps_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/internal/deps"
)

func TestTreeKeepsTheHouseRules(t *testing.T) {
	root := os.DirFS("../..")
	found, err := deps.Check(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range found {
		t.Error(s)
	}
	for _, name := range []string{"LICENSE", "README.md", "ARCHITECTURE.md", "CHANGELOG.md"} {
		if _, err := fs.Stat(root, name); err != nil {
			t.Error(err)
		}
	}
}

const module = deps.Module

func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestPlantedViolationsAreFound(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{
			"importing down, a sub-package and a parent is allowed",
			map[string]string{
				"event/event.go":      "// Package event is.\npackage event\n",
				"parse/parse.go":      "// Package parse is.\npackage parse\nimport _ \"" + module + "/event\"\n",
				"parse/evtx/evtx.go":  "// Package evtx is.\npackage evtx\nimport _ \"" + module + "/parse\"\n",
				"cmd/dwell/main.go":   "// Command dwell is.\npackage main\nimport _ \"" + module + "/parse/evtx\"\n",
				"event/x_test.go":     "package event_test\nimport _ \"" + module + "/parse\"\nimport _ \"testing\"\n",
				"internal/x/x.go":     "// Package x is.\npackage x\nimport _ \"testing\"\n",
				"sigma/testdata/a.go": "package broken(",
				"tools/go.mod":        "module tools",
				"tools/util/x.go":     "package util",
			},
			nil,
		},
		{
			"importing up",
			map[string]string{"event/e.go": "// Package event is.\npackage event\nimport _ \"" + module + "/detect\"\n"},
			[]string{"event/e.go: event (floor 1) imports detect (floor 4)"},
		},
		{
			"importing a neighbour from a sub-package",
			map[string]string{"parse/evtx/e.go": "// Package evtx is.\npackage evtx\nimport _ \"" + module + "/sigma/taxonomy\"\n"},
			[]string{"parse/evtx/e.go: parse (floor 2) imports sigma (floor 2)"},
		},
		{
			"a way to a network where there must be none",
			map[string]string{
				"parse/p.go":             "// Package parse is.\npackage parse\nimport (\n_ \"net/netip\"\n_ \"net/url\"\n_ \"net/http/httputil\"\n)\n",
				"cmd/dwell/main.go":      "// Command dwell is.\npackage main\nimport _ \"net\"\n",
				"cmd/dwell/main_test.go": "package main\nimport _ \"net/http\"\n",
				"cmd/dwell/release/r.go": "// Package release is.\npackage release\nimport _ \"net/http\"\n",
				"web/w.go":               "// Package web is.\npackage web\nimport _ \"net/http\"\n",
			},
			[]string{"cmd/dwell/main.go: imports net; see deps.Offline", "parse/p.go: imports net/http/httputil; see deps.Offline"},
		},
		{
			"a package on no floor",
			map[string]string{"stuff/s.go": "// Package stuff is.\npackage stuff\n"},
			[]string{"stuff: the package is on no floor; place it in deps.Floors"},
		},
		{
			"importing a package on no floor",
			map[string]string{"parse/p.go": "// Package parse is.\npackage parse\nimport _ \"" + module + "/stuff\"\n"},
			[]string{"parse/p.go: imports stuff, which is on no floor"},
		},
		{
			"a vague folder and a vague package",
			map[string]string{
				"parse/util/u.go": "// Package text is.\npackage text\n",
				"parse/zeek/z.go": "// Package common is.\npackage common\n",
			},
			[]string{
				`parse/util: the name "util" does not say what the package is for`,
				`parse/zeek: the name "common" does not say what the package is for`,
			},
		},
		{
			"no package comment",
			map[string]string{"event/e.go": "package event\n", "event/f.go": "// Does things.\npackage event\n"},
			[]string{`event: no file has a package comment that begins with "Package" or "Command"`},
		},
		{
			"init, in a test too",
			map[string]string{
				"event/e.go":      "// Package event is.\npackage event\nfunc init() {}\n",
				"event/e_test.go": "package event\nfunc init() {}\ntype t int\nfunc (t) init() {}\n",
			},
			[]string{
				"event/e.go: func init runs without being called; register explicitly",
				"event/e_test.go: func init runs without being called; register explicitly",
			},
		},
		{
			"state in package variables",
			map[string]string{
				"event/e.go": "// Package event is.\npackage event\nvar (\n\tErrX = f()\n\ttable = map[string]int{\"a\": 1}\n\tcache = map[string]int{}\n" +
					"\tp = &t{}\n\tm = make([]int, 1)\n\tmu t\n\tn = 0\n\tgrown = [...]int{1}\n\t_ t = t{}\n)\n" +
					"//go:embed x\nvar x string\n" +
					"func g() { n := 1; n++; table := map[string]int{}; table[\"b\"] = 2; p := t{}; p.f = 1 }\n" +
					"func h() { n++; _ = n; grown[0] = 2 }\n",
				"event/e_test.go": "package event\nvar inTest t\n",
				"event/f.go":      "package event\nfunc k() { table[\"b\"] = 1; other.n = 2; _ = 1 }\n",
			},
			[]string{
				"event/e.go: package variable cache is made to be changed; pass state as a value",
				"event/e.go: package variable p is made to be changed; pass state as a value",
				"event/e.go: package variable m is made to be changed; pass state as a value",
				"event/e.go: package variable mu has no value; pass state as a value",
				"event/e.go: package variable n is assigned to; pass state as a value",
				"event/e.go: package variable grown is assigned to; pass state as a value",
				"event/f.go: package variable table is assigned to; pass state as a value",
			},
		},
		{
			"testing in what is shipped",
			map[string]string{"sigma/s.go": "// Package sigma is.\npackage sigma\nimport _ \"testing/fstest\"\n"},
			[]string{"sigma/s.go: imports testing/fstest; test support lives in _test.go files or under internal"},
		},
		{
			"text of others",
			map[string]string{
				"LICENSE":      "Copy" + "right (c) 2026",
				"docs/note.md": "\nspdx-" + "license-identifier: MIT\n",
				"event/e.go":   "// Copy" + "right (c) 2020 Somebody\n\n// Package event is.\npackage event\n",
			},
			[]string{
				`docs/note.md: line 2 says "SPDX-` + `License-Identifier": text under another licence does not belong here`,
				`event/e.go: line 1 says "Copy` + `right (c)": text under another licence does not belong here`,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := deps.Check(tree(test.files))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckRefusesAFileThatDoesNotParse(t *testing.T) {
	_, err := deps.Check(tree(map[string]string{"event/e.go": "package event\nfunc {"}))
	if err == nil || !strings.Contains(err.Error(), "event/e.go:2") {
		t.Errorf("Check of a broken file: error %v; want one that names event/e.go:2", err)
	}
}

func TestFloorsNameEachUnitOnce(t *testing.T) {
	seen := map[string]bool{}
	for name := range strings.FieldsSeq(deps.Floors) {
		if seen[name] {
			t.Errorf("%s is on two floors", name)
		}
		seen[name] = true
	}
}
