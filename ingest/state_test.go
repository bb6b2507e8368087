package ingest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/ingest"
)

func TestDamagedStateIsRefused(t *testing.T) {
	dir := t.TempDir()
	p, _ := program(t, dir, base)
	path := filepath.Join(dir, "state")
	for text, matches := range map[string]string{
		"":                               "",
		"{":                              "",
		`{"version":2}`:                  "",
		`{"version":1}`:                  "",
		`{"version":1,"journal":"../x"}`: "",
		`{"version":1,"journal":"1.jsonl","journal_size":5}`: "abc",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(path+".matches", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".matches/1.jsonl", []byte(matches), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := ingest.OpenState(path, p)
		if !errors.Is(err, ingest.ErrState) {
			t.Errorf("OpenState of %q: %v, %v; want ErrState", text, s, err)
		}
	}
}

func TestChangedCorrelationsBeginAnew(t *testing.T) {
	s := &station{t: t, dir: t.TempDir(), rules: base, now: epoch(), out: found{}, workers: 1, batch: 1, maxOpen: 2}
	s.logs = filepath.Join(s.dir, "logs")
	if err := os.Mkdir(s.logs, 0o700); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.round()
	if err := s.watch.End(s.now); err != nil {
		t.Fatal(err)
	}
	s.close()
	for rules, want := range map[string]bool{base: true, strings.Replace(base, "lt: 3", "lt: 4", 1): false, strings.Replace(base, "'3.exe'", "'5.exe'", 1): true} {
		p, names := program(t, s.dir, rules)
		state, err := ingest.OpenState(filepath.Join(s.dir, "state.json"), p)
		if err != nil {
			t.Fatal(err)
		}
		scan := detect.Scan{Program: p, Names: names}
		live := scan.NewLive(lateness, detect.Sink{})
		same, err := state.Continue(live, s.now)
		if same != want || err != nil {
			t.Errorf("Continue = %v, %v; want %v", same, err, want)
		}
		if err := errors.Join(live.Close(), state.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestJournalKeepsWhatCanStillMatter(t *testing.T) {
	p, _ := program(t, t.TempDir(), base) // reaches back 20 s
	at := epoch()
	line := func(before time.Duration) string {
		return fmt.Sprintf(`{"rule":0,"id":"00","time":%q,"values":[],"dataset":"","file":"","record":1,"offset":0}`+"\n", at.Add(-before).Format(time.RFC3339Nano))
	}
	var out strings.Builder
	in := line(time.Hour) + line(41*time.Second) + line(40*time.Second) + line(0)
	if err := p.CompactJournal(&out, strings.NewReader(in), detect.Clock{Watermark: at, Latest: at}); err != nil {
		t.Fatal(err)
	}
	if want := line(40*time.Second) + line(0); out.String() != want {
		t.Errorf("kept %s; want %s", out.String(), want)
	}
	if err := p.CompactJournal(&out, strings.NewReader("{"), detect.Clock{}); err == nil {
		t.Error("a damaged journal was compacted")
	}
}
