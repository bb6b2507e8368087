// Package entity gives what events speak of (hosts, accounts, addresses,
// domains, hashes and the like) one spelling each, so that the same thing is
// found whatever log named it.
//
// [Canonical] maps a text to the spelling of its kind or refuses it; it is
// idempotent. [FieldOf] says which field of the Elastic Common Schema names an
// entity of which kind in which role, and [Field.Read] takes the entities out of
// a value. [Guess] says what a text that a person typed may be.
//
// # Spellings
//
//	host         lower case, no dot at the end, no \\ before it, no port. A full
//	             name and a short one are two values: nothing in a record says
//	             which domain a short name is in. Keys sort the full names
//	             behind the short one, so that a short name finds both.
//	account      lower case. D\u with a NetBIOS domain, u@d with a dotted one, u
//	             alone, or a SID; a machine's account keeps its $. Accounts that
//	             every machine has (SYSTEM, ANONYMOUS LOGON …) and SIDs that name
//	             no single account are refused.
//	address      RFC 5952, IPv4 where IPv6 only wraps it, without zone and port;
//	             0.0.0.0 and :: are refused.
//	domain       ASCII (UTS 46), lower case, no dot at the end, no "*." before it;
//	             labels may hold '_' and what tunnels put there. One label is a
//	             host, not a domain.
//	url          scheme and host in lower case, no user, no default port, no
//	             fragment, escapes in upper case and only where needed, path at
//	             least "/"; a query is kept unless the URL is longer than
//	             [MaxText]. What reports do to a URL is undone.
//	hash         hexadecimal digits of a known number, lower case.
//	mailbox      lower case, the domain as above; no name before it.
//	session      as it is, without white space around it.
//	user_agent   as it is, at most 512 bytes of it.
//	tls          JA3, JA3S, HASSH (MD5) and the JA4 family, lower case.
//	certificate  digits of fingerprint or serial number, lower case, no colons.
//	file         the last part of the path, lower case.
//
// Text that is not UTF-8 has its bad bytes replaced by U+FFFD.
package entity
