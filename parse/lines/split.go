package lines

import (
	"bytes"
	"slices"

	"github.com/dwell-project/dwell/event"
)

// pairs adds the pairs of a text as fields.
func (d *decoder) pairs(p *Parser, m *Message, text []byte) bool {
	f := m.Pairs
	n := 0
	over := f.over(text)
	for {
		kv, ok := over.next()
		if !ok {
			break
		}
		n++
		if len(kv.key) > maxKey || len(f.Only) > 0 && !slices.Contains(f.Only, string(kv.key)) {
			continue
		}
		d.pair(p, m, kv)
	}
	return n >= max(f.Least, 1)
}

// maxKey is the longest key that gets a name of its own, in bytes.
const maxKey = 128

func (d *decoder) pair(p *Parser, m *Message, kv pair) {
	name := d.named(m.Pairs.Prefix, kv.key)
	value := kv.value
	if kv.quote != 0 && bytes.IndexByte(value, '\\') >= 0 {
		from := len(d.scratch)
		d.scratch = unescape(d.scratch, value, string(kv.quote))
		value = d.kept(from)
	}
	if kv.quote == 0 && len(m.Hex) > 0 && slices.Contains(m.Hex, string(kv.key)) {
		value = d.unhex(value)
	}
	d.add(p, name, value)
}

func (d *decoder) named(prefix string, key []byte) event.Name {
	if prefix == "" {
		return d.names.InternBytes(key)
	}
	d.key = append(append(d.key[:0], prefix...), key...)
	return d.names.InternBytes(d.key)
}

// unhex decodes a value written as hexadecimal, as the Linux audit system
// writes what has blanks or quotes in it; zero bytes, which are between
// arguments, become blanks. Other values are left as they are.
func (d *decoder) unhex(value []byte) []byte {
	if len(value) < 2 || len(value)%2 != 0 {
		return value
	}
	for _, c := range value {
		if !isDigit(c) && (c < 'A' || c > 'F') {
			return value
		}
	}
	from := len(d.scratch)
	for i := 0; i < len(value); i += 2 {
		c := nibble(value[i])<<4 | nibble(value[i+1])
		if c == 0 {
			c = ' '
		}
		d.scratch = append(d.scratch, c)
	}
	return bytes.TrimRight(d.kept(from), " ")
}

func nibble(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c - 'A' + 10
}

// structured adds the parameters of RFC 5424 structured data, called by their
// own names.
func (d *decoder) structured(p *Parser, data []byte) {
	form := pairForm{}
	over := form.over(bytes.ReplaceAll(data, []byte("]"), []byte(" ")))
	over.data = data
	for {
		kv, ok := over.next()
		if !ok {
			return
		}
		if len(kv.key) <= maxKey && kv.quote != 0 {
			value := kv.value
			if bytes.IndexByte(value, '\\') >= 0 {
				from := len(d.scratch)
				d.scratch = unescape(d.scratch, value, `"\]`)
				value = d.kept(from)
			}
			d.add(p, d.names.InternBytes(kv.key), value)
		}
	}
}

// columns adds the columns of a delimited text. Values may be in double quotes,
// in which a quote is written twice (RFC 4180).
func (d *decoder) columns(p *Parser, f *columnForm, text []byte) bool {
	sep := byte(',')
	if f.Separator != "" {
		sep = f.Separator[0]
	}
	names := f.Names
	if len(f.Kinds) > 0 {
		kind := column(text, sep, f.By)
		own, ok := f.Kinds[string(kind)]
		if !ok {
			return false
		}
		names = own
	}
	n := 0
	for rest := text; rest != nil; n++ {
		var value []byte
		value, rest = d.cut(rest, sep)
		if n < len(names) && names[n] != "" && len(value) > 0 {
			d.add(p, d.own[names[n]], value)
		} else if f.Timed != "" && n >= len(names) && len(value) >= 20 && value[10] == 'T' && isDigit(value[0]) {
			d.add(p, d.own[f.Timed], value)
		}
	}
	return n >= max(f.Least, 2)
}

