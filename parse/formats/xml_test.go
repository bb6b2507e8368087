package formats_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// member is a member of a JSON object, whose order is kept.
type member struct {
	name  string
	value any // string, nil, []member or []any
}

// readTree reads one JSON value.
func readTree(d *json.Decoder) (any, error) {
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		var out []member
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := readTree(d)
			if err != nil {
				return nil, err
			}
			out = append(out, member{fmt.Sprint(name), value})
		}
		_, err := d.Token()
		return out, err
	case json.Delim('['):
		var out []any
		for d.More() {
			value, err := readTree(d)
			if err != nil {
				return nil, err
			}
			out = append(out, value)
		}
		_, err := d.Token()
		return out, err
	case nil:
		return nil, nil
	default:
		return fmt.Sprint(tok), nil
	}
}

// writeXML writes an element as Windows renders it.
func writeXML(b *bytes.Buffer, m member, parent string) {
	tag, attrs := m.name, ""
	if parent == "EventData" && tag != "Data" {
		tag, attrs = "Data", fmt.Sprintf(" Name='%s'", escaped(m.name))
	}
	kids, _ := m.value.([]member)
	for _, kid := range kids {
		if kid.name != "#attributes" {
			continue
		}
		for _, a := range kid.value.([]member) {
			attrs += fmt.Sprintf(" %s='%s'", a.name, escaped(fmt.Sprint(a.value)))
		}
	}
	if list, ok := textList(kids); ok {
		for _, v := range list {
			fmt.Fprintf(b, "<%s%s>%s</%s>", tag, attrs, escaped(fmt.Sprint(v)), tag)
		}
		return
	}
	if m.value == nil {
		fmt.Fprintf(b, "<%s%s/>", tag, attrs)
		return
	}
	fmt.Fprintf(b, "<%s%s>", tag, attrs)
	for _, kid := range kids {
		switch kid.name {
		case "#attributes":
		case "#text":
			b.WriteString(escaped(fmt.Sprint(kid.value)))
		default:
			writeXML(b, kid, m.name)
		}
	}
	if text, ok := m.value.(string); ok {
		b.WriteString(escaped(text))
	}
	fmt.Fprintf(b, "</%s>", tag)
}

// textList returns the texts of an element that stands for several.
func textList(kids []member) ([]any, bool) {
	if len(kids) != 1 || kids[0].name != "#text" {
		return nil, false
	}
	list, ok := kids[0].value.([]any)
	return list, ok
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}

// TestEventXMLAndJSONAgree turns real events from JSON into XML, and holds that
// both have the same fields.
func TestEventXMLAndJSONAgree(t *testing.T) {
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	dir := filepath.Join(root, "sigma/regression_data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs at %s (set DWELL_DATA)", dir)
	}
	events := 0
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b := bytes.NewBufferString("<?xml version='1.0'?>\n<Events>\n")
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		for {
			tree, err := readTree(d)
			if err != nil {
				break
			}
			writeXML(b, tree.([]member)[0], "")
			b.WriteString("\n")
		}
		b.WriteString("</Events>\n")
		file := filepath.Join(t.TempDir(), "events.xml")
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			return err
		}
		got, want := readEvents(t, file), readEvents(t, path)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-json +xml):\n%s", path, diff)
		}
		events += len(got)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events", events)
}
