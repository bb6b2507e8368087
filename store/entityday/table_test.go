package entityday_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/store/entityday"
)

// sighting is an event that names one entity: what the oracle counts.
type sighting struct {
	run     int
	day     entityday.Day
	dataset string
	role    entity.Role
	entity  entity.Entity
	host    string
	at      entityday.Micros
}

// unique is what rows are unique by.
type unique struct {
	Entity  entity.Entity
	Dataset string
	Role    entity.Role
	Host    string
}

// total is what the slow table has of a row.
type total struct {
	First, Last entityday.Micros
	Count       int64
	Days        string
}

// slowly counts sightings in the plainest way.
func slowly(all []sighting) map[unique]total {
	totals := map[unique]total{}
	days := map[unique]map[entityday.Day]bool{}
	for _, s := range all {
		add := func(e entity.Entity, role entity.Role) {
			k := unique{e, s.dataset, role, s.host}
			t, ok := totals[k]
			if days[k] == nil {
				days[k] = map[entityday.Day]bool{}
			}
			if s.day != entityday.Undated {
				if !ok || len(days[k]) == 0 || s.at < t.First {
					t.First = s.at
				}
				if !ok || len(days[k]) == 0 || s.at > t.Last {
					t.Last = s.at
				}
				days[k][s.day] = true
			}
			t.Count++
			totals[k] = t
		}
		add(s.entity, s.role)
		if s.host != "" {
			add(entity.Entity{Kind: entity.Host, Value: s.host}, entity.Reporter)
		}
	}
	for k, t := range totals {
		t.Days = fmt.Sprint(slices.Sorted(maps.Keys(days[k])))
		totals[k] = t
	}
	return totals
}

// counted is a row in the form of the slow table.
func counted(r entityday.Row) (unique, total) {
	return unique{r.Entity, r.Dataset, r.Role, r.Host}, total{r.First, r.Last, r.Count, fmt.Sprint(slices.Collect(r.Days.All()))}
}

// added joins a row to a table of totals, as a reader of several files does.
func added(table map[unique]entityday.Row, r entityday.Row) {
	k := unique{r.Entity, r.Dataset, r.Role, r.Host}
	have, ok := table[k]
	if !ok {
		table[k] = r
		return
	}
	if have.Days == "" || r.Days != "" && r.First < have.First {
		have.First = r.First
	}
	if have.Days == "" || r.Days != "" && r.Last > have.Last {
		have.Last = r.Last
	}
	have.Count += r.Count
	have.Days = have.Days.Union(r.Days)
	table[k] = have
}

func totalsOf(table map[unique]entityday.Row) map[unique]total {
	totals := map[unique]total{}
	for _, r := range table {
		k, t := counted(r)
		totals[k] = t
	}
	return totals
}

func runID(n int) entityday.RunID { return entityday.RunID{byte(n), byte(n >> 8), 0xda, byte(n * 7)} }

// fieldFor makes a field of ECS that has entities of a kind in a role.
func fieldFor(e entity.Entity, role entity.Role) entity.Field {
	return entity.Field{Kind: e.Kind, Role: role}
}

// accumulate makes the rows of one run.
func accumulate(all []sighting) []entityday.Row {
	acc := entityday.NewAccumulator(all[0].dataset, all[0].day)
	type columnKey struct {
		kind entity.Kind
		role entity.Role
	}
	cols := map[columnKey]*entityday.Column{}
	numbers := map[string]uint32{}
	for _, s := range all {
		k := columnKey{s.entity.Kind, s.role}
		if cols[k] == nil {
			cols[k] = acc.Column(fieldFor(s.entity, s.role))
		}
		number := func(name string, define func(uint32)) uint32 {
			n, ok := numbers[name]
			if !ok {
				n = uint32(len(numbers))
				numbers[name] = n
				define(n)
			}
			return n
		}
		host := number("host "+s.host, func(n uint32) { acc.DefineHost(n, s.host) })
		value := number(fmt.Sprint(k, s.entity.Value), func(n uint32) { cols[k].Define(n, s.entity.Value) })
		cols[k].Add(value, host, s.at)
		acc.Saw(host, s.at)
	}
	return slices.Collect(acc.Rows())
}

// files is an archive's table in memory.
type files struct {
	fsys   fstest.MapFS
	listed []entityday.Listed
}

