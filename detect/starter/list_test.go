package starter_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect/starter"
	"github.com/dwell-project/dwell/sigma"
)

var update = flag.Bool("update", false, "write the lists in docs/reference anew")

const listPreface = `# The starter pack

Without ` + "`--rules`" + `, dwell runs these rules, which are part of the program. They
prefer few detections worth reading to many; for breadth, give a folder of
community rules. A rule of level informational is an everyday matter that is here
to be counted by another one; most of these are shown only through that other.
[Coverage by technique](coverage-by-technique.md) lists the same rules the other way
round.

Made from the rules by ` + "`go test ./detect/starter -update`" + `.

`

const coveragePreface = `# Coverage by technique

The techniques of MITRE ATT&CK that rules of [the starter pack](starter-pack.md) name. A
technique that is here is not thereby covered: a rule sees one way of doing it, in one
kind of log. Rules of level informational are left out.

Made from the rules by ` + "`go test ./detect/starter -update`" + `.

| technique | rules |
|---|---|
`

func TestListInTheManualIsThatOfThePack(t *testing.T) {
	rows := entries(starter.Load())
	sources := map[string]bool{}
	for _, e := range rows {
		sources[e.source] = true
	}
	var b strings.Builder
	b.WriteString(listPreface)
	fmt.Fprintf(&b, "%d rules of %d log sources.\n\n| level | rule | log source | ATT&CK |\n|---|---|---|---|\n",
		len(rows), len(sources)-1) // what correlations count is no log source
	for _, e := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", e.level, e.title, cmp.Or(e.source, e.counts), strings.Join(e.techniques, ", "))
	}
	isInManual(t, "starter-pack.md", b.String())
}

func TestTechniquesInTheManualAreThoseOfThePack(t *testing.T) {
	covering := map[string][]string{}
	for _, e := range entries(starter.Load()) {
		if e.level == sigma.Informational {
			continue
		}
		for _, id := range e.techniques {
			covering[id] = append(covering[id], e.title)
		}
	}
	var b strings.Builder
	b.WriteString(coveragePreface)
	for _, id := range slices.Sorted(maps.Keys(covering)) {
		fmt.Fprintf(&b, "| %s | %s |\n", id, strings.Join(covering[id], " · "))
	}
	isInManual(t, "coverage-by-technique.md", b.String())
}

// isInManual compares a page of the reference, or writes it with -update.
func isInManual(t *testing.T, page, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "reference", page)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run with -update (-want +got):\n%s", diff)
	}
}

// entry is what the lists say of a rule; of source and counts one is empty.
type entry struct {
	level          sigma.Level
	title          string
	source, counts string
	techniques     []string
}

// entries describes all rules, the gravest first.
func entries(rules *sigma.Collection) []entry {
	var all []entry
	for _, r := range rules.Rules {
		all = append(all, entry{r.Meta.Level, r.Meta.Title, sourceName(r.LogSource), "", techniques(&r.Meta)})
	}
	for _, c := range rules.Correlations {
		all = append(all, entry{c.Level, c.Title, "", "counts " + strings.Join(c.Rules, ", "), techniques(&c.Meta)})
	}
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.level, a.level), cmp.Compare(a.title, b.title))
	})
	return all
}

// sourceName is a log source as people call it: windows, of which most rules
// are, is left out.
func sourceName(l sigma.LogSource) string {
	product := l.Product
	if product == "windows" {
		product = ""
	}
	return strings.TrimSpace(product + " " + cmp.Or(l.Category, l.Service))
}

func techniques(m *sigma.Meta) []string {
	var ids []string
	for _, tag := range m.Tags {
		if id, ok := strings.CutPrefix(tag, "attack.t"); ok {
			ids = append(ids, "T"+id)
		}
	}
	return ids
}
