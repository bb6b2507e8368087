package jsonl_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// slowElements gives the elements of a list of names and values by way of
// encoding/json, as name=value in their order.
func slowElements(list []map[string]any) (want []string) {
	for _, element := range list {
		name, ok := element["Name"].(string)
		if !ok || name == "" {
			continue
		}
		field := "Parameters." + name
		if name == "Name" || name == "Value" {
			field += ".Value"
		}
		switch v := element["Value"].(type) {
		case string:
			want = append(want, field+"="+v)
		case bool, float64:
			want = append(want, field+"="+fmt.Sprint(v))
		case []any:
			for _, item := range v {
				want = append(want, field+"="+item.(string))
			}
		}
	}
	return want
}

func FuzzElementsAgreeWithEncodingJSON(f *testing.F) {
	f.Add("ForwardTo", "a@example.org", "Name", ".", uint8(0))
	f.Add("a", `"}]`, "Value", "{", uint8(1))
	f.Add("", "x", "b.c", "\n", uint8(2))
	f.Add("same", "1", "same", "2", uint8(7))
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2 string, form uint8) {
		for _, s := range []*string{&name1, &value1, &name2, &value2} {
			*s = strings.ToValidUTF8(*s, "?")
			if len(*s) > 300 {
				return
			}
		}
		text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
		first := `{"Name":` + text(name1) + `,"Value":` + text(value1) + `}`
		switch form % 5 {
		case 1:
			first = `{"Value":` + text(value1) + ` , "Name":` + text(name1) + ` }`
		case 2:
			first = `{"Name":` + text(name1) + `,"Type":{"x":1},"Value":` + text([]string{value1, value2}) + `}`
		case 3:
			first = `{"Name":` + text(name1) + `},{"Value":` + text(value1) + `}`
		case 4:
			first = `{"Name":` + text(name1) + `,"Value":true}`
		}
		list := "[" + first + `,{"Name":` + text(name2) + `,"Value":` + text(value2) + `}]`
		var parsed []map[string]any
		if err := json.Unmarshal([]byte(list), &parsed); err != nil {
			t.Fatal(err)
		}
		names := event.NewNames()
		b := parse.Block{Record: 1, Source: &event.Source{Path: "x"}, Data: []byte(`{"Operation":"o","Workload":"w","UserId":"u","Parameters":` + list + `}`)}
		jsonl.Format{}.NewDecoder(names).Decode(&b, func(e *event.Event) bool {
			// the record's own fields come first, as many as without its name
			own := countOwn(parsed)
			var got []string
			for _, field := range e.Fields[3+own:] {
				got = append(got, names.Text(field.Name)+"="+field.Text())
			}
			if want := slowElements(parsed); !slices.Equal(got, want) {
				t.Errorf("%s\n%s", list, cmp.Diff(want, got))
			}
			return true
		}, func(p parse.Problem) { t.Error(p) })
	})
}

// countOwn counts the fields of a list's elements.
func countOwn(list []map[string]any) (n int) {
	for _, element := range list {
		for _, v := range element {
			if items, ok := v.([]any); ok {
				n += len(items)
			} else {
				n++
			}
		}
	}
	return n
}
