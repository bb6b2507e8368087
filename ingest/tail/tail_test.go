package tail_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/ingest/tail"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// lines is a format with one record a line; the records are the lines.
type lines struct{ splitsAnew bool }

func (lines) Name() string                       { return "lines" }
func (lines) Recognise([]byte) (float64, string) { return 1, "" }
func (lines) NewDecoder(*event.Names) parse.Decoder {
	return nil // the test reads the blocks
}

func (f lines) Split(r io.Reader, src *event.Source) parse.Splitter {
	s := blocks.New(r, src, lineRules{}, blocks.DefaultSizes())
	if f.splitsAnew {
		return struct{ parse.Splitter }{s}
	}
	return s
}

type lineRules struct{}

func (lineRules) Start(head []byte) []byte {
	first, _, _ := bytes.Cut(head, []byte{'\n'})
	return first
}

func (lineRules) Cut(data []byte, _, _ bool) int { return bytes.LastIndexByte(data, '\n') + 1 }

// desk is a follower with what it gave: "path:line:offset:text".
type desk struct {
	t        *testing.T
	follower *tail.Follower
	now      time.Time
	got      []string
	problems []string
	torn     bool // tentative blocks are
}

func newDesk(t *testing.T, o tail.Options, paths ...string) *desk {
	if o.Recognise == nil {
		o.Recognise = func([]byte) (parse.Format, error) { return lines{}, nil }
	}
	d := &desk{t: t, follower: tail.New(paths, o), now: time.Unix(1e9, 0)}
	t.Cleanup(func() {
		if err := d.follower.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// poll looks once, after so much time, and compares what was given.
func (d *desk) poll(after time.Duration, want ...string) {
	d.t.Helper()
	d.now, d.got = d.now.Add(after), nil
	err := d.follower.Poll(d.now, tail.Sink{
		Block:   func() *parse.Block { return &parse.Block{} },
		Problem: func(p parse.Problem) { d.problems = append(d.problems, fmt.Sprintf("%s: %v", p.Path, p.Err)) },
		Take:    d.take,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(want, d.got); diff != "" {
		d.t.Fatalf("given (-want +got):\n%s", diff)
	}
}

func (d *desk) take(p *tail.Piece) error {
	last, size, torn := int64(-1), int64(0), p.Tentative && d.torn
	line, offset := p.Block.Record, p.Block.Offset
	for text := range bytes.Lines(p.Block.Data) {
		if offset >= p.From && !p.Known && !torn {
			d.got = append(d.got, fmt.Sprintf("%s:%d:%d:%s", filepath.Base(p.Block.Source.Path), line, offset, bytes.TrimSpace(text)))
		}
		last, size = offset, int64(len(text))
		line++
		offset += int64(len(text))
	}
	if p.Done != nil {
		p.Done(last, size, torn)
	}
	return nil
}

func (d *desk) reported(want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.problems); diff != "" {
		d.t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

const soon = 200 * time.Millisecond

func TestFollowingBeginsAtTheEndWithTheRightLineNumbers(t *testing.T) {
	log := filepath.Join(t.TempDir(), "a.log")
	write(t, log, "one\ntwo\nthr")
	d := newDesk(t, tail.Options{}, log)
	d.poll(0)
	appendTo(t, log, "ee\nfour\n")
	d.poll(soon, "a.log:3:8:three", "a.log:4:14:four")
	d.poll(soon)
}

func TestFollowingFromTheStartGivesWhatIsThere(t *testing.T) {
	log := filepath.Join(t.TempDir(), "a.log")
	write(t, log, "one\ntwo\n")
	d := newDesk(t, tail.Options{FromStart: true}, log)
	d.poll(0, "a.log:1:0:one", "a.log:2:4:two")
}

func TestLineWithoutEndIsTakenAfterItsTime(t *testing.T) {
	log := filepath.Join(t.TempDir(), "a.log")
	write(t, log, "one\n")
	d := newDesk(t, tail.Options{Idle: time.Second}, log)
	d.poll(0)
	appendTo(t, log, "tw")
	d.poll(soon)
	d.poll(900 * time.Millisecond)
	d.poll(soon, "a.log:2:4:tw")
	appendTo(t, log, "o\n")
	d.poll(soon, "a.log:2:6:o")
}

func TestRenamedFileIsReadToItsEndAndTheNewOneFromItsBeginning(t *testing.T) {
	for _, folder := range []bool{true, false} {
		t.Run(fmt.Sprint("folder watched: ", folder), func(t *testing.T) {
			dir := t.TempDir()
			log := filepath.Join(dir, "a.log")
			write(t, log, "one\n")
			path := log
			if folder {
				path = dir
			}
			d := newDesk(t, tail.Options{}, path)
			d.poll(0)
			rename(t, log, log+".1")
			write(t, log, "three\n")
			appendTo(t, log+".1", "two\n")
			d.poll(soon, "a.log:2:4:two", "a.log:1:0:three")
			d.poll(2 * time.Minute)
			appendTo(t, log, "four\n")
			d.poll(soon, "a.log:2:6:four")
		})
	}
}

func TestCopyIsTakenUpWhereTheOriginalWasLeft(t *testing.T) {
	for _, folder := range []bool{true, false} {
		t.Run(fmt.Sprint("folder watched: ", folder), func(t *testing.T) {
			dir := t.TempDir()
			log := filepath.Join(dir, "a.log")
			write(t, log, "one\n")
			path := log
			if folder {
				path = dir
			}
			d := newDesk(t, tail.Options{}, path)
			d.poll(0)
			write(t, log+".1", "one\ntwo\n") // written before it was cut
			write(t, log, "three\n")
			if folder {
				d.poll(soon, "a.log:1:0:three", "a.log.1:2:4:two")
			} else {
				d.poll(soon, "a.log:2:4:two", "a.log:1:0:three")
			}
			d.poll(soon)
		})
	}
}

func TestFileThatHoldsSomethingElseIsReadAnew(t *testing.T) {
	log := filepath.Join(t.TempDir(), "a.log")
	write(t, log, "one\n")
	d := newDesk(t, tail.Options{FromStart: true}, log)
	d.poll(0, "a.log:1:0:one")
	write(t, log, "longer than it was\n")
	d.poll(soon, "a.log:1:0:longer than it was")
	write(t, log, "")
	d.poll(soon)
	appendTo(t, log, "again\n")
	d.poll(soon, "a.log:1:0:again")
}

func TestFileThatIsDeletedAndMadeAgainIsReadFromItsBeginning(t *testing.T) {
	log := filepath.Join(t.TempDir(), "a.log")
	write(t, log, "one\n")
	d := newDesk(t, tail.Options{}, log)
	d.poll(0)
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	d.poll(soon)
	write(t, log, "two\n")
	d.poll(soon, "a.log:1:0:two")
	d.reported()
}

func TestFilesThatComeLaterAreReadWhole(t *testing.T) {
	dir := t.TempDir()
	d := newDesk(t, tail.Options{}, dir)
	d.poll(0)
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "sub", "b.log"), "one\n")
	d.poll(soon, "b.log:1:0:one")
}

func TestFewFilesAreHeldOpen(t *testing.T) {
	dir := t.TempDir()
	var want []string
	d := newDesk(t, tail.Options{MaxOpen: 2}, dir)
	for i := range 6 {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.log", i)), "one\n")
		want = append(want, fmt.Sprintf("%d.log:1:0:one", i))
	}
	d.poll(0)
	for i := range 6 {
		appendTo(t, filepath.Join(dir, fmt.Sprintf("%d.log", i)), "two\n")
		want[i] = fmt.Sprintf("%d.log:2:4:two", i)
	}
	d.poll(soon, want...)
	if n := openFiles(t, dir); n > 2 {
		t.Errorf("%d files are open; want 2 at most", n)
	}
}

// openFiles counts the open files below a folder.
func openFiles(t *testing.T, dir string) (n int) {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("open files cannot be counted here")
	}
	for _, fd := range fds {
		if at, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(at, dir) {
			n++
		}
	}
	return n
}

func TestStateIsWhereTheNextRunGoesOn(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "a.log")
	write(t, log, "one\n")
	first := newDesk(t, tail.Options{FromStart: true}, log)
	first.poll(0, "a.log:1:0:one")
	state := first.follower.State()
	appendTo(t, log, "two\n")

	t.Run("grown", func(t *testing.T) {
		newDesk(t, tail.Options{Resume: state}, log).poll(0, "a.log:2:4:two")
	})
	rename(t, log, log+".1")
	write(t, log, "three\n")
	t.Run("rotated meanwhile", func(t *testing.T) {
		d := newDesk(t, tail.Options{Resume: state}, log)
		d.poll(0, "a.log:1:0:three", "a.log:2:4:two")
		d.poll(soon)
	})
	t.Run("rotated meanwhile in a folder", func(t *testing.T) {
		d := newDesk(t, tail.Options{Resume: state}, dir)
		d.poll(0, "a.log:1:0:three", "a.log.1:2:4:two")
	})
}

func TestStateOutlivesARunThatFindsNothing(t *testing.T) {
	log := filepath.Join(t.TempDir(), "a.log")
	write(t, log, "one\n")
	first := newDesk(t, tail.Options{FromStart: true}, log)
	first.poll(0, "a.log:1:0:one")
	state := first.follower.State()
	rename(t, log, log+"-away")
	d := newDesk(t, tail.Options{Resume: state}, log)
	if diff := cmp.Diff(state, d.follower.State()); diff != "" {
		t.Errorf("state before the first poll (-want +got):\n%s", diff)
	}
	d.poll(0)
	if diff := cmp.Diff(state, d.follower.State()); diff != "" {
		t.Errorf("state without the file (-want +got):\n%s", diff)
	}
	rename(t, log+"-away", log)
	d.poll(soon)
	appendTo(t, log, "two\n")
	d.poll(soon, "a.log:2:4:two")
}

func TestFileOfAnotherWayOfWritingIsSplitAnew(t *testing.T) {
	log := filepath.Join(t.TempDir(), "a.log")
	write(t, log, "one\n")
	recognise := func([]byte) (parse.Format, error) { return lines{splitsAnew: true}, nil }
	d := newDesk(t, tail.Options{Recognise: recognise}, log)
	d.poll(0)
	appendTo(t, log, "two\n")
	d.poll(soon, "a.log:2:4:two")
	state := d.follower.State()
	d.torn = true
	appendTo(t, log, "three\n")
	d.poll(soon)
	d.poll(soon)
	d.poll(tail.DefaultIdle, "a.log:3:8:three")

	next := newDesk(t, tail.Options{Recognise: recognise, Resume: state}, log)
	next.poll(0, "a.log:3:8:three")
}

func TestUnknownFileIsReportedOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), strings.Repeat("?\n", 10<<10))
	write(t, filepath.Join(dir, "old.gz"), "\x1f\x8b\x08")
	d := newDesk(t, tail.Options{FromStart: true, Recognise: func([]byte) (parse.Format, error) { return nil, io.ErrNoProgress }}, dir, filepath.Join(dir, "none"))
	d.poll(0)
	d.poll(time.Minute)
	d.reported(filepath.Join(dir, "none")+": no such file or directory", filepath.Join(dir, "a")+": "+io.ErrNoProgress.Error())
}

