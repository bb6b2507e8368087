//go:build unix

package entityday_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/store/entityday"
)

// benchRows is how many rows a year of the table has in benchmarks.
var benchRows = flag.Int("rows", 200_000, "rows of a year in benchmarks")

// cpu returns the processor time that the process has taken, in nanoseconds:
// what a benchmark takes of a machine that is shared.
func cpu(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// made returns the n-th entity of a kind of world that repeats itself as logs
// do: two in five are domains, the rest addresses, files, hashes and accounts.
func made(n int) entity.Entity {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	switch n % 10 {
	case 0, 1, 2, 3:
		return entity.Entity{Kind: entity.Domain, Value: fmt.Sprintf("h%x.d%d.example", r.Uint32()>>8, n%9973)}
	case 4, 5, 6:
		return entity.Entity{Kind: entity.Address, Value: fmt.Sprintf("%d.%d.%d.%d", 1+n>>24&63, n>>16&255, n>>8&255, n&255)}
	case 7:
		return entity.Entity{Kind: entity.File, Value: fmt.Sprintf("tool%d.exe", n)}
	case 8:
		return entity.Entity{Kind: entity.Hash, Value: fmt.Sprintf("%016x%016x%08x", r.Uint64(), r.Uint64(), r.Uint32())}
	default:
		return entity.Entity{Kind: entity.Account, Value: fmt.Sprintf(`corp\user%d`, n)}
	}
}

// year yields about the given number of rows of a year, sorted: half of the
// entities on one host and day, the others on more.
func year(rows int, first entityday.Day, seed uint64) iter.Seq[entityday.Row] {
	r := rand.New(rand.NewPCG(seed, 1))
	entities := make([]entity.Entity, rows*2/5)
	for i := range entities {
		entities[i] = made(i + int(seed)*rows/7)
	}
	slices.SortFunc(entities, func(a, b entity.Entity) int {
		switch x, y := a.Key(), b.Key(); {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	})
	entities = slices.Compact(entities)
	datasets := []string{"windows.security", "windows.sysmon_operational", "zeek.conn", "zeek.dns"}
	return func(yield func(entityday.Row) bool) {
		for _, e := range entities {
			n := 1
			if r.IntN(2) == 0 {
				n = 1 + r.IntN(7)
			}
			hosts := []int{r.IntN(2000)}
			for len(hosts) < n {
				hosts = append(hosts, hosts[len(hosts)-1]+1+r.IntN(50))
			}
			dataset := datasets[r.IntN(len(datasets))]
			for _, h := range hosts {
				day := first + entityday.Day(r.IntN(365))
				at := entityday.MicrosOf(day.Time()) + entityday.Micros(r.IntN(86_400_000_000))
				last, days := at, entityday.OneDay(day)
				if r.IntN(3) == 0 {
					d := min(first+364, day+entityday.Day(r.IntN(60)))
					last, days = max(at, entityday.MicrosOf(d.Time())), days.Union(entityday.OneDay(d))
				}
				if !yield(entityday.Row{
					Entity: e, Dataset: dataset, Role: entity.Destination, Host: fmt.Sprintf("ws%04d.corp.example", h),
					First: at, Last: last, Count: 1 + int64(r.IntN(200)), Days: days,
				}) {
					return
				}
			}
		}
	}
}

func writeYear(b *testing.B, dir string, y int) (entityday.Listed, entityday.Summary, int64) {
	b.Helper()
	first := entityday.DayOf(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC))
	name := fmt.Sprintf("%d.parquet", y)
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		b.Fatal(err)
	}
	filter, err := os.Create(filepath.Join(dir, name+entityday.FilterSuffix))
	if err != nil {
		b.Fatal(err)
	}
	p := entityday.PeriodOf(entityday.Yearly, first)
	s, err := entityday.Write(file, filter, entityday.Content{
		Period: p, Runs: []entityday.RunID{runID(y)}, Rows: entityday.NoError(year(*benchRows, first, uint64(y))),
	})
	if err != nil {
		b.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		b.Fatal(err)
	}
	finfo, _ := filter.Stat()
	if file.Close() != nil || filter.Close() != nil {
		b.Fatal("closing")
	}
	return entityday.Listed{Period: p, Path: name, Sum: s.Sum}, s, info.Size() + finfo.Size()
}

