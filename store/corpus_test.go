package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
)

// writeLogs writes logs of some formats, days and hosts into a folder, in two
// parts of the same days: JSON without and with EventRecordIDs, Zeek with its
// header lines, plain text. Each format has the given number of records.
func writeLogs(t testing.TB, folder string, records int) {
	t.Helper()
	for part := range 2 {
		writePart(t, filepath.Join(folder, strconv.Itoa(part)), part, records)
	}
}

func writePart(t testing.TB, folder string, part, records int) {
	t.Helper()
	start := time.Date(2024, 2, 28, 12, 0, 0, 0, time.UTC)
	var web, windows, zeek, text strings.Builder
	zeek.WriteString("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n" +
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\n")
	for i := part; i < records; i += 2 {
		at := start.Add(time.Duration(i) * 72 * time.Hour / time.Duration(records))
		fmt.Fprintf(&web, `{"@timestamp":%q,"host":{"name":"web%d.example.org"},"source":{"ip":"192.0.2.%d"},"url":{"full":"https://example.org/%d"}}`+"\n",
			at.Format(time.RFC3339Nano), i%3, i%250, i)
		fmt.Fprintf(&windows, `{"Channel":"Security","Provider":"Microsoft-Windows-Security-Auditing","EventID":4624,"EventRecordID":%d,"Computer":"ws%d.example.org","TimeCreated":%q,"TargetUserName":"user%d","IpAddress":"198.51.100.%d"}`+"\n",
			i, i%4, at.Format(time.RFC3339Nano), i%17, i%200)
		fmt.Fprintf(&zeek, "%d.%06d\tC%d\t192.0.2.%d\t%d\t203.0.113.%d\t443\ttcp\n", at.Unix(), i, i, i%250, 1024+i, i%9)
		fmt.Fprintf(&text, "<34>1 %s srv%d.example.org app - - - session %d of user%d opened from 198.51.100.%d\n", at.Format(time.RFC3339), i%2, i, i%5, i%30)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]*strings.Builder{
		"web.jsonl": &web, "windows.jsonl": &windows, "conn.log": &zeek, "messages.log": &text,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// take takes a folder of logs into the archive.
func take(w *Writer, logs ...string) error {
	var failed error
	err := parse.Run(context.Background(), w.Note(formats.Walk(logs, formats.Options{})), parse.Options{Workers: 2, Names: w.names},
		w.NewWork, parse.Results[*Taken]{Take: w.Take, Report: func(p parse.Problem) { failed = errors.Join(failed, p) }})
	return errors.Join(err, failed)
}

// work is a whole life of a writer, which seals after each part of the logs.
func work(folder string, opt Options, logs string) (err error) {
	opt.Format = formats.ByName
	a, err := OpenOrCreate(folder, opt)
	if err != nil {
		return err
	}
	w, err := a.Write(event.NewNames())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for part := range 2 {
		if err := take(w, filepath.Join(logs, strconv.Itoa(part))); err != nil {
			return err
		}
		if err := w.Seal(); err != nil {
			return err
		}
	}
	if _, _, err := w.Compact(Compaction{}); err != nil {
		return err
	}
	_, err = w.RollUp(true)
	return err
}

// holding is what an archive holds, so that two can be compared that were made
// in different ways.
type holding struct {
	IDs      map[event.ID]int
	Entities map[string]int64
	Coverage string
}

// holds reads all that an archive holds and checks all proofs.
func holds(t testing.TB, folder string) holding {
	t.Helper()
	s := snapshot(t, folder)
	v, err := s.Verify(nil)
	if err != nil || len(v.Faults) > 0 || v.Unproved > 0 || v.Recomputed != v.Runs {
		t.Fatalf("verifying: %v, %+v", err, v)
	}
	h := holding{IDs: idsOf(t, s), Entities: map[string]int64{}}
	table := s.Entities()
	defer table.Close()
	for i := range s.Tables {
		if p, _ := parsePeriod(s.Tables[i].Period); s.Tables[i].Kind != KindEntities || p.Level != 0 && len(s.Tables[i].Period) != len(time.DateOnly) {
			continue
		}
		f, err := table.File(s.Tables[i].Path)
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range f.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			h.Entities[fmt.Sprint(s.Tables[i].Period, r.Entity, r.Dataset, r.Role, r.Host)] += r.Count
		}
	}
	report, err := s.Coverage(time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	h.Coverage = string(text)
	return h
}

func snapshot(t testing.TB, folder string) *Snapshot {
	t.Helper()
	a, err := Open(folder, Options{Format: formats.ByName})
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// idsOf counts the records by id.
func idsOf(t testing.TB, s *Snapshot) map[event.ID]int {
	t.Helper()
	ids := map[event.ID]int{}
	for i := range s.Segments {
		if err := s.archive.ids(&s.Segments[i], func(id event.ID) { ids[id]++ }); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// checkSame says how an archive differs from what it should be.
func checkSame(t testing.TB, what string, got, want holding) {
	t.Helper()
	missing, more := 0, 0
	for id, n := range want.IDs {
		missing += max(0, n-got.IDs[id])
	}
	for id, n := range got.IDs {
		more += max(0, n-want.IDs[id])
	}
	if missing+more > 0 {
		t.Errorf("%s: %d records are missing, %d are too many", what, missing, more)
	}
	if !maps.Equal(got.Entities, want.Entities) {
		t.Errorf("%s: entities differ (-want +got):\n%.2000s", what, cmp.Diff(want.Entities, got.Entities))
	}
	if got.Coverage != want.Coverage {
		t.Errorf("%s: coverage is\n%.500s\nwant\n%.500s", what, got.Coverage, want.Coverage)
	}
}

// sealedFiles are the paths of all files of an archive, sorted.
func sealedFiles(t testing.TB, folder string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}