func (f *files) write(t testing.TB, name string, c entityday.Content) entityday.Listed {
	var file, filter bytes.Buffer
	sum, err := entityday.Write(&file, &filter, c)
	if err != nil {
		t.Fatalf("Write(%s): %v", name, err)
	}
	if f.fsys == nil {
		f.fsys = fstest.MapFS{}
	}
	f.fsys[name] = &fstest.MapFile{Data: file.Bytes()}
	f.fsys[name+entityday.FilterSuffix] = &fstest.MapFile{Data: filter.Bytes()}
	return entityday.Listed{Period: c.Period, Path: name, Sum: sum.Sum}
}

func (f *files) merge(t testing.TB, name string, p entityday.Period, parts []entityday.Listed) entityday.Listed {
	table := entityday.NewTable(f.fsys, parts)
	var all []*entityday.File
	for _, l := range parts {
		file, err := table.File(l.Path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	c, err := entityday.Merge(p, all...)
	if err != nil {
		t.Fatalf("Merge(%v): %v", p, err)
	}
	return f.write(t, name, c)
}

var (
	someEntities = []entity.Entity{
		{Kind: entity.Domain, Value: "evil.example"},
		{Kind: entity.Domain, Value: "a.evil.example"},
		{Kind: entity.Domain, Value: "b.a.evil.example"},
		{Kind: entity.Domain, Value: "notevil.example"},
		{Kind: entity.Domain, Value: "evil-x.example"},
		{Kind: entity.Address, Value: "192.0.2.7"},
		{Kind: entity.Address, Value: "2001:db8::1"},
		{Kind: entity.Account, Value: `corp\eva`},
		{Kind: entity.Account, Value: "eva@corp.example"},
		{Kind: entity.Account, Value: "eva"},
		{Kind: entity.Hash, Value: "d41d8cd98f00b204e9800998ecf8427e"},
		{Kind: entity.File, Value: "x.exe"},
		{Kind: entity.Host, Value: "ws1"},
		{Kind: entity.Host, Value: "ws1.corp.example"},
	}
	someRoles = []entity.Role{entity.Source, entity.Destination, entity.User, entity.Query}
	someDays  = []entityday.Day{
		entityday.DayOf(time.Date(2024, 12, 30, 0, 0, 0, 0, time.UTC)), entityday.DayOf(time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC)),
		entityday.DayOf(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)), entityday.DayOf(time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC)),
		entityday.DayOf(time.Date(2025, 2, 28, 0, 0, 0, 0, time.UTC)), entityday.DayOf(time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)),
		entityday.Undated,
	}
)

// drawRuns draws sightings by run; all of a run are of one dataset and day.
func drawRuns(t *rapid.T) [][]sighting {
	var runs [][]sighting
	for run := range rapid.IntRange(1, 12).Draw(t, "runs") {
		day := rapid.SampledFrom(someDays).Draw(t, "day")
		dataset := rapid.SampledFrom([]string{"zeek.dns", "windows.security"}).Draw(t, "dataset")
		var all []sighting
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			all = append(all, sighting{
				run: run, day: day, dataset: dataset,
				role:   rapid.SampledFrom(someRoles).Draw(t, "role"),
				entity: rapid.SampledFrom(someEntities).Draw(t, "entity"),
				host:   rapid.SampledFrom([]string{"ws1", "ws2.corp.example", ""}).Draw(t, "host"),
				at:     entityday.MicrosOf(day.Time()) + entityday.Micros(rapid.IntRange(0, 86_399_999_999).Draw(t, "at")),
			})
		}
		runs = append(runs, all)
	}
	return runs
}