func BenchmarkWrite(b *testing.B) {
	first := entityday.DayOf(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	rows := slices.Collect(year(*benchRows, first, 1))
	var size countWriter
	began := cpu(b)
	for b.Loop() {
		size = 0
		if _, err := entityday.Write(&size, &size, entityday.Content{Period: entityday.PeriodOf(entityday.Yearly, first), Rows: entityday.NoError(slices.Values(rows))}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu(b)-began)/float64(b.N)/float64(len(rows)), "cpu-ns/row")
	b.ReportMetric(float64(size)/float64(len(rows)), "bytes/row")
}

type countWriter int64

func (c *countWriter) Write(b []byte) (int, error) {
	*c += countWriter(len(b))
	return len(b), nil
}

func BenchmarkMerge(b *testing.B) {
	dir := b.TempDir()
	var parts []entityday.Listed
	for i := range 4 {
		l, _, _ := writeYear(b, dir, 2024+4*i)
		parts = append(parts, l)
	}
	table := entityday.NewTable(os.DirFS(dir), parts)
	defer table.Close()
	var all []*entityday.File
	rows := int64(0)
	for _, l := range parts {
		f, err := table.File(l.Path)
		if err != nil {
			b.Fatal(err)
		}
		f.Period = parts[0].Period // all of one year, for the benchmark
		all = append(all, f)
		rows += f.Summary.Rows
	}
	began := cpu(b)
	for b.Loop() {
		c, err := entityday.Merge(parts[0].Period, all...)
		if err != nil {
			b.Fatal(err)
		}
		var size countWriter
		if _, err := entityday.Write(&size, &size, c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu(b)-began)/float64(b.N)/float64(rows), "cpu-ns/row")
}

// BenchmarkLookup asks three years for 100,000 values of which one in a hundred
// is there.
func BenchmarkLookup(b *testing.B) {
	dir := b.TempDir()
	var listed []entityday.Listed
	rows, size := int64(0), int64(0)
	for y := 2023; y <= 2025; y++ {
		l, s, n := writeYear(b, dir, y)
		listed = append(listed, l)
		rows, size = rows+s.Rows, size+n
	}
	var asks []entityday.Ask
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 100_000 {
		e := entity.Entity{Kind: entity.Domain, Value: fmt.Sprintf("absent%d.example", i)}
		if i%3 == 0 {
			e = entity.Entity{Kind: entity.Hash, Value: fmt.Sprintf("%040x", r.Uint64())}
		}
		if i%100 == 0 {
			e = made(r.IntN(*benchRows*2/5) + 2024**benchRows/7)
		}
		asks = append(asks, entityday.Ask{Entity: e})
	}
	b.Run("exact", func(b *testing.B) { lookup(b, dir, listed, asks) })
	under := slices.Clone(asks)
	for i := range under {
		under[i].Under = true
	}
	b.Run("under", func(b *testing.B) { lookup(b, dir, listed, under) })
	b.Logf("%d rows, %.1f bytes a row", rows, float64(size)/float64(rows))
}

// lookup opens a table and asks it.
func lookup(b *testing.B, dir string, listed []entityday.Listed, asks []entityday.Ask) {
	var cost entityday.Cost
	found := map[int]bool{}
	began := cpu(b)
	for b.Loop() {
		table := entityday.NewTable(os.DirFS(dir), listed)
		var err error
		cost, err = table.Lookup(context.Background(), entityday.Bounds{}, asks, func(m entityday.Match) bool {
			found[m.Ask] = true
			return true
		})
		if err != nil {
			b.Fatal(err)
		}
		if err := table.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu(b)-began)/float64(b.N)/1e9, "cpu-s/op")
	b.ReportMetric(float64(len(found)), "found")
	b.ReportMetric(float64(cost.Read), "keys-read")
	b.ReportMetric(float64(cost.Rows), "rows-read")
}

