package detect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// indicatorsOf reads STIX patterns as indicators.
func indicatorsOf(t testing.TB, patterns ...string) []*ioc.Indicator {
	t.Helper()
	var objects []any
	for i, p := range patterns {
		objects = append(objects, map[string]any{"type": "indicator", "id": fmt.Sprintf("indicator--%d", i), "pattern_type": "stix", "pattern": p})
	}
	text, err := json.Marshal(map[string]any{"type": "bundle", "id": "bundle--1", "objects": objects})
	if err != nil {
		t.Fatal(err)
	}
	var c ioc.Collection
	c.Read("f", text)
	if len(c.Messages) > 0 || len(c.Indicators) != len(patterns) {
		t.Fatalf("%v", c.Messages)
	}
	return c.Indicators
}

var patternRecords = []string{
	`"EventID":1,"Image":"C:\\Temp\\Evil.exe","ProcessId":4711,"CommandLine":"evil.exe -enc AAAA","ParentImage":"C:\\Windows\\explorer.exe","User":"CORP\\eva","Hashes":"MD5=0123456789ABCDEF0123456789ABCDEF"`,
	`"EventID":1,"Image":"C:\\Windows\\System32\\whoami.exe","ProcessId":12,"CommandLine":"whoami /all","ParentImage":"C:\\Temp\\evil.exe","User":"CORP\\ann"`,
	`"EventID":3,"Image":"C:\\Temp\\evil.exe","ProcessId":4711,"Protocol":"tcp","SourceIp":"10.0.0.5","SourcePort":50000,"DestinationIp":"203.0.113.7","DestinationPort":443`,
	`"EventID":3,"Image":"C:\\a.exe","ProcessId":5,"Protocol":"udp","SourceIp":"2001:db8:0:0::5","SourcePort":50000,"DestinationIp":"2001:db8::1","DestinationPort":53`,
	`"EventID":13,"EventType":"SetValue","Image":"C:\\Temp\\evil.exe","ProcessId":4711,"TargetObject":"HKLM\\System\\ControlSet001\\Services\\Evil\\ImagePath","Details":"C:\\Temp\\evil.sys"`,
	`"EventID":22,"Image":"C:\\a.exe","ProcessId":5,"QueryName":"CDN.evil.example","QueryResults":"::ffff:203.0.113.7;"`,
	`"EventID":5,"Image":"C:\\a.exe","ProcessId":4444`,
}

// lines writes records, one a second in a drawn order.
func drawLines(t *rapid.T) []string {
	n := rapid.IntRange(1, 12).Draw(t, "records")
	seconds := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})).Draw(t, "seconds")
	var lines []string
	for _, s := range seconds {
		lines = append(lines, fmt.Sprintf(`{"Channel":"Microsoft-Windows-Sysmon/Operational","ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws1","UtcTime":"2026-02-10 10:00:%02d.000",%s}`,
			s, rapid.SampledFrom(patternRecords).Draw(t, "record")))
	}
	return lines
}

func drawFullPattern(t *rapid.T, depth int) string {
	switch shape := rapid.IntRange(0, 9).Draw(t, "shape"); {
	case depth > 0 && shape < 4:
		return "(" + drawFullPattern(t, depth-1) + rapid.SampledFrom([]string{" AND ", " OR ", " FOLLOWEDBY "}).Draw(t, "joint") + drawFullPattern(t, depth-1) + ")"
	case depth > 0 && shape < 6:
		return "(" + drawFullPattern(t, depth-1) + ")" + rapid.SampledFrom([]string{
			" WITHIN 2 SECONDS", " WITHIN 5 SECONDS", " REPEATS 2 TIMES", " REPEATS 1 TIMES", " START t'2026-02-10T10:00:02Z' STOP t'2026-02-10T10:00:08Z'",
		}).Draw(t, "qualifier")
	default:
		comparisons := []string{drawTest(t)}
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			comparisons = append(comparisons, rapid.SampledFrom([]string{" AND ", " OR "}).Draw(t, "join"), drawTest(t))
		}
		return "[" + strings.Join(comparisons, "") + "]"
	}
}

