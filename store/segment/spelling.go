package segment

import (
	"bytes"
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
	// jsonQuotes: " and ' are \u….
	jsonQuotes
)

// escape returns how a character is escaped: 0 not at all, 'u' as \u…, else by
// the letter after the backslash.
func (s jsonSpelling) escape(r rune) byte {
	switch {
	case r == '\\':
		return '\\'
	case r == '"':
		if s&jsonQuotes != 0 {
			return 'u'
		}
		return '"'
	case r == '\'' && s&jsonQuotes != 0:
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

// isPlain says whether no character of a text is escaped.
func (s jsonSpelling) isPlain(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	if s&^jsonUpper&^jsonLong == 0 {
		return true
	}
	for _, r := range string(text) {
		if s.escape(r) != 0 {
			return false
		}
	}
	return true
}

// appendEscaped appends the body of the JSON string of a text, which is UTF-8.
func (s jsonSpelling) appendEscaped(dst, text []byte) []byte {
	done := 0
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			if s&(jsonASCII|jsonHTML) == 0 {
				i++
				continue
			}
			r, n = utf8.DecodeRune(text[i:])
		}
		e := s.escape(r)
		if e == 0 {
			i += n
			continue
		}
		dst = append(dst, text[done:i]...)
		i += n
		done = i
		if e != 'u' {
			dst = append(dst, '\\', e)
			continue
		}
		if high, low := utf16.EncodeRune(r); r > 0xffff {
			dst = s.appendUnit(dst, high)
			r = low
		}
		dst = s.appendUnit(dst, r)
	}
	return append(dst, text[done:]...)
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
		case r == '"' || r == '\'':
			s |= jsonQuotes
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

func (s xmlSpelling) isPlain(text []byte) bool {
	for _, c := range text {
		if s.escape(c) != "" {
			return false
		}
	}
	return true
}

func (s xmlSpelling) appendEscaped(dst, text []byte) []byte {
	for _, c := range text {
		if e := s.escape(c); e != "" {
			dst = append(dst, e...)
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// xmlHabits reads from character data what its writer's habits may be.
func xmlHabits(body []byte) (s xmlSpelling) {
	for _, h := range [...]struct {
		text  string
		habit xmlSpelling
	}{
		{"&gt;", xmlGreater}, {"&quot;", xmlQuote}, {"&apos;", xmlApostrophe},
		{"&#34;", xmlNumbers}, {"&#39;", xmlNumbers}, {"&#x9;", xmlSpaces}, {"&#xA;", xmlSpaces}, {"&#xD;", xmlSpaces},
	} {
		if bytes.Contains(body, []byte(h.text)) {
			s |= h.habit
		}
	}
	return s
}
