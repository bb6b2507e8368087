package jsonl

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// network tells the records of network sensors by the names of their fields:
// Zeek's, whose logs have one shape for each path and often do not name it, and
// Suricata's EVE, which names its kind in event_type.
type network struct {
	marks []markSet // by field name
	bits  map[string]int
	kinds []zeekKind // the first that fits is taken
	alone []zeekKind // asked first, of records without the id of a connection

	ts, path, stream, eventType, signatureID, timestamp event.Name
	zeek, endpoint                                      markSet // ids of Zeek, and its own name for an endpoint
	tsMark, pathMark, eveMark, eveOther                 markSet

	zeekName, suricataName []byte
	known                  map[string]said // by sensor and path or event type
	met                    [remembered]metMarks
}

// metMarks is the path that a set of names tells, nil for none.
type metMarks struct {
	seen markSet
	path []byte
}

// markSet is a set of names that tell something, one bit each.
type markSet [3]uint64

func (m *markSet) add(o *markSet) { m[0], m[1], m[2] = m[0]|o[0], m[1]|o[1], m[2]|o[2] }

func (m *markSet) all(want *markSet) bool {
	return (want[0]&^m[0])|(want[1]&^m[1])|(want[2]&^m[2]) == 0
}

func (m *markSet) meets(o *markSet) bool { return m[0]&o[0]|m[1]&o[1]|m[2]&o[2] != 0 }

// zeekKind is a log of Zeek and the fields that only it has together.
type zeekKind struct {
	path []byte
	need markSet
}

// said is what is said of all records of a path or event type.
type said struct {
	dataset string
	channel []byte
}

// zeekKinds lists, for each path, the fields that tell its records where they
// do not name their path. The first list that is all there decides. A "." may
// be written "_".
func zeekKinds() [][2]string {
	return [][2]string{
		{"dce_rpc", "endpoint operation"},
		{"dns", "query qtype"},
		{"dns", "trans_id rcode"},
		{"dns", "trans_id query"},
		{"http", "trans_depth uri"},
		{"http", "trans_depth method"},
		{"http", "trans_depth status_code"},
		{"http", "trans_depth request_body_len"},
		{"smtp", "trans_depth helo"},
		{"smtp", "trans_depth mailfrom"},
		{"smtp", "trans_depth last_reply"},
		{"ssl", "ssl_history"},
		{"ssl", "established resumed"},
		{"ssl", "server_name established"},
		{"ssl", "cipher curve"},
		{"x509", "certificate.version"},
		{"x509", "certificate.serial"},
		{"smb_files", "action name path"},
		{"smb_files", "action name size"},
		{"smb_files", "action prev_name"},
		{"smb_mapping", "share_type"},
		{"kerberos", "request_type"},
		{"kerberos", "till forwardable"},
		{"ntlm", "domainname"},
		{"ntlm", "server_nb_computer_name"},
		{"ntlm", "ntlm_hostname"},
		{"rdp", "cookie security_protocol"},
		{"rdp", "keyboard_layout"},
		{"rdp", "security_protocol"},
		{"rdp", "cert_count cert_permanent"},
		{"ssh", "auth_success"},
		{"ssh", "auth_attempts"},
		{"ssh", "kex_alg"},
		{"ftp", "reply_code command"},
		{"ftp", "data_channel.passive"},
		{"sip", "call_id seq"},
		{"snmp", "community get_requests"},
		{"ntp", "stratum poll"},
		{"radius", "username result"},
		{"socks", "request.host"},
		{"socks", "bound.host"},
		{"modbus", "func unit"},
		{"modbus", "func pdu_type"},
		{"modbus", "func exception"},
		{"dnp3", "fc_request"},
		{"dnp3", "fc_reply"},
		{"mysql", "cmd arg"},
		{"ldap_search", "deref_aliases scope"},
		{"ldap", "opcode result"},
		{"tunnel", "tunnel_type"},
		{"irc", "nick command"},
		{"rfb", "client_major_version"},
		{"syslog", "facility severity"},
		{"mqtt_connect", "proto_name connect_status"},
		{"mqtt_publish", "from_client retain topic"},
		{"mqtt_subscribe", "action topics"},
		{"files", "fuid tx_hosts"},
		{"files", "fuid seen_bytes"},
		{"files", "fuid depth analyzers"},
		{"notice", "note msg"},
		{"notice", "note actions"},
		{"analyzer", "analyzer_kind"},
		{"dpd", "analyzer failure_reason"},
		{"conn", "conn_state"},
		{"conn", "id.orig_h missed_bytes"},
		{"conn", "id.orig_h history"},
		{"weird", "name notice peer"},
		{"weird", "name notice"},
		{"kerberos", "uid client service"},
		{"conn", "id.orig_h orig_bytes"},
	}
}

