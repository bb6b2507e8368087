package browser_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/dwell-project/dwell/internal/pty"
)

var (
	asked    = flag.Bool("browser", false, "open the page in a browser")
	pictures = flag.String("pictures", "", "write pictures of the page and of a terminal to this folder")
)

// columns and rows are the size of the terminal that is shown.
const columns, rows = 150, 50

// seen is what look.mjs says about the page.
type seen struct {
	Requests, Complaints, Violations []string
	// Overflows are the widths of window, in CSS pixels, that are too narrow.
	Overflows []int
	Keyboard  struct {
		Controls       int
		Missed, Unseen []string
	}
	Keys []string
}

func TestPageInABrowserIsOfflineAccessibleAndWorksByKeyboard(t *testing.T) {
	chromium := browser(t)
	dir := t.TempDir()
	dwell, page := build(t, dir), filepath.Join(dir, "page.html")
	scan := exec.Command(dwell, "scan", "-q", "-o", "html", "testdata/sample")
	scan.Dir = "../.."
	html, err := scan.Output()
	if err == nil {
		err = os.WriteFile(page, html, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"../../tools/browser/look.mjs", chromium, page}
	if *pictures != "" {
		screen := filepath.Join(dir, "screen")
		showOnTerminal(t, dwell, screen)
		args = append(args, screen, *pictures)
	}
	look := exec.Command("node", args...)
	look.Stderr = os.Stderr
	said, err := look.Output()
	if err != nil {
		t.Fatalf("looking at the page: %v", err)
	}
	var s seen
	if err := json.Unmarshal(said, &s); err != nil {
		t.Fatalf("%v in %q", err, said)
	}
	judge(t, &s)
}

func judge(t *testing.T, s *seen) {
	for what, all := range map[string][]string{
		"the page asks for":           s.Requests,
		"the browser complains of":    s.Complaints,
		"WCAG 2.2 AA is violated by":  s.Violations,
		"Tab does not reach":          s.Keyboard.Missed,
		"the focus cannot be seen on": s.Keyboard.Unseen,
		"this does not hold":          s.Keys,
	} {
		for _, text := range all {
			t.Errorf("%s: %s", what, text)
		}
	}
	for _, width := range s.Overflows {
		t.Errorf("the page is wider than a window of %d pixels", width)
	}
	if s.Keyboard.Controls < 10 {
		t.Errorf("%d controls on the page; want at least those of the hits", s.Keyboard.Controls)
	}
}

// browser returns the path of Chromium, and skips the test unless it is asked
// for and can be run.
func browser(t *testing.T) string {
	t.Helper()
	if !*asked {
		t.Skip("opening the page in a browser is asked for by make browser")
	}
	chromium, err := exec.LookPath(cmp.Or(os.Getenv("CHROMIUM"), "chromium"))
	if err != nil {
		t.Skipf("no Chromium: %v; CHROMIUM names one", err)
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skipf("no node: %v", err)
	}
	if _, err := os.Stat("../../tools/browser/node_modules/playwright-core"); err != nil {
		t.Skip("tools/browser is not installed: npm ci --prefix tools/browser")
	}
	return chromium
}

func build(t *testing.T, dir string) string {
	t.Helper()
	dwell := filepath.Join(dir, "dwell")
	if out, err := exec.Command("go", "build", "-o", dwell, "../../cmd/dwell").CombinedOutput(); err != nil {
		t.Fatalf("building dwell: %v: %s", err, out)
	}
	return dwell
}

// showOnTerminal writes what a scan shows on a terminal to a file.
func showOnTerminal(t *testing.T, dwell, path string) {
	t.Helper()
	keyboard, terminal, err := pty.Open(columns, rows)
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	scan := exec.Command(dwell, "scan", "-q", "testdata/sample")
	scan.Dir, scan.Stdout = "../..", terminal
	scan.Env = append(os.Environ(), "NO_COLOR=", "TERM=xterm-256color")
	if err := scan.Start(); err != nil {
		t.Fatal(err)
	}
	if err := terminal.Close(); err != nil {
		t.Fatal(err)
	}
	// The last program that closes its end of a terminal makes a read of the
	// other fail.
	text, err := io.ReadAll(keyboard)
	if err != nil && !errors.As(err, new(*os.PathError)) {
		t.Fatal(err)
	}
	if err := scan.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