func drawTest(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		"process:pid = 4711", "process:pid != 4711", "process:pid IN (12, 5)", "process:pid >= 4444", "process:name = 'EVIL.exe'",
		"process:image_ref.name LIKE '%i.exe'", "process:parent_ref.name = 'evil.exe'", "process:command_line MATCHES '(?i)-ENC\\\\s+A|whoami'",
		"process:creator_user_ref.account_login NOT = 'ann'", "NOT EXISTS process:command_line", "EXISTS process:parent_ref",
		"file:hashes.MD5 = '0123456789ABCDEF0123456789ABCDEF'", "file:name NOT LIKE 'e%'", "file:parent_directory_ref.path = 'C:\\\\TEMP'",
		"network-traffic:dst_port < 100", "network-traffic:dst_ref.value = '203.0.113.7'", "network-traffic:src_ref.value ISSUBSET '10.0.0.0/15'",
		"network-traffic:protocols[*] = 'tcp'", "ipv6-addr:value = '2001:db8::5'", "ipv6-addr:value ISSUBSET '2001:db8::/126'", "ipv4-addr:value LIKE '203.0.%'",
		"windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\SYSTEM\\\\CurrentControlSet\\\\Services\\\\evil'", "windows-registry-key:values[*].name = 'imagepath'",
		"windows-registry-key:values[0].data LIKE '%.sys'", "domain-name:value = 'cdn.evil.example'", "domain-name:value MATCHES 'evil\\\\.example$'",
	}).Draw(t, "test")
}

// byDefinition are the tables with which patterns are found by definition.
type byDefinition struct {
	objects *observed.Tables
	mapping *ecs.Tables
}

func newByDefinition(t testing.TB) *byDefinition {
	t.Helper()
	objects, err := observed.Load()
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := ecs.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &byDefinition{objects, mapping}
}

// slowly finds patterns by definition, one after the other: by indicator, the
// records of each match.
func (w *byDefinition) slowly(t testing.TB, lines []string, indicators []*ioc.Indicator) map[string][]string {
	t.Helper()
	names := event.NewNames()
	observer := w.objects.NewObserver(w.mapping, names, nil)
	type record struct {
		line int64
		stixpattern.Observation
	}
	var all []record
	block := parse.Block{Data: []byte(strings.Join(lines, "\n") + "\n"), Record: 1, Source: &event.Source{Path: "p"}}
	jsonl.Format{}.NewDecoder(names).Decode(&block, func(e *event.Event) bool {
		all = append(all, record{e.Line, stixpattern.Observation{Time: e.Time, Objects: observer.Objects(e)}})
		return true
	}, func(p parse.Problem) { t.Fatal(p) })
	found := map[string][]string{}
	for _, i := range indicators {
		single := i.Full.Single()
		byTime := slices.Clone(all)
		slices.SortFunc(byTime, func(a, b record) int { return a.Time.Compare(b.Time) })
		var open []stixpattern.Observation
		for _, r := range byTime {
			if open = append(open, r.Observation); single {
				open = open[len(open)-1:]
			}
			if stixpattern.Match(i.Full, open) {
				found[i.ID], open = append(found[i.ID], fmt.Sprint(r.line)), nil
			}
		}
		slices.Sort(found[i.ID])
	}
	return found
}

// byIndicator gathers detections as slowly does.
func byIndicator(detections []detect.Detection) map[string][]string {
	found := map[string][]string{}
	for _, d := range detections {
		found[d.Rule.ID] = append(found[d.Rule.ID], fmt.Sprint(d.Event.Record))
	}
	for _, records := range found {
		slices.Sort(records)
	}
	return found
}

func TestFullPatternsAreFoundAsByDefinition(t *testing.T) {
	matches, definition := 0, newByDefinition(t)
	rapid.Check(t, func(r *rapid.T) {
		lines := drawLines(r)
		var patterns []string
		for len(patterns) < 3 {
			text := drawFullPattern(r, 2)
			// What comes to values alone is looked for anywhere, not by the letter.
			patterns = append(patterns, "("+text+") AND [process:pid >= 0 OR network-traffic:dst_port > 0]", text+" OR [process:pid < -5]")
		}
		indicators := indicatorsOf(t, patterns...)
		want := definition.slowly(t, lines, indicators)
		got := scanText(t, whoamiRule, strings.Join(lines, "\n")+"\n", detect.Options{Indicators: indicators, Disabled: []string{"Whoami"}})
		matches += len(got)
		if diff := cmp.Diff(want, byIndicator(got)); diff != "" {
			r.Fatalf("%q on\n%s\n(-want +got):\n%s", patterns, strings.Join(lines, "\n"), diff)
		}
	})
	if matches == 0 {
		t.Error("nothing matched at all")
	}
}

