package nested_test

import (
	"encoding/json"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/nested"
)

func text(s string) event.Field { return event.Field{Kind: event.Text, Data: []byte(s)} }

func TestTreesAreWrittenAsObjects(t *testing.T) {
	tree := nested.New()
	add := func(name, value string) { tree.Add(tree.Node(name), text(value)) }
	for _, test := range []struct {
		name string
		fill func()
		want string
	}{
		{"nothing", func() {}, `{}`},
		{"names share their beginnings", func() { add("a.b", "1"); add("c", "2"); add("a.d.e", "3") }, `{"a":{"b":"1","d":{"e":"3"}},"c":"2"}`},
		{"the next record has nothing of the last", func() { add("a.d.f", "x") }, `{"a":{"d":{"f":"x"}}}`},
		{"several values are a list", func() { add("a", "1"); add("a", "2") }, `{"a":["1","2"]}`},
		{"a list of one", func() { add("a", "1"); tree.List(tree.Node("a")) }, `{"a":["1"]}`},
		{"a value beside names below it", func() { add("a", "1"); add("a.b", "2"); add("a.value", "3") }, `{"a":{"b":"2","value":["3","1"]}}`},
		{"the last value alone", func() { add("a", "1"); tree.Set(tree.Node("a"), text("2")) }, `{"a":"2"}`},
		{"a list of objects", func() { add("a.x.n", "1"); add("a.y.n", "2"); tree.Elements(tree.Node("a")) }, `{"a":[{"n":"1"},{"n":"2"}]}`},
		{"odd names", func() { add("", "1"); add("a..b", "2"); add(`q"`, "3"); add(".", "4") }, `{"":{"":"4","value":"1"},"a":{"":{"b":"2"}},"q\"":"3"}`},
	} {
		tree.Begin()
		test.fill()
		got := string(tree.AppendJSON(nil))
		if got != test.want || !json.Valid([]byte(got)) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestEachGivesTheNamesWithValues(t *testing.T) {
	tree := nested.New()
	tree.Begin()
	tree.Add(tree.Node("old"), text("x"))
	tree.Begin()
	tree.Add(tree.Node("a.b"), text("1"))
	tree.Add(tree.Node("c"), text("2"))
	var got string
	tree.Each(func(n *nested.Node, values []event.Field) { got += n.Name() + "=" + values[0].Text() + " " })
	if got != "a.b=1 c=2 " {
		t.Errorf("got %q", got)
	}
	if tree.Has(tree.Node("old")) || !tree.In(tree.Node("a")) || tree.Has(tree.Node("a")) {
		t.Error("a node is in the record that should not be, or is not that should")
	}
}