// cut takes the first column off; rest is nil after the last.
func (d *decoder) cut(text []byte, sep byte) (value, rest []byte) {
	if len(text) == 0 || text[0] != '"' {
		n := bytes.IndexByte(text, sep)
		if n < 0 {
			return text, nil
		}
		return text[:n], text[n+1:]
	}
	doubled := false
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			doubled = true
			i++
			continue
		}
		value, rest = text[1:i], text[i+1:]
		if doubled {
			from := len(d.scratch)
			d.scratch = append(d.scratch, bytes.ReplaceAll(value, []byte(`""`), []byte(`"`))...)
			value = d.kept(from)
		}
		if len(rest) == 0 {
			return value, nil
		}
		return value, rest[1:]
	}
	return text, nil
}

// column returns the column with the given number, without regard to quotes.
func column(text []byte, sep byte, at int) []byte {
	for range at {
		n := bytes.IndexByte(text, sep)
		if n < 0 {
			return nil
		}
		text = text[n+1:]
	}
	if n := bytes.IndexByte(text, sep); n >= 0 {
		text = text[:n]
	}
	return text
}

// cefHeader are the seven parts of a CEF header (ArcSight CEF 26, chapter 1).
const cefParts = 7

// cef reads the Common Event Format: CEF:version|vendor|product|version|class|
// name|severity|extension.
func (d *decoder) cef(p *Parser, text []byte) bool {
	_, rest, ok := bytes.Cut(text, []byte("CEF:"))
	if !ok && (len(text) < 2 || !isDigit(text[0]) || text[1] != '|') { // else what stripped the header took "CEF:" for a program
		return false
	} else if !ok {
		rest = text
	}
	for i := range cefParts {
		n := pipe(rest)
		if n < 0 {
			return false
		}
		value := rest[:n]
		if bytes.IndexByte(value, '\\') >= 0 {
			from := len(d.scratch)
			d.scratch = unescape(d.scratch, value, `|\`)
			value = d.kept(from)
		}
		d.add(p, d.cefNames[i], value)
		rest = rest[n+1:]
	}
	d.extension(p, rest)
	return true
}

// pipe returns the place of the first | that no backslash stands before.
func pipe(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '|':
			return i
		}
	}
	return -1
}

func (d *decoder) extension(p *Parser, text []byte) {
	form := pairForm{Open: true, Quotes: "\x00"}
	over := form.over(text)
	for {
		kv, ok := over.next()
		if !ok {
			return
		}
		value := bytes.TrimRight(kv.value, " ")
		if bytes.IndexByte(value, '\\') >= 0 {
			from := len(d.scratch)
			d.scratch = unescape(d.scratch, value, `=\|nr`)
			value = d.kept(from)
		}
		if len(kv.key) <= maxKey {
			d.add(p, d.names.InternBytes(kv.key), value)
		}
	}
}

// leef reads the Log Event Extended Format (IBM QRadar): LEEF:1.0|vendor|
// product|version|id| and pairs between tabs, or LEEF:2.0|…|id|delimiter| and
// pairs between delimiters.
func (d *decoder) leef(p *Parser, text []byte) bool {
	_, rest, ok := bytes.Cut(text, []byte("LEEF:"))
	if !ok {
		return false
	}
	second := bytes.HasPrefix(rest, []byte("2"))
	for i := range d.leefNames {
		n := bytes.IndexByte(rest, '|')
		if n < 0 {
			return false
		}
		d.add(p, d.leefNames[i], rest[:n])
		rest = rest[n+1:]
	}
	sep := byte('\t')
	if n := bytes.IndexByte(rest, '|'); second && n >= 0 && n <= 4 {
		sep = delimiter(rest[:n])
		rest = rest[n+1:]
	}
	for len(rest) > 0 {
		var one []byte
		n := bytes.IndexByte(rest, sep)
		if n < 0 {
			one, rest = rest, nil
		} else {
			one, rest = rest[:n], rest[n+1:]
		}
		if key, value, ok := bytes.Cut(one, []byte{'='}); ok && len(key) > 0 && len(key) <= maxKey {
			d.add(p, d.names.InternBytes(bytes.TrimSpace(key)), value)
		}
	}
	return true
}

// delimiter reads a character, or its number as x09 or 0x09.
func delimiter(b []byte) byte {
	hex := bytes.TrimPrefix(bytes.TrimPrefix(b, []byte("0")), []byte("x"))
	if len(b) > 1 && len(hex) == 2 && isHex(hex[0]) && isHex(hex[1]) {
		up := bytes.ToUpper(hex)
		return nibble(up[0])<<4 | nibble(up[1])
	}
	if len(b) == 0 {
		return '\t'
	}
	return b[0]
}
