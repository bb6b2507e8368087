package segment_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store/segment"
)

func TestARunKnowsWhatItDoesNotHave(t *testing.T) {
	names := event.NewNames()
	for _, distinct := range []int{3, 50, 5000} {
		b := segment.NewBuilder(names, segment.NewTypes())
		src := &event.Source{Path: "a"}
		user, code := names.Intern("User"), names.Intern("Code")
		for i := range 6000 {
			raw := fmt.Appendf(nil, "user %d", i%distinct)
			e := &event.Event{Dataset: "d", Source: src, Raw: raw, Offset: int64(i), Fields: []event.Field{
				{Name: user, Kind: event.Text, Data: raw},
				{Name: code, Kind: event.Number, Data: []byte("4624")},
			}}
			if i%distinct == 1 {
				e.Fields = append(e.Fields, event.Field{Name: user, Kind: event.Text, Data: []byte("second")})
			}
			b.Add(e, event.ID{byte(i), byte(i >> 8)})
		}
		var file bytes.Buffer
		if _, err := b.Seal(&file, []byte("secret")); err != nil {
			t.Fatal(err)
		}
		s := open(t, names, file.Bytes())
		wrong := 0
		for i := range 6000 {
			has, err := s.MayHave(0, "User", fmt.Appendf(nil, "user %d", i))
			if err != nil || i < distinct && !has {
				t.Fatalf("user %d of %d: %v, %v; want true", i, distinct, has, err)
			}
			if i >= distinct && has {
				wrong++
			}
		}
		if wrong > 100 { // of a filter of ten bits a value, one in a hundred
			t.Errorf("%d values of 6000 that are not there may be, where %d are", wrong, distinct)
		}
		for text, want := range map[string]bool{"second": true, "third": false} {
			if has, err := s.MayHave(0, "User", []byte(text)); err != nil || has != want {
				t.Errorf("MayHave %q: %v, %v; want %v", text, has, err, want)
			}
		}
		if has, err := s.MayHave(0, "Nobody", []byte("x")); err != nil || has {
			t.Errorf("a field that is not there may be x: %v, %v", has, err)
		}
		if has, err := s.MayHave(0, "Code", []byte("17")); err != nil || !has {
			t.Errorf("a column of numbers is asked for a text: %v, %v; want true", has, err)
		}
	}
}
