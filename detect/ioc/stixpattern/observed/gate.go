package observed

import (
	"net/netip"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/sigma"
)

// written are the properties whose values stand in the record as they are, but
// for case, what separates words in them, and the names of hives.
var written = map[string]bool{
	"domain-name:value": true, "url:value": true, "email-addr:value": true, "file:name": true, "file:x_full_path": true, "windows-registry-key:x_full_path": true, "directory:path": true,
	"process:name": true, "process:command_line": true, "process:cwd": true, "process:arguments": true,
	"user-account:user_id": true, "user-account:account_login": true, "user-account:display_name": true,
	"windows-registry-key:key": true, "windows-registry-key:values.name": true, "windows-registry-key:values.data": true,
	"email-message:subject": true, "email-message:message_id": true, "mutex:name": true,
	"x509-certificate:serial_number": true, "x509-certificate:subject": true, "x509-certificate:issuer": true,
	"network-traffic:extensions.http-request-ext.request_header.User-Agent": true,
}

// numbers are the properties whose values are whole numbers in the record, in
// decimal or hexadecimal.
var numbers = map[string]bool{
	"process:pid": true, "network-traffic:src_port": true, "network-traffic:dst_port": true, "file:size": true,
	"network-traffic:src_byte_count": true, "network-traffic:dst_byte_count": true, "autonomous-system:number": true,
}

// referred are the types that references lead to; of several, the last part of
// the path says which is meant.
var referred = map[string]string{
	"image_ref": "file", "parent_directory_ref": "directory", "creator_user_ref": "user-account", "parent_ref": "process",
	"from_ref": "email-addr", "sender_ref": "email-addr", "to_refs": "email-addr", "cc_refs": "email-addr", "bcc_refs": "email-addr",
	"src_ref": "address", "dst_ref": "address", "resolves_to_refs": "address",
}

// FoldCase makes tests compare as the things compared do: digests, domains,
// addresses of mail, names of files, keys of the registry, accounts and command
// lines in any case, by =, !=, IN and LIKE. URLs and regular expressions stay
// as they are written.
func FoldCase(p *stixpattern.Pattern) {
	p.FoldCase(func(path stixpattern.Path) bool {
		property := propertyOf(path)
		return written[property] && property != "url:value" ||
			strings.Contains(property, ":hashes.") && !strings.HasSuffix(property, ".SSDEEP") || property == "mac-addr:value"
	})
}

// Gate returns an expression over keywords (any value of the record) that is
// true of every record in which the test holds. It may be true of others.
func Gate(t *stixpattern.Test) sigma.Expr { return gateOf(t.Comparison) }

func gateOf(c stixpattern.Comparison) sigma.Expr {
	switch c := c.(type) {
	case *stixpattern.Both:
		return both(gateOf(c.X), gateOf(c.Y))
	case *stixpattern.Either:
		return either(gateOf(c.X), gateOf(c.Y))
	case *stixpattern.PropTest:
		return gateOfTest(c)
	default:
		return sigma.Const(true)
	}
}

func both(x, y sigma.Expr) sigma.Expr {
	switch {
	case x == sigma.Const(true):
		return y
	case y == sigma.Const(true):
		return x
	}
	return sigma.And{x, y}
}

func either(x, y sigma.Expr) sigma.Expr {
	if x == sigma.Const(true) || y == sigma.Const(true) {
		return sigma.Const(true)
	}
	return sigma.Or{x, y}
}

// propertyOf returns the property that a path ends in, after references, as
// "file:hashes.MD5".
func propertyOf(p stixpattern.Path) string {
	typ, keys := p.Type, []string{}
	for _, s := range p.Steps {
		if s.Index {
			continue
		}
		if to, ok := referred[s.Key]; ok && len(keys) == 0 {
			typ = to
			continue
		}
		keys = append(keys, s.Key)
	}
	return typ + ":" + strings.Join(keys, ".")
}

func gateOfTest(t *stixpattern.PropTest) sigma.Expr {
	if t.Negated {
		return sigma.Const(true)
	}
	property := propertyOf(t.Path)
	switch property {
	case "ipv4-addr:value", "ipv6-addr:value", "address:value":
		return addressGate(t)
	}
	known := written[property] || strings.Contains(property, ":hashes.") || strings.HasSuffix(property, ".imphash")
	switch t.Op {
	case stixpattern.Equal, stixpattern.In:
		gate := sigma.Expr(sigma.Or{})
		for _, l := range t.Values {
			one := sigma.Expr(sigma.Const(true))
			switch {
			case numbers[property]:
				one = numberGate(l)
			case known && l.Kind == stixpattern.String:
				one = word(longestWord(l.Text))
			}
			gate = anyOf(gate, one)
		}
		return gate
	case stixpattern.Like:
		if known {
			return word(longestWord(strings.NewReplacer("%", " ", "_", " ").Replace(t.Values[0].Text)))
		}
	case stixpattern.Matches:
		if re, err := syntax.Parse(t.Values[0].Text, syntax.Perl); known && err == nil {
			return regexGate(re.Simplify())
		}
	}
	return sigma.Const(true)
}

