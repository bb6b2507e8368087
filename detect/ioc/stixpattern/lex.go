package stixpattern

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error says where in a pattern what is wrong.
type Error struct {
	// Line and Column count lines and characters from 1.
	Line, Column int
	Text         string
}

// Error writes "column 3: text", with the line if it is not the first.
func (e *Error) Error() string {
	if e.Line > 1 {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
	}
	return fmt.Sprintf("column %d: %s", e.Column, e.Text)
}

func errorAt(text string, offset int, format string, args ...any) *Error {
	before := text[:offset]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return &Error{Line: line, Column: column, Text: fmt.Sprintf(format, args...)}
}

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenKeyword
	tokenSign // operators and brackets
	tokenLiteral
)

// token is a piece of a pattern; its text is as written.
type token struct {
	kind    tokenKind
	text    string
	offset  int
	literal Literal
}

// keywords are the words that are no names.
var keywords = map[string]bool{
	"AND": true, "OR": true, "NOT": true, "FOLLOWEDBY": true, "LIKE": true, "MATCHES": true, "ISSUPERSET": true,
	"ISSUBSET": true, "EXISTS": true, "LAST": true, "IN": true, "START": true, "STOP": true, "SECONDS": true,
	"WITHIN": true, "REPEATS": true, "TIMES": true, "TRUE": true, "FALSE": true, "true": true, "false": true,
}

// lexer cuts a pattern into tokens.
type lexer struct {
	text string
	at   int
}

// next returns the next token.
func (l *lexer) next() (token, *Error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	if l.at == len(l.text) {
		return token{offset: l.at}, nil
	}
	rest := l.text[l.at:]
	switch c := rest[0]; {
	case c == '\'':
		return l.quoted(0)
	case strings.IndexByte("thb", c) >= 0 && len(rest) > 1 && rest[1] == '\'':
		return l.quoted(c)
	case isNameStart(c):
		return l.name(), nil
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.' && len(rest) > 1 && isDigit(rest[1]):
		return l.number()
	}
	for _, sign := range [...]string{"!=", "<>", "<=", ">=", "==", "=", "<", ">", "(", ")", "[", "]", ",", ":", ".", "*"} {
		if strings.HasPrefix(rest, sign) {
			return l.take(tokenSign, len(sign)), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return token{}, errorAt(l.text, l.at, "%q is no part of a pattern", r)
}

func (l *lexer) take(kind tokenKind, size int) token {
	t := token{kind: kind, text: l.text[l.at : l.at+size], offset: l.at}
	l.at += size
	return t
}

// skip passes blanks and comments.
func (l *lexer) skip() *Error {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case unicode.IsSpace(r):
			l.at += size
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return errorAt(l.text, l.at, "the comment has no end")
			}
			l.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

func (l *lexer) name() token {
	size := 1
	for rest := l.text[l.at:]; size < len(rest) && (isNameStart(rest[size]) || isDigit(rest[size]) || rest[size] == '-'); {
		size++
	}
	t := l.take(tokenName, size)
	switch {
	case t.text == "true", t.text == "false":
		t.kind, t.literal = tokenLiteral, Literal{Kind: Bool, Bool: t.text == "true"}
	case keywords[t.text]:
		t.kind = tokenKeyword
	}
	return t
}
