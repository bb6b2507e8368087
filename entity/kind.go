package entity

import "slices"

// Kind is what sort of thing an entity is.
type Kind uint8

// The kinds. Their names are part of files: see [Kind.String].
const (
	None Kind = iota
	Host
	Account
	Address
	Domain
	URL
	Hash
	Mailbox
	Session
	UserAgent
	TLS
	Certificate
	File
)

// kindNames are in the order of the constants.
var kindNames = [...]string{
	"", "host", "account", "address", "domain", "url", "hash", "mailbox",
	"session", "user_agent", "tls", "certificate", "file",
}

// String returns the kind's name, "" for None and what is no kind.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return ""
	}
	return kindNames[k]
}

// Kinds returns all kinds in their order.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kindNames))
	for k := Host; int(k) < len(kindNames); k++ {
		all = append(all, k)
	}
	return all
}

// ParseKind reads what [Kind.String] writes.
func ParseKind(s string) (Kind, bool) {
	i := slices.Index(kindNames[:], s)
	return Kind(max(i, 0)), i > 0
}

// Role is the part that an entity plays in an event.
type Role uint8

// The roles. Their names are part of files: see [Role.String].
const (
	NoRole      Role = iota
	Reporter         // the host that a record speaks of
	Source           // who began a connection
	Destination      // who was called
	Translated       // an address that stands for another one
	Observer         // what saw it
	User             // who acted
	Target           // on whom something was done
	Sender
	Recipient
	Query    // asked of the DNS
	Answer   // answered by the DNS
	Resource // a URL, or the name in it, that was asked for
	Referrer
	Client // says something of the software that calls
	Server // and of the one that is called
	Image  // a program that runs
	Parent // the program that started it
	Object // a file or library that something was done with
	Indicator
)

// roleNames are in the order of the constants.
var roleNames = [...]string{
	"", "reporter", "source", "destination", "translated", "observer", "user", "target", "sender", "recipient",
	"query", "answer", "resource", "referrer", "client", "server", "image", "parent", "object", "indicator",
}

// String returns the role's name, "" for NoRole and what is no role.
func (r Role) String() string {
	if int(r) >= len(roleNames) {
		return ""
	}
	return roleNames[r]
}

// ParseRole reads what [Role.String] writes.
func ParseRole(s string) (Role, bool) {
	i := slices.Index(roleNames[:], s)
	return Role(max(i, 0)), i > 0
}

// Entity is one thing in its canonical spelling.
type Entity struct {
	Kind  Kind
	Value string
}
