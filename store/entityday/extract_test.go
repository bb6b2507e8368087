package entityday_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/nested"
	"github.com/dwell-project/dwell/store/entityday"
)

// eachEvent reads all events under a path, up to a number of each file.
func eachEvent(t testing.TB, names *event.Names, most int, path string, see func(e *event.Event)) {
	t.Helper()
	for in, err := range formats.Walk([]string{path}, formats.Options{}) {
		if err != nil {
			continue // files of other kinds lie beside the logs
		}
		r, err := in.Open()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		s, d := in.Format.Split(r, &event.Source{Path: path, Host: in.Host}), in.Format.NewDecoder(names)
		for b := (parse.Block{}); n < most && s.Next(&b) != io.EOF; {
			d.Decode(&b, func(e *event.Event) bool {
				n++
				see(e)
				return n < most
			}, func(parse.Problem) {})
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

type named struct {
	Entity entity.Entity
	Role   entity.Role
}

// namedBy reads the entities of an event from what package ecs writes of it.
func namedBy(tree *nested.Tree) map[named]bool {
	found := map[named]bool{}
	values := map[string][]string{}
	tree.Each(func(n *nested.Node, all []event.Field) {
		for _, v := range all {
			if v.HasText() {
				values[n.Name()] = append(values[n.Name()], v.Text())
			}
		}
	})
	for name, texts := range values {
		f, ok := entity.FieldOf(name)
		if !ok {
			continue
		}
		for _, text := range texts {
			if domain := values[f.Domain]; len(domain) > 0 && f.Kind == entity.Account {
				if v, ok := entity.JoinAccount(domain[0], text); ok && len(domain) == 1 {
					found[named{entity.Entity{Kind: entity.Account, Value: v}, f.Role}] = true
				}
				continue
			}
			for _, e := range f.Read(nil, text) {
				found[named{e, f.Role}] = true
			}
		}
	}
	return found
}

// agreeWithECS compares what an extractor takes from events with what package
// ecs writes of them, and returns how many entities of each kind there were.
func agreeWithECS(t *testing.T, most int, path string) map[entity.Kind]int {
	t.Helper()
	tables, err := ecs.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	m, x := ecs.NewMapper(tables, names), entityday.NewExtractor(tables, names)
	kinds := map[entity.Kind]int{}
	missing := map[string]int{}
	eachEvent(t, names, most, path, func(e *event.Event) {
		run := x.Run(e.Dataset, entityday.DayOf(e.Time))
		run.Add(e)
		got := map[named]bool{}
		for r := range run.Rows() {
			got[named{r.Entity, r.Role}] = true
			kinds[r.Entity.Kind]++
			if r.Dataset != e.Dataset || e.HostName() != "" && r.Host != entityday.HostName(e.HostName()) {
				t.Errorf("%s: row %+v of an event of %s on %q", path, r, e.Dataset, e.HostName())
			}
		}
		for want := range namedBy(m.Map(e)) {
			if !got[want] {
				missing[fmt.Sprintf("%s %s: %s %s %q", e.Dataset, e.Code.Text(), want.Role, want.Entity.Kind, want.Entity.Value)]++
			}
		}
	})
	n := 0
	for what, times := range missing {
		if n++; n > 10 {
			t.Errorf("%s: and %d more", path, len(missing)-10)
			break
		}
		t.Errorf("%s: missed %d times: %s", path, times, what)
	}
	return kinds
}

func TestExtractorFindsWhatTheECSRecordNames(t *testing.T) {
	kinds := agreeWithECS(t, 10_000, "../../testdata/sample")
	for _, k := range []entity.Kind{entity.Host, entity.Account, entity.Address, entity.Domain, entity.File, entity.Hash} {
		if kinds[k] == 0 {
			t.Errorf("no %s in the sample", k)
		}
	}
}

func TestExtractorFindsWhatTheECSRecordNamesInRealLogs(t *testing.T) {
	data := os.Getenv("DWELL_DATA")
	if data == "" {
		data = "../../../shared/data"
	}
	if _, err := os.Stat(data); err != nil {
		t.Skipf("no real logs at %s: %v (DWELL_DATA names the folder)", data, err)
	}
	total := map[entity.Kind]int{}
	for _, folder := range []string{"evtx-attack-samples", "zed-sample-data", "slips", "rita", "ocsf-examples"} {
		files, err := filepath.Glob(filepath.Join(data, folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for k, n := range agreeWithECS(t, 200, f) {
				total[k] += n
			}
		}
	}
	t.Log(total)
}

// oneOf makes an event from JSON-like pairs of ECS names.
func oneOf(names *event.Names, host string, at time.Time, pairs ...string) *event.Event {
	e := &event.Event{Schema: "ecs", Dataset: "sample.one", Time: at}
	if host != "" {
		e.Host = event.Field{Kind: event.Text, Data: []byte(host)}
	}
	for i := 0; i < len(pairs); i += 2 {
		e.Fields = append(e.Fields, event.Field{Name: names.Intern(pairs[i]), Kind: event.Text, Data: []byte(pairs[i+1])})
	}
	return e
}

func TestExtractorJoinsAccountsToTheirDomainsAndCounts(t *testing.T) {
	tables, err := ecs.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	run := entityday.NewExtractor(tables, names).Run("sample.one", 100)
	at := entityday.Day(100).Time()
	for i, e := range []*event.Event{
		oneOf(names, "WS1.corp.example", at.Add(3*time.Hour), "user.name", "Eva", "user.domain", "CORP", "source.ip", "192.0.2.7"),
		oneOf(names, "ws1.corp.example.", at.Add(time.Hour), "user.domain", "CORP", "user.name", "eva"),
		oneOf(names, "ws2", at.Add(2*time.Hour), "user.name", "eva"),
		oneOf(names, "", at.Add(4*time.Hour), "source.ip", "192.0.2.7", "dns.question.name", "evil.example"),
	} {
		if i == 0 {
			e.Fields = append(e.Fields, e.Fields[2]) // a repeated value counts each time
		}
		run.Add(e)
	}
	hours := func(n int) entityday.Micros { return entityday.MicrosOf(at.Add(time.Duration(n) * time.Hour)) }
	row := func(kind entity.Kind, value string, role entity.Role, host string, first, last int, count int64) entityday.Row {
		return entityday.Row{
			Entity: entity.Entity{Kind: kind, Value: value}, Dataset: "sample.one", Role: role, Host: host,
			First: hours(first), Last: hours(last), Count: count, Days: entityday.OneDay(100),
		}
	}
	want := []entityday.Row{
		row(entity.Account, "eva", entity.User, "ws2", 2, 2, 1),
		row(entity.Account, `corp\eva`, entity.User, "ws1.corp.example", 1, 3, 2),
		row(entity.Address, "192.0.2.7", entity.Source, "192.0.2.7", 4, 4, 1),
		row(entity.Address, "192.0.2.7", entity.Source, "ws1.corp.example", 3, 3, 2),
		row(entity.Domain, "evil.example", entity.Query, "192.0.2.7", 4, 4, 1),
		row(entity.Host, "ws1.corp.example", entity.Reporter, "ws1.corp.example", 1, 3, 2),
		row(entity.Host, "ws2", entity.Reporter, "ws2", 2, 2, 1),
	}
	var got []entityday.Row
	for r := range run.Rows() {
		got = append(got, r)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(entityday.Row{})); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if !slices.IsSortedFunc(got, func(a, b entityday.Row) int {
		if a.Key() < b.Key() {
			return -1
		}
		return 0
	}) {
		t.Error("rows are not in the order of their keys")
	}
}

func TestExtractorTakesTheDomainNearestByName(t *testing.T) {
	tables, err := ecs.Load(ecs.File{Name: "two.yml", Text: []byte(`
version: 1
sections:
  - when: {schema: two}
    namespace: two
    names: {actor.login: user.name, actor.area: user.domain, subject.login: user.name, subject.area: user.domain}
`)})
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	for _, order := range [][]string{
		{"actor.login", "eva", "actor.area", "corp", "subject.login", "jan", "subject.area", "lab"},
		{"subject.area", "lab", "actor.area", "corp", "subject.login", "jan", "actor.login", "eva"},
	} {
		e := oneOf(names, "ws1", time.Time{}, order...)
		e.Schema = "two"
		run := entityday.NewExtractor(tables, names).Run(e.Dataset, entityday.Undated)
		run.Add(e)
		var got []string
		for r := range run.Rows() {
			if r.Entity.Kind == entity.Account {
				got = append(got, r.Entity.Value)
			}
			if r.First != 0 || r.Last != 0 || r.Days != "" {
				t.Errorf("row %+v of an event without a time has one", r)
			}
		}
		if diff := cmp.Diff([]string{`corp\eva`, `lab\jan`}, got); diff != "" {
			t.Errorf("accounts of %q (-want +got):\n%s", order, diff)
		}
	}
}

func TestExtractorTakesTheBestAddressForTheHost(t *testing.T) {
	tables, err := ecs.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	for _, order := range [][]string{
		{"source.ip", "192.0.2.7", "client.ip", "192.0.2.8", "destination.ip", "192.0.2.9"},
		{"destination.ip", "192.0.2.9", "client.ip", "192.0.2.8", "source.ip", "192.0.2.7"},
	} {
		run := entityday.NewExtractor(tables, names).Run("sample.one", 100)
		run.Add(oneOf(names, "", entityday.Day(100).Time(), order...))
		for r := range run.Rows() {
			if r.Host != "192.0.2.7" {
				t.Errorf("host of %+v is %q; want 192.0.2.7", r.Entity, r.Host)
			}
		}
	}
}

func TestExtractorOfHostileNamesAndOriginsStaysSmall(t *testing.T) {
	tables, err := ecs.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	var pairs []string
	for i := range 20_000 {
		pairs = append(pairs, fmt.Sprintf("name%d", i), "x")
	}
	wide := oneOf(names, "ws1", time.Time{}, pairs...)
	x := entityday.NewExtractor(tables, names)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 4000 {
		wide.Code = event.Field{Kind: event.Text, Data: fmt.Append(nil, i)}
		e := *wide
		e.Fields = wide.Fields[len(wide.Fields)-1:] // of the highest number
		run := x.Run("sample.one", 100)
		run.Add(&e)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 128<<20 {
		t.Errorf("4,000 origins of records with a field of a high number take %d MB", grown>>20)
	}
	runtime.KeepAlive(x)
}
