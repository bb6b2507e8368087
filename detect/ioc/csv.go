package ioc

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// csvColumns are the columns of a CSV file, -1 for those it has not.
type csvColumns struct {
	kind, value, description, id, from, until, confidence, tags, reference, author, tlp int
}

// columnNames are the names that people give to columns, folded and without
// blanks, '-', '_' and '.'.
func (c *csvColumns) byName() map[string]*int {
	names := map[string]*int{}
	for to, all := range map[*int]string{
		&c.kind:        "type ioctype indicatortype kind iockind attributetype",
		&c.value:       "value ioc iocvalue indicator indicatorvalue observable ioc(defanged)",
		&c.description: "description comment comments note notes malware malwareprintable threat info title name",
		&c.id:          "id uuid iocid indicatorid",
		&c.from:        "validfrom validfromutc from",
		&c.until:       "validuntil validuntilutc until validto expiration expirationdate expires expiresat expirationdatetime",
		&c.confidence:  "confidence confidencelevel",
		&c.tags:        "tags tag labels label",
		&c.reference:   "reference references link sourceurl",
		&c.author:      "author createdby source reporter provider",
		&c.tlp:         "tlp marking tlplevel",
	} {
		for n := range strings.FieldsSeq(all) {
			names[n] = to
		}
	}
	return names
}

// header finds the columns in the cells of a first line; not ok if it is none.
func header(cells []string) (csvColumns, bool) {
	var c csvColumns
	names := c.byName()
	for _, to := range names {
		*to = -1
	}
	found := 0
	for i, cell := range cells {
		to, ok := names[typeKey(strings.Trim(cell, "\"# \t"))]
		if ok && *to < 0 {
			*to = i
			found++
		}
	}
	if c.value < 0 && found > 0 {
		// A column may be called by the type of its values.
		for i, cell := range cells {
			if _, ok := ParseType(strings.Trim(cell, "\"# \t")); ok {
				c.value = i
				break
			}
		}
	}
	return c, c.value >= 0
}

// readCSV reads a table with a header or without.
func (r *reader) readCSV() {
	in := csv.NewReader(bytes.NewReader(r.text))
	in.Comma, in.LazyQuotes, in.FieldsPerRecord, in.ReuseRecord = delimiter(r.text), true, -1, true
	in.TrimLeadingSpace = true
	columns := csvColumns{}
	headed, first := false, true
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			if at, ok := errors.AsType[*csv.ParseError](err); ok {
				r.say(at.Line, "%v", at.Err)
				continue
			}
			r.say(0, "%v", err)
			return
		}
		line, _ := in.FieldPos(0)
		if !headed && first {
			if c, ok := header(cells); ok {
				columns, headed = c, true
				continue
			}
		}
		if isComment(strings.TrimSpace(cells[0])) || len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
			continue
		}
		first = false
		if headed {
			r.row(line, cells, &columns)
		} else {
			r.looseRow(line, cells)
		}
	}
}

// looseRow reads a row without a header: a cell names a type or none does, the
// first cell that has the form of an indicator is the value, the longest other
// one the description.
func (r *reader) looseRow(line int, cells []string) {
	kind, value, description := Unknown, -1, ""
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		if t, ok := ParseType(cell); ok && kind == Unknown {
			kind = t
			continue
		}
		if t, _ := guess(cell); t != Unknown && value < 0 {
			value = i
		} else if len(cell) > len(description) {
			description = cell
		}
	}
	switch {
	case value < 0:
		r.say(line, "no cell of the row is of a known type")
	case kind != Unknown:
		r.value(line, kind, cells[value], &Indicator{Description: description, Confidence: -1})
	default:
		r.plain(line, cells[value], description)
	}
}

// row reads a row by its header.
func (r *reader) row(line int, cells []string, c *csvColumns) {
	// The cells are parts of one text of the whole row: what is kept is copied.
	cell := func(at int) string {
		if at < 0 || at >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[at])
	}
	value := cell(c.value)
	if value == "" {
		r.say(line, "the row has no value")
		return
	}
	i := &Indicator{
		ID: cell(c.id), Description: r.kept(cell(c.description)), Confidence: -1,
		Source: r.sourceOf(r.kept(cell(c.author)), cell(c.tlp)),
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(cell(c.confidence), "%")); err == nil && n >= 0 && n <= 100 {
		i.Confidence = n
	}
	for t := range strings.FieldsFuncSeq(cell(c.tags), func(c rune) bool { return c == ',' || c == ';' || c == '|' }) {
		i.Tags = append(i.Tags, r.kept(strings.TrimSpace(t)))
	}
	if ref := cell(c.reference); ref != "" {
		i.References = []string{r.kept(ref)}
	}
	if !r.dates(line, i, cell(c.from), cell(c.until)) {
		return
	}
	name := cell(c.kind)
	if name == "" {
		t, v := guess(value)
		if t == Unknown {
			r.say(line, "%s is of no known type", shown(value))
			return
		}
		r.value(line, t, v, i)
		return
	}
	r.named(line, name, value, i)
}

// maxKept bounds how many distinct texts of columns that repeat themselves are
// held once.
const maxKept = 1 << 12

// kept returns a copy of a text, the same one for the same text.
func (r *reader) kept(s string) string {
	if k, ok := r.texts[s]; ok || s == "" {
		return k
	}
	if len(r.texts) >= maxKept {
		clear(r.texts)
	}
	if r.texts == nil {
		r.texts = map[string]string{}
	}
	s = strings.Clone(s)
	r.texts[s] = s
	return s
}

// named takes a value whose type the source names, in MISP's spelling perhaps:
// "filename|md5" has two values.
func (r *reader) named(line int, name, value string, i *Indicator) {
	patterns, err := composite(name, value)
	if err != nil {
		r.say(line, "%v", err)
		return
	}
	i.Line, i.Patterns = line, patterns
	r.add(i)
}

// bound is a bound of validity as it was read last: in many files it is the
// same in every row.
type bound struct {
	text string
	at   time.Time
}

// dates reads the bounds of validity; a date that cannot be read is reported
// and the indicator is not used, since it might match outside its time.
func (r *reader) dates(line int, i *Indicator, from, until string) bool {
	for n, d := range [...]struct {
		text string
		to   *time.Time
	}{{from, &i.ValidFrom}, {until, &i.ValidUntil}} {
		if last := &r.bounds[n]; d.text != last.text {
			t, ok := parseTime(d.text)
			if !ok && d.text != "" {
				r.say(line, "%s is no time", shown(d.text))
				return false
			}
			*last = bound{strings.Clone(d.text), t}
		}
		*d.to = r.bounds[n].at
	}
	return true
}

// parseTime reads RFC 3339, a prefix of it, or seconds since 1970, in UTC
// unless it says otherwise.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04:05 UTC", "2006-01-02 15:04", time.DateOnly,
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 1e8 && n < 1e11 {
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}

// sourceOf returns the file's source with an author and a marking.
func (r *reader) sourceOf(author, tlp string) *Source {
	tlp = r.kept(normalTLP(tlp))
	if r.source.Author != author || r.source.TLP != tlp {
		r.source = &Source{File: r.source.File, Author: author, TLP: tlp}
	}
	return r.source
}

// normalTLP returns "tlp:amber" for "TLP:AMBER" or "amber"; TLP 1's white is
// clear (FIRST, TLP 2.0).
func normalTLP(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if s = strings.TrimPrefix(s, "tlp:"); s == "" {
		return ""
	}
	if s == "white" {
		s = "clear"
	}
	return "tlp:" + s
}
