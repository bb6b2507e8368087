package ioc

import (
	"regexp"
	"strings"
)

// defanged are the spellings by which reports keep values from being clicked
// on, in the order in which they are undone. All are matched in any case.
var defanged = []struct {
	spelling *regexp.Regexp
	meant    string
}{
	{regexp.MustCompile(`(?i)^\s*(?:h[x*]{2}p|hxtp|htxp|meow)(s?)(:|\[:|\[:/|_)`), "http$1$2"},
	{regexp.MustCompile(`(?i)^\s*fxp(s?)(:|\[:)`), "ftp$1$2"},
	{regexp.MustCompile(`\[://\]|\(://\)|\[:\]//|\[:/\]/|_//|\[:/+`), "://"},
	{regexp.MustCompile(`\[:\]|\(:\)`), ":"},
	{regexp.MustCompile(`\[/\]|\(/\)`), "/"},
	{regexp.MustCompile(`(?i)\s?(?:[\[({<](?:\.|dot|,)[\])}>])\s?`), "."},
	{regexp.MustCompile(`(?i)\s?(?:[\[({<](?:@|at)[\])}>])\s?`), "@"},
	{regexp.MustCompile(`(?i)(\w) dot (\w)`), "$1.$2"},
	{regexp.MustCompile(`(\w)\\\.(\w)`), "$1.$2"},
	{regexp.MustCompile(`(\w)\[\.(\w)`), "$1.$2"},
	{regexp.MustCompile(`(\w)\.\](\w)`), "$1.$2"},
}

// refang undoes what reports do to a value so that nobody follows it:
// hxxp://evil[.]example becomes http://evil.example.
func refang(s string) string {
	if !strings.ContainsAny(s, `[]({<\*`) && !mayBeDefanged(s) {
		return s
	}
	for _, d := range defanged {
		s = d.spelling.ReplaceAllString(s, d.meant)
	}
	return s
}

// mayBeDefanged says whether a text without brackets is worth a closer look: it
// has a scheme that is none, or a dot in words.
func mayBeDefanged(s string) bool {
	if strings.Contains(s, " ") {
		return true
	}
	at := strings.IndexByte(s, ':')
	if at < 0 || at > len("https") {
		return false
	}
	switch strings.ToLower(s[:at]) {
	case "http", "https", "ftp", "ftps":
		return false
	default:
		return true
	}
}
