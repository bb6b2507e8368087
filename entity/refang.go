package entity

import "strings"

// defanged undoes what reports put for dots, colons and at signs.
var defanged = strings.NewReplacer(
	"[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "(dot)", ".", "[DOT]", ".", " [.] ", ".", " dot ", ".",
	"[://]", "://", "[:]//", "://", "[:]", ":", "(:)", ":", "[/]", "/", "[@]", "@", "(@)", "@", "[at]", "@", "(at)", "@",
	`\.`, ".", "[.", ".", ".]", ".",
)

// Refang undoes what reports do to a value so that nobody follows it:
// hxxp://evil[.]example becomes http://evil.example.
func Refang(s string) string {
	s = fangScheme(s)
	if !strings.ContainsAny(s, `[({\`) && !strings.Contains(s, " dot ") {
		return s
	}
	if at := strings.Index(s, "://["); at >= 0 && strings.Contains(s[at:], "]") && !strings.Contains(s, "[.]") {
		return s // an IPv6 address
	}
	head, tail := s, ""
	if at := strings.IndexByte(strings.TrimLeft(skipScheme(s), "/"), '/'); at >= 0 {
		at += len(s) - len(strings.TrimLeft(skipScheme(s), "/"))
		head, tail = s[:at], s[at:]
	}
	return defanged.Replace(head) + tail
}

// skipScheme returns what follows a scheme, written in whatever way.
func skipScheme(s string) string {
	for _, mark := range []string{"[://]", "[:]//", "://"} {
		if _, rest, ok := strings.Cut(s, mark); ok {
			return rest
		}
	}
	return s
}

// fangScheme replaces schemes that are made not to work.
func fangScheme(s string) string {
	for _, fake := range []struct{ spelling, meant string }{
		{"hxxps", "https"}, {"hxxp", "http"}, {"h**ps", "https"}, {"h**p", "http"}, {"hxtps", "https"}, {"hxtp", "http"}, {"fxp", "ftp"},
	} {
		n := len(fake.spelling)
		if len(s) > n && strings.EqualFold(s[:n], fake.spelling) && strings.IndexByte("[:(", s[n]) >= 0 {
			return fake.meant + s[n:]
		}
	}
	return s
}
