package w3c

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/dwell-project/dwell/event"
)

// header is what the lines that begin with "#" say of the records below them.
type header struct {
	software, logType string
	date              []byte // of "#Date:", YYYY-MM-DD
	local             bool   // times are local to the machine
	fields            string // what stands after "#Fields:"
}

// add takes one header line into the header.
func (h *header) add(line []byte) {
	directive, rest, _ := bytes.Cut(bytes.TrimSpace(line), []byte{':'})
	rest = bytes.TrimSpace(rest)
	switch strings.ToLower(string(directive)) {
	case "#software":
		h.software = string(rest)
	case "#log-type":
		h.logType = string(rest)
	case "#date":
		h.date = bytes.Clone(rest[:min(len(rest), len("2006-01-02"))])
	case "#time format":
		h.local = strings.EqualFold(string(rest), "local")
	case "#fields":
		h.fields = string(rest)
	}
}

// names returns the names of the columns and what separates cells.
func (h *header) names() (names []string, separator byte) {
	switch {
	case h.fields == "":
		return nil, 0
	case strings.Contains(h.fields, ","):
		for name := range strings.SplitSeq(h.fields, ",") {
			names = append(names, strings.TrimSpace(name))
		}
		return names, ','
	case strings.Contains(h.fields, "\t"):
		return strings.FieldsFunc(h.fields, func(r rune) bool { return r == '\t' }), '\t'
	default:
		return strings.Fields(h.fields), ' '
	}
}

// column is one column of a log.
type column struct {
	name   event.Name
	number bool // the column holds numbers
	agent  bool // the column holds a user agent as IIS writes it
}

// layout is a header made ready for decoding.
type layout struct {
	columns         []column
	separator       byte
	quoted          bool
	line            []byte // the names as a line of cells, which some logs repeat
	dataset         string
	channel         []byte // the dataset
	software        []byte
	date            []byte
	local           bool
	dateAt, timeAt  int // columns, -1 if there is none
	momentAt        int // the column with date and time
	hostAt, codeAt  int
	stemAt, queryAt int
	uri             event.Name // of cs-uri where it is to be made, else 0
}

// maxColumns bounds the columns of a log; Exchange's widest have some 150.
const maxColumns = 4096

func newLayout(h *header, names *event.Names) *layout {
	columns, separator := h.names()
	l := &layout{
		separator: separator, line: []byte(strings.Join(columns, string(rune(separator)))),
		software: []byte(h.software), date: h.date, local: h.local,
		dateAt: -1, timeAt: -1, momentAt: -1, hostAt: -1, codeAt: -1, stemAt: -1, queryAt: -1,
	}
	p := productOf(h, columns)
	l.dataset, l.channel, l.quoted = p.dataset, []byte(cmp.Or(p.channel, p.dataset)), separator != ' ' || !p.bare
	hasURI := false
	for i, name := range columns[:min(len(columns), maxColumns)] {
		key := strings.ToLower(name)
		l.columns = append(l.columns, column{
			name: names.Intern(name), number: isNumeric(key), agent: p.bare && key == "cs(user-agent)",
		})
		hasURI = hasURI || key == "cs-uri"
		l.place(key, i)
	}
	if !hasURI && l.stemAt >= 0 {
		l.uri = names.Intern("cs-uri")
	}
	return l
}

// place notes the columns that say something about the record.
func (l *layout) place(key string, i int) {
	switch key {
	case "date":
		l.dateAt = i
	case "time":
		l.timeAt = i
	case "date-time", "datetime", "timestamp", "time-stamp":
		l.momentAt = i
	case "s-computername", "server-hostname", "serverhostname", "server-host-name", "servername", "server-name":
		if l.hostAt < 0 {
			l.hostAt = i
		}
	case "event-id":
		l.codeAt = i
	case "cs-uri-stem", "cs-uri-path", "urlstem":
		l.stemAt = i
	case "cs-uri-query", "urlquery":
		l.queryAt = i
	}
}

// isNumeric says whether a column, by its name in lower case, holds numbers.
func isNumeric(name string) bool {
	switch name {
	case "sc-status", "sc-substatus", "sc-win32-status", "time-taken", "s-siteid", "recipient-count", "httpstatus",
		"backendstatus", "size", "msgid", "x-edge-location-id":
		return true
	}
	for _, end := range []string{"bytes", "-port", "latency", "-count"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}
