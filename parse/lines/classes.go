package lines

import "unicode/utf8"

// runOf returns how many bytes at the start of data may belong to a class.
func runOf(c class, data []byte) int {
	n := 0
	for n < len(data) && belongs(c, data[n], n) {
		n++
	}
	return n
}

func belongs(c class, b byte, at int) bool {
	switch c {
	case integer:
		return isDigit(b) || at == 0 && b == '-'
	case decimal:
		return isDigit(b) || b == '.' || at == 0 && b == '-'
	case hexadecimal:
		return isHex(b) || at == 1 && b == 'x'
	case address:
		return isHex(b) || b == '.' || b == ':'
	case hostname:
		return isDigit(b) || isLetter(b) || b == '.' || b == '-' || b == '_' || b == ':' || b >= 0x80
	}
	return false
}

// valid says whether a whole value is of its class, where the characters alone
// do not say so.
func valid(c class, b []byte) bool {
	switch c {
	case address:
		return isAddress(b)
	case integer, decimal:
		return isDigit(b[len(b)-1])
	}
	return true
}

// isAddress says whether b is an IPv4 or IPv6 address (RFC 4291 section 2.2,
// without zone). It is exact for IPv4 and checks groups and their number for
// IPv6.
func isAddress(b []byte) bool {
	colons, double, group := 0, false, 0
	for i, c := range b {
		switch {
		case c == ':':
			if i > 0 && b[i-1] == ':' {
				if double {
					return false
				}
				double = true
			}
			colons, group = colons+1, 0
		case c == '.':
			return isIPv4(b[i-group:]) && (colons == 0 && i == group || colons > 1)
		case isHex(c):
			if group++; group > 4 {
				return false
			}
		default:
			return false
		}
	}
	if colons < 2 || colons > 7 || len(b) < 2 || !double && colons != 7 {
		return false
	}
	return (b[0] != ':' || b[1] == ':') && (b[len(b)-1] != ':' || b[len(b)-2] == ':')
}

func isIPv4(b []byte) bool {
	groups, value, digits := 0, 0, 0
	for _, c := range b {
		switch {
		case isDigit(c):
			value, digits = 10*value+int(c-'0'), digits+1
			if digits > 3 || value > 255 {
				return false
			}
		case c == '.' && digits > 0:
			groups, value, digits = groups+1, 0, 0
		default:
			return false
		}
	}
	return groups == 3 && digits > 0
}

// inCharacter says whether a place is between the bytes of one UTF-8 character,
// where no capture may end. Bytes that are not UTF-8 are characters each.
func inCharacter(data []byte, at int) bool {
	if at >= len(data) || utf8.RuneStart(data[at]) {
		return false
	}
	for start := at - 1; start >= max(at-utf8.UTFMax+1, 0); start-- {
		if utf8.RuneStart(data[start]) {
			_, n := utf8.DecodeRune(data[start:])
			return start+n > at
		}
	}
	return false
}

func wordRun(data []byte) int {
	n := 0
	for n < len(data) && !isBlank(data[n]) {
		n++
	}
	return n
}

func blankRun(data []byte) int {
	n := 0
	for n < len(data) && isBlank(data[n]) {
		n++
	}
	return n
}

func isBlank(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool  { return c-'0' < 10 }
func isLetter(c byte) bool { return (c|0x20)-'a' < 26 }
func isHex(c byte) bool    { return isDigit(c) || (c|0x20)-'a' < 6 }
