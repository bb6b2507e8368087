package ioc

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// typeOfPath gives the type of value at an object path of STIX 2.1 (section 6),
// without quotes and list steps.
var typeOfPath = map[string]Type{
	"ipv4-addr:value": IP, "ipv6-addr:value": IP, "network-traffic:src_ref.value": IP, "network-traffic:dst_ref.value": IP,
	"domain-name:value": Domain, "domain-name:resolves_to_refs.value": IP, "url:value": URL,
	"email-addr:value": Email, "email-message:from_ref.value": Email, "email-message:sender_ref.value": Email,
	"email-message:to_refs.value": Email,
	"file:name":                   FileName, "file:path": FilePath, "file:x_full_path": FilePath, "windows-registry-key:x_full_path": RegistryKey, "process:image_ref.x_full_path": FilePath, "directory:path": FilePath,
	"process:name": FileName, "process:image_ref.name": FileName, "process:command_line": CommandLine,
	"user-account:user_id": Account, "user-account:account_login": Account, "user-account:display_name": Account,
	"windows-registry-key:key": RegistryKey, "mutex:name": Mutex,
	"network-traffic:extensions.http-request-ext.request_header.User-Agent": UserAgent,
	"software:user_agent": UserAgent,
}

// trivialPaths say of what kind an object is, which the value beside them does
// too.
var trivialPaths = map[string]bool{
	"network-traffic:src_ref.type": true, "network-traffic:dst_ref.type": true, "network-traffic:protocols": true,
	"email-message:is_multipart": true, "user-account:account_type": true,
}

// pathTerm makes a term of a comparison.
func pathTerm(path, value string, wild bool) (Term, error) {
	plain := plainPath(path)
	t, ok := typeOfPath[plain]
	if object, hash, found := strings.Cut(plain, "hashes."); found {
		if t, ok = ParseType(hash); !ok || !t.isDigest() {
			return Term{}, fmt.Errorf("digest %s is %w", hash, errNotUnderstood)
		}
		if strings.HasPrefix(object, "x509-certificate:") {
			t = Fingerprint
		}
	}
	switch {
	case ok && wild:
		return wildTerm(t, value)
	case ok:
		return newTerm(t, value)
	case trivialPaths[plain] && !wild:
		return Term{}, nil
	case strings.HasSuffix(plain, "-traffic:dst_port"), strings.HasSuffix(plain, "-traffic:src_port"):
		n, err := strconv.ParseUint(value, 10, 16)
		if err != nil || wild {
			return Term{}, fmt.Errorf("%s is no port", shown(value))
		}
		return Term{Type: portOnly, Value: value, Port: uint16(n)}, nil
	default:
		return Term{}, fmt.Errorf("%s is %w", path, errNotUnderstood)
	}
}

// plainPath takes quotes and list steps out of an object path.
func plainPath(path string) string {
	for {
		open := strings.IndexByte(path, '[')
		end := strings.IndexByte(path, ']')
		if open < 0 || end < open {
			return strings.ReplaceAll(path, "'", "")
		}
		path = path[:open] + path[end+1:]
	}
}

// minLiteral is the fewest characters that a pattern must have in one piece.
const minLiteral = 4

// wildTerm makes a term of a LIKE: '%' is any text, '_' any character.
func wildTerm(t Type, value string) (Term, error) {
	if !strings.ContainsAny(value, "%_") {
		return newTerm(t, value)
	}
	if t.isDigest() {
		return Term{}, fmt.Errorf("LIKE with a digest is %w", errNotUnderstood)
	}
	if t == IP {
		return wildAddress(value)
	}
	if rest, ok := strings.CutPrefix(value, "%."); ok && t == Domain && !strings.ContainsAny(rest, "%") {
		return newTerm(t, rest)
	}
	folded := pathKey(value)
	if t != FileName && t != FilePath {
		folded = strings.ToLower(value)
	}
	if len(longestPiece(folded)) < minLiteral {
		return Term{}, errTooWide
	}
	return Term{Type: t, Value: folded, Wild: true}, nil
}

// wildAddress reads '10.1.2.%' as the network that it is.
func wildAddress(value string) (Term, error) {
	rest, ok := strings.CutSuffix(value, ".%")
	if dots := strings.Count(rest, "."); ok && dots <= 2 {
		full := rest + strings.Repeat(".0", 3-dots)
		if a, err := netip.ParseAddr(full); err == nil && a.Is4() {
			return newTerm(IP, full+"/"+strconv.Itoa(8*(dots+1)))
		}
	}
	return Term{}, errors.New("LIKE with an address is understood only as '10.1.2.%'")
}

// longestPiece returns the longest text between wildcards.
func longestPiece(pattern string) string {
	best := ""
	for piece := range strings.FieldsFuncSeq(pattern, func(r rune) bool { return r == '%' || r == '_' }) {
		if len(piece) > len(best) {
			best = piece
		}
	}
	return best
}
