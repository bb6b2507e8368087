package archivegen

import (
	"strconv"
	"strings"
	"time"
)

// A part of a form appends its text.
type part func(s *state, dst []byte) []byte

// form is a record's text with values in it.
type form struct {
	weight int // of 1<<14 records
	parts  []part
	// starts says that the record begins a process.
	starts bool
}

// compile reads a form: text in which values stand in braces; "{{" is a brace of
// its own. See valueOf for the values.
func compile(weight int, text string) form {
	f := form{weight: weight, starts: strings.Contains(text, "{cmd}")}
	fixed := func(text string) {
		if text != "" {
			f.parts = append(f.parts, func(_ *state, dst []byte) []byte { return append(dst, text...) })
		}
	}
	var literal strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '{')
		switch {
		case at < 0:
			literal.WriteString(text)
			text = ""
		case strings.HasPrefix(text[at:], "{{"):
			literal.WriteString(text[:at+1])
			text = text[at+2:]
		default:
			end := at + strings.IndexByte(text[at:], '}')
			literal.WriteString(text[:at])
			fixed(literal.String())
			literal.Reset()
			f.parts = append(f.parts, valueOf(text[at+1:end]))
			text = text[end+1:]
		}
	}
	fixed(literal.String())
	return f
}

// valueOf returns what makes a value in braces: a fact of the record's host,
// account, process or site, {hex:N}, {n:MAX}, {a|b|c} for one of several texts.
func valueOf(name string) part {
	if p := ofRecord(name); p != nil {
		return p
	}
	name, argument, _ := strings.Cut(name, ":")
	n, _ := strconv.Atoi(argument)
	switch name {
	case "hex":
		return func(s *state, dst []byte) []byte { return s.hex(dst, n) }
	case "n":
		return func(s *state, dst []byte) []byte { return strconv.AppendUint(dst, s.random.Uint64N(uint64(n)), 10) }
	case "handle":
		return func(s *state, dst []byte) []byte {
			return strconv.AppendUint(append(dst, "0x"...), s.random.Uint64N(uint64(n)), 16)
		}
	}
	choices := strings.Split(name, "|")
	return func(s *state, dst []byte) []byte { return append(dst, choices[s.random.IntN(len(choices))]...) }
}

func ofRecord(name string) part {
	switch name {
	case "host":
		return func(s *state, dst []byte) []byte { return append(dst, s.host.name...) }
	case "ip":
		return func(s *state, dst []byte) []byte { return append(dst, s.host.address...) }
	case "user":
		return func(s *state, dst []byte) []byte { return append(dst, s.user.user...) }
	case "sid":
		return func(s *state, dst []byte) []byte { return append(dst, s.user.sid...) }
	case "record":
		return func(s *state, dst []byte) []byte { return strconv.AppendInt(dst, s.record, 10) }
	case "port":
		return func(s *state, dst []byte) []byte { return strconv.AppendUint(dst, 49152+s.random.Uint64N(16000), 10) }
	case "word":
		return func(s *state, dst []byte) []byte { return append(dst, s.words[s.random.IntN(len(s.words))]...) }
	case "agent":
		return func(s *state, dst []byte) []byte { return append(dst, s.agents[skewed(s.random, len(s.agents))]...) }
	case "library":
		return func(s *state, dst []byte) []byte { return append(dst, s.libraries[skewed(s.random, libraryCount)]...) }
	case "inside":
		return func(s *state, dst []byte) []byte {
			return append(dst, s.hosts[20*s.random.IntN(hostCount/20)].address...)
		}
	}
	if p := ofTime(name); p != nil {
		return p
	}
	if p := ofProcess(name); p != nil {
		return p
	}
	return ofSite(name)
}

func ofTime(name string) part {
	switch name {
	case "time":
		return func(s *state, dst []byte) []byte { return append(s.clock(append(append(dst, s.day...), 'T')), 'Z') }
	case "utc":
		return func(s *state, dst []byte) []byte { return s.clock(append(append(dst, s.day...), ' ')) }
	case "second":
		return func(s *state, dst []byte) []byte {
			dst = s.clock(append(append(dst, s.day...), 'T'))
			return dst[:len(dst)-len(".000")]
		}
	case "epoch":
		return func(s *state, dst []byte) []byte {
			dst = strconv.AppendInt(dst, s.midnight+int64(s.at/time.Second), 10)
			return padded(append(dst, '.'), int(s.at%time.Second/time.Microsecond), 6)
		}
	case "epochms":
		return func(s *state, dst []byte) []byte {
			dst = strconv.AppendInt(dst, s.midnight+int64(s.at/time.Second), 10)
			return padded(append(dst, '.'), int(s.at%time.Second/time.Millisecond), 3)
		}
	}
	return nil
}

// clock appends the time of day to the millisecond.
func (s *state) clock(dst []byte) []byte {
	ms := int(s.at / time.Millisecond)
	dst = append(padded(dst, ms/3_600_000, 2), ':')
	dst = append(padded(dst, ms/60_000%60, 2), ':')
	dst = append(padded(dst, ms/1000%60, 2), '.')
	return padded(dst, ms%1000, 3)
}

// padded appends a number in so many digits.
func padded(dst []byte, n, digits int) []byte {
	at := len(dst)
	dst = append(dst, "000000"[:digits]...)
	for i := at + digits - 1; n > 0 && i >= at; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

func (s *state) hex(dst []byte, n int) []byte {
	for n > 0 {
		v := s.random.Uint64()
		for range min(n, 16) {
			dst = append(dst, "0123456789abcdef"[v&15])
			v >>= 4
		}
		n -= 16
	}
	return dst
}