// watchText runs indicators over lines as they come, a few at a time.
func watchText(t testing.TB, lines []string, cut func() int, indicators []*ioc.Indicator) []detect.Detection {
	t.Helper()
	program, names := compile(t, whoamiRule, detect.Options{Indicators: indicators, Disabled: []string{"Whoami"}})
	var found []detect.Detection
	scan := detect.Scan{Program: program, Names: names, Workers: 2}
	live := scan.NewLive(time.Minute, detect.Sink{
		Detection: func(d *detect.Detection) error {
			found = append(found, *d)
			return nil
		},
		Problem: func(p parse.Problem) { t.Errorf("unreadable: %v", p) },
	})
	source, offset := &event.Source{Path: "events.jsonl"}, int64(0)
	for at := 0; at < len(lines); {
		n := min(cut(), len(lines)-at)
		data := []byte(strings.Join(lines[at:at+n], "\n") + "\n")
		feed := &detect.Feed{
			Block: &parse.Block{Data: data, Record: int64(at + 1), Offset: offset, Source: source}, Format: jsonl.Format{},
		}
		if err := live.Take(time.Date(2026, 2, 10, 11, 0, 0, 0, time.UTC), []*detect.Feed{feed}); err != nil {
			t.Fatal(err)
		}
		at, offset = at+n, offset+int64(len(data))
	}
	if err := live.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := live.Close(); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFullPatternsAreTheSameInScanAndWatch(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lines := drawLines(r)
		indicators := indicatorsOf(t, "("+drawFullPattern(r, 2)+") AND [process:pid >= 0]", drawFullPattern(r, 3)+" OR [process:pid < -5]")
		scanned := scanText(t, whoamiRule, strings.Join(lines, "\n")+"\n", detect.Options{Indicators: indicators, Disabled: []string{"Whoami"}})
		watched := watchText(t, lines, func() int { return rapid.IntRange(1, 4).Draw(r, "cut") }, indicators)
		if diff := cmp.Diff(texts(scanned), texts(watched)); diff != "" {
			r.Fatalf("(-scan +watch):\n%s", diff)
		}
	})
}

