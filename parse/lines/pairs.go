package lines

import (
	"bytes"
	"strings"
)

// pairForm says how key and value pairs are written.
type pairForm struct {
	// Assign stands between key and value, "=" if empty.
	Assign string `yaml:"assign"`
	// Separator stands between pairs, a blank or tab if empty.
	Separator string `yaml:"separator"`
	// Quotes are the characters that may be around a value, " if empty.
	Quotes string `yaml:"quotes"`
	// Open says that an unquoted value goes on up to the next key, blanks and
	// all, as in CEF.
	Open bool `yaml:"open"`
	// Least is how many pairs a text must have to be taken.
	Least int `yaml:"least"`
	// Prefix is put before every key.
	Prefix string `yaml:"prefix"`
	// Only are the keys that count; others are passed over.
	Only []string `yaml:"only"`
}

// pairs goes through the pairs of a text.
type pairs struct {
	data      []byte
	at        int
	assign    byte
	separator byte // 0: blanks
	quotes    string
	open      bool
}

func (f *pairForm) over(data []byte) pairs {
	p := pairs{data: data, assign: '=', quotes: `"`, open: f.Open}
	if f.Assign != "" {
		p.assign = f.Assign[0]
	}
	if f.Separator != "" {
		p.separator = f.Separator[0]
	}
	if f.Quotes != "" {
		p.quotes = f.Quotes
	}
	return p
}

// pair is a key and its value; quote is the character around the value, 0 if
// there was none.
type pair struct {
	key, value []byte
	quote      byte
}

// next returns the next pair. Words that are no pair are passed over.
func (p *pairs) next() (pair, bool) {
	for {
		key := p.key()
		if key == nil {
			return pair{}, false
		}
		if v, ok := p.value(); ok {
			v.key = key
			return v, true
		}
	}
}

// key finds the next key that is followed by the assignment sign and leaves at
// after it; nil at the end.
func (p *pairs) key() []byte {
	from := p.at
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == p.assign && p.at > from:
			key := p.data[from:p.at]
			p.at++
			return key
		case isKeyByte(c) && c != p.assign:
			p.at++
		case isBlank(c) && p.separator != 0 && p.at > from && c != p.separator:
			// with a separator of its own, a key may have blanks in it
			p.at++
		default:
			p.at++
			from = p.at
		}
	}
	return nil
}

// value reads the value at p.at.
func (p *pairs) value() (pair, bool) {
	if p.separator != 0 {
		for p.at < len(p.data) && p.data[p.at] == ' ' && p.separator != ' ' {
			p.at++
		}
	}
	if p.at < len(p.data) && strings.IndexByte(p.quotes, p.data[p.at]) >= 0 {
		if end := quoteEnd(p.data, p.at); end >= 0 {
			v := pair{value: p.data[p.at+1 : end], quote: p.data[p.at]}
			p.at = end + 1
			return v, true
		}
	}
	from, end := p.at, p.valueEnd()
	p.at = end
	if p.separator != 0 {
		end = from + len(bytes.TrimRight(p.data[from:end], " "))
	}
	return pair{value: p.data[from:end]}, true
}

// valueEnd returns where the unquoted value at p.at ends.
func (p *pairs) valueEnd() int {
	if p.open {
		return p.beforeKey()
	}
	i := p.at
	for i < len(p.data) && !p.separates(p.data[i]) {
		i++
	}
	return i
}

func (p *pairs) separates(c byte) bool {
	if p.separator == 0 {
		return isBlank(c)
	}
	return c == p.separator
}

// beforeKey returns the end of an open value: the blank before the next key, or
// the end. An assignment sign after a backslash belongs to the value.
func (p *pairs) beforeKey() int {
	for i := p.at; i < len(p.data); i++ {
		switch c := p.data[i]; {
		case c == '\\':
			i++
		case c == p.assign:
			k := i
			for k > p.at && isKeyByte(p.data[k-1]) {
				k--
			}
			if k < i && k > p.at && p.data[k-1] == ' ' {
				for k > p.at && p.data[k-1] == ' ' {
					k--
				}
				return k
			}
		}
	}
	return len(p.data)
}

func isKeyByte(c byte) bool {
	return isDigit(c) || isLetter(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '@' || c == '$' || c >= 0x80
}

// unescape appends b without the backslashes before the characters of set, and
// with line ends for \n and \r if set holds n and r.
func unescape(dst, b []byte, set string) []byte {
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && strings.IndexByte(set, b[i+1]) >= 0 {
			i++
			switch b[i] {
			case 'n':
				dst = append(dst, '\n')
				continue
			case 'r':
				dst = append(dst, '\r')
				continue
			}
		}
		dst = append(dst, b[i])
	}
	return dst
}
