package sigma

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Limits on one regular expression: its text in bytes, and about how many
// instructions it may compile to. Go matches in time linear in the value and in
// this number, whatever the expression.
const (
	maxRegexText = 1 << 16
	maxRegexSize = 50_000
	// maxAllRegexSize is for all expressions of a document together.
	maxAllRegexSize = 1_000_000
)

// regexFault is what is wrong with a regular expression.
type regexFault struct {
	code    Code
	message string
	// fragment is the part at fault, as far as known.
	fragment string
}

// compileRegex compiles a PCRE expression as far as RE2 goes. flags are any of
// i, m and s. A match is looked for anywhere in the value; as in PCRE, and not
// as in Go, a $ without m also stands before a newline that ends the value.
//
// total is the size of the document's expressions so far, and is added to.
func compileRegex(text, flags string, total *int) (*regexp.Regexp, *regexFault) {
	if len(text) > maxRegexText {
		return nil, &regexFault{CodeRegexSize, fmt.Sprintf("the regular expression has %d bytes; up to %d are read", len(text), maxRegexText), ""}
	}
	if construct := unsupported(text); construct != "" {
		return nil, &regexFault{CodeRegexUnsupported, fmt.Sprintf("%s in regular expressions is outside the Sigma specification and not supported", constructName(construct)), construct}
	}
	if flags != "" {
		text = "(?" + flags + ")" + text
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, regexError(err)
	}
	size := programSize(tree)
	if size > maxRegexSize {
		return nil, &regexFault{CodeRegexSize, "the regular expression is too large once its repetitions are written out", ""}
	}
	if *total += size; *total > maxAllRegexSize {
		return nil, &regexFault{CodeRegexSize, "the regular expressions of this document are too large together", ""}
	}
	if dollars(tree) {
		text = tree.String()
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, regexError(err)
	}
	return re, nil
}

func regexError(err error) *regexFault {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return &regexFault{CodeRegex, "the regular expression is not valid: " + err.Error(), ""}
	}
	switch e.Code {
	case syntax.ErrLarge, syntax.ErrInvalidRepeatSize, syntax.ErrNestingDepth:
		return &regexFault{CodeRegexSize, "the regular expression is too large: " + e.Code.String(), e.Expr}
	default:
		return &regexFault{CodeRegex, "the regular expression is not valid: " + e.Code.String(), e.Expr}
	}
}

// unsupported returns the first construct that RE2 has not: lookaround, back
// references, atomic groups, conditionals, possessive quantifiers.
func unsupported(text string) string {
	class := false
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch c := text[i]; {
		case c == '\\' && len(rest) > 1:
			if !class && strings.IndexByte("123456789kg", rest[1]) >= 0 {
				return rest[:2]
			}
			i += escapeWidth(rest) - 1
		case class:
			class = c != ']'
		case c == '[':
			class = true
			i += classHead(rest) - 1
		case c == '(':
			if g := unsupportedGroup(rest); g != "" {
				return g
			}
		case len(rest) > 1 && rest[1] == '+' && isQuantifier(text[:i+1]):
			return rest[:2]
		}
	}
	return ""
}

// escapeWidth is how many bytes an escape takes: two, or for \Q up to \E.
func escapeWidth(rest string) int {
	if strings.HasPrefix(rest, `\Q`) {
		if end := strings.Index(rest, `\E`); end > 0 {
			return end + 2
		}
	}
	return 2
}

// classHead is how many bytes open a class: a bracket that comes first in it is
// a member.
func classHead(rest string) int {
	switch {
	case strings.HasPrefix(rest, "[]"):
		return 2
	case strings.HasPrefix(rest, "[^]"):
		return 3
	default:
		return 1
	}
}

func unsupportedGroup(rest string) string {
	for _, construct := range [...]string{"(?=", "(?!", "(?<=", "(?<!", "(?>", "(?(", "(?R", "(?|", "(?#", "(*"} {
		if strings.HasPrefix(rest, construct) {
			return construct
		}
	}
	return ""
}

// isQuantifier says whether the text ends in a quantifier.
func isQuantifier(text string) bool {
	switch text[len(text)-1] {
	case '*', '+', '?':
		return true
	case '}':
		return isRepeat(text)
	default:
		return false
	}
}

// isRepeat says whether the text ends in a counted repetition.
func isRepeat(text string) bool {
	open := strings.LastIndexByte(text, '{')
	return open >= 0 && strings.Trim(text[open+1:len(text)-1], "0123456789,") == ""
}

func constructName(construct string) string {
	switch {
	case strings.HasPrefix(construct, "(?=") || strings.HasPrefix(construct, "(?!"):
		return "lookahead"
	case strings.HasPrefix(construct, "(?<"):
		return "lookbehind"
	case construct == "(?>":
		return "an atomic group"
	case construct[0] == '\\':
		return "a back reference"
	case strings.HasSuffix(construct, "+"):
		return "a possessive quantifier"
	default:
		return construct
	}
}

// programSize estimates the instructions of a compiled expression, saturating.
func programSize(re *syntax.Regexp) int {
	const enough = maxRegexSize + 1
	n := 1
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCharClass:
		n = 1 + len(re.Rune)/8
	}
	for _, sub := range re.Sub {
		n = min(n+programSize(sub), enough)
	}
	if re.Op == syntax.OpRepeat {
		n = min(n*max(re.Max, re.Min, 1), enough)
	}
	return n
}

// dollars gives every $ its meaning in PCRE and says whether there was one.
func dollars(re *syntax.Regexp) bool {
	if re.Op == syntax.OpEndText && re.Flags&syntax.WasDollar != 0 {
		end, err := syntax.Parse(`\n?\z`, syntax.Perl)
		if err != nil {
			return false
		}
		*re = *end
		return true
	}
	found := false
	for _, sub := range re.Sub {
		found = dollars(sub) || found
	}
	return found
}

// parseCIDR reads a network; an address alone is a network of one. hostBits
// says that the address has bits outside the network, which are cleared.
func parseCIDR(s string) (p netip.Prefix, hostBits bool, err error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return p, false, fmt.Errorf("%q is no IP network", s)
		}
		return netip.PrefixFrom(a.WithZone(""), a.BitLen()), false, nil
	}
	p, err = netip.ParsePrefix(s)
	if err != nil {
		return p, false, fmt.Errorf("%q is no IP network", s)
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	masked := p.Masked()
	return masked, masked.Addr() != p.Addr(), nil
}
