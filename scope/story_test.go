package scope_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

var start = time.Date(2026, 2, 10, 8, 0, 0, 0, time.UTC)

func rule(title string, l sigma.Level, tags ...string) *sigma.Meta {
	return &sigma.Meta{Title: title, Level: l, Tags: tags}
}

func at(minutes int, host, account string, r *sigma.Meta) *detect.Detection {
	return &detect.Detection{Rule: r, Event: detect.EventRef{
		ID: event.ID{byte(minutes), byte(minutes >> 8)}, Time: start.Add(time.Duration(minutes) * time.Minute), Host: host, Account: account,
	}}
}

func sentences(b *scope.Book) []string {
	var out []string
	for _, s := range b.Ranked() {
		out = append(out, s.Sentence())
	}
	return out
}

func TestStoriesAreToldInWords(t *testing.T) {
	office := rule("Office Starts Shell", sigma.High, "attack.execution", "attack.t1204.002")
	dump := rule("Process Memory Dumped", sigma.Critical, "attack.credential-access", "attack.t1003.001")
	scan := rule("Discovery", sigma.Low, "attack.discovery")
	b := scope.NewBook()
	for _, d := range []*detect.Detection{
		at(65, "ws1", "SYSTEM", dump), at(31, "ws1", `CORP\ann`, office), at(32, "ws1", `CORP\ann`, office),
		at(400, "ws1", "", scan), at(31, "ws2", "", scan),
		{Rule: scan},
		{Rule: scan},
	} {
		b.Add(d)
	}
	want := []string{
		`On ws1 from 2026-02-10 08:31 to 09:05 UTC 2 rules fired 3 times, first "Office Starts Shell", worst "Process Memory Dumped"; accounts CORP\ann and SYSTEM; execution → credential access.`,
		`On ws2 at 2026-02-10 08:31 UTC "Discovery" fired; discovery.`,
		`On ws1 at 2026-02-10 14:40 UTC "Discovery" fired; discovery.`,
		`On a host that the records do not name, at times that the records do not say, "Discovery" fired 2 times.`,
	}
	if diff := cmp.Diff(want, sentences(b)); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
}

func TestStoriesDoNotDependOnTheOrderOfDetections(t *testing.T) {
	rules := []*sigma.Meta{
		rule("a", sigma.Low, "attack.discovery"), rule("b", sigma.High, "attack.execution"), rule("c", sigma.Critical),
	}
	rapid.Check(t, func(t *rapid.T) {
		var all []*detect.Detection
		for range rapid.IntRange(0, 30).Draw(t, "detections") {
			all = append(all, at(rapid.IntRange(0, 600).Draw(t, "minute"), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "host"),
				rapid.SampledFrom([]string{"", "ann", "ben"}).Draw(t, "account"), rapid.SampledFrom(rules).Draw(t, "rule")))
		}
		told := func(ds []*detect.Detection) []string {
			b := scope.NewBook()
			for _, d := range ds {
				b.Add(d)
			}
			return sentences(b)
		}
		shuffled := rapid.Permutation(all).Draw(t, "order")
		if diff := cmp.Diff(told(all), told(shuffled)); diff != "" {
			t.Fatalf("another order tells other stories (-one +other):\n%s", diff)
		}
		if n := slow(all); n != len(told(all)) {
			t.Fatalf("%d stories; want %d", len(told(all)), n)
		}
	})
}

// slow counts the stretches by sorting.
func slow(all []*detect.Detection) (n int) {
	byHost := map[string][]time.Time{}
	for _, d := range all {
		byHost[d.Event.Host] = append(byHost[d.Event.Host], d.Event.Time)
	}
	for _, times := range byHost {
		slices.SortFunc(times, time.Time.Compare)
		for i := range times {
			if i == 0 || times[i].Sub(times[i-1]) > scope.Pause {
				n++
			}
		}
	}
	return n
}

func TestTagsNameTacticsAndTechniques(t *testing.T) {
	tags := []string{"attack.t1003.001", "attack.credential_access", "attack.Execution", "cve.2021-1", "attack.g0007", "attack.s0002"}
	if got := scope.Techniques(tags); !slices.Equal(got, []string{"T1003.001"}) {
		t.Errorf("techniques %v", got)
	}
	var names []string
	for _, p := range scope.Tactics(tags) {
		names = append(names, scope.TacticName(p))
	}
	if fmt.Sprint(names) != "[Execution Credential access]" {
		t.Errorf("tactics %v", names)
	}
}
