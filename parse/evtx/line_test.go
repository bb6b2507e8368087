package evtx_test

import (
	"bytes"
	"testing"

	"github.com/dwell-project/dwell/event"
	w "github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

func TestLineIsTheOrdinalInTheFile(t *testing.T) {
	var records []w.Record
	for i := range 500 {
		records = append(records, w.Record{ID: uint64(90000 + 3*i), Time: testTime, Channel: "Security", Data: []w.Data{{Name: "X", Value: w.Uint32(uint32(i))}}})
	}
	split := evtx.Format{}.Split(bytes.NewReader(writeLog(t, records...)), &event.Source{})
	blocks, want := 0, int64(0)
	for {
		var b parse.Block
		if split.Next(&b) != nil {
			break
		}
		blocks++
		// Blocks are decoded by whoever is free: nothing may carry over.
		evtx.Format{}.NewDecoder(event.NewNames()).Decode(&b, func(e *event.Event) bool {
			if want++; e.Line != want || e.Record != 90000+3*(want-1) {
				t.Fatalf("record %d is on line %d, want %d", e.Record, e.Line, want)
			}
			return true
		}, func(p parse.Problem) { t.Error(p) })
	}
	if want != int64(len(records)) || blocks < 2 {
		t.Errorf("%d records in %d blocks", want, blocks)
	}
}
