package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/unpack"
)

// A survey of what lies in a folder is for a person who waits, so that it ends
// early: after surveyTime, and within an archive after surveyLimits.
const surveyTime = 5 * time.Second

func surveyLimits() unpack.Limits {
	l := unpack.DefaultLimits()
	l.Entries, l.Bytes, l.Spool = 2000, 256<<20, 256<<20
	return l
}

// wizard asks a person for what a scan needs, says the command line that it
// comes to, and runs that.
type wizard struct {
	*world
	ctx    context.Context
	answer *bufio.Reader
}

// choices are the forms of output that the wizard offers.
var choices = [...]struct{ form, file, words string }{
	{"table", "", "a table here, the worst first"},
	{"html", "findings.html", "a page for a browser"},
	{"jsonl", "findings.jsonl", "JSON lines, one for each hit"},
	{"csv", "findings.csv", "CSV, one line for each hit"},
}

// wantsWizard says whether the command line leaves open what to scan and there
// is a person who can be asked. A script is never asked: it would wait for ever.
func (w *world) wantsWizard() bool {
	open := len(w.args) == 0 || len(w.args) == 1 && w.args[0] == "scan"
	return open && w.person != nil && w.person()
}

// runWizard asks, and runs what the answers come to.
func runWizard(ctx context.Context, w *world) int {
	z := &wizard{world: w, ctx: ctx, answer: bufio.NewReader(newInterruptible(ctx, w.stdin))}
	args, file, err := z.questions()
	switch {
	case errors.Is(err, context.Canceled):
		tell(w.stderr, "\ndwell: interrupted; nothing was scanned\n")
		return exitInterrupted
	case errors.Is(err, io.EOF):
		tell(w.stderr, "\n")
		return w.refuse(errors.New("no answer: nothing was scanned"))
	case err != nil:
		tell(w.stderr, "dwell: %v\n", err)
		return exitUnread
	}
	tell(w.stderr, "\nThe same without questions:\n\n  %s\n\n", table.Clean(commandLine(args, file)))
	told := *w
	told.args = args
	if file == nil {
		return run(ctx, &told)
	}
	told.stdout = file
	code := run(ctx, &told)
	if err := file.Close(); err != nil {
		tell(w.stderr, "dwell: %v\n", err)
		return exitUnread
	}
	tell(w.stderr, "Written to %s\n", table.Clean(file.Name()))
	return code
}

// questions returns the arguments of a scan and the file for its output, nil for
// the terminal.
func (z *wizard) questions() (args []string, file *os.File, err error) {
	tell(z.stderr, "dwell scans logs for what Sigma rules match. dwell --help has the rest; Ctrl+C leaves.\n\n")
	path, err := z.askPath()
	if err != nil {
		return nil, nil, err
	}
	tell(z.stderr, "\nWhat do you want?\n\n")
	for i := range choices {
		tell(z.stderr, "  %d  %s\n", i+1, choices[i].words)
	}
	tell(z.stderr, "\n")
	choice, err := z.askChoice()
	if err != nil {
		return nil, nil, err
	}
	if choices[choice].file != "" {
		if file, err = z.askFile(choices[choice].file); err != nil {
			return nil, nil, err
		}
	}
	return []string{"scan", "-o", choices[choice].form, path}, file, nil
}

// ask puts a question and returns the answer, or what is taken if there is none.
func (z *wizard) ask(question, otherwise string) (string, error) {
	tell(z.stderr, "%s [%s]: ", question, otherwise)
	line, err := z.answer.ReadString('\n')
	if err != nil && strings.TrimSpace(line) == "" {
		return "", err
	}
	if line = strings.TrimSpace(line); line != "" {
		return line, nil
	}
	return otherwise, nil
}

// askPath asks until there are logs at the path.
func (z *wizard) askPath() (string, error) {
	for {
		path, err := z.ask("Folder, file or archive with the logs", ".")
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(path, "-") {
			path = "./" + path // no flag, and not standard input
		}
		if _, err := os.Stat(path); err != nil {
			tell(z.stderr, "  %s\n", table.Clean(cause(err)))
			continue
		}
		text, logs := z.survey(path)
		tell(z.stderr, "  %s\n", text)
		if err := z.ctx.Err(); err != nil {
			return "", err
		}
		if logs {
			return path, nil
		}
	}
}

// cause is an error without the path that the person has just written.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// survey says which formats lie under a path, and whether any does.
func (z *wizard) survey(path string) (text string, logs bool) {
	counts := map[string]int64{}
	var files, unknown, empty, unread int64
	more := false
	deadline := z.now().Add(surveyTime)
	for in, err := range formats.Walk([]string{path}, formats.Options{Limits: surveyLimits()}) {
		switch {
		case err == nil:
			files++
			counts[in.Format.Name()]++
		case errors.Is(err, unpack.ErrLimit):
			more = true
		case errors.Is(err, formats.ErrUnknown):
			unknown++
		case errors.Is(err, formats.ErrEmpty):
			empty++
		default:
			unread++
		}
		if z.ctx.Err() != nil || z.now().After(deadline) {
			more = true
			break
		}
	}
	return surveyed(counts, files, more, []string{
		some(unknown, "not recognised"), some(empty, "empty"), some(unread, "not readable"),
	}), files > 0
}

// surveyed puts a survey in words.
func surveyed(counts map[string]int64, files int64, more bool, others []string) string {
	var parts []string
	for _, name := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return int(counts[b] - counts[a])
		}
		return strings.Compare(a, b)
	}) {
		parts = append(parts, name+" "+thousands(counts[name]))
	}
	text := many(files, "log")
	if more {
		text = "at least " + text
	}
	if files == 0 {
		text = "no log that dwell knows"
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	for _, o := range others {
		if o != "" {
			text += "; " + o
		}
	}
	return text
}

// some is a count with words, "" for none.
func some(n int64, words string) string {
	if n == 0 {
		return ""
	}
	return thousands(n) + " " + words
}

func (z *wizard) askChoice() (int, error) {
	for {
		text, err := z.ask("Number", "1")
		if err != nil {
			return 0, err
		}
		for i := range choices {
			if text == fmt.Sprint(i+1) || text == choices[i].form {
				return i, nil
			}
		}
		tell(z.stderr, "  a number from 1 to %d\n", len(choices))
	}
}

// askFile asks until a new file can be made.
func (z *wizard) askFile(otherwise string) (*os.File, error) {
	for {
		name, err := z.ask("Write it to", otherwise)
		if err != nil {
			return nil, err
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			return f, nil
		}
		tell(z.stderr, "  %s\n", table.Clean(cause(err)))
	}
}

// commandLine writes arguments, and the file that output goes to, for a shell.
func commandLine(args []string, file *os.File) string {
	words := []string{"dwell"}
	for _, a := range args {
		words = append(words, shellWord(a, runtime.GOOS))
	}
	if file != nil {
		words = append(words, ">", shellWord(file.Name(), runtime.GOOS))
	}
	return strings.Join(words, " ")
}

// shellWord quotes a word, where it needs it, as the shell of a system reads it.
func shellWord(word, system string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+=,", r) ||
			system == "windows" && r == '\\'
	}
	switch {
	case word != "" && strings.TrimLeftFunc(word, plain) == "":
		return word
	case system == "windows":
		return `"` + word + `"`
	default:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
}
