package entityday_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/store/entityday"
)

// isUnder says by definition whether an entity belongs to the one asked for.
func isUnder(asked, e entity.Entity) bool {
	atDomain := func(name string) bool { return name == asked.Value || strings.HasSuffix(name, "."+asked.Value) }
	switch {
	case asked == e:
		return true
	case asked.Kind == entity.Domain && e.Kind == entity.URL:
		u, err := url.Parse(e.Value)
		return err == nil && atDomain(u.Hostname())
	case asked.Kind != e.Kind:
		return false
	case e.Kind == entity.Domain:
		return atDomain(e.Value)
	case e.Kind == entity.Host:
		return strings.HasPrefix(e.Value, asked.Value+".")
	case e.Kind == entity.Account && !strings.ContainsAny(asked.Value, `\@`):
		name, _, _ := strings.Cut(e.Value, "@")
		return name[strings.LastIndexByte(name, '\\')+1:] == asked.Value
	case e.Kind == entity.URL:
		_, begin, _ := strings.Cut(asked.Value, "//")
		_, whole, _ := strings.Cut(e.Value, "//")
		return strings.HasPrefix(whole, begin)
	default:
		return false
	}
}

// drawEntity draws entities that are near each other.
func drawEntity(t *rapid.T, what string) entity.Entity {
	name := rapid.StringMatching(`([ab]-?[ab]?\.){0,3}[ab]{1,2}\.(example|co\.uk|github\.io)`).Draw(t, what)
	switch rapid.IntRange(0, 3).Draw(t, what+" kind") {
	case 0:
		return entity.Entity{Kind: entity.Domain, Value: name}
	case 1:
		v, _ := entity.Canonical(entity.URL, rapid.SampledFrom([]string{"http://", "https://"}).Draw(t, "scheme")+name+
			rapid.SampledFrom([]string{"/", ":8080/a", "/a", "/ab?c"}).Draw(t, "path"))
		return entity.Entity{Kind: entity.URL, Value: v}
	case 2:
		if rapid.Bool().Draw(t, "short") {
			name, _, _ = strings.Cut(name, ".")
		}
		return entity.Entity{Kind: entity.Host, Value: name}
	default:
		v, _ := entity.JoinAccount(rapid.SampledFrom([]string{"", "corp", "lab", "corp.example"}).Draw(t, "domain"), rapid.StringMatching(`[ab]{1,2}`).Draw(t, "user"))
		return entity.Entity{Kind: entity.Account, Value: v}
	}
}

func TestUnderIsWhatItIsByDefinition(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var run []sighting
		present := map[entity.Entity]bool{}
		for range rapid.IntRange(1, 30).Draw(rt, "entities") {
			e := drawEntity(rt, "entity")
			present[e] = true
			if place, ok := e.Place(); ok { // named by the same value
				present[place] = true
			}
			run = append(run, sighting{day: someDays[2], dataset: "zeek.http", role: entity.Resource, entity: e, at: 1})
		}
		f := &files{}
		l := f.write(t, "f", entityday.Content{Period: entityday.Period{First: someDays[2]}, Rows: entityday.NoError(slices.Values(accumulate(run)))})
		table := entityday.NewTable(f.fsys, []entityday.Listed{l})
		var asks []entityday.Ask
		for range 5 {
			asks = append(asks, entityday.Ask{Entity: drawEntity(rt, "asked"), Under: true})
		}
		got, want := make([][]string, len(asks)), make([][]string, len(asks))
		if _, err := table.Lookup(context.Background(), entityday.Bounds{}, asks, func(m entityday.Match) bool {
			got[m.Ask] = append(got[m.Ask], m.Row.Key())
			return true
		}); err != nil {
			rt.Fatal(err)
		}
		for i, a := range asks {
			for e := range present {
				if isUnder(a.Entity, e) {
					want[i] = append(want[i], e.Key())
				}
			}
			slices.Sort(want[i])
			slices.Sort(got[i])
			if diff := cmp.Diff(want[i], got[i]); diff != "" {
				rt.Errorf("under %v (-definition +table):\n%s", a.Entity, diff)
			}
		}
	})
}
