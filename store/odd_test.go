package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/store/entityday"
)

// oddFormat gives events whose dataset and time are what their records say.
type oddFormat struct{}

func (oddFormat) Name() string { return "odd" }

func (oddFormat) Recognise([]byte) (confidence float64, reason string) { return 1, "" }

func (oddFormat) Split(r io.Reader, src *event.Source) parse.Splitter {
	return &oddSplitter{r: r, src: src}
}

func (oddFormat) NewDecoder(names *event.Names) parse.Decoder { return oddDecoder{names} }

type oddSplitter struct {
	r   io.Reader
	src *event.Source
}

func (s *oddSplitter) Next(b *parse.Block) (err error) {
	if b.Data, err = io.ReadAll(s.r); err == nil && len(b.Data) == 0 {
		err = io.EOF
	}
	s.src.First = [32]byte{1}
	return err
}

type oddDecoder struct{ names *event.Names }

func (d oddDecoder) Decode(b *parse.Block, yield func(*event.Event) bool, _ func(parse.Problem)) {
	offset := int64(0)
	for line := range strings.Lines(string(b.Data)) {
		when, dataset, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		at, _ := time.Parse(time.RFC3339, when)
		raw := []byte(strings.TrimSuffix(line, "\n"))
		ev := &event.Event{
			Dataset: dataset, Time: at, Source: b.Source, Offset: offset, Raw: raw,
			Fields: []event.Field{{Name: d.names.Intern("source.ip"), Kind: event.Text, Data: []byte("192.0.2.1")}},
		}
		offset += int64(len(line))
		if !yield(ev) {
			return
		}
	}
}

// TestOddNamesAndTimesFindTheirPlace takes in datasets that are called like paths
// and times from 1601 to 9999, while the clock goes back and forth. All is there
// once, in a file inside the archive, and is found again.
func TestOddNamesAndTimesFindTheirPlace(t *testing.T) {
	datasets := []string{
		"a", "A", "", ".", "..", "../../escape", "/etc/passwd", "con", "x\x00y", "dataset=b/day=2024-01-01", "%2E", "a b+c", "*?<>|:\"\\",
		strings.Repeat("long", 100), strings.Repeat("long", 100) + "er", "\xff\xfe", "überwachung",
	}
	times := []string{
		"1601-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2024-02-29T12:00:00Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59Z", "never",
	}
	var lines []string
	for _, d := range datasets {
		for _, at := range times {
			lines = append(lines, at+" "+strings.ReplaceAll(d, "\n", " ")+"\n")
		}
	}
	content := strings.Join(lines, "")
	clock, back := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), false
	opt := Options{
		Format: func(string) (parse.Format, bool) { return oddFormat{}, true },
		Now: func() time.Time {
			if clock, back = clock.Add(100*time.Hour), !back; back {
				clock = clock.Add(-250 * time.Hour)
			}
			return clock
		},
	}
	outer := t.TempDir()
	folder := filepath.Join(outer, "archive")
	a, err := OpenOrCreate(folder, opt)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time, all is known
		w, err := a.Write(event.NewNames())
		if err != nil {
			t.Fatal(err)
		}
		in := parse.Input{Path: "odd", Format: oddFormat{}, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
		err = parse.Run(context.Background(), w.Note(func(yield func(parse.Input, error) bool) { yield(in, nil) }),
			parse.Options{Workers: 2, Names: w.names}, w.NewWork, parse.Results[*Taken]{Take: w.Take, Report: func(p parse.Problem) { t.Error(p) }})
		_, _, joinErr := w.Compact(Compaction{})
		if err = errors.Join(err, joinErr, w.Seal()); err == nil {
			_, err = w.RollUp(true)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	checkOdd(t, a, lines)
	for _, path := range append(sealedFiles(t, outer), filepath.Join(folder, manifestName)) {
		if !strings.HasPrefix(path, folder+"/") && !strings.HasPrefix(path, folder+secretsSuffix+"/") {
			t.Errorf("%s is outside", path)
		}
	}
}

func checkOdd(t *testing.T, a *Archive, lines []string) {
	t.Helper()
	s, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if v, err := s.Verify(nil); err != nil || len(v.Faults) > 0 || v.Records != int64(len(lines)) {
		t.Errorf("%d records, %+v, %v", len(lines), v, err)
	}
	got := map[string]int{}
	err = parse.Run(context.Background(), s.Inputs(Bounds{}, nil), parse.Options{Workers: 1, Names: event.NewNames()},
		func() parse.Work[int] {
			return func(b *parse.Block, d parse.Decoder) int {
				d.Decode(b, func(ev *event.Event) bool {
					at := "never"
					if !ev.Time.IsZero() {
						at = ev.Time.UTC().Format(time.RFC3339)
					}
					got[at+" "+ev.Dataset+"\n"]++
					return true
				}, func(p parse.Problem) { t.Error(p) })
				return 0
			}
		}, parse.Results[int]{Take: func(int) error { return nil }, Report: func(p parse.Problem) { t.Error(p) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if got[line] != 1 {
			t.Errorf("%q is there %d times", line, got[line])
		}
	}
	answers, err := s.Seen(context.Background(), entityday.Question{Values: []string{"192.0.2.1"}})
	if err != nil || len(answers) != 1 {
		t.Fatal(answers, err)
	}
	if told := fmt.Sprintf("%+v", answers[0]); !strings.Contains(told, "9999") && !strings.Contains(told, "1601") {
		t.Logf("seen: %.600s", told)
	}
	report, err := s.Coverage(time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	var records int64
	for _, d := range report.Datasets {
		records += d.Records + d.Undated
	}
	if records < int64(len(lines)) {
		t.Errorf("coverage counts %d records of %d", records, len(lines))
	}
}
