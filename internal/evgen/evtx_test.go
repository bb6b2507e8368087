package evgen_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/evgen"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

func TestAnEventLogHoldsTheSameEvents(t *testing.T) {
	const events = 700
	var log bytes.Buffer
	if err := evgen.New(8).WriteEVTX(&log, events); err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	split := evtx.Format{}.Split(&log, &event.Source{})
	decoder := evtx.Format{}.NewDecoder(names)
	again, n := evgen.New(8), 0
	for block := new(parse.Block); ; {
		if err := split.Next(block); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(block, func(e *event.Event) bool {
			n++
			r := again.Next()
			compare(t, r, e, names)
			return !t.Failed()
		}, func(p parse.Problem) { t.Error(p) })
	}
	if n != events {
		t.Errorf("%d events were read; want %d", n, events)
	}
}

func compare(t *testing.T, r *evgen.Record, e *event.Event, names *event.Names) {
	t.Helper()
	want := []string{r.Channel, r.Provider, r.Computer, r.Time.Truncate(100).String()}
	got := []string{e.Channel.Text(), e.Provider.Text(), e.Host.Text(), e.Time.String()}
	for _, v := range r.Values {
		want = append(want, v.Name+"="+text(v))
	}
	for _, f := range e.Fields {
		if name, ok := strings.CutPrefix(names.Text(f.Name), "EventData."); ok {
			got = append(got, name+"="+f.Text())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || e.Record != r.Number {
		t.Errorf("record %d, read as %d (-want +got):\n%s", r.Number, e.Record, diff)
	}
}
