package evtx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

// fieldsOf names the fields of an event.
func fieldsOf(e *event.Event, names *event.Names) []leaf {
	var out []leaf
	for _, f := range e.Fields {
		out = append(out, leaf{names.Text(f.Name), f.Text(), f.Kind == event.Null})
	}
	return out
}

// isLimit says whether an error means that a bound was met: the slow decoder
// has bounds of its own.
func isLimit(err error) bool {
	return strings.Contains(err.Error(), "too deeply") || strings.Contains(err.Error(), "more than a record can hold")
}

// checkBlock compares every record of a block with the slow decoder, and its
// JSON with its fields.
func checkBlock(t *testing.T, data []byte) {
	t.Helper()
	b := parse.Block{Data: data}
	names := event.NewNames()
	failed := map[int64]error{}
	report := func(p parse.Problem) {
		if p.Length > 0 && p.Offset >= 0 && p.Offset+p.Length <= int64(len(data)) {
			failed[p.Offset] = p
			return
		}
		t.Errorf("problem outside the block: %+v", p)
	}
	var broken []bool
	var fields [][]leaf
	evtx.Format{}.NewDecoder(names).Decode(&b, func(e *event.Event) bool {
		got := fieldsOf(e, names)
		err := failed[e.Offset]
		want, slowErr := slowRecord(data, int(e.Offset), len(e.Raw))
		undecoded := err != nil && strings.Contains(err.Error(), "decoding the record")
		switch {
		case errors.Is(slowErr, errSlowLimit) || undecoded && isLimit(err):
		case undecoded != (slowErr != nil):
			t.Errorf("record at 0x%x: %v; the slow decoder has %v", e.Offset, err, slowErr)
		case !undecoded && !slices.Equal(got, want):
			t.Errorf("record at 0x%x differs from the slow decoder (-plan +slow): %s", e.Offset, cmp.Diff(got, want, cmp.AllowUnexported(leaf{})))
		}
		broken = append(broken, undecoded)
		fields = append(fields, got)
		return true
	}, report)
	limited := false // the bounds of lines are not those of fields
	lines := evtx.NewDumper().AppendLines(nil, &b, func(p parse.Problem) { limited = limited || isLimit(p) })
	if !limited {
		checkLines(t, lines, fields, broken)
	}
}

// checkLines says whether each line is JSON with the values of the fields.
func checkLines(t *testing.T, lines []byte, fields [][]leaf, broken []bool) {
	t.Helper()
	if n := bytes.Count(lines, []byte("\n")); n != len(fields) {
		t.Errorf("%d lines for %d records", n, len(fields))
		return
	}
	for i, line := range bytes.Split(lines, []byte("\n"))[:len(fields)] {
		got, err := scalars(line)
		if err != nil {
			t.Errorf("line %d: %v: %q", i+1, err, line)
		}
		var want []string
		for _, f := range fields[i] {
			if f.text != "" {
				want = append(want, f.text)
			}
		}
		slices.Sort(want)
		if !broken[i] && !slices.Equal(got, want) && !isJoined(remainders(got, want)) {
			t.Errorf("line %d: %q\ndiffers from the fields (-line +fields): %s", i+1, line, cmp.Diff(got, want))
		}
	}
}

// remainders returns what each sorted list has and the other has not.
func remainders(a, b []string) (onlyA, onlyB []string) {
	b = slices.Clone(b)
	for _, s := range a {
		if i := slices.Index(b, s); i >= 0 {
			b = slices.Delete(b, i, i+1)
		} else {
			onlyA = append(onlyA, s)
		}
	}
	return onlyA, b
}

// isJoined says whether the texts of a line are those of the fields joined: text
// around an element that is left out is one text in JSON, as it is in XML, and
// two fields.
func isJoined(line, fields []string) bool {
	if len(line) == 0 {
		return len(fields) == 0
	}
	if line[0] == "" {
		return isJoined(line[1:], fields)
	}
	if len(fields) > 8 {
		return false
	}
	for i, f := range fields {
		if rest, ok := strings.CutPrefix(line[0], f); ok && f != "" {
			if isJoined(slices.Concat([]string{rest}, line[1:]), slices.Concat(fields[:i], fields[i+1:])) {
				return true
			}
		}
	}
	return false
}

// scalars returns the texts in a JSON line, sorted, without empty ones and name
// spaces.
func scalars(line []byte) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var out []string
	// A token at a time, as hostile names may come twice.
	type level struct{ object, value, space bool } // value: a key has been read
	var stack []level
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			slices.Sort(out)
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if tok == json.Delim('}') || tok == json.Delim(']') {
			stack = stack[:len(stack)-1]
			continue
		}
		var top *level
		if len(stack) > 0 {
			top = &stack[len(stack)-1]
			if top.object && !top.value {
				name, _ := tok.(string)
				top.value, top.space = true, name == "xmlns" || strings.HasPrefix(name, "xmlns:")
				continue
			}
			top.value = false
		}
		switch tok := tok.(type) {
		case json.Delim:
			stack = append(stack, level{object: tok == '{'})
		case nil:
		default:
			if text := fmt.Sprint(tok); text != "" && !top.space {
				out = append(out, text)
			}
		}
	}
}

func TestMutatedChunksAgreeWithSlowDecoder(t *testing.T) {
	seed := seedLog(t)[4096:]
	for i := range 300 {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		data := bytes.Clone(seed)
		for range 1 + r.IntN(8) {
			data[512+r.IntN(24000)] ^= 1 << r.IntN(8)
		}
		checkBlock(t, data)
		if t.Failed() {
			t.Fatalf("mutation %d", i)
		}
	}
}

// seedLog has every value type and every shape.
func seedLog(t testing.TB) []byte {
	t.Helper()
	var log evtxwrite.Log
	for _, r := range shapes(t) {
		if err := log.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return log.Bytes()
}

func FuzzPlansAgreeWithSlowDecoder(f *testing.F) {
	f.Add(seedLog(f)[4096:])
	for _, r := range shapes(f) {
		var log evtxwrite.Log
		if err := log.Add(r); err != nil {
			f.Fatal(err)
		}
		chunk := log.Bytes()[4096:]
		f.Add(bytes.TrimRight(chunk, "\x00"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		checkBlock(t, data)
	})
}