// drawTable writes runs, and joins some of them to days, months and years.
func drawTable(t *rapid.T, tb testing.TB, runs [][]sighting, drop bool) *files {
	f := &files{}
	for i, run := range runs {
		rows := slices.Values(accumulate(run))
		p := entityday.Period{Level: entityday.Daily, First: run[0].day}
		f.listed = append(f.listed, f.write(tb, fmt.Sprintf("run%d", i), entityday.Content{
			Period: p, Runs: []entityday.RunID{runID(i)}, Rows: entityday.NoError(rows),
		}))
	}
	late := rapid.IntRange(0, len(f.listed)).Draw(t, "late")
	for _, level := range []entityday.Level{entityday.Daily, entityday.Monthly, entityday.Yearly} {
		parts := map[entityday.Period][]entityday.Listed{}
		for _, l := range f.listed[:len(f.listed)-late] {
			if level == entityday.Daily || l.Period.Level == level-1 {
				p := entityday.PeriodOf(level, l.Period.First)
				parts[p] = append(parts[p], l)
			}
		}
		order := slices.SortedFunc(maps.Keys(parts), func(a, b entityday.Period) int {
			return int(a.First>>8) - int(b.First>>8) + int(a.First&0xff) - int(b.First&0xff)
		})
		for _, p := range order {
			if len(parts[p]) < 2 && level == entityday.Daily || !rapid.Bool().Draw(t, "join") {
				continue
			}
			joined := f.merge(tb, fmt.Sprintf("%s-%s", level, p), p, parts[p])
			if level == entityday.Daily || drop && rapid.Bool().Draw(t, "drop parts") {
				f.listed = slices.DeleteFunc(f.listed, func(l entityday.Listed) bool { return slices.Contains(parts[p], l) })
				late = min(late, len(f.listed))
			}
			f.listed = slices.Insert(f.listed, 0, joined)
		}
	}
	return f
}

func TestTableIsTheSlowTableWhateverWasJoined(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		runs := drawRuns(rt)
		f := drawTable(rt, t, runs, true)
		table := entityday.NewTable(f.fsys, f.listed)
		got := map[unique]entityday.Row{}
		var asks []entityday.Ask
		for _, e := range append(someEntities, entity.Entity{Kind: entity.Host, Value: "ws2.corp.example"}) {
			asks = append(asks, entityday.Ask{Entity: e})
		}
		_, err := table.Lookup(context.Background(), entityday.Bounds{}, asks, func(m entityday.Match) bool {
			if m.Row.Entity != asks[m.Ask].Entity {
				rt.Errorf("question %d for %v is answered by %v", m.Ask, asks[m.Ask].Entity, m.Row.Entity)
			}
			added(got, m.Row)
			return true
		})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(slowly(slices.Concat(runs...)), totalsOf(got)); diff != "" {
			rt.Errorf("slow table -, table +:\n%s\nfiles %v", diff, f.listed)
		}
	})
}

func TestBoundsAreExactWhereDaysAreKept(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		runs := drawRuns(rt)
		f := drawTable(rt, t, runs, false)
		table := entityday.NewTable(f.fsys, f.listed)
		from := rapid.SampledFrom(someDays[:6]).Draw(rt, "from") + entityday.Day(rapid.IntRange(-1, 1).Draw(rt, "more"))
		b := entityday.Bounds{From: from, Before: from + entityday.Day(rapid.SampledFrom([]int{1, 2, 31, 366, 30_000}).Draw(rt, "days"))}
		var within []sighting
		for _, s := range slices.Concat(runs...) {
			if s.day >= b.From && s.day < b.Before {
				within = append(within, s)
			}
		}
		var asks []entityday.Ask
		for _, e := range append(someEntities, entity.Entity{Kind: entity.Host, Value: "ws2.corp.example"}) {
			asks = append(asks, entityday.Ask{Entity: e})
		}
		got := map[unique]entityday.Row{}
		_, err := table.Lookup(context.Background(), b, asks, func(m entityday.Match) bool {
			added(got, m.Row)
			return true
		})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(slowly(within), totalsOf(got)); diff != "" {
			rt.Errorf("%v: slow table -, table +:\n%s\nfiles %v", b, diff, f.listed)
		}
		hosts := map[string]bool{}
		for _, s := range within {
			if s.host != "" {
				hosts[s.host] = true
			}
		}
		if n, err := table.Reporting(context.Background(), b); err != nil || n != len(hosts) {
			rt.Errorf("%v: %d hosts reported, %v; want %d", b, n, err, len(hosts))
		}
	})
}

