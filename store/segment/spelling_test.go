package segment

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
)

// slowEscaped is the escaping by definition, character by character.
func slowEscaped(s jsonSpelling, text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		if s.escape(r) == 0 {
			out = utf8.AppendRune(out, r)
		} else {
			out = s.appendEscape(out, r)
		}
	}
	return out
}

func TestEscapingAgreesWithItsDefinitionAndIsUndone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alphabet := []rune("ab\"\\/<>&'\b\f\n\r\t\x00\x1f\x7fé\u2028\u2029😀 ")
		text := []byte(string(rapid.SliceOf(rapid.SampledFrom(alphabet)).Draw(t, "text")))
		s := jsonSpelling(rapid.IntRange(0, 2*int(jsonApostrophe)-1).Draw(t, "spelling"))
		want := slowEscaped(s, text)
		got, escaped := s.appendEscaped(nil, text)
		if !bytes.Equal(got, want) || escaped != !bytes.Equal(want, text) {
			t.Errorf("spelling %b of %q is %q, %v; want %q", s, text, got, escaped, want)
		}
		if back := (event.Field{Kind: event.TextJSON, Data: got}).AppendText(nil); !bytes.Equal(back, text) {
			t.Errorf("%q spelled %q is read as %q", text, got, back)
		}
		if habits := jsonHabits(got); !bytes.Equal(slowEscaped(habits, text), got) && s&jsonUpper == 0 && !mixed(s, text) {
			t.Errorf("%q is taken for spelling %b, is %b", got, habits, s)
		}
		x := xmlSpelling(rapid.IntRange(0, 2*int(xmlSpaces)-1).Draw(t, "xml"))
		spelled, _ := x.appendEscaped(nil, text)
		if back := (event.Field{Kind: event.TextXML, Data: spelled}).AppendText(nil); !bytes.Equal(back, text) {
			t.Errorf("%q spelled %q is read as %q", text, spelled, back)
		}
	})
}

// mixed says whether a text shows less of a spelling than it has: U+2028 is \u…
// for two reasons.
func mixed(s jsonSpelling, text []byte) bool {
	return s&jsonASCII != 0 && bytes.ContainsAny(text, "\u2028\u2029")
}

// FuzzPlainRunAgreesWithSlow compares eight bytes at a time with one.
func FuzzPlainRunAgreesWithSlow(f *testing.F) {
	f.Add([]byte(`C:\Windows "x"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		want := len(text)
		for i, c := range text {
			if c < ' ' || c == '"' || c == '\\' {
				want = i
				break
			}
		}
		if got := jsonSpelling(0).plainRun(text); got != want {
			t.Errorf("plainRun(%q) = %d, want %d", text, got, want)
		}
	})
}
