package lines

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// slowPairs takes key=value pairs apart by a regular expression.
func slowPairs(text string) (all [][2]string) {
	form := regexp.MustCompile(`([0-9A-Za-z_\-./@$\x{80}-\x{10FFFF}]+)=(?:"((?:[^"\\]|\\(?s:.))*)"|([^ \t\r\n]*))`)
	for _, m := range form.FindAllStringSubmatchIndex(text, -1) {
		v := ""
		if m[4] >= 0 {
			v = text[m[4]:m[5]]
		} else {
			v = text[m[6]:m[7]]
		}
		all = append(all, [2]string{text[m[2]:m[3]], v})
	}
	return all
}

func FuzzPairsAgreeWithSlow(f *testing.F) {
	for _, s := range []string{
		`a=1 b="x y" c=`, `k="un\"quoted" l=2`, `a==b`, `a="b`, `x y=z= "q"=1`, `=a=b`, `msg='a b' c=d`, "a=b\tc=\"d\\\\\"",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("the expression reads characters, not bytes")
		}
		var got [][2]string
		form := pairForm{}
		over := form.over([]byte(s))
		for p, ok := over.next(); ok; p, ok = over.next() {
			got = append(got, [2]string{string(p.key), string(p.value)})
		}
		if diff := cmp.Diff(slowPairs(s), got); diff != "" {
			t.Errorf("pairs of %q (-slow +fast):\n%s", s, diff)
		}
	})
}

// slowMatch is a pattern as a regular expression. Only the classes whose values
// a character class describes are compared.
func slowMatch(p *pattern) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	var ends []int
	for i, t := range p.tokens {
		for len(ends) > 0 && ends[len(ends)-1] == i {
			b.WriteString(")?")
			ends = ends[:len(ends)-1]
		}
		switch t.class {
		case optional:
			b.WriteString("(?:")
			ends = append(ends, t.end)
		case literal:
			b.WriteString(regexp.QuoteMeta(t.text))
		case anyText:
			b.WriteString("(.*?)")
		case lastText:
			b.WriteString("(.*)")
		case word:
			b.WriteString(`([^ \t\r\n]+?)`)
		case integer:
			b.WriteString(`(-?[0-9]+)`)
		default:
			return nil
		}
	}
	for range ends {
		b.WriteString(")?")
	}
	return regexp.MustCompile(b.String() + `\z`)
}

func TestPlacesInCharactersAreThoseThatARangeDoesNotVisit(t *testing.T) {
	for _, s := range []string{"", "a", "aüb", "—\U0001f600", "\xfc\xa7b", "\xe2\x82", "\xe2\x82\xac\xac\xac", "\xed\xa0\x80", "\xf0\x9f\x98x"} {
		begins := map[int]bool{len(s): true}
		for at := range s {
			begins[at] = true
		}
		for at := range len(s) + 1 {
			if got := inCharacter([]byte(s), at); got == begins[at] {
				t.Errorf("inCharacter(%q, %d) = %v", s, at, got)
			}
		}
	}
}

func FuzzPatternsAgreeWithRegexp(f *testing.F) {
	f.Add("Accepted {method} for {user:last} from {ip:word} port {port:int}{? ssh2?}", "Accepted x for a from b from c port 12 ssh2")
	f.Add("{a}{?b{c}?}d", "xbyd")
	f.Add("{a:word}:{b:word} {c}", "x:y:z w")
	f.Add("{?{a:int}-?}{b:last}", "12-13")
	f.Add("{a:word}{b}{c:last}", "ü—\U0001f600x")
	f.Fuzz(func(t *testing.T, text, data string) {
		p, err := compilePattern(text)
		if err != nil || len(text) > 60 || len(data) > 60 || !utf8.ValidString(text) || !utf8.ValidString(data) {
			t.Skip("no pattern to compare")
		}
		captures := 0
		for _, tok := range p.tokens {
			if tok.class != literal && tok.class != optional {
				captures++
			}
			if tok.class != literal && tok.class != optional && tok.capture < 0 {
				t.Skip("groups are numbered by what is kept")
			}
		}
		slow := slowMatch(p)
		if slow == nil || captures > 5 {
			t.Skip("not compared")
		}
		var m matcher
		got, want := m.match(p, []byte(data)), slow.FindStringSubmatchIndex(data)
		if m.tries < 0 {
			t.Skip("given up")
		}
		if got != (want != nil) {
			t.Fatalf("%q matches %q: %v; the expression says %v", text, data, got, want != nil)
		}
		for c := 0; got && c < len(p.names); c++ {
			if m.spans[2*c] != want[2*c+2] || m.spans[2*c] >= 0 && m.spans[2*c+1] != want[2*c+3] {
				t.Errorf("%q in %q: %s is %v; the expression says %v", text, data, p.names[c], m.spans[2*c:2*c+2], want[2*c+2:2*c+4])
			}
		}
	})
}

// records reads a whole text by blocks of the given size.
func readAll(t *testing.T, text []byte, blockSize int) (raws []string, begins *regexp.Regexp) {
	t.Helper()
	src := &event.Source{Path: "-", Written: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	r := &rules{}
	split := splitter{blocks.New(bytes.NewReader(text), src, r, blocks.Sizes{Block: blockSize, Patience: 1 << 20, Record: 1 << 20}), r}
	d := Format{}.NewDecoder(event.NewNames())
	var b parse.Block
	for {
		err := split.Next(&b)
		if err == io.EOF {
			return raws, r.starts.expression
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Decode(&b, func(e *event.Event) bool {
			if at := int(e.Offset); at+len(e.Raw) > len(text) || !bytes.Equal(text[at:at+len(e.Raw)], e.Raw) {
				t.Fatalf("raw of the record at %d is not what stands there", at)
			}
			raws = append(raws, string(e.Raw))
			return true
		}, func(parse.Problem) {})
	}
}

// bare is a text without what may stand between records: blanks, line ends and,
// between JSON objects, commas and brackets.
func bare(s string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", ",", "", "[", "", "]", "").Replace(s)
}

func FuzzNothingIsLost(f *testing.F) {
	set, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range set.parsers {
		for i := range p.Tests {
			f.Add(p.Tests[i].Line + "\n  more\n{\"a\":1}\nx")
		}
	}
	f.Add("<Event><System/></Event>\nx\n{broken\n}\n")
	f.Add("{\n \"a\": 1\n}\nx y\n\n\n z")
	f.Fuzz(func(t *testing.T, text string) {
		asUTF8, err := io.ReadAll(parse.Text(strings.NewReader(text)))
		if err != nil {
			t.Fatal(err)
		}
		if string(asUTF8) != text || strings.HasPrefix(text, "\xef\xbb\xbf") || len(text) > 4096 {
			t.Skip("offsets count another text")
		}
		raws, begins := readAll(t, []byte(text), 1<<16)
		if got := bare(strings.Join(raws, "")); got != bare(text) {
			t.Errorf("of %q the records are %q", text, raws)
		}
		if begins != nil {
			return // of a small block it cannot be told how records begin
		}
		small, _ := readAll(t, []byte(text), 64)
		if diff := cmp.Diff(raws, small); diff != "" {
			t.Errorf("blocks of 64 bytes (-large +small):\n%s", diff)
		}
	})
}
