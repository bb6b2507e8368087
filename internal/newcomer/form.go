package newcomer

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// writer makes the values of one source. It is used by one goroutine.
type writer struct {
	random  *rand.Rand
	now     time.Time
	users   []string
	hosts   []string
	outside []string // addresses
	sites   []string
}

func newWriter(seed uint64, source int) *writer {
	w := &writer{
		random: rand.New(rand.NewPCG(seed, uint64(source))), //nolint:gosec // repeatable, not secret
		now:    time.Date(2026, time.February, 2, 5, 0, 0, 0, time.UTC),
	}
	for i := range 400 {
		w.users = append(w.users, string(rune('a'+i%26))+"."+w.word())
	}
	for i := range 250 {
		w.hosts = append(w.hosts, "ws"+strconv.Itoa(100+i))
	}
	for range 3000 {
		net := []string{"192.0.2.", "198.51.100.", "203.0.113."}[w.random.IntN(3)]
		w.outside = append(w.outside, net+strconv.Itoa(1+w.random.IntN(254)))
		w.sites = append(w.sites, w.word()+"."+w.word()+[]string{".example", ".example.net", ".example.org"}[w.random.IntN(3)])
	}
	return w
}

const consonants, vowels = "bcdfghklmnprstvz", "aeiou"

// word makes a word that can be said.
func (w *writer) word() string {
	var b []byte
	for range 2 + w.random.IntN(2) {
		b = append(b, consonants[w.random.IntN(len(consonants))], vowels[w.random.IntN(len(vowels))])
	}
	return string(b)
}

// often picks from a list, the first ones much more often than the last, as in
// real logs.
func (w *writer) often(from []string) string {
	at := w.random.Float64()
	return from[int(at*at*at*float64(len(from)))]
}

// A part of a form appends its text.
type part func(w *writer, dst []byte) []byte

// form is a record's text with values in it.
type form []part

// parse reads a form: text in which {user}, {host}, {in}, {out}, {site}, {word},
// {port}, {hex:N} and {n:MAX} are values, {time:LAYOUT} is the record's time and
// {epoch} the same as seconds since 1970, {a|b|c} one of the given texts. "{{" is
// a brace of its own.
func parse(text string) (f form) {
	for text != "" {
		at := strings.IndexByte(text, '{')
		switch {
		case at < 0:
			return append(f, fixed(text))
		case strings.HasPrefix(text[at:], "{{"):
			f, text = append(f, fixed(text[:at+1])), text[at+2:]
		default:
			end := at + strings.IndexByte(text[at:], '}')
			f, text = append(f, fixed(text[:at]), value(text[at+1:end])), text[end+1:]
		}
	}
	return f
}

func (f form) append(w *writer, dst []byte) []byte {
	for _, p := range f {
		dst = p(w, dst)
	}
	return dst
}

func fixed(text string) part {
	return func(_ *writer, dst []byte) []byte { return append(dst, text...) }
}

// value returns what a value in braces is made by.
func value(name string) part {
	name, argument, _ := strings.Cut(name, ":")
	switch name {
	case "user":
		return func(w *writer, dst []byte) []byte { return append(dst, w.often(w.users)...) }
	case "host":
		return func(w *writer, dst []byte) []byte { return append(dst, w.often(w.hosts)...) }
	case "site":
		return func(w *writer, dst []byte) []byte { return append(dst, w.often(w.sites)...) }
	case "out":
		return func(w *writer, dst []byte) []byte { return append(dst, w.often(w.outside)...) }
	case "in":
		return func(w *writer, dst []byte) []byte {
			return strconv.AppendInt(append(dst, "10.20.0."...), 1+w.random.Int64N(250), 10)
		}
	case "word":
		return func(w *writer, dst []byte) []byte { return append(dst, w.word()...) }
	case "port":
		return func(w *writer, dst []byte) []byte { return strconv.AppendInt(dst, 32768+w.random.Int64N(28000), 10) }
	case "hex":
		n, _ := strconv.Atoi(argument)
		return func(w *writer, dst []byte) []byte { return w.hex(dst, n) }
	case "n":
		most, _ := strconv.ParseInt(argument, 10, 64)
		return func(w *writer, dst []byte) []byte { return strconv.AppendInt(dst, w.random.Int64N(most), 10) }
	case "time":
		return func(w *writer, dst []byte) []byte { return w.now.AppendFormat(dst, argument) }
	case "epoch":
		return func(w *writer, dst []byte) []byte {
			return strconv.AppendFloat(dst, float64(w.now.UnixMicro())/1e6, 'f', 6, 64)
		}
	}
	choices := strings.Split(strings.TrimSuffix(name+":"+argument, ":"), "|")
	return func(w *writer, dst []byte) []byte { return append(dst, choices[w.random.IntN(len(choices))]...) }
}

func (w *writer) hex(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, "0123456789abcdef"[w.random.IntN(16)])
	}
	return dst
}
