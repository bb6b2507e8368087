package segment

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

// jsonSpelling is a set of habits in which writers of JSON differ.
type jsonSpelling uint8

const (
	// jsonASCII: what is not ASCII is \u….
	jsonASCII jsonSpelling = 1 << iota
	// jsonUpper: hexadecimal digits are upper case.
	jsonUpper
	// jsonHTML: < > & and U+2028, U+2029 are \u….
	jsonHTML
	// jsonSlash: / is \/.
	jsonSlash
	// jsonLong: control characters are \u… even where there is a short escape.
	jsonLong
	// jsonQuote: " is \u….
	jsonQuote
	// jsonApostrophe: ' is \u….
	jsonApostrophe
)

// escape returns how a character is escaped: 0 not at all, 'u' as \u…, else by
// the letter after the backslash.
func (s jsonSpelling) escape(r rune) byte {
	switch {
	case r == '\\':
		return '\\'
	case r == '"':
		if s&jsonQuote != 0 {
			return 'u'
		}
		return '"'
	case r == '\'' && s&jsonApostrophe != 0:
		return 'u'
	case r == '/' && s&jsonSlash != 0:
		return '/'
	case r < ' ':
		if s&jsonLong == 0 {
			if i := bytes.IndexByte([]byte("\b\f\n\r\t"), byte(r)); i >= 0 {
				return "bfnrt"[i]
			}
		}
		return 'u'
	case (r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029) && s&jsonHTML != 0:
		return 'u'
	case r >= utf8.RuneSelf && s&jsonASCII != 0:
		return 'u'
	}
	return 0
}

// jsonEscapes says for each spelling and byte how a byte is escaped, as escape
// does. What more than ASCII needs is beyondASCII.
var jsonEscapes = jsonEscapeTable()

// beyondASCII stands for a byte of a character that must be looked at.
const beyondASCII = 1

func jsonEscapeTable() (table [2 * jsonApostrophe][256]byte) {
	for s := range table {
		for c := range table[s] {
			switch spelling := jsonSpelling(s); {
			case c < utf8.RuneSelf:
				table[s][c] = spelling.escape(rune(c))
			case spelling&(jsonASCII|jsonHTML) != 0:
				table[s][c] = beyondASCII
			}
		}
	}
	return table
}

// Eight bytes at a time: every byte of ones is 1, of highs 0x80.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// isPlain8 says whether none of eight bytes is a control character, a quote or
// a backslash, which all spellings escape and the usual one nothing else.
func isPlain8(w uint64) bool {
	quote, back := w^'"'*ones, w^'\\'*ones
	return ((w-' '*ones)&^w|(quote-ones)&^quote|(back-ones)&^back)&highs == 0
}

// plainRun returns how many bytes at the beginning of a text are not escaped.
func (s jsonSpelling) plainRun(text []byte) int {
	table := &jsonEscapes[s]
	i := 0
	if s&^(jsonUpper|jsonLong) == 0 {
		for len(text)-i >= 8 && isPlain8(binary.LittleEndian.Uint64(text[i:])) {
			i += 8
		}
	}
	for ; i < len(text); i++ {
		c := text[i]
		if table[c] == 0 {
			continue
		}
		if table[c] != beyondASCII {
			return i
		}
		if !utf8.RuneStart(c) {
			continue
		}
		if r, _ := utf8.DecodeRune(text[i:]); s.escape(r) != 0 {
			return i
		}
	}
	return len(text)
}

// appendEscaped appends the body of the JSON string of a text, which is UTF-8,
// and says whether anything was escaped.
func (s jsonSpelling) appendEscaped(dst, text []byte) ([]byte, bool) {
	n := s.plainRun(text)
	if n == len(text) {
		return append(dst, text...), false
	}
	for {
		dst = append(dst, text[:n]...)
		if text = text[n:]; len(text) == 0 {
			return dst, true
		}
		r, size := rune(text[0]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text)
		}
		dst, text = s.appendEscape(dst, r), text[size:]
		n = s.plainRun(text)
	}
}

