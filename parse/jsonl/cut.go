package jsonl

import "bytes"

// cutter finds ends of records by following strings and brackets. It takes the
// bytes of one block, which may grow between calls, and goes on where it was.
type cutter struct {
	at     int // how far it has read
	depth  int // of objects and arrays, 0 between records
	text   bool
	other  bool // in a line that is no record
	last   int  // the place after the last whole record
	single bool // stop after the first
}

// cut returns the place after the last whole record in data.
func (c *cutter) cut(data []byte) int {
	for c.at < len(data) && (!c.single || c.last == 0) {
		switch {
		case c.text:
			c.inText(data)
		case c.other:
			c.inOther(data)
		case c.depth == 0:
			c.between(data)
		default:
			c.inside(data)
		}
	}
	return c.last
}

// first returns the place after the first whole record in data.
func (c *cutter) first(data []byte) int {
	c.single = true
	return c.cut(data)
}

// between reads up to the next record; a line that does not begin with one is
// a record by itself.
func (c *cutter) between(data []byte) {
	switch data[c.at] {
	case '{':
		c.depth = 1
		c.at++
	case '\n':
		c.at++
		c.last = c.at
	case ' ', '\t', '\r', '[', ']', ',':
		c.at++
	default:
		c.other = true
	}
}

// inOther reads up to the end of the line.
func (c *cutter) inOther(data []byte) {
	n := bytes.IndexByte(data[c.at:], '\n')
	if n < 0 {
		c.at = len(data)
		return
	}
	c.at += n
	c.other = false
}

// inside reads up to the next quote or bracket.
func (c *cutter) inside(data []byte) {
	for i := c.at; i < len(data); i++ {
		switch data[i] {
		case '"':
			c.text, c.at = true, i+1
			return
		case '{', '[':
			c.depth++
		case '}', ']':
			if c.depth--; c.depth == 0 {
				c.at, c.last = i+1, i+1
				return
			}
		}
	}
	c.at = len(data)
}

// inText reads up to the end of a string. A line end in it means that the
// record is broken: it ends there.
func (c *cutter) inText(data []byte) {
	for c.at < len(data) {
		c.at = plainRun(data, c.at)
		switch {
		case c.at >= len(data):
			return
		case data[c.at] == '\\':
			c.at += 2
			continue
		case data[c.at] == '\n':
			c.text, c.depth, c.last = false, 0, c.at+1
		case data[c.at] == '"':
			c.text = false
		default:
			c.at++
			continue
		}
		c.at++
		return
	}
}
