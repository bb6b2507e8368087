package starter_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect/starter"
	"github.com/dwell-project/dwell/sigma"
)

var update = flag.Bool("update", false, "write docs/reference/starter-pack.md anew")

const preface = `# The starter pack

Without ` + "`--rules`" + `, dwell runs these rules, which are part of the program. They
prefer few detections worth reading to many; for breadth, give a folder of
community rules. A rule of level informational is an everyday matter that is here
to be counted by another one; most of these are shown only through that other.

Made from the rules by ` + "`go test ./detect/starter -update`" + `.

| level | rule | log source | ATT&CK |
|---|---|---|---|
`

func TestListInTheManualIsThatOfThePack(t *testing.T) {
	want := preface + strings.Join(lines(starter.Load()), "")
	path := filepath.Join("..", "..", "docs", "reference", "starter-pack.md")
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

// lines are the rows of the list, the gravest first.
func lines(rules *sigma.Collection) []string {
	type row struct {
		level sigma.Level
		text  string
	}
	var rows []row
	add := func(m *sigma.Meta, source string) {
		rows = append(rows, row{m.Level, fmt.Sprintf("| %s | %s | %s | %s |\n", m.Level, m.Title, source, techniques(m))})
	}
	for _, r := range rules.Rules {
		add(&r.Meta, cmp.Or(r.LogSource.Category, r.LogSource.Service))
	}
	for _, c := range rules.Correlations {
		add(&c.Meta, "counts "+strings.Join(c.Rules, ", "))
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(b.level, a.level), cmp.Compare(a.text, b.text))
	})
	var texts []string
	for _, r := range rows {
		texts = append(texts, r.text)
	}
	return texts
}

func techniques(m *sigma.Meta) string {
	var ids []string
	for _, tag := range m.Tags {
		if id, ok := strings.CutPrefix(tag, "attack.t"); ok {
			ids = append(ids, "T"+id)
		}
	}
	return strings.Join(ids, ", ")
}
