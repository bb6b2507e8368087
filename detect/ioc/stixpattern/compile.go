package stixpattern

import (
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxRegexSize is about how many instructions a regular expression may come to.
const maxRegexSize = 50_000

// compile prepares what a test compares with.
func (p *parser) compile(t *PropTest, offset int) *Error {
	var err error
	switch t.Op {
	case Like:
		t.regexp, err = regexp.Compile(likeExpression(norm.NFC.String(t.Values[0].Text)))
	case Matches:
		t.regexp, err = compileRegexp(norm.NFC.String(t.Values[0].Text))
	case IsSubset, IsSuperset:
		var ok bool
		if t.net, ok = parseNetwork(t.Values[0].Text); !ok {
			return errorAt(p.text, offset, "%s is no address or network", t.Values[0])
		}
	}
	if err != nil {
		return errorAt(p.text, offset, "%s is no expression that can be matched: %s", t.Values[0], strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

// FoldCase makes =, !=, IN and LIKE take no notice of case in texts at the paths
// that which names.
func (p *Pattern) FoldCase(which func(Path) bool) {
	for _, t := range p.Tests {
		eachPropTest(t.Comparison, func(c *PropTest) {
			if !which(c.Path) {
				return
			}
			c.fold = true
			if c.Op == Like {
				if folding, err := regexp.Compile("(?i)" + c.regexp.String()); err == nil {
					c.regexp = folding
				}
			}
		})
	}
}

// likeExpression writes a LIKE as a regular expression.
func likeExpression(like string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for _, r := range like {
		switch r {
		case '%':
			b.WriteString(".*")
		case '_':
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

func compileRegexp(text string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if programSize(tree) > maxRegexSize {
		return nil, &syntax.Error{Code: syntax.ErrLarge, Expr: text}
	}
	return regexp.Compile(text)
}

// programSize estimates how many instructions an expression comes to.
func programSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		size += programSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max, 1)
	}
	return min(size, maxRegexSize+1)
}

// network is an address or a range of addresses.
type network struct{ netip.Prefix }

func parseNetwork(s string) (network, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return network{p.Masked()}, true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return network{}, false
	}
	return network{netip.PrefixFrom(a, a.BitLen())}, true
}

// has says whether all of o is in n.
func (n network) has(o network) bool { return n.Bits() <= o.Bits() && n.Contains(o.Addr()) }
