package ioc_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/idna"

	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/sigma"
)

// fuzzed are the indicators that FuzzFindAgreesWithLinearSearch looks for.
var fuzzed = []string{
	"evil.example", "www.evil.example", "a.b", "x_y.evil.example", "203.0.113.7", "203.0.113.0/25", "10.0.0.0/8", "2001:db8::1", "2001:db8::/48",
	"d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "m@evil.example", "a.b+c@x.example", "evil.exe",
	`C:\Temp\evil.exe`, `C:\Temp\my evil.exe`, "~$a.docx", ".profile.dat",
}

// FuzzFindAgreesWithLinearSearch compares the tables with asking every
// indicator in turn, by another way, whether it is in the text.
func FuzzFindAgreesWithLinearSearch(f *testing.F) {
	_, messages, c := read(strings.Join(fuzzed, "\n"))
	if len(messages) > 0 || len(c.Indicators) != len(fuzzed) {
		f.Fatal(messages, len(c.Indicators))
	}
	set := ioc.Compile(c.Indicators)
	for i := range fuzzed {
		f.Add("x ", uint8(i), ".", "and more")
		f.Add("", uint8(i), "", "")
		f.Add(`C:\`, uint8(i), ":80/", " evil.example")
	}
	f.Fuzz(func(t *testing.T, before string, n uint8, after, more string) {
		text := before + fuzzed[int(n)%len(fuzzed)] + after + more
		var w ioc.Work
		var got, want []string
		for _, p := range set.Find([]byte(text), &w) {
			got = append(got, set.Indicators()[set.Owner(p)].String())
		}
		for _, i := range c.Indicators {
			if slowlyIn(i.Patterns[0][0], text) {
				want = append(want, i.String())
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("in %q\ngot  %q\nwant %q", text, got, want)
		}
	})
}

// Characters of words: \x01 stands for a byte that is not ASCII.
const wordClass = `[a-z0-9._~$\x01-]`

// properName is a name whose labels have the form that the DNS asks for.
var properName = regexp.MustCompile(`^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$`)

// slowlyIn says whether the term is in the text by the rules of
// docs/reference/indicators.md, as directly as they can be written down.
func slowlyIn(term ioc.Term, text string) bool {
	if len(text) < 3 {
		return false
	}
	folded := sigma.FoldString(text)
	switch term.Type {
	case ioc.IP:
		p, err := netip.ParsePrefix(term.Value)
		if err != nil {
			a := netip.MustParseAddr(term.Value)
			p = netip.PrefixFrom(a, a.BitLen())
		}
		return slices.ContainsFunc(addressesIn(folded), p.Contains)
	case ioc.Domain:
		return slices.ContainsFunc(dottedWords(folded), func(w string) bool { return isBelow(strings.TrimLeft(w, ".-~$"), term.Value) })
	case ioc.MD5, ioc.SHA1:
		for _, w := range words(folded) {
			if first, _, _ := strings.Cut(w, "."); first == term.Value {
				return true
			}
		}
		trimmed := strings.TrimSpace(folded)
		return len(trimmed) > 2 && trimmed[2] == ':' && strings.ReplaceAll(trimmed, ":", "") == term.Value
	case ioc.Email:
		return emailIn(folded, term.Value)
	default:
		return pathIn(folded, term.Value)
	}
}

func words(folded string) []string {
	return regexp.MustCompile(wordClass+`+`).FindAllString(plain(folded), -1)
}

// plain is the text with a stand-in for bytes that are not ASCII.
func plain(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 0x80 {
			b[i] = 1
		} else if c == 1 {
			b[i] = ' '
		}
	}
	return string(b)
}

// dottedWords are the words with a dot, without what a sentence puts behind
// them, as the DNS writes them.
func dottedWords(folded string) []string {
	var found []string
	for _, at := range regexp.MustCompile(wordClass+`+`).FindAllStringIndex(plain(folded), -1) {
		w := strings.TrimRight(folded[at[0]:at[1]], ".-_~$")
		if !strings.Contains(w, ".") {
			continue
		}
		if plain(w) != w {
			ascii, err := idna.Lookup.ToASCII(strings.TrimLeft(w, ".-~$"))
			if err != nil || len(ascii) > 253 || !properName.MatchString(strings.TrimPrefix(ascii, ".")) {
				continue
			}
			w = ascii
		}
		found = append(found, w)
	}
	return found
}

func isBelow(name, domain string) bool { return name == domain || strings.HasSuffix(name, "."+domain) }

func addressesIn(folded string) []netip.Addr {
	var found []netip.Addr
	for _, w := range words(folded) {
		if a, err := netip.ParseAddr(strings.TrimLeft(strings.TrimRight(w, ".-_~$"), ".-~$")); err == nil {
			found = append(found, a)
		}
	}
	text := plain(folded)
	for _, at := range regexp.MustCompile(`[0-9a-f:.]+`).FindAllStringIndex(text, -1) {
		run := text[at[0]:at[1]]
		outside := func(i int) bool {
			return i < 0 || i >= len(text) || !regexp.MustCompile(wordClass).MatchString(text[i:i+1])
		}
		a, err := netip.ParseAddr(strings.TrimRight(run, "."))
		if err == nil && a.Is6() && !a.Is4In6() && len(run) <= 45 && outside(at[0]-1) && outside(at[1]) {
			found = append(found, a)
		}
	}
	return found
}

func emailIn(folded, email string) bool {
	text := plain(folded)
	for i := range text {
		if text[i] != '@' {
			continue
		}
		local := regexp.MustCompile(`(?:` + wordClass + `|[+'%])*$`).FindString(text[max(0, i-64):i])
		domain := regexp.MustCompile(`^` + wordClass + `*`).FindString(text[i+1:])
		domain = strings.TrimRight(folded[i+1:i+1+len(domain)], ".-_~$")
		if ascii, err := idna.Lookup.ToASCII(domain); err == nil && plain(domain) != domain {
			domain = ascii
		}
		if local+"@"+strings.TrimPrefix(domain, ".") == email {
			return true
		}
	}
	return false
}

// pathIn looks at every place where the path ends.
func pathIn(folded, path string) bool {
	text := plain(strings.ReplaceAll(folded, `\`, "/"))
	isWord := regexp.MustCompile(`^` + wordClass)
	for at := 0; at+len(path) <= len(text); at++ {
		end := at + len(path)
		if text[at:end] != path || at > 0 && isWord.MatchString(text[at-1:]) {
			continue
		}
		rest := regexp.MustCompile(`^` + wordClass + `*`).FindString(text[end:])
		if strings.Trim(rest, ".-_~$") == "" {
			return true
		}
	}
	return false
}
