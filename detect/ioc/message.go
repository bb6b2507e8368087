package ioc

import "fmt"

// Message says what of an indicator file was not used, and where.
type Message struct {
	File string
	// Line counts from 1; 0 is the whole file.
	Line int
	Text string
}

// String writes "file:line: text".
func (m Message) String() string {
	if m.Line == 0 {
		return m.File + ": " + m.Text
	}
	return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Text)
}