func (s jsonSpelling) appendEscape(dst []byte, r rune) []byte {
	if e := s.escape(r); e != 'u' {
		return append(dst, '\\', e)
	}
	if high, low := utf16.EncodeRune(r); r > 0xffff {
		dst = s.appendUnit(dst, high)
		r = low
	}
	return s.appendUnit(dst, r)
}

// appendUnit appends a unit of UTF-16 as \u and four digits.
func (s jsonSpelling) appendUnit(dst []byte, u rune) []byte {
	digits := "0123456789abcdef"
	if s&jsonUpper != 0 {
		digits = "0123456789ABCDEF"
	}
	return append(dst, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
}

// jsonHabits reads from the body of a JSON string what its writer's habits may
// be. Whether they are must be tried.
func jsonHabits(body []byte) (s jsonSpelling) {
	for {
		i := bytes.IndexByte(body, '\\')
		if i < 0 || i+1 >= len(body) {
			return s
		}
		c := body[i+1]
		body = body[i+2:]
		if c == '/' {
			s |= jsonSlash
		}
		if c != 'u' || len(body) < 4 {
			continue
		}
		if bytes.ContainsAny(body[:4], "ABCDEF") {
			s |= jsonUpper
		}
		text := event.Field{Kind: event.TextJSON, Data: append([]byte(`\u`), body[:4]...)}.AppendText(nil)
		r, _ := utf8.DecodeRune(text)
		switch {
		case r == '"':
			s |= jsonQuote
		case r == '\'':
			s |= jsonApostrophe
		case r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029:
			s |= jsonHTML
		case r < ' ' && bytes.IndexByte([]byte("\b\f\n\r\t"), byte(r)) >= 0:
			s |= jsonLong
		case r >= utf8.RuneSelf:
			s |= jsonASCII
		}
	}
}

// xmlSpelling is a set of habits in which writers of XML differ.
type xmlSpelling uint8

const (
	// xmlGreater: > is &gt;.
	xmlGreater xmlSpelling = 1 << iota
	// xmlQuote: " is &quot;.
	xmlQuote
	// xmlApostrophe: ' is &apos;.
	xmlApostrophe
	// xmlNumbers: " and ' are &#34; and &#39;.
	xmlNumbers
	// xmlSpaces: tab, line feed and carriage return are &#x9; &#xA; &#xD;.
	xmlSpaces
)

// escape returns what a byte is escaped as, "" if it is not.
func (s xmlSpelling) escape(c byte) string {
	switch {
	case c == '&':
		return "&amp;"
	case c == '<':
		return "&lt;"
	case c == '>' && s&xmlGreater != 0:
		return "&gt;"
	case c == '"' && s&xmlNumbers != 0:
		return "&#34;"
	case c == '\'' && s&xmlNumbers != 0:
		return "&#39;"
	case c == '"' && s&xmlQuote != 0:
		return "&quot;"
	case c == '\'' && s&xmlApostrophe != 0:
		return "&apos;"
	case c == '\t' && s&xmlSpaces != 0:
		return "&#x9;"
	case c == '\n' && s&xmlSpaces != 0:
		return "&#xA;"
	case c == '\r' && s&xmlSpaces != 0:
		return "&#xD;"
	}
	return ""
}

// appendEscaped appends a text, which is UTF-8, as character data, and says
// whether anything was escaped.
func (s xmlSpelling) appendEscaped(dst, text []byte) ([]byte, bool) {
	done := 0
	for i, c := range text {
		if e := s.escape(c); e != "" {
			dst = append(append(dst, text[done:i]...), e...)
			done = i + 1
		}
	}
	return append(dst, text[done:]...), done > 0
}

// xmlHabits reads from character data what its writer's habits may be.
func xmlHabits(body []byte) (s xmlSpelling) {
	for _, h := range [...]struct {
		text  string
		habit xmlSpelling
	}{
		{"&gt;", xmlGreater},
		{"&quot;", xmlQuote},
		{"&apos;", xmlApostrophe},
		{"&#34;", xmlNumbers},
		{"&#39;", xmlNumbers},
		{"&#x9;", xmlSpaces},
		{"&#xA;", xmlSpaces},
		{"&#xD;", xmlSpaces},
	} {
		if bytes.Contains(body, []byte(h.text)) {
			s |= h.habit
		}
	}
	return s
}