// anyOf adds an alternative to an Or, which a true one makes true.
func anyOf(or, one sigma.Expr) sigma.Expr {
	if list, ok := or.(sigma.Or); ok && one != sigma.Const(true) {
		return append(list, one)
	}
	return sigma.Const(true)
}

func contains(text string) sigma.Expr { return &sigma.Predicate{Op: sigma.Contains, Text: text} }

func word(w string) sigma.Expr {
	if w == "" {
		return sigma.Const(true)
	}
	return contains(w)
}

// longestWord returns the longest run of characters that a record has in one
// piece if it has the text: no separators, which a value may be put together
// at, no characters that can be written in several ways, no other names of
// parts of the registry.
func longestWord(text string) string {
	best := ""
	inWord := func(r rune) bool {
		return r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r == '.' || r == '-' || r == '~' || r == '$' || r == '_'
	}
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
		lower := strings.ToLower(w)
		if len(w) <= len(best) || elsewhere(lower) {
			continue
		}
		best = w
	}
	// A dot at the end may be one too many in the record, or one too few.
	return strings.Trim(best, ".")
}

// elsewhere says whether a word can be missing where it is meant.
func elsewhere(lower string) bool {
	switch lower {
	case "hklm", "hkcu", "hku", "hkcr", "hkcc", "machine", "user", "http", "https":
		return true
	default:
		return strings.HasPrefix(lower, "hkey_") || strings.Contains(lower, "controlset")
	}
}

// numberGate is for a whole number.
func numberGate(l stixpattern.Literal) sigma.Expr {
	n := l.Int
	switch {
	case l.Kind == stixpattern.Float && l.Float == float64(int64(l.Float)):
		n = int64(l.Float)
	case l.Kind != stixpattern.Int:
		return sigma.Const(true)
	}
	decimal, hexadecimal := strconv.FormatInt(n, 10), strconv.FormatInt(n, 16)
	return sigma.Or{contains(decimal), contains(hexadecimal)}
}

// addressGate is for addresses and networks, which IPv6 writes in many ways.
func addressGate(t *stixpattern.PropTest) sigma.Expr {
	gate := sigma.Expr(sigma.Or{})
	for _, l := range t.Values {
		one := sigma.Expr(sigma.Const(true))
		switch t.Op {
		case stixpattern.Equal, stixpattern.In, stixpattern.IsSubset:
			one = networkGate(l.Text)
		case stixpattern.Like:
			one = word(longestWord(strings.NewReplacer("%", " ", "_", " ").Replace(l.Text)))
			if strings.Contains(l.Text, ":") {
				one = sigma.Const(true)
			}
		}
		gate = anyOf(gate, one)
	}
	return gate
}

func networkGate(text string) sigma.Expr {
	p, err := netip.ParsePrefix(text)
	if a, failed := netip.ParseAddr(text); failed == nil {
		p, err = netip.PrefixFrom(a.WithZone(""), a.BitLen()), nil
	}
	if err != nil {
		return word(longestWord(text))
	}
	p = p.Masked()
	if p.Addr().Is6() {
		// In brackets before a port, a value is no address as a whole.
		return sigma.Or{
			&sigma.Predicate{Op: sigma.CIDR, Prefix: p}, &sigma.Predicate{Op: sigma.StartsWith, Text: "["}, contains("::ffff:"),
		}
	}
	octets := strings.SplitAfter(p.Addr().String(), ".")[:p.Bits()/8]
	if len(octets) == 0 {
		return sigma.Const(true)
	}
	return sigma.Or{&sigma.Predicate{Op: sigma.CIDR, Prefix: p}, contains(strings.Join(octets, ""))}
}

// regexGate is for what every text has that a regular expression matches.
func regexGate(re *syntax.Regexp) sigma.Expr {
	switch re.Op {
	case syntax.OpLiteral:
		return word(longestWord(string(re.Rune)))
	case syntax.OpCapture, syntax.OpPlus:
		return regexGate(re.Sub[0])
	case syntax.OpConcat:
		gate := sigma.Expr(sigma.Const(true))
		for _, sub := range re.Sub {
			gate = both(gate, regexGate(sub))
		}
		return gate
	case syntax.OpAlternate:
		gate := sigma.Expr(sigma.Or{})
		for _, sub := range re.Sub {
			gate = anyOf(gate, regexGate(sub))
		}
		return gate
	default:
		return sigma.Const(true)
	}
}
