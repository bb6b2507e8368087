package csvlog

import "bytes"

// RecordEnd returns where the record that begins at data[at] ends, its line end
// included. ok is false if it has no line end: data ends first, maybe inside
// quotes.
//
// Quotes are RFC 4180's: a cell that begins with one goes on to the next that
// is not doubled and ends the cell, over line ends and delimiters. A quote
// elsewhere is a character like any other.
func RecordEnd(data []byte, at int, delimiter byte) (end int, ok bool) {
	line := data[at:]
	n := bytes.IndexByte(line, '\n')
	if n >= 0 {
		line = line[:n+1]
	}
	if bytes.IndexByte(line, '"') < 0 {
		return at + len(line), n >= 0
	}
	end, closed := lineCells(data, at, delimiter)
	return end, closed && end > at && data[end-1] == '\n'
}

// Closed says whether the record that begins at data[at] is whole if nothing
// follows data: it does not end inside quotes.
func Closed(data []byte, at int, delimiter byte) bool {
	_, closed := lineCells(data, at, delimiter)
	return closed
}

// lineCells walks over the cells that begin at data[at] to the end of their
// record; closed is false if data ends inside quotes.
func lineCells(data []byte, at int, delimiter byte) (end int, closed bool) {
	for at < len(data) {
		if data[at] == '"' {
			after, closed := quotedEnd(data, at, delimiter)
			if !closed {
				return len(data), false
			}
			at = after
		} else {
			for at < len(data) && data[at] != delimiter && data[at] != '\n' {
				at++
			}
		}
		if at < len(data) && data[at] == '\r' { // after a closing quote
			at++
		}
		if at < len(data) && data[at] == '\n' {
			return at + 1, true
		}
		at++
	}
	return min(at, len(data)), true
}

// quotedEnd returns the place after the quote that closes the one at data[at]:
// one that is followed by a delimiter, a line end or nothing.
func quotedEnd(data []byte, at int, delimiter byte) (end int, closed bool) {
	for i := at + 1; ; {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return len(data), false
		}
		i += n + 1
		switch {
		case i < len(data) && data[i] == '"':
			i++
		case endsCell(data, i, delimiter):
			return i, true
		}
	}
}

// endsCell says whether a cell may end before data[i].
func endsCell(data []byte, i int, delimiter byte) bool {
	switch {
	case i == len(data), data[i] == delimiter, data[i] == '\n':
		return true
	case data[i] == '\r':
		return i+1 == len(data) || data[i+1] == '\n'
	default:
		return false
	}
}

// Cells cuts records into cells. The zero value is ready; what it returns is
// valid until its next use.
type Cells struct {
	cells   [][]byte
	scratch []byte // cells with doubled quotes
}

// Split returns the cells of a record, which is without its line end. Quotes
// around a cell are taken off and doubled ones undone; everything else is a
// slice of the record.
func (c *Cells) Split(record []byte, delimiter byte) [][]byte {
	c.cells, c.scratch = c.cells[:0], c.scratch[:0]
	for {
		if len(record) > 0 && record[0] == '"' {
			end, closed := quotedEnd(record, 0, delimiter)
			inner := record[1:]
			if closed {
				inner = record[1 : end-1]
			}
			c.cells = append(c.cells, c.single(inner))
			if end >= len(record) || record[end] != delimiter {
				return c.cells
			}
			record = record[end+1:]
			continue
		}
		n := bytes.IndexByte(record, delimiter)
		if n < 0 {
			c.cells = append(c.cells, record)
			return c.cells
		}
		c.cells = append(c.cells, record[:n])
		record = record[n+1:]
	}
}

// single returns text with each doubled quote made one.
func (c *Cells) single(text []byte) []byte {
	if !bytes.Contains(text, []byte(`""`)) {
		return text
	}
	from := len(c.scratch)
	for {
		n := bytes.Index(text, []byte(`""`))
		if n < 0 {
			c.scratch = append(c.scratch, text...)
			return c.scratch[from:len(c.scratch):len(c.scratch)]
		}
		c.scratch = append(c.scratch, text[:n+1]...)
		text = text[n+2:]
	}
}

// TrimEnd takes the line end off a record.
func TrimEnd(record []byte) []byte {
	if n := len(record); n > 0 && record[n-1] == '\n' {
		record = record[:n-1]
	}
	if n := len(record); n > 0 && record[n-1] == '\r' {
		record = record[:n-1]
	}
	return record
}

// Bare is [Cells.Split] where quotes mean nothing.
func (c *Cells) Bare(record []byte, delimiter byte) [][]byte {
	c.cells = c.cells[:0]
	for {
		n := bytes.IndexByte(record, delimiter)
		if n < 0 {
			c.cells = append(c.cells, record)
			return c.cells
		}
		c.cells = append(c.cells, record[:n])
		record = record[n+1:]
	}
}
