package evtx_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	w "github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse/evtx"
)

// damageLog has three chunks of four records each; they are numbered 1 to 12.
func damageLog(t *testing.T) []byte {
	t.Helper()
	var log w.Log
	for i := range 12 {
		if i%4 == 0 {
			log.NextChunk()
		}
		r := w.Record{
			Time: testTime, Provider: "P", EventID: 7, Channel: "System", Computer: "HOST",
			Data: []w.Data{{Name: "Text", Value: w.String(fmt.Sprintf("value %d", i+1))}},
		}
		if err := log.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return log.Bytes()
}

const chunk = 64 << 10

// at is the offset in the file of an offset in a chunk.
func at(n, offset int) int { return 4096 + n*chunk + offset }

// recordsOf returns offset and size of the records of a chunk.
func recordsOf(log []byte, n int) (offsets, sizes []int) {
	for o := at(n, 512); string(log[o:o+4]) == "**\x00\x00"; {
		size := int(binary.LittleEndian.Uint32(log[o+4:]))
		offsets, sizes = append(offsets, o), append(sizes, size)
		o += size
	}
	return offsets, sizes
}

// outcome is what came of a damaged log: the numbers of the records read, with
// "?" for one without its names, and the problems as offset+length and cause.
type outcome struct {
	Records  string
	Problems []string
}

func read(t *testing.T, log []byte) outcome {
	t.Helper()
	names := event.NewNames()
	var got outcome
	problems, err := decodeAll(bytes.NewReader(log), names, func(e *event.Event) {
		mark := ""
		if e.Channel.Kind == event.Absent {
			mark = "?"
		}
		got.Records += fmt.Sprintf("%d%s ", e.Record, mark)
		if !bytes.Equal(e.Raw, log[e.Offset:e.Offset+int64(len(e.Raw))]) {
			t.Errorf("record %d is not at offset 0x%x", e.Record, e.Offset)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		got.Problems = append(got.Problems, fmt.Sprintf("0x%x+%d %v", p.Offset, p.Length, p.Err))
	}
	got.Records = strings.TrimSpace(got.Records)
	lines, lineProblems, err := dumpAll(bytes.NewReader(log))
	if err != nil || bytes.Count(lines, []byte("\n")) != len(strings.Fields(got.Records)) {
		t.Errorf("%d lines for records %s: %v", bytes.Count(lines, []byte("\n")), got.Records, err)
	}
	if len(lineProblems) != len(problems) {
		t.Errorf("JSON has %d problems, the events %d", len(lineProblems), len(problems))
	}
	return got
}

const all = "1 2 3 4 5 6 7 8 9 10 11 12"

func TestDamagedLogsAreReadAsFarAsTheyGo(t *testing.T) {
	whole := damageLog(t)
	offsets, sizes := recordsOf(whole, 1)
	sum := fmt.Sprintf("0x%x+%d checksum of the chunk's records is wrong", at(1, 0), chunk)
	fewer := func(end, found int) string {
		return fmt.Sprintf("0x%x+0 the file header counts 3 chunks, found %d: the rest is cut off or empty", end, found)
	}
	tests := []struct {
		name   string
		damage func(log []byte) []byte
		want   outcome
	}{
		{"nothing", func(log []byte) []byte { return log }, outcome{Records: all}},
		{"dirty flag and wrong counts", func(log []byte) []byte {
			binary.LittleEndian.PutUint16(log[42:], 1)
			log[120] = 1
			return log
		}, outcome{Records: all}},
		{"no file header", func(log []byte) []byte { return log[4096:] }, outcome{Records: all}},
		{"zeroed file header", func(log []byte) []byte { clear(log[:4096]); return log }, outcome{Records: all}},
		{
			"wrong file header", func(log []byte) []byte { log[0] = 'X'; return log },
			outcome{all, []string{"0x0+4096 no chunk begins here"}},
		},
		{
			"zeroed chunk", func(log []byte) []byte { clear(log[at(1, 0):at(2, 0)]); return log },
			outcome{"1 2 3 4 9 10 11 12", []string{fewer(at(3, 0), 2)}},
		},
		{
			"followed by another log", func(log []byte) []byte { return append(log, whole...) },
			outcome{all + " " + all, []string{fmt.Sprintf("0x%x+4096 no chunk begins here", at(3, 0))}},
		},
		{
			"cut off between chunks", func(log []byte) []byte { return log[:at(2, 0)] },
			outcome{"1 2 3 4 5 6 7 8", []string{fewer(at(2, 0), 2)}},
		},
		{
			"cut off between chunks, and a header that is not to be trusted",
			func(log []byte) []byte { log[43] = 1; return log[:at(2, 0)] },
			outcome{Records: "1 2 3 4 5 6 7 8"},
		},
		{
			"flipped bit in a value", func(log []byte) []byte { log[offsets[3]+sizes[3]-16] ^= 1; return log },
			outcome{all, []string{sum}},
		},
		{
			"flipped bit in the chunk header", func(log []byte) []byte { log[at(1, 9)] ^= 1; return log },
			outcome{all, []string{fmt.Sprintf("0x%x+%d checksum of the chunk header is wrong", at(1, 0), chunk)}},
		},
		{
			"lost chunk signature", func(log []byte) []byte { clear(log[at(1, 0):at(1, 8)]); return log },
			outcome{all, []string{fmt.Sprintf("0x%x+%d no chunk begins here", at(1, 0), chunk)}},
		},
		{
			"lost record signature", func(log []byte) []byte { log[offsets[2]] = 0; return log },
			outcome{"1 2 3 4 5 6 8 9 10 11 12", []string{sum, fmt.Sprintf("0x%x+%d no record can be read here", offsets[2], sizes[2])}},
		},
		{
			"wrong size before a record", func(log []byte) []byte { log[offsets[2]+5] = 0x40; return log },
			outcome{all, []string{sum, fmt.Sprintf("0x%x+%d the record's two sizes differ; it ends where the next one begins", offsets[2], sizes[2])}},
		},
		{
			"wrong size behind a record", func(log []byte) []byte { log[offsets[2]+sizes[2]-4] ^= 0xff; return log },
			outcome{all, []string{sum, fmt.Sprintf("0x%x+%d the record's two sizes differ; it ends where the next one begins", offsets[2], sizes[2])}},
		},
		{
			"cut off in a record", func(log []byte) []byte { return log[:offsets[3]+40] },
			outcome{"1 2 3 4 5 6 7", []string{
				fmt.Sprintf("0x%x+%d the chunk is cut off", at(1, 0), offsets[3]+40-at(1, 0)),
				fmt.Sprintf("0x%x+%d no record can be read here", offsets[3], 40),
				fewer(offsets[3]+40, 2),
			}},
		},
		{
			"cut off in the free space", func(log []byte) []byte { return log[:at(2, 60000)] },
			outcome{all, []string{fmt.Sprintf("0x%x+60000 the chunk is cut off", at(2, 0))}},
		},
		{
			"bytes missing in a chunk", func(log []byte) []byte { return append(log[:at(1, 60000)], log[at(2, 0):]...) },
			outcome{all, []string{fmt.Sprintf("0x%x+60000 the chunk is cut off", at(1, 0))}},
		},
		{
			"lost templates", func(log []byte) []byte { clear(log[offsets[0] : offsets[0]+sizes[0]]); return log },
			outcome{"1 2 3 4 6? 7? 8? 9 10 11 12", []string{
				sum, fmt.Sprintf("0x%x+%d no record can be read here", offsets[0], sizes[0]),
				fmt.Sprintf("0x%x+%d decoding the record: template definition is lost", offsets[1], sizes[1]),
				fmt.Sprintf("0x%x+%d decoding the record: template definition is lost", offsets[2], sizes[2]),
				fmt.Sprintf("0x%x+%d decoding the record: template definition is lost", offsets[3], sizes[3]),
			}},
		},
		{"empty file", func([]byte) []byte { return nil }, outcome{}},
		{
			"half a file header", func(log []byte) []byte { return log[:2000] },
			outcome{Problems: []string{fewer(2000, 0)}},
		},
		{
			"half a chunk header", func(log []byte) []byte { return log[:at(0, 300)] },
			outcome{"", []string{fmt.Sprintf("0x%x+300 the chunk is cut off", at(0, 0)), fewer(at(0, 300), 1)}},
		},
		{
			"text", func([]byte) []byte { return bytes.Repeat([]byte("hello\n"), 20000) },
			outcome{"", []string{"0x0+65536 no chunk begins here", "0x10000+54464 no chunk begins here"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := read(t, test.damage(bytes.Clone(whole)))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got: %s", diff)
			}
		})
	}
}

func TestRecordWithoutItsTemplateKeepsItsTexts(t *testing.T) {
	log := damageLog(t)
	offsets, sizes := recordsOf(log, 0)
	clear(log[offsets[0] : offsets[0]+sizes[0]])
	names := event.NewNames()
	var got []string
	if _, err := decodeAll(bytes.NewReader(log[:at(1, 0)]), names, func(e *event.Event) {
		for _, f := range e.Fields {
			got = append(got, names.Text(f.Name)+"="+f.Text())
		}
		if !e.Time.Equal(testTime) {
			t.Errorf("time of record %d is %v; want that of its header, %v", e.Record, e.Time, testTime)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(got, "\n"); !strings.Contains(text, "message=HOST") || !strings.Contains(text, "message=System") {
		t.Errorf("fields are\n%s", text)
	}
}

func TestRemainsBehindTheFreeSpaceAreNotRead(t *testing.T) {
	log := damageLog(t)
	offsets, sizes := recordsOf(log, 0)
	// A record that a checked chunk no longer counts as its own.
	copy(log[offsets[3]+sizes[3]+64:], log[offsets[0]:offsets[0]+sizes[0]])
	if got := read(t, log); got.Records != all || got.Problems != nil {
		t.Errorf("got %+v", got)
	}
}

func TestRecordsWrittenAfterTheHeaderAreRead(t *testing.T) {
	log := damageLog(t)
	offsets, _ := recordsOf(log, 0)
	header := log[at(0, 0):at(0, 512)]
	used := offsets[2] - at(0, 0)
	binary.LittleEndian.PutUint32(header[48:], uint32(used))
	binary.LittleEndian.PutUint32(header[52:], crc32.ChecksumIEEE(log[at(0, 512):offsets[2]]))
	sum := crc32.Update(crc32.ChecksumIEEE(header[:120]), crc32.IEEETable, header[128:])
	binary.LittleEndian.PutUint32(header[124:], sum)
	if got := read(t, log); got.Records != all || got.Problems != nil {
		t.Errorf("got %+v", got)
	}
}

func TestZeroesAreSkippedWithoutMemory(t *testing.T) {
	split := evtx.Format{}.Split(io.LimitReader(zeroes{}, 1<<28), &event.Source{})
	if n := testing.AllocsPerRun(1, func() {
		if err := split.Next(nil); err != io.EOF {
			t.Errorf("Next in a file of zeroes: %v; want EOF", err)
		}
	}); n > 1 {
		t.Errorf("skipping 256 MiB of zeroes took %v allocations", n)
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestReadErrorNamesItsPlace(t *testing.T) {
	log := damageLog(t)
	r := io.MultiReader(bytes.NewReader(log[:at(1, 0)]), failing{})
	_, err := decodeAll(r, event.NewNames(), func(*event.Event) {})
	if err == nil || !strings.Contains(err.Error(), "offset 0x1000") || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("error is %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("disk on fire") }
