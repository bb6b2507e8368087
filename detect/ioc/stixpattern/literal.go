package stixpattern

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// quoted reads a text in quotes, before which prefix says its kind, 0 none.
func (l *lexer) quoted(prefix byte) (token, *Error) {
	start := l.at
	if prefix != 0 {
		l.at++
	}
	text, err := l.quotedText()
	if err != nil {
		return token{}, err
	}
	t := token{kind: tokenLiteral, text: l.text[start:l.at], offset: start}
	switch prefix {
	case 0:
		t.literal = Literal{Text: text}
		return t, nil
	case 't':
		at, failed := time.Parse("2006-01-02T15:04:05Z", text)
		// time.Parse takes T1:00:00 and a comma too.
		if failed != nil || !strings.HasPrefix(text, at.Format("2006-01-02T15:04:05")) || strings.HasSuffix(text, ".Z") || strings.Contains(text, ",") {
			return token{}, errorAt(l.text, start, "%s is no time as t'2024-01-31T12:00:00Z'", t.text)
		}
		t.literal = Literal{Kind: Timestamp, Time: at}
	case 'h':
		b, failed := hex.DecodeString(text)
		if failed != nil {
			return token{}, errorAt(l.text, start, "%s is not an even number of hexadecimal digits", t.text)
		}
		t.literal = Literal{Kind: Hex, Bytes: b}
	default:
		b, failed := base64.StdEncoding.Strict().DecodeString(text)
		if failed != nil || strings.ContainsAny(text, "\r\n") {
			return token{}, errorAt(l.text, start, "%s is not Base64", t.text)
		}
		t.literal = Literal{Kind: Binary, Bytes: b}
	}
	return t, nil
}

// quotedText reads what stands between quotes. A backslash stands before a
// quote or a backslash, and nowhere else.
func (l *lexer) quotedText() (string, *Error) {
	start := l.at
	var b []byte
	for i := start + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '\'':
			l.at = i + 1
			if !utf8.Valid(b) {
				return "", errorAt(l.text, start, "the text is not UTF-8")
			}
			return string(b), nil
		case c == '\\' && i+1 < len(l.text) && (l.text[i+1] == '\'' || l.text[i+1] == '\\'):
			i++
			b = append(b, l.text[i])
		case c == '\\':
			return "", errorAt(l.text, i, `a backslash stands for itself only when doubled (\\)`)
		default:
			b = append(b, c)
		}
	}
	return "", errorAt(l.text, start, "the text has no closing quote")
}

// number reads 5, -5, +5, 0.5 and .5.
func (l *lexer) number() (token, *Error) {
	rest := l.text[l.at:]
	size := 0
	if rest[0] == '-' || rest[0] == '+' {
		size++
	}
	whole := size
	for size < len(rest) && isDigit(rest[size]) {
		size++
	}
	digits := rest[whole:size]
	point := size+1 < len(rest) && rest[size] == '.' && isDigit(rest[size+1])
	if point {
		for size++; size < len(rest) && isDigit(rest[size]); {
			size++
		}
	}
	t := l.take(tokenLiteral, size)
	var err error
	switch {
	case digits == "" && !point:
		return token{}, errorAt(l.text, t.offset, "%q is no number", t.text)
	case point:
		t.literal.Kind = Float
		t.literal.Float, err = strconv.ParseFloat(t.text, 64)
	case len(digits) > 1 && digits[0] == '0':
		return token{}, errorAt(l.text, t.offset, "the number %s begins with 0", t.text)
	default:
		t.literal.Kind = Int
		t.literal.Int, err = strconv.ParseInt(t.text, 10, 64)
	}
	if err != nil {
		return token{}, errorAt(l.text, t.offset, "the number %s is too large", t.text)
	}
	return t, nil
}
