package lines

import (
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// schemaOf returns the parser that takes a record.
func schemaOf(t *testing.T, s *Set, record []byte) (schema string) {
	t.Helper()
	d := newDecoder(s, event.NewNames(), nil)
	d.Decode(&parse.Block{Data: record, Record: 1, Source: &event.Source{Written: testWritten()}}, func(e *event.Event) bool {
		schema = e.Schema
		return false
	}, func(parse.Problem) {})
	return schema
}

func TestBodiesAreRecognisedWithoutTheirHeader(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	// What these say could be anybody's without the program's name.
	unclear := map[string]string{
		"cron":    "(alice) REPLACE (alice)",
		"vmware":  "[root]: esxcli system settings list",
		"systemd": "Started Daily apt download activities.",
	}
	for _, p := range set.parsers {
		if p.Name == "syslog" {
			continue
		}
		for _, test := range p.Tests {
			var e envelope
			e.open([]byte(test.Line))
			if !e.found || len(e.body) == 0 || len(e.data) > 1 {
				continue
			}
			if got := schemaOf(t, set, e.body); got != p.Name {
				if unclear[p.Name] == string(e.body) {
					continue
				}
				t.Errorf("%s: %q without its header is taken by %s", p.Name, e.body, got)
			}
		}
	}
}