// BenchmarkAccumulate counts a million events of one day with eight values each,
// sorted by host as a sealed run is.
func BenchmarkAccumulate(b *testing.B) {
	const events, hosts = 1_000_000, 500
	fields := []string{
		"source.ip", "destination.ip", "user.name", "process.executable",
		"process.parent.executable", "destination.domain", "process.hash", "dns.question.name",
	}
	distinct := []int{500, 20_000, 900, 3_000, 400, 15_000, 4_000, 40_000}
	kinds := []int{4, 4, 9, 7, 7, 0, 8, 1}
	day := someDays[2]
	start := entityday.MicrosOf(day.Time())
	r := rand.New(rand.NewPCG(3, 3))
	draws := make([][8]uint32, events)
	for i := range draws {
		for c := range draws[i] {
			switch d, n := r.IntN(100), distinct[c]; {
			case d < 60: // what all hosts have
				draws[i][c] = uint32(r.IntN(20))
			case d < 98: // what this one has
				draws[i][c] = uint32((i/(events/hosts)*37 + r.IntN(30)) % n)
			default:
				draws[i][c] = uint32(r.IntN(n))
			}
		}
	}
	began := cpu(b)
	rows := 0
	for b.Loop() {
		acc := entityday.NewAccumulator("windows.sysmon_operational", day)
		var columns [8]*entityday.Column
		for c, name := range fields {
			f, ok := entity.FieldOf(name)
			if !ok {
				b.Fatal(name)
			}
			columns[c] = acc.Column(f)
			for n := range distinct[c] {
				columns[c].Define(uint32(n), made(10*n+kinds[c]).Value)
			}
		}
		for h := range hosts {
			acc.DefineHost(uint32(h), fmt.Sprintf("ws%04d.corp.example", h))
		}
		for i := range events {
			host, at := uint32(i/(events/hosts)), start+entityday.Micros(i)
			acc.Saw(host, at)
			draw := &draws[i]
			for c, column := range columns {
				column.Add(draw[c], host, at)
			}
		}
		rows = 0
		for range acc.Rows() {
			rows++
		}
	}
	b.ReportMetric((cpu(b)-began)/float64(b.N)/events, "cpu-ns/event")
	b.ReportMetric(float64(rows), "rows")
}

// BenchmarkExtract decodes Sysmon's process events, flat JSON lines with eight
// fields that name entities, and takes the entities from them; the difference
// between the two is what the extractor costs.
func BenchmarkExtract(b *testing.B) {
	const lines = 20_000
	r := rand.New(rand.NewPCG(5, 5))
	var text []byte
	for i := range lines {
		text = fmt.Appendf(text, `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":3,"ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws%d.corp.example","UtcTime":"2024-05-01 10:%02d:%02d.123","ProcessId":%d,"Image":"C:\\Program Files\\tool%d.exe","User":"CORP\\user%d","SourceIp":"10.1.%d.%d","SourcePort":"%d","SourceHostname":"ws%d.corp.example","DestinationIp":"198.51.100.%d","DestinationPort":"443","DestinationHostname":"h%d.example","Protocol":"tcp","Hashes":"MD5=%032x"}`+"\n",
			i/2000, i/60%60, i%60, r.IntN(9000), r.IntN(100), r.IntN(10), i/2000, r.IntN(5), r.IntN(60_000), i/2000, r.IntN(200), r.IntN(300), r.IntN(100))
	}
	tables, err := ecs.Load()
	if err != nil {
		b.Fatal(err)
	}
	names := event.NewNames()
	x := entityday.NewExtractor(tables, names)
	d := jsonl.Format{}.NewDecoder(names)
	block := parse.Block{Data: text, Record: 1, Source: &event.Source{Path: "p"}}
	for _, extract := range []bool{false, true} {
		b.Run(fmt.Sprintf("extract=%v", extract), func(b *testing.B) {
			began, rows := cpu(b), 0
			for b.Loop() {
				run := x.Run("windows.sysmon_operational", 19844)
				d.Decode(&block, func(e *event.Event) bool {
					if extract {
						run.Add(e)
					}
					return true
				}, func(p parse.Problem) { b.Fatal(p) })
				rows = 0
				for range run.Rows() {
					rows++
				}
			}
			b.ReportMetric((cpu(b)-began)/float64(b.N)/lines, "cpu-ns/event")
			b.ReportMetric(float64(rows), "rows")
		})
	}
}
