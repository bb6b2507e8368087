package entityday_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/store/entityday"
)

func TestAccumulatorJoinsWhatWasCountedApart(t *testing.T) {
	const events, values, hosts = 300_000, 2000, 25
	f, _ := entity.FieldOf("destination.ip")
	acc := entityday.NewAccumulator("zeek.conn", someDays[2])
	column := acc.Column(f)
	for n := range values { // two numbers for each address, as two spellings have
		column.Define(uint32(n), fmt.Sprintf("10.0.%d.%d", n/2/256, n/2%256)+strings.Repeat(":443", n%2))
	}
	for h := range hosts {
		acc.DefineHost(uint32(h), fmt.Sprintf("WS%d", h/2))
	}
	start := entityday.MicrosOf(someDays[2].Time())
	r := rand.New(rand.NewPCG(1, 2))
	want := map[unique]total{}
	days := fmt.Sprint(slices.Collect(entityday.OneDay(someDays[2]).All()))
	for range events {
		n, h, at := r.IntN(values), r.IntN(hosts), start+entityday.Micros(r.IntN(86_400_000_000))
		column.Add(uint32(n), uint32(h), at)
		k := unique{
			entity.Entity{Kind: entity.Address, Value: fmt.Sprintf("10.0.%d.%d", n/2/256, n/2%256)},
			"zeek.conn", entity.Destination, fmt.Sprintf("ws%d", h/2),
		}
		have, ok := want[k]
		if !ok {
			have = total{First: at, Last: at, Days: days}
		}
		want[k] = total{min(have.First, at), max(have.Last, at), have.Count + 1, days}
	}
	column.Add(values, 0, start)      // a number that was never defined
	column.Add(0, 4_000_000_000, 0+1) // a host that was not
	k := unique{Entity: entity.Entity{Kind: entity.Address, Value: "10.0.0.0"}, Dataset: "zeek.conn", Role: entity.Destination}
	want[k] = total{1, 1, 1, days}
	got := map[unique]total{}
	var last *entityday.Row
	for row := range acc.Rows() {
		k, v := counted(row)
		if _, twice := got[k]; twice {
			t.Errorf("two rows for %v", k)
		}
		if last != nil && last.Key() > row.Key() {
			t.Errorf("%s comes after %s", row.Key(), last.Key())
		}
		got[k], last = v, &row
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("slow map -, rows +:\n%.2000s", diff)
	}
	if acc.Size() < len(got)*32 {
		t.Errorf("Size() = %d for %d rows", acc.Size(), len(got))
	}
}