// zeekAlone lists the fields of logs that belong to no connection: they alone
// tell that Zeek wrote them.
func zeekAlone() [][2]string {
	return [][2]string{
		{"dhcp", "uids client_addr"},
		{"dhcp", "uids mac"},
		{"dhcp", "msg_types lease_time"},
		{"arp", "orig_h resp_h operation"},
		{"arp", "orig_h resp_h src_mac"},
		{"x509", "certificate.version"},
		{"x509", "certificate.serial"},
		{"ocsp", "hashAlgorithm issuerNameHash"},
		{"ocsp", "certStatus"},
		{"pe", "machine is_exe"},
		{"pe", "compile_ts"},
		{"notice", "note msg suppress_for"},
		{"notice", "note actions"},
		{"intel", "seen.indicator"},
		{"signatures", "sig_id event_msg"},
		{"analyzer", "analyzer_kind"},
		{"software", "software_type"},
		{"known_certs", "host port_num subject"},
		{"known_services", "port_num port_proto"},
		{"weird", "name notice peer"},
		{"capture_loss", "ts_delta gaps"},
		{"stats", "pkts_proc"},
		{"packet_filter", "filter init success"},
	}
}

// eventTypes are Suricata's kinds of record.
const eventTypes = " alert anomaly arp bittorrent_dht dcerpc dhcp dnp3 dns doh2 drop enip fileinfo flow frame ftp ftp_data" +
	" http http2 ike ikev2 krb5 ldap mdns metadata modbus mqtt netflow nfs packetinfo pgsql pop3 quic rdp rfb sip smb smtp" +
	" snmp ssh stats template tftp tls websocket "

func newNetwork(table *event.Names) *network {
	n := &network{
		bits:     map[string]int{},
		zeekName: []byte("zeek"), suricataName: []byte("suricata"), known: map[string]said{},
		ts: table.Intern("ts"), path: table.Intern("_path"), stream: table.Intern("@stream"),
		eventType: table.Intern("event_type"), signatureID: table.Intern("alert.signature_id"),
		timestamp: table.Intern("timestamp"),
	}
	n.tsMark = n.mark(table, "ts")
	n.pathMark = n.mark(table, "_path @stream")
	n.zeek = n.mark(table, "id.orig_h uid fuid")
	n.endpoint = n.mark(table, "id.orig_h")
	n.eveMark = n.mark(table, "event_type")
	n.eveOther = n.mark(table, "flow_id src_ip stats.uptime")
	for _, k := range zeekAlone() {
		n.alone = append(n.alone, zeekKind{[]byte(k[0]), n.mark(table, k[1])})
	}
	for _, k := range zeekKinds() {
		n.kinds = append(n.kinds, zeekKind{[]byte(k[0]), n.mark(table, k[1])})
	}
	return n
}

// mark returns the set of the names in a list; a "." in one may be "_" too.
func (n *network) mark(table *event.Names, list string) (all markSet) {
	for name := range strings.FieldsSeq(list) {
		bit, ok := n.bits[name]
		if !ok {
			bit = len(n.bits)
			n.bits[name] = bit
		}
		var one markSet
		one[bit>>6] = 1 << (bit & 63)
		for _, written := range []string{name, strings.ReplaceAll(name, ".", "_")} {
			at := int(table.Intern(written))
			for len(n.marks) <= at {
				n.marks = append(n.marks, markSet{})
			}
			n.marks[at] = one
		}
		all.add(&one)
	}
	return all
}

// marksOf returns what a name tells, nil for nothing.
func (n *network) marksOf(name event.Name) *markSet {
	if int(name) >= len(n.marks) || n.marks[name] == (markSet{}) {
		return nil
	}
	return &n.marks[name]
}

