package winxml_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

// node is an element as encoding/xml reads it.
type node struct {
	tag   string
	attrs []xml.Attr
	parts []any // string or *node
}

// tree is the slow way to read an event; it fails where encoding/xml does.
func tree(text string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	var stack []*node
	var root *node
	for {
		tok, err := d.RawToken()
		if err != nil {
			if err != io.EOF || root == nil || len(stack) > 0 {
				return nil, fmt.Errorf("no whole element: %w", err)
			}
			return root, nil
		}
		switch v := tok.(type) {
		case xml.StartElement:
			n := &node{tag: full(v.Name), attrs: v.Copy().Attr}
			if root != nil && len(stack) == 0 {
				return nil, fmt.Errorf("second root")
			}
			if root == nil {
				root = n
			} else {
				top := stack[len(stack)-1]
				top.parts = append(top.parts, n)
			}
			stack = append(stack, n)
		case xml.EndElement:
			if len(stack) == 0 || stack[len(stack)-1].tag != full(v.Name) {
				return nil, fmt.Errorf("unbalanced")
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) == 0 {
				return nil, fmt.Errorf("text outside")
			}
			top := stack[len(stack)-1]
			if n := len(top.parts); n > 0 {
				if s, ok := top.parts[n-1].(string); ok {
					top.parts[n-1] = s + string(v)
					continue
				}
			}
			top.parts = append(top.parts, string(v))
		default:
			return nil, fmt.Errorf("comment or instruction")
		}
	}
}

func full(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// flatten names what is in a tree as package evtx does.
func flatten(n *node, path string, out *[]string) {
	before := len(*out)
	isData := n.tag == "Data" && (strings.HasSuffix("\x00"+path, "\x00EventData.Data") || strings.HasSuffix("\x00"+path, "\x00UserData.Data"))
	isNamed := false
	for _, a := range n.attrs {
		switch name := full(a.Name); {
		case name == "xmlns" || strings.HasPrefix(name, "xmlns:"):
		case isData && !isNamed && name == "Name":
			if a.Value != "" {
				path, isNamed = strings.TrimSuffix(path, "Data")+a.Value, true
			}
		default:
			*out = append(*out, under(path, name)+"="+a.Value)
		}
	}
	spoken, kids, texts := len(*out) > before, false, 0
	for _, p := range n.parts {
		_, kid := p.(*node)
		kids = kids || kid
	}
	for _, p := range n.parts {
		switch v := p.(type) {
		case *node:
			flatten(v, under(path, v.tag), out)
		case string:
			if !blank(v) || isData && !kids {
				*out = append(*out, path+"="+v)
				texts++
			}
		}
	}
	if !spoken && !kids && texts == 0 && path != "" {
		if isNamed {
			*out = append(*out, path+"=")
		} else {
			*out = append(*out, path+"!")
		}
	}
}

func blank(s string) bool { return strings.Trim(s, " \t\r\n") == "" }

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// FuzzEventAgreesWithEncodingXML takes one text: what encoding/xml reads, we
// read, with the same fields.
func FuzzEventAgreesWithEncodingXML(f *testing.F) {
	for _, s := range []string{
		logon, `<Event><EventData><Data Name="a&#x41;">x&lt;<![CDATA[<y>]]>z</Data><Data/><Data></Data><Data Name="">k</Data></EventData></Event>`,
		`<Event a = 'b' ><x:y c='d'>t<z/>u</x:y ><w> </w></Event>`, `<Event><UserData><Data Name='a' Type='b'>c<d/></Data></UserData></Event>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !strings.HasPrefix(text, "<Event") || !utf8.ValidString(text) || strings.Contains(text, "/>") || len(text) > 900 {
			return // <a/> and <a></a> are one thing for encoding/xml, and two for us
		}
		root, err := tree(text)
		if err != nil || root.tag != "Event" {
			return
		}
		var want []string
		flatten(root, "", &want)
		records, problems := read(t, text, winxml.Format{}.Split)
		if len(records) != 1 || len(problems) > 0 {
			t.Fatalf("%q: read %d records, problems %v; encoding/xml reads it", text, len(records), problems)
		}
		got := records[0].Fields
		for i := range got {
			got[i] = newlines(strings.Replace(got[i], "!", "=", 1))
		}
		for i := range want {
			want[i] = newlines(strings.Replace(want[i], "!", "=", 1))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: fields (-encoding/xml +ours):\n%s", text, diff)
		}
	})
}

// newlines folds line ends, as XML does and we do not.
func newlines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// FuzzNothingIsLost takes any text: every byte of it is in the record that
// claims it, or is markup between events.
func FuzzNothingIsLost(f *testing.F) {
	f.Add([]byte(logon+"\n<Event>\n<a></Event>junk<Event></Event>\n<Events"), uint8(9))
	f.Add([]byte("<?xml ?><!-- x --><Events>\n<Event/>\x00\n<Event><![CDATA[</Event><Event>]]></Event></Events>"), uint8(30))
	f.Fuzz(func(t *testing.T, source []byte, size uint8) {
		text, err := io.ReadAll(parse.Text(bytes.NewReader(source)))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1 << 18, 1 + int(size)} {
			records, _ := read(t, string(source), winxml.SplitAt(n))
			at := int64(0)
			for _, r := range records {
				if r.Offset < at || r.Offset+int64(len(r.Raw)) > int64(len(text)) || string(text[r.Offset:][:len(r.Raw)]) != r.Raw {
					t.Fatalf("%q: record %q is not at offset %d", text, r.Raw, r.Offset)
				}
				checkGap(t, text, at, r.Offset)
				if line := int64(1 + bytes.Count(text[:r.Offset], []byte{'\n'})); r.Schema == "unparsed" && r.Record != line {
					t.Fatalf("%q: record %q says it is on line %d; it is on %d", text, r.Raw, r.Record, line)
				}
				at = r.Offset + int64(len(r.Raw))
			}
			checkGap(t, text, at, int64(len(text)))
		}
	})
}

func checkGap(t *testing.T, text []byte, from, to int64) {
	t.Helper()
	gap := bytes.Trim(text[from:to], " \t\r\n")
	if from == 0 {
		gap = bytes.TrimPrefix(gap, []byte("\xef\xbb\xbf"))
	}
	for gap = bytes.TrimSpace(gap); len(gap) > 0; gap = bytes.TrimLeft(gap, " \t\r\n") {
		n := -1
		for _, m := range [][2]string{{"<?", "?>"}, {"<!--", "-->"}, {"<Events", ">"}, {"</Events", ">"}} {
			if bytes.HasPrefix(gap, []byte(m[0])) {
				n = bytes.Index(gap[len(m[0])-1:], []byte(m[1])) + len(m[0]) - 1 + len(m[1])
				break
			}
		}
		if n <= 0 || n > len(gap) {
			t.Fatalf("%q: %q after offset %d is in no record", text, gap, from)
		}
		gap = gap[n:]
	}
}