func TestStreamIsFollowedToItsEnd(t *testing.T) {
	r, w := io.Pipe()
	pump := tail.NewPump(r)
	d := newDesk(t, tail.Options{Stdin: pump}, "-")
	d.poll(0)
	for _, text := range []string{"one\n", "two\nthr", "ee"} {
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for deadline := time.Now().Add(10 * time.Second); !d.follower.Ended() && time.Now().Before(deadline); {
		<-pump.Ready()
		if err := d.follower.Poll(d.now, tail.Sink{Block: func() *parse.Block { return &parse.Block{} }, Take: d.take}); err != nil {
			t.Fatal(err)
		}
	}
	got = d.got
	if diff := cmp.Diff([]string{"-:1:0:one", "-:2:4:two", "-:3:8:three"}, got); diff != "" {
		t.Errorf("given (-want +got):\n%s", diff)
	}
}

func TestFileThatIsWrittenToIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.log")
	for _, path := range []string{own, filepath.Join(dir, "other.log")} {
		if err := os.WriteFile(path, []byte("a\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(own, filepath.Join(dir, "moved.log")); err != nil { // it is the file, not its name
		t.Fatal(err)
	}
	d := newDesk(t, tail.Options{FromStart: true, Skip: info}, dir)
	d.poll(0, "other.log:1:0:a")
	d.poll(time.Second)
	d.reported(filepath.Join(dir, "moved.log") + ": " + tail.ErrOwn.Error())
}