// describe fills what the event says about itself if a network sensor wrote it.
// What the names of its fields tell is in seen.
func (n *network) describe(fields []event.Field, seen *markSet, e *event.Event) bool {
	switch {
	case seen.meets(&n.eveMark) && seen.meets(&n.eveOther):
		return n.describeEVE(fields, e)
	case seen.all(&n.tsMark), seen.meets(&n.pathMark):
		return n.describeZeek(fields, seen, e)
	default:
		return false
	}
}

// describeEVE fills an event that Suricata wrote.
func (n *network) describeEVE(fields []event.Field, e *event.Event) bool {
	kind, _ := firstNamed(fields, n.eventType)
	if kind.Kind != event.Text || !strings.Contains(eventTypes, " "+string(kind.Data)+" ") {
		return false
	}
	e.Schema, e.Dataset = "suricata", n.of("suricata.", kind.Data).dataset
	e.Provider, e.Channel = event.Field{Kind: event.Text, Data: n.suricataName}, kind
	e.Code, _ = firstNamed(fields, n.signatureID)
	if at, ok := firstNamed(fields, n.timestamp); ok {
		e.Time, _ = parse.When(at.Data) // with escapes it is none
	}
	return true
}

// describeZeek fills an event that Zeek wrote.
func (n *network) describeZeek(fields []event.Field, seen *markSet, e *event.Event) bool {
	path := n.pathOf(fields, seen)
	if path == nil {
		return false
	}
	s := n.of("zeek.", path)
	e.Schema, e.Dataset = "zeek", s.dataset
	e.Provider = event.Field{Kind: event.Text, Data: n.zeekName}
	e.Channel = event.Field{Kind: event.Text, Data: s.channel}
	ts, _ := firstNamed(fields, n.ts)
	e.Time = zeekTime(ts)
	return true
}

// pathOf returns the path of a record of Zeek, nil if it is none.
func (n *network) pathOf(fields []event.Field, seen *markSet) []byte {
	if seen.meets(&n.pathMark) {
		for _, name := range []event.Name{n.path, n.stream} {
			if f, ok := firstNamed(fields, name); ok && isPath(f) {
				return f.Data
			}
		}
	}
	met := &n.met[slot(seen[:])]
	if met.seen != *seen {
		met.seen, met.path = *seen, n.told(seen)
	}
	return met.path
}

// told returns the path that the names of a record's fields tell.
func (n *network) told(seen *markSet) []byte {
	if path := firstKind(n.alone, seen); path != nil || !seen.meets(&n.zeek) {
		return path
	}
	if path := firstKind(n.kinds, seen); path != nil {
		return path
	}
	if seen.meets(&n.endpoint) {
		return []byte("unknown")
	}
	return nil
}

// isPath says whether a value may be the path of a log: a word.
func isPath(f event.Field) bool {
	for _, c := range f.Data {
		if (c|0x20)-'a' >= 26 && c-'0' >= 10 && c != '_' && c != '-' && c != '.' && c != ':' {
			return false
		}
	}
	return f.Kind == event.Text && len(f.Data) > 0
}

func firstKind(kinds []zeekKind, seen *markSet) []byte {
	for i := range kinds {
		if seen.all(&kinds[i].need) {
			return kinds[i].path
		}
	}
	return nil
}

// of returns what is said of the records of a sensor's path or event type.
func (n *network) of(sensor string, kind []byte) said {
	if s, ok := n.known[string(append(append(make([]byte, 0, 64), sensor...), kind...))]; ok {
		return s
	}
	s := said{dataset: sensor + strings.ToLower(string(kind)), channel: append([]byte(nil), kind...)}
	if len(n.known) < maxDatasets && len(kind) <= maxNameSize {
		n.known[sensor+string(kind)] = s
	}
	return s
}

func firstNamed(fields []event.Field, name event.Name) (event.Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return event.Field{}, false
}

// zeekTime reads a time of Zeek: seconds since 1970, of any size since traces
// may have times of their own, or ISO 8601.
func zeekTime(f event.Field) time.Time {
	if f.Kind != event.Number {
		t, _ := parse.When(f.AppendText(nil))
		return t
	}
	if t, ok := parse.When(f.Data); ok {
		return t
	}
	v, err := strconv.ParseFloat(string(f.Data), 64)
	if err != nil || v < 0 || v > 1e11 {
		return time.Time{}
	}
	whole, part := math.Modf(v)
	return time.Unix(int64(whole), int64(math.Round(part*1e6))*1000).UTC()
}