func TestPlanTakesTheLongestPeriodsThatAreWhole(t *testing.T) {
	var f files
	var days, months []entityday.Listed
	run := 0
	start := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	empty := func(func(entityday.Row, error) bool) {}
	for at := start; at.Year() < 2026; at = at.AddDate(0, 0, 1) {
		p := entityday.Period{First: entityday.DayOf(at)}
		days = append(days, f.write(t, "day "+p.String(), entityday.Content{Period: p, Runs: []entityday.RunID{runID(run)}, Rows: empty}))
		run++
	}
	roll := func(level entityday.Level, parts []entityday.Listed) (all []entityday.Listed) {
		byPeriod := map[entityday.Period][]entityday.Listed{}
		for _, l := range parts {
			p := entityday.PeriodOf(level, l.Period.First)
			byPeriod[p] = append(byPeriod[p], l)
		}
		for p, parts := range byPeriod {
			all = append(all, f.merge(t, level.String()+" "+p.String(), p, parts))
		}
		return all
	}
	months = roll(entityday.Monthly, days)
	years := roll(entityday.Yearly, months)
	late := f.write(t, "late", entityday.Content{Period: days[40].Period, Runs: []entityday.RunID{runID(60_000)}, Rows: empty})
	day := func(y int, m time.Month, d int) entityday.Day {
		return entityday.DayOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
	}
	all := slices.Concat(days, months, years)
	tests := []struct {
		name   string
		files  []entityday.Listed
		bounds entityday.Bounds
		want   []string
	}{
		{"all", all, entityday.Bounds{}, []string{"year 2023", "year 2024", "year 2025"}},
		{"years, a month, a day", all, entityday.Bounds{From: day(2023, 12, 31), Before: day(2025, 2, 1)}, []string{"day 2023-12-31", "year 2024", "month 2025-01"}},
		{"a late run", append(slices.Clone(all), late), entityday.Bounds{}, []string{"year 2023", "late", "year 2024", "year 2025"}},
		{
			"a late run joined to its day", append(slices.Concat(days[:40], days[41:], months, years), f.merge(t, "both", days[40].Period, []entityday.Listed{days[40], late})),
			entityday.Bounds{From: day(2023, 2, 9), Before: day(2023, 2, 11)},
			[]string{"day 2023-02-09", "both"},
		},
		{"years alone", years, entityday.Bounds{From: day(2023, 12, 31), Before: day(2024, 2, 1)}, []string{"year 2023", "year 2024"}},
		{"no records", all, entityday.Bounds{From: day(2030, 1, 1), Before: day(2031, 1, 1)}, nil},
	}
	for _, tt := range tests {
		plan, err := entityday.NewTable(f.fsys, tt.files).Plan(tt.bounds)
		var got []string
		for _, l := range plan {
			got = append(got, l.Path)
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
	if _, err := entityday.NewTable(f.fsys, append(slices.Clone(years), tests[3].files[len(tests[3].files)-1])).Plan(entityday.Bounds{}); !errors.Is(err, entityday.ErrOverlap) {
		t.Errorf("a day that is half in its year, without the year's days: %v; want %v", err, entityday.ErrOverlap)
	}
}

func TestJoiningIsAdditiveInWhateverOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		runs := drawRuns(rt)
		for i := range runs { // one year, so that all can be joined
			for j := range runs[i] {
				s := &runs[i][j]
				s.at -= entityday.MicrosOf(s.day.Time())
				s.day = someDays[2] + entityday.Day(i%3)
				s.at += entityday.MicrosOf(s.day.Time())
			}
		}
		f := &files{}
		var listed []entityday.Listed
		for i, run := range runs {
			listed = append(listed, f.write(t, fmt.Sprintf("run%d", i), entityday.Content{
				Period: entityday.Period{First: run[0].day}, Runs: []entityday.RunID{runID(i)},
				Rows: entityday.NoError(slices.Values(accumulate(run))),
			}))
		}
		year := entityday.PeriodOf(entityday.Yearly, someDays[2])
		atOnce := f.merge(t, "at once", year, listed)
		cut := rapid.IntRange(0, len(listed)).Draw(rt, "cut")
		inTwo := f.merge(t, "in two", year, []entityday.Listed{
			f.merge(t, "first", year, listed[:cut]), f.merge(t, "second", year, listed[cut:]),
		})
		if !bytes.Equal(f.fsys[atOnce.Path].Data, f.fsys[inTwo.Path].Data) || atOnce.Sum != inTwo.Sum {
			rt.Error("joined at once and in two steps, the files differ")
		}
	})
}

