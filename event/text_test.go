package event_test

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

func TestTextXMLKeepsWhatIsNoEntity(t *testing.T) {
	for in, want := range map[string]string{
		"a&amp;b&lt;&gt;&quot;&apos;": `a&b<>"'`,
		"&#65;&#x42;&#X43;":           "ABC",
		"&#x1F98A;":                   "\U0001F98A",
		"&nbsp;&;&#;&#x;&#zz;&":       "&nbsp;&;&#;&#x;&#zz;&",
		"&#99999999;":                 "&#99999999;",
		"&#x110000;":                  "&#x110000;",
		"a<![CDATA[<&amp;]]>b":        "a<&amp;b",
		"<![CDATA[open":               "<![CDATA[open",
		"1 < 2":                       "1 < 2",
		"&averyverylongname;":         "&averyverylongname;",
	} {
		if got := field(event.TextXML, in).Text(); got != want {
			t.Errorf("TextXML %q is %q; want %q", in, got, want)
		}
	}
}

// fiveEntities are the references that XML defines without a DTD.
var fiveEntities = regexp.MustCompile(`&(?:amp|lt|gt|quot|apos);`)

func FuzzTextXMLAgreesWithSlow(f *testing.F) {
	f.Add("a&amp;&lt;&#65;&#x1F98A;<![CDATA[x]]>")
	f.Add("&&amp;;&#38;")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "#<") {
			return // covered by FuzzTextXMLReadsWhatIsWritten
		}
		want := fiveEntities.ReplaceAllStringFunc(s, html.UnescapeString)
		if got := field(event.TextXML, s).Text(); got != want {
			t.Errorf("TextXML %q is %q; want %q", s, got, want)
		}
	})
}

func FuzzTextXMLReadsWhatIsWritten(f *testing.F) {
	f.Add("a&b<c>\"'\t\n é \U0001F98A")
	f.Fuzz(func(t *testing.T, s string) {
		var escaped strings.Builder
		if err := xml.EscapeText(&escaped, []byte(s)); err != nil || !utf8.ValidString(s) || strings.Contains(escaped.String(), "\uFFFD") {
			return // characters that XML has no place for
		}
		if got := field(event.TextXML, escaped.String()).Text(); got != s {
			t.Errorf("TextXML %q is %q; want %q", escaped.String(), got, s)
		}
	})
}

func FuzzTextJSONAgreesWithStandardLibrary(f *testing.F) {
	f.Add(`a\"\\\/\b\f\n\r\t\u00e9\ud83e\udd8a`)
	f.Add(`\ud83e\u0041\udd8a\ud83e`)
	f.Add(`\u12`)
	f.Fuzz(func(t *testing.T, s string) {
		var want string
		if !utf8.ValidString(s) || json.Unmarshal([]byte(`"`+s+`"`), &want) != nil {
			return // no body of a JSON string
		}
		if got := field(event.TextJSON, s).Text(); got != want {
			t.Errorf("TextJSON %q is %q; want %q", s, got, want)
		}
	})
}

func TestTextJSONKeepsBrokenEscapes(t *testing.T) {
	for in, want := range map[string]string{`\x`: `\x`, `a\`: `a\`, `\u12`: `\u12`, `\u12g4`: `\u12g4`, `\\x`: `\x`} {
		if got := field(event.TextJSON, in).Text(); got != want {
			t.Errorf("TextJSON %q is %q; want %q", in, got, want)
		}
	}
}

func TestTextANSIIsWindows1252(t *testing.T) {
	// Half of the upper part stands for itself; this is the other half, from
	// the table of the WHATWG Encoding Standard.
	want := []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")
	for b := range 256 {
		r := rune(b)
		if b >= 0x80 && b < 0xa0 {
			r = want[b-0x80]
		}
		if got := field(event.TextANSI, string([]byte{byte(b)})).Text(); got != string(r) {
			t.Errorf("byte 0x%02x is %q; want %q", b, got, r)
		}
	}
}
