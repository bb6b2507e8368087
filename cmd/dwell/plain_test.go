package main

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// plainBlocks are records of the schemas, as one block of a file.
func plainBlocks(path string, schemas ...string) *plainFile {
	g, src := plainGatherer{quote: true}, &event.Source{Path: path}
	for i, schema := range schemas {
		g.see(&event.Event{Schema: schema, Source: src, Line: int64(i + 1), Raw: []byte("record of " + schema + "\n")})
	}
	return g.block()
}

func TestRecordsAreCountedByHowTheyWereRead(t *testing.T) {
	var b plainBook
	b.add(plainBlocks("a", "evtx", parse.Unparsed, "syslog", parse.Unparsed))
	b.add(plainBlocks("a", parse.Unparsed, parse.Unparsed)) // the same file goes on
	b.add(nil)                                              // a block without records
	b.add(plainBlocks("b", "evtx"))
	b.add(plainBlocks("c", "json"))
	b.end()
	if got, want := b.plainText(), "4 records of 1 file that no parser took, 2 records of 2 files of which only the general form is known"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if len(b.files) != 2 || b.files[0].records != 6 || b.files[0].quoted(byNone) != plainQuotes || b.files[0].quoted(byGeneral) != 1 {
		t.Errorf("files: %+v", b.files)
	}
}

func TestFilesThatWereNotUnderstoodAreBounded(t *testing.T) {
	var b plainBook
	const more = 25
	for i := range maxPlainFiles + more {
		b.add(plainBlocks(fmt.Sprint("file", i), parse.Unparsed))
	}
	b.end()
	if len(b.files) != maxPlainFiles || b.more != more || b.counts[byNone] != maxPlainFiles+more {
		t.Errorf("%d files, %d more, %d records", len(b.files), b.more, b.counts[byNone])
	}
	var text bytes.Buffer
	look := &looks{out: bufio.NewWriter(&text)}
	look.unknownRecords(&b, byNone, "Records")
	if err := look.out.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("… and %s files more\n", thousands(maxPlainFiles+more-shownUnknown)); !strings.HasSuffix(text.String(), want) {
		t.Errorf("ends with %q, want %q", text.String()[text.Len()-40:], want)
	}
}

func TestQuotedRecordIsCutBetweenCharacters(t *testing.T) {
	ev := &event.Event{Raw: []byte("a" + strings.Repeat("ž", 500))}
	got := beginningOf(ev)
	if len(got) > plainQuote+len("…") || !strings.HasSuffix(got, "ž…") {
		t.Errorf("quoted as %d bytes, ending in %q", len(got), got[len(got)-6:])
	}
}