// TestFilesOfManyPagesAndRowGroups asks a file that has several row groups for
// what is at the ends of its pages and for what is between.
func TestFilesOfManyPagesAndRowGroups(t *testing.T) {
	const entities = 150_000
	day := someDays[2]
	long := strings.Repeat("x", 300) // longer than what the page index keeps
	name := func(n int) entity.Entity {
		if n%1000 == 7 {
			return entity.Entity{Kind: entity.URL, Value: fmt.Sprintf("http://a.example/%s%07d", long, n)}
		}
		return entity.Entity{Kind: entity.Domain, Value: fmt.Sprintf("h%07d.example", n)}
	}
	var all []entity.Entity
	for n := range entities {
		all = append(all, name(2*n)) // the odd ones are absent
	}
	for n := range entities / 1000 {
		all = append(all, name(1000*n+7))
	}
	slices.SortFunc(all, func(a, b entity.Entity) int { return strings.Compare(a.Key(), b.Key()) })
	hosts := func(i int) int { return 1 + i%4 + i/70_000*i%1000/999*900 } // some have rows on many pages
	rows := func(yield func(entityday.Row) bool) {
		for i, e := range all {
			for h := range hosts(i) {
				if !yield(entityday.Row{
					Entity: e, Dataset: "zeek.dns", Role: entity.Query, Host: fmt.Sprintf("ws%04d", h),
					First: entityday.Micros(i + 1), Last: entityday.Micros(i + h + 1), Count: int64(h + 1), Days: entityday.OneDay(day),
				}) {
					return
				}
			}
		}
	}
	f := &files{}
	l := f.write(t, "f", entityday.Content{Period: entityday.Period{First: day}, Rows: entityday.NoError(rows)})
	table := entityday.NewTable(f.fsys, []entityday.Listed{l})
	file, err := table.File("f")
	if err != nil {
		t.Fatal(err)
	}
	if file.Summary.Rows <= 1<<18 || file.Summary.Entities != int64(len(all)) {
		t.Fatalf("%+v; want more than one row group and %d entities", file.Summary, len(all))
	}
	n := 0
	for row, err := range file.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		_ = row
		n++
	}
	if int64(n) != file.Summary.Rows {
		t.Errorf("read %d rows; want %d", n, file.Summary.Rows)
	}
	var asks []entityday.Ask
	want := map[int]int{}
	for i, e := range all {
		if i%7 == 0 || e.Kind == entity.URL || hosts(i) > 4 {
			want[len(asks)] = hosts(i)
			asks = append(asks, entityday.Ask{Entity: e})
		}
		if i%7 == 1 && (2*i+1)%1000 != 7 {
			asks = append(asks, entityday.Ask{Entity: name(2*i + 1)})
		}
	}
	got := map[int]int{}
	cost, err := table.Lookup(context.Background(), entityday.Bounds{}, asks, func(m entityday.Match) bool {
		if h := got[m.Ask]; m.Row.Entity != asks[m.Ask].Entity || m.Row.Count != int64(h+1) || m.Row.Host != fmt.Sprintf("ws%04d", h) {
			t.Errorf("question %v is answered by %+v", asks[m.Ask], m.Row)
		}
		got[m.Ask]++
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows of each question (-want +got):\n%.2000s", diff)
	}
	if wrong := cost.Read - len(want); wrong > (len(asks)-len(want))/500 {
		t.Errorf("the filter was wrong for %d of %d absent entities", wrong, len(asks)-len(want))
	}
}

func TestLookupEndsWhenItIsToldTo(t *testing.T) {
	table := story(t)
	asks := []entityday.Ask{{Entity: entity.Entity{Kind: entity.Domain, Value: "evil.example"}, Under: true}}
	n := 0
	if _, err := table.Lookup(context.Background(), entityday.Bounds{}, asks, func(entityday.Match) bool {
		n++
		return false
	}); err != nil || n != 1 {
		t.Errorf("%d rows, %v; want one", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := table.Lookup(ctx, entityday.Bounds{}, asks, func(entityday.Match) bool { return true }); err == nil {
		t.Error("a lookup that was cancelled says nothing of it")
	}
}

func TestWriteRefusesRowsThatAreNotInOrder(t *testing.T) {
	row := func(value, host string) entityday.Row {
		return entityday.Row{Entity: entity.Entity{Kind: entity.Domain, Value: value}, Dataset: "zeek.dns", Role: entity.Query, Host: host, Count: 1}
	}
	for _, rows := range [][]entityday.Row{
		{row("b.example", "ws1"), row("a.example", "ws1")},
		{row("a.example", "ws2"), row("a.example", "ws1")},
		{row("a.example", "ws1"), row("a.example", "ws1")},
	} {
		_, err := entityday.Write(io.Discard, io.Discard, entityday.Content{Rows: entityday.NoError(slices.Values(rows))})
		if !errors.Is(err, entityday.ErrOrder) {
			t.Errorf("Write(%v then %v) = %v; want %v", rows[0].Key(), rows[1].Key(), err, entityday.ErrOrder)
		}
	}
	broken := errors.New("broken")
	_, err := entityday.Write(io.Discard, io.Discard, entityday.Content{Rows: func(yield func(entityday.Row, error) bool) {
		_ = yield(row("a.example", "ws1"), nil) && yield(entityday.Row{}, broken)
	}})
	if !errors.Is(err, broken) {
		t.Errorf("Write of rows that end in an error = %v; want %v", err, broken)
	}
}
