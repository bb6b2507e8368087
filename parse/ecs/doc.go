// Package ecs writes events as nested JSON objects with the names of the
// Elastic Common Schema, version [Version].
//
// What a source's fields are called in ECS is data: tables in YAML, of which
// those under tables/ are embedded and a user adds his own ([Load]). A parser's
// author adds a file there, named after the format; nothing else needs to know.
//
// # Form of a table
//
//	version: 1
//	sections:
//	  - when: {schema: zeek, dataset: [zeek.conn, zeek.dns]}
//	    unless: {code: [1, 2]}
//	    where: {proto: [tcp, udp]}
//	    namespace: zeek
//	    under: {"id.": ""}
//	    set:
//	      event.category: [network]
//	      event.kind: event
//	    names:
//	      id.orig_h: source.ip
//	      uid: [event.id, network.community_id]
//	      user: {to: user, as: account}
//	      rc: {to: event.outcome, map: {"0": success, "*": failure}}
//
// A section counts for records that satisfy when and unless, which look at
// schema, dataset, provider, channel and code: each key that is given must hold
// the record's value, "*" at the end of a value stands for any rest, and case
// does not matter. where looks at values of native fields, record by record.
//
// All sections that count add up, in the order of the files' names and of the
// sections in them. If several name the same native field, the last one's list
// holds, so a general section is written before a special one; an empty list
// takes a name back. What set gives is written where no field did; of several,
// the last holds.
//
// prefix stands before the names in where and names; of several, each is tried.
//
// namespace is where fields without an ECS name go, under their own names, of
// which under replaces prefixes. An empty namespace says that the native names
// are ECS names already.
//
// # Conversions
//
// The type of an ECS field says how a value is written: numbers (also from
// 0x…), addresses, times in UTC, lower case; see types.yml. What does not fit
// the type is not written under that name. Beyond that, as says:
//
//	account    DOMAIN\user and user@domain, under to as name and domain (and email)
//	hashes     SHA1=…,MD5=…, under to as hash.sha1 … and pe.imphash
//	url        a whole URL, under to as original, full, scheme, domain, port, path, query
//	link       what is a URL, perhaps without scheme, as url does, or a host alone; nothing else
//	endpoint   ip:port, [ip]:port or either alone, under to as ip and port
//	request    a request line "GET /x HTTP/1.1"
//	mail       an address, perhaps with a name before it in < >
//	list       a list separated by split (default ","), one value each
//	domain     a name of the DNS, without the dot at its end
//	base       the last part of a path
//	dir        all but the last part of a path
//	extension  what follows the last dot of a file's name
//	seconds    and milliseconds, as nanoseconds
//	version    what follows the / of "HTTP/1.1"
//	principal  name/REALM or name@REALM, under to as name and domain
//
// and map replaces values, "*" being any other.
//
// # Nothing is lost
//
// A value "-" or "" is absent: it gets no ECS name. A field without an ECS name,
// or whose value was changed on the way or did not fit, is in the namespace of
// its source with its own name, type and value.
package ecs
