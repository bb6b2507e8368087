package ioc

import (
	"strings"
	"unicode"
)

// Type is what an indicator's value is.
type Type uint8

// The types of values.
const (
	Unknown Type = iota
	// IP is an address or, in CIDR notation, a network.
	IP
	// Domain stands for itself and everything below it.
	Domain
	URL
	Email
	// MD5 to Fingerprint are digests in hexadecimal.
	MD5
	SHA1
	SHA224
	SHA256
	SHA384
	SHA512
	Imphash
	JA3
	Fingerprint // of a certificate
	// JA4 is the text of a JA4 fingerprint.
	JA4
	// FileName is the last part of a path, FilePath a whole one, or the end of
	// one if it begins with a variable as %TEMP%.
	FileName
	FilePath
	// RegistryKey stands for itself, its values and the keys below it.
	RegistryKey
	// Account is a user's name, with a domain or without, or a SID.
	Account
	UserAgent
	Mutex
	CommandLine
	// portOnly is a port beside another term of a STIX pattern.
	portOnly
	typeCount
)

// typeNames are the names of types in messages and titles, by Type.
var typeNames = [typeCount]string{
	"unknown", "ip", "domain", "url", "email", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "imphash", "ja3",
	"certificate", "ja4", "filename", "path", "registry key", "account", "user agent", "mutex", "command line", "port",
}

// String returns the type's name.
func (t Type) String() string {
	if t >= typeCount {
		t = Unknown
	}
	return typeNames[t]
}

// isDigest says whether values are hexadecimal digits.
func (t Type) isDigest() bool { return t >= MD5 && t <= Fingerprint }

// digestLength returns how many digits a digest has, 0 if it may have any
// length that is one.
func (t Type) digestLength() int {
	switch t {
	case MD5, Imphash, JA3:
		return 32
	case SHA1:
		return 40
	case SHA224:
		return 56
	case SHA256:
		return 64
	case SHA384:
		return 96
	case SHA512:
		return 128
	default:
		return 0
	}
}

// typeOfName holds the names that CSV files, MISP (core format, attribute
// types) and users give to types, lower case without blanks, '-' and '_'.
var typeOfName = map[string]Type{
	"ip": IP, "ipv4": IP, "ipv6": IP, "ipsrc": IP, "ipdst": IP, "ipaddr": IP, "ipaddress": IP, "ipv4addr": IP, "ipv6addr": IP,
	"cidr": IP, "network": IP, "ipv4net": IP, "ipv6net": IP, "address": IP, "ipport": IP, "ip:port": IP,
	"domain": Domain, "domainname": Domain, "hostname": Domain, "host": Domain, "fqdn": Domain,
	"url": URL, "uri": URL, "link": URL,
	"email": Email, "emailsrc": Email, "emaildst": Email, "emailaddr": Email, "emailaddress": Email, "emailreplyto": Email,
	"mail": Email, "targetemail": Email,
	"md5": MD5, "filehashmd5": MD5, "md5hash": MD5, "sha1": SHA1, "filehashsha1": SHA1, "sha1hash": SHA1, "sha224": SHA224,
	"sha256": SHA256, "filehashsha256": SHA256, "sha256hash": SHA256, "sha384": SHA384, "sha512": SHA512,
	"imphash": Imphash, "filehashimphash": Imphash, "ja3": JA3, "ja3fingerprintmd5": JA3, "ja3s": JA3, "ja4": JA4,
	"ja4fingerprint": JA4, "x509fingerprintmd5": Fingerprint, "x509fingerprintsha1": Fingerprint,
	"x509fingerprintsha256": Fingerprint, "certificate": Fingerprint, "certfingerprint": Fingerprint, "sslcertfingerprint": Fingerprint,
	"authentihash": SHA256, "filename": FileName, "file": FileName, "filepath": FilePath, "path": FilePath,
	"regkey": RegistryKey, "registrykey": RegistryKey, "registry": RegistryKey, "windowsregistrykey": RegistryKey,
	"account": Account, "user": Account, "username": Account, "useraccount": Account, "targetuser": Account, "sid": Account,
	"useragent": UserAgent, "httpuseragent": UserAgent, "mutex": Mutex, "commandline": CommandLine, "cmdline": CommandLine,
}

// ParseType reads the name of a type as CSV files and MISP have it, in any case.
func ParseType(name string) (Type, bool) {
	t, ok := typeOfName[typeKey(name)]
	return t, ok
}

// typeKey is a name as typeOfName has it.
func typeKey(name string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case '-', '_', ' ', '.':
			return -1
		}
		return unicode.ToLower(c)
	}, strings.TrimSpace(name))
}