func TestARunIsNeverCountedTwice(t *testing.T) {
	run := []sighting{{day: someDays[2], dataset: "zeek.dns", role: entity.Query, entity: someEntities[0], host: "ws1", at: entityday.MicrosOf(someDays[2].Time())}}
	f := &files{}
	write := func(name string, ids ...entityday.RunID) (entityday.Listed, error) {
		var file, filter bytes.Buffer
		_, err := entityday.Write(&file, &filter, entityday.Content{
			Period: entityday.Period{First: run[0].day}, Runs: ids, Rows: entityday.NoError(slices.Values(accumulate(run))),
		})
		if f.fsys == nil {
			f.fsys = fstest.MapFS{}
		}
		f.fsys[name] = &fstest.MapFile{Data: file.Bytes()}
		f.fsys[name+entityday.FilterSuffix] = &fstest.MapFile{Data: filter.Bytes()}
		return entityday.Listed{Period: entityday.Period{First: run[0].day}, Path: name, Sum: entityday.SumOf(ids...)}, err
	}
	if _, err := write("twice", runID(1), runID(1)); !errors.Is(err, entityday.ErrTwice) {
		t.Errorf("Write with a run given twice: %v; want %v", err, entityday.ErrTwice)
	}
	one, err := write("one", runID(1))
	if err != nil {
		t.Fatal(err)
	}
	again, err := write("again", runID(1), runID(2))
	if err != nil {
		t.Fatal(err)
	}
	table := entityday.NewTable(f.fsys, []entityday.Listed{one, again})
	a, _ := table.File("one")
	b, _ := table.File("again")
	if _, err := entityday.Merge(a.Period, a, b); !errors.Is(err, entityday.ErrTwice) {
		t.Errorf("Merge of two files with run 1: %v; want %v", err, entityday.ErrTwice)
	}
}

func TestUnderFindsWhatBelongsToAnEntity(t *testing.T) {
	day := someDays[2]
	var run []sighting
	all := append(slices.Clone(someEntities),
		entity.Entity{Kind: entity.URL, Value: "http://a.evil.example/x"}, entity.Entity{Kind: entity.URL, Value: "https://evil.example:8443/x"},
		entity.Entity{Kind: entity.URL, Value: "https://notevil.example/x"}, entity.Entity{Kind: entity.Domain, Value: "shop.example.co.uk"})
	for _, e := range all {
		run = append(run, sighting{day: day, dataset: "zeek.dns", role: entity.Query, entity: e, at: entityday.MicrosOf(day.Time())})
	}
	f := &files{}
	l := f.write(t, "f", entityday.Content{Period: entityday.Period{First: day}, Rows: entityday.NoError(slices.Values(accumulate(run)))})
	table := entityday.NewTable(f.fsys, []entityday.Listed{l})
	tests := []struct {
		ask  entity.Entity
		want []string
	}{
		{someEntities[0], []string{"a.evil.example", "b.a.evil.example", "evil.example", "http://a.evil.example/x", "https://evil.example:8443/x"}},
		{entity.Entity{Kind: entity.Domain, Value: "a.evil.example"}, []string{"a.evil.example", "b.a.evil.example", "http://a.evil.example/x"}},
		{entity.Entity{Kind: entity.Account, Value: "eva"}, []string{`corp\eva`, "eva", "eva@corp.example"}},
		{entity.Entity{Kind: entity.Host, Value: "ws1"}, []string{"ws1", "ws1.corp.example"}},
		{entity.Entity{Kind: entity.URL, Value: "https://evil.example:8443/"}, []string{"https://evil.example:8443/x"}},
		{entity.Entity{Kind: entity.Domain, Value: "other.example"}, nil},
		{entity.Entity{Kind: entity.Domain, Value: "co.uk"}, []string{"shop.example.co.uk"}}, // nobody registered it
	}
	for _, tt := range tests {
		var got []string
		_, err := table.Lookup(context.Background(), entityday.Bounds{}, []entityday.Ask{{Entity: tt.ask, Under: true}}, func(m entityday.Match) bool {
			got = append(got, m.Row.Entity.Value)
			return true
		})
		sort.Strings(got)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("under %v: %v (-want +got):\n%s", tt.ask, err, diff)
		}
	}
}