// texts writes what detections say but for ids, which here are made of sources
// that have no first record, sorted.
func texts(detections []detect.Detection) []string {
	var all []string
	for _, d := range detections {
		text := d.Rule.ID + " " + fmt.Sprint(d.Matched)
		for _, e := range append(d.Events, d.Event) {
			text += " " + fmt.Sprint(e.Record)
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

func TestPatternsOfManyRecordsSayWhatMatchedInEach(t *testing.T) {
	lines := []string{}
	for i, n := range []int{0, 6, 4} {
		lines = append(lines, fmt.Sprintf(`{"Channel":"Microsoft-Windows-Sysmon/Operational","ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws1","UtcTime":"2026-02-10 10:00:%02d.000",%s}`, i, patternRecords[n]))
	}
	indicators := indicatorsOf(t, "[process:command_line LIKE '%-enc%' AND process:parent_ref.name = 'explorer.exe'] FOLLOWEDBY [windows-registry-key:values[*].name = 'ImagePath'] WITHIN 2 SECONDS")
	for _, c := range []struct {
		from, until time.Time
		want        []string
	}{
		{time.Time{}, time.Time{}, []string{`indicator--0 [{CommandLine "evil.exe -enc AAAA"} {ParentImage "C:\\Windows\\explorer.exe"} {TargetObject "HKLM\\System\\ControlSet001\\Services\\Evil\\ImagePath"}] 1 3 3`}},
		{time.Date(2026, 2, 10, 10, 0, 1, 0, time.UTC), time.Time{}, nil},
		{time.Time{}, time.Date(2026, 2, 10, 10, 0, 2, 0, time.UTC), nil},
	} {
		indicators[0].ValidFrom, indicators[0].ValidUntil = c.from, c.until
		found := scanText(t, whoamiRule, strings.Join(lines, "\n")+"\n", detect.Options{Indicators: indicators})
		if diff := cmp.Diff(c.want, texts(found)); diff != "" {
			t.Errorf("valid from %v until %v (-want +got):\n%s", c.from, c.until, diff)
		}
	}
}

func TestAScanOfNoRecordOfAPatternEnds(t *testing.T) {
	scan := detect.Scan{Workers: 1}
	scan.Program, scan.Names = compile(t, whoamiRule, detect.Options{Indicators: indicatorsOf(t, "[process:pid = 1] REPEATS 2 TIMES")})
	if _, err := scan.Run(context.Background(), textInput(""), detect.Sink{}); err != nil {
		t.Fatal(err)
	}
}

func TestTermsOfOpenIOCAreOfOneHostInOneRecordOrInSeveral(t *testing.T) {
	const item = `<IndicatorItem condition="is"><Context search="%s"/><Content>%s</Content></IndicatorItem>`
	var c ioc.Collection
	c.Read("f", []byte(`<ioc id="1"><definition><Indicator operator="AND">`+fmt.Sprintf(item, "FileItem/FileName", "evil.exe")+
		fmt.Sprintf(item, "ProcessItem/pid", "4711")+fmt.Sprintf(item, "RegistryItem/ValueName", "ImagePath")+`</Indicator></definition></ioc>`))
	record := func(host string, second, n int) string {
		return fmt.Sprintf(`{"Channel":"Microsoft-Windows-Sysmon/Operational","ProviderName":"Microsoft-Windows-Sysmon","Computer":"%s","UtcTime":"2026-02-10 10:00:%02d.000",%s}`, host, second, patternRecords[n])
	}
	for _, x := range []struct {
		lines []string
		want  []string
	}{
		{[]string{record("a", 0, 4)}, []string{"1 1"}},
		{[]string{record("a", 0, 0), record("b", 1, 4)}, []string{"2 2"}},
		{[]string{record("a", 1, 0), record("a", 0, 4)}, []string{"2 2"}},
		{[]string{record("a", 1, 0), record("a", 0, 1)}, nil},
	} {
		var got []string
		for _, d := range scanText(t, whoamiRule, strings.Join(x.lines, "\n")+"\n", detect.Options{Indicators: c.Indicators, Disabled: []string{"Whoami"}}) {
			text := fmt.Sprint(d.Event.Record)
			for _, e := range d.Events {
				text += " " + fmt.Sprint(e.Record)
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", x.lines, diff)
		}
	}
}

func TestPatternsGoOnAfterARestart(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lines := drawLines(r)
		slices.Sort(lines) // by time, so that nothing is late
		indicators := indicatorsOf(t, "("+drawFullPattern(r, 2)+") AND [process:pid >= 0]", drawFullPattern(r, 2)+" FOLLOWEDBY [EXISTS process:pid]")
		whole := watchText(t, lines, func() int { return len(lines) }, indicators)
		program, names := compile(t, whoamiRule, detect.Options{Indicators: indicators, Disabled: []string{"Whoami"}})
		stop := rapid.IntRange(0, len(lines)).Draw(r, "stop")
		now := time.Date(2026, 2, 10, 11, 0, 0, 0, time.UTC)
		var found []detect.Detection
		scan := detect.Scan{Program: program, Names: names, Workers: 1}
		sink := detect.Sink{Detection: func(d *detect.Detection) error {
			found = append(found, *d)
			return nil
		}, Problem: func(p parse.Problem) { t.Errorf("unreadable: %v", p) }}
		source := &event.Source{Path: "events.jsonl"}
		take := func(l *detect.Live, from, to int) {
			offset := int64(len(strings.Join(lines[:from], "\n")))
			if from > 0 {
				offset++
			}
			if from == to {
				return
			}
			block := &parse.Block{Data: []byte(strings.Join(lines[from:to], "\n") + "\n"), Record: int64(from + 1), Offset: offset, Source: source}
			if err := l.Take(now, []*detect.Feed{{Block: block, Format: jsonl.Format{}}}); err != nil {
				r.Fatal(err)
			}
		}
		var journal strings.Builder
		const bound = 2 * time.Second
		first := scan.NewLive(bound, sink)
		first.Journal(&journal)
		take(first, 0, stop)
		clock := first.Clock()
		if err := first.Close(); err != nil {
			r.Fatal(err)
		}
		second := scan.NewLive(bound, sink)
		if err := second.Replay(strings.NewReader(journal.String()), clock, now); err != nil {
			r.Fatal(err)
		}
		take(second, stop, len(lines))
		if err := second.Finish(); err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(texts(whole), texts(found)); diff != "" {
			r.Fatalf("stopped after %d of %d (-one run +two runs):\n%s", stop, len(lines), diff)
		}
	})
}

func TestLongValuesOfPatternsOfManyRecordsAreCut(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	line := `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"ws1","UtcTime":"2026-02-10 10:00:0%d.000","Image":"C:\\a.exe","CommandLine":"evil ` + long + `"}` + "\n"
	indicators := indicatorsOf(t, "[process:command_line LIKE 'evil %'] REPEATS 2 TIMES")
	found := scanText(t, whoamiRule, fmt.Sprintf(line+line, 0, 1), detect.Options{Indicators: indicators, Disabled: []string{"Whoami"}})
	if len(found) != 1 || len(found[0].Matched) != 1 || found[0].Matched[0].JSON != `"evil `+long[:1024-5]+`…"` {
		t.Errorf("%.2000v", found)
	}
}
