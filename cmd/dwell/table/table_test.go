package table_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"

	"github.com/dwell-project/dwell/cmd/dwell/table"
)

func example() *table.Table {
	t := &table.Table{Columns: []table.Column{{Title: "#", Right: true}, {Title: "level"}, {Title: "title", Least: 8}, {Title: "host", Least: 4}}}
	t.Add(table.Cell{Text: "1"}, table.Cell{Text: "critical", Style: table.Alarm}, table.Cell{Text: "A service was installed from a share"}, table.Cell{Text: "ws1.corp.example"})
	t.Add(table.Cell{Text: "12"}, table.Cell{Text: "low"}, table.Cell{Text: "Short"}, table.Cell{Text: "日本"})
	return t
}

func write(t *testing.T, width int, colour bool) string {
	t.Helper()
	var b strings.Builder
	if err := example().Write(&b, width, colour); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestColumnsAreAsWideAsTheirWidestCell(t *testing.T) {
	want := ` #  level     title                                 host
 1  critical  A service was installed from a share  ws1.corp.example
12  low       Short                                 日本
`
	if diff := cmp.Diff(want, write(t, 0, false)); diff != "" {
		t.Error(diff)
	}
}

func TestWidestColumnsAreCutToTheTerminal(t *testing.T) {
	for _, width := range []int{70, 44, 40} {
		for line := range strings.Lines(write(t, width, false)) {
			if n := runewidth.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("width %d: line %q has %d cells", width, line, n)
			}
		}
	}
}

func TestColumnsKeepTheirLeastWidth(t *testing.T) {
	got := write(t, 10, false)
	if !strings.Contains(got, "critical  A servi…  ws1…") {
		t.Errorf("columns at their least width:\n%s", got)
	}
}

func TestColourIsOnlyWhereItIsWanted(t *testing.T) {
	if got := write(t, 0, false); strings.Contains(got, "\x1b") {
		t.Errorf("escape sequence without colour: %q", got)
	}
	if got := write(t, 0, true); !strings.Contains(got, "\x1b[1;31mcritical\x1b[0m  A") {
		t.Errorf("no red level with colour: %q", got)
	}
}

func TestCleanDisarmsWhatLogsBring(t *testing.T) {
	for in, want := range map[string]string{
		`C:\Users\x`:            `C:\Users\x`,
		"a\x1b[2Jb":             `a\x1b[2Jb`,
		"two\r\nlines\tand tab": `two\r\nlines\tand tab`,
		"exe.\u202etxt":         `exe.\u202etxt`,
		"bad \xff byte":         `bad \xff byte`,
		"tag \U000e0041":        `tag \U000e0041`,
		"žluť 日本 \uFFFD":        "žluť 日本 \uFFFD",
	} {
		if got := table.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCellOfEndlessTextIsCut(t *testing.T) {
	wide := &table.Table{Columns: []table.Column{{Title: "host"}, {Title: "account"}}}
	wide.Add(table.Cell{Text: strings.Repeat("ž", 1<<20)}, table.Cell{Text: "alice"})
	var b strings.Builder
	if err := wide.Write(&b, 0, false); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 4<<10 || !strings.Contains(b.String(), "ž…  alice") {
		t.Errorf("a table with a text of 2 MiB has %d bytes", b.Len())
	}
}
