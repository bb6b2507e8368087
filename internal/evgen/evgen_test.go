package evgen_test

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"io"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/evgen"
)

func TestHardlyAnyValueRepeats(t *testing.T) {
	const events = 50_000
	seed, g := maphash.MakeSeed(), evgen.New(1)
	seen, values := map[uint64]struct{}{}, 0
	for range events {
		for _, v := range g.Next().Values {
			seen[maphash.String(seed, v.Name+"\x00"+text(v))] = struct{}{}
			values++
		}
	}
	if share := float64(len(seen)) / float64(values); share < 0.95 {
		t.Errorf("%.4f of %d values in %d events are different; want at least 0.95", share, values, events)
	} else {
		t.Logf("%.4f of %d values in %d events are different", share, values, events)
	}
}

// Eight random characters in a string mean a run of eight that no other string
// has. Times and addresses have no room for eight letters; they are random as
// a whole and count in the share of different values only.
func TestEveryStringHasEightCharactersOfItsOwn(t *testing.T) {
	type place struct {
		value  int
		shared bool
	}
	g, n := evgen.New(2), 0
	runs := map[[8]byte]place{}
	var names, texts []string
	for range 1500 {
		for _, v := range g.Next().Values {
			if v.Kind != event.Text || isTime(v.Name) || isAddress(v.Name) {
				continue
			}
			names, texts = append(names, v.Name), append(texts, text(v))
			eachRun(text(v), func(run [8]byte) {
				p, ok := runs[run]
				runs[run] = place{value: n, shared: ok && (p.shared || p.value != n)}
			})
			n++
		}
	}
	for i, s := range texts {
		own := false
		eachRun(s, func(run [8]byte) { own = own || !runs[run].shared })
		if !own {
			t.Errorf("%s = %q has no eight characters of its own", names[i], s)
		}
	}
}

func eachRun(s string, do func([8]byte)) {
	for i := 0; i+8 <= len(s); i++ {
		do([8]byte([]byte(s[i : i+8])))
	}
}

func isTime(name string) bool { return strings.HasSuffix(name, "UtcTime") }

func isAddress(name string) bool {
	return strings.HasSuffix(name, "Ip") || strings.HasSuffix(name, "Address")
}

func text(v evgen.Value) string { return event.Field{Kind: v.Kind, Data: v.Data}.Text() }

func TestAnEventIsAboutAsLongAsARealOne(t *testing.T) {
	const events = 20_000
	var out bytes.Buffer
	if err := evgen.New(3).WriteJSON(&out, events); err != nil {
		t.Fatal(err)
	}
	if mean := out.Len() / events; mean < 560 || mean > 620 {
		t.Errorf("an event has %d bytes on average; want about 590", mean)
	}
}

func TestLinesAreFlatObjectsWithTheLogSource(t *testing.T) {
	var out bytes.Buffer
	if err := evgen.New(4).WriteJSON(&out, 2000); err != nil {
		t.Fatal(err)
	}
	codes := map[float64]int{}
	for line := range bytes.Lines(out.Bytes()) {
		var got map[string]any
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		for _, name := range []string{"product", "service", "Channel", "EventID", "Computer", "Provider_Name"} {
			if got[name] == nil {
				t.Fatalf("no %s in %s", name, line)
			}
		}
		for name, v := range got {
			switch v.(type) {
			case string, float64:
			default:
				t.Fatalf("%s is %T in %s", name, v, line)
			}
		}
		code, _ := got["EventID"].(float64)
		codes[code]++
	}
	for _, code := range []float64{1, 3, 7, 10, 11, 12, 13, 22, 4624, 4625, 4688, 4663, 5156, 4104} {
		if codes[code] == 0 {
			t.Errorf("no event %v among 2000", code)
		}
	}
}

func TestASeedGivesTheSameEventsAgain(t *testing.T) {
	write := func(seed uint64) string {
		var out bytes.Buffer
		if err := evgen.New(seed).WriteJSON(&out, 200); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if first, again := write(5), write(5); first != again {
		t.Error("two runs with one seed differ")
	}
	if write(5) == write(6) {
		t.Error("two seeds give the same events")
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	g := evgen.New(7)
	for b.Loop() {
		if err := g.WriteJSON(io.Discard, 1000); err != nil {
			b.Fatal(err)
		}
	}
}
