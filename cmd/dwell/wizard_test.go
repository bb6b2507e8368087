package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/internal/pty"
)

// inFolder makes an empty folder the working directory, with a folder logs in
// it that holds one log, and a picture.
func inFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	text, err := io.ReadAll(records(3))
	if err == nil {
		err = os.Mkdir("logs", 0o755)
	}
	if err == nil {
		err = os.WriteFile("logs/a.jsonl", text, 0o600)
	}
	if err == nil {
		err = os.WriteFile("logs/a.png", []byte("\x89PNG\r\n\x1a\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// asked runs dwell with somebody who gives these answers.
func asked(answers string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	w := testWorld(&out, &errs, args...)
	w.stdin, w.person = strings.NewReader(answers), func() bool { return true }
	code = run(context.Background(), w)
	return code, out.String(), errs.String()
}

func wants(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s does not say %q:\n%s", what, p, text)
		}
	}
}

func TestPersonIsAskedAndShownTheCommandLine(t *testing.T) {
	for _, args := range [][]string{nil, {"scan"}} {
		inFolder(t)
		code, stdout, stderr := asked("nowhere\nlogs\n9\n1\n", args...)
		if code != exitUnread { // the picture
			t.Errorf("exit code %d; want %d", code, exitUnread)
		}
		wants(t, "the dialogue", stderr, "Folder, file or archive with the logs [.]:", "no such file or directory",
			"1 log: jsonl 1; 1 not recognised", "a number from 1 to 4", "\n  dwell scan -o table logs\n")
		wants(t, "standard output", stdout, "3 records in 1 source")
	}
}

func TestPersonGetsANewFileAndNothingIsReplaced(t *testing.T) {
	inFolder(t)
	if err := os.WriteFile("findings.html", []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := asked("logs/a.jsonl\n2\n\nmy findings.html\n")
	if code != exitDone || stdout != "" {
		t.Errorf("exit code %d, standard output %q; want %d and nothing", code, stdout, exitDone)
	}
	wants(t, "the dialogue", stderr, "Write it to [findings.html]:", "file exists", "dwell scan -o html logs/a.jsonl > 'my findings.html'", "Written to my findings.html")
	old, _ := os.ReadFile("findings.html")
	page, err := os.ReadFile("my findings.html")
	if err != nil || string(old) != "old" || !bytes.HasPrefix(page, []byte("<!DOCTYPE html>")) {
		t.Errorf("old file %q, page %.20q, %v", old, page, err)
	}
}

func TestOwnOutputIsNotRead(t *testing.T) {
	inFolder(t)
	if err := os.Remove("logs/a.png"); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := asked("\njsonl\n\n") // everything here, into a file here
	if code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	wants(t, "the dialogue", stderr, "dwell scan -o jsonl . > findings.jsonl", "findings.jsonl: standard output goes there: not read")
}

func TestNothingIsScannedWithoutAnAnswer(t *testing.T) {
	inFolder(t)
	for _, answers := range []string{"", "logs\n", "logs\n2\n"} {
		code, stdout, stderr := asked(answers)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, "no answer: nothing was scanned") {
			t.Errorf("after %q: exit code %d, %q", answers, code, stderr)
		}
	}
	if left, err := filepath.Glob("findings*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFolderWithoutLogsIsAskedForAgain(t *testing.T) {
	inFolder(t)
	_, _, stderr := asked("logs/a.png\n-logs\nlogs\n1\n")
	wants(t, "the dialogue", stderr, "no log that dwell knows; 1 not recognised", "dwell scan -o table logs")
}

func TestWordsAreQuotedForTheirShell(t *testing.T) {
	for _, tt := range []struct{ word, system, want string }{
		{"logs/a.evtx", "linux", "logs/a.evtx"},
		{"my logs", "linux", "'my logs'"},
		{"it's", "darwin", `'it'\''s'`},
		{`$(reboot)`, "linux", `'$(reboot)'`},
		{"", "linux", "''"},
		{`C:\Logs`, "windows", `C:\Logs`},
		{`C:\My Logs`, "windows", `"C:\My Logs"`},
		{`a\b`, "linux", `'a\b'`},
	} {
		if got := shellWord(tt.word, tt.system); got != tt.want {
			t.Errorf("shellWord(%q, %s) = %s; want %s", tt.word, tt.system, got, tt.want)
		}
	}
}

// typist reads a terminal's screen and types when something has appeared there.
type typist struct {
	t        *testing.T
	keyboard *os.File
	screen   []byte
}

func (p *typist) waitFor(text string) {
	p.t.Helper()
	if err := p.keyboard.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	b := make([]byte, 4096)
	for !bytes.Contains(p.screen, []byte(text)) {
		n, err := p.keyboard.Read(b)
		p.screen = append(p.screen, b[:n]...)
		if err != nil {
			p.t.Fatalf("%q does not appear: %v\n%s", text, err, p.screen)
		}
	}
	p.screen = p.screen[bytes.Index(p.screen, []byte(text))+len(text):]
}

func (p *typist) enter(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.keyboard, text+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

func TestWizardOnATerminal(t *testing.T) {
	inFolder(t)
	keyboard, terminal, err := pty.Open(120, 40)
	if errors.Is(err, pty.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	defer terminal.Close()
	start := func(ctx context.Context, stdin, stdout *os.File) <-chan int {
		w := testWorld(stdout, terminal)
		w.stdin, w.screen = stdin, screen
		w.person = func() bool { return terminals(stdin, stdout, terminal) }
		code := make(chan int, 1)
		go func() { code <- run(ctx, w) }()
		return code
	}
	p := &typist{t: t, keyboard: keyboard}

	code := start(context.Background(), terminal, terminal)
	p.waitFor("logs [.]: ")
	p.enter("logs/a.jsonl")
	p.waitFor("1 log: jsonl 1")
	p.waitFor("Number [1]: ")
	p.enter("")
	p.waitFor("dwell scan -o table logs/a.jsonl")
	p.waitFor("3 records in 1 source")
	if got := <-code; got != exitDone {
		t.Errorf("exit code %d; want %d", got, exitDone)
	}

	// Standard output that goes elsewhere: nobody is asked.
	file, err := os.Create("out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := <-start(context.Background(), terminal, file); got != exitUsage {
		t.Errorf("with standard output in a file: exit code %d; want %d", got, exitUsage)
	}
	// Standard input that comes from elsewhere, too.
	if got := <-start(context.Background(), file, terminal); got != exitUsage {
		t.Errorf("with standard input from a file: exit code %d; want %d", got, exitUsage)
	}

	ctx, cancel := context.WithCancel(context.Background())
	code = start(ctx, terminal, terminal)
	p.waitFor("logs [.]: ")
	cancel()
	if got := <-code; got != exitInterrupted {
		t.Errorf("interrupted: exit code %d; want %d", got, exitInterrupted)
	}
	p.waitFor("interrupted; nothing was scanned")
	p.enter("") // the read that still waits
}
