package winxml

import (
	"bytes"
	"errors"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// ErrNotEvent reports text between events that is none.
var ErrNotEvent = errors.New("no Windows event")

// Format is the [parse.Format] of Windows event XML. Its zero value is ready.
type Format struct{}

// Name returns "winxml".
func (Format) Name() string { return "winxml" }

// Recognise is sure of text that begins like XML and has an <Event> in it.
func (Format) Recognise(head []byte) (confidence float64, reason string) {
	text := bytes.TrimLeft(parse.TextHead(head), " \t\r\n")
	if len(text) == 0 || text[0] != '<' {
		return 0, "no < at the beginning"
	}
	switch at := findEvent(text); {
	case at < 0:
		return 0, "no <Event> near the beginning"
	case bytes.Contains(text[at:min(len(text), at+256)], []byte("schemas.microsoft.com/win/2004/08/events")):
		return 0.95, "Windows event XML"
	default:
		return 0.6, "an <Event> near the beginning"
	}
}

// findEvent returns the place of the first event's start tag, -1 if there is
// none.
func findEvent(data []byte) int {
	for at := 0; ; at += len(startTag) {
		n := bytes.Index(data[at:], []byte(startTag))
		if n < 0 {
			return -1
		}
		if at += n; beginsEvent(data[at:]) {
			return at
		}
	}
}

// Split implements [parse.Format].
func (Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	return blocks.New(r, src, rules{}, blocks.DefaultSizes())
}

// NewDecoder implements [parse.Format].
func (Format) NewDecoder(names *event.Names) parse.Decoder { return newDecoder(names) }

// rules cut between an event's end and the next one's beginning; see
// [blocks.Rules].
type rules struct{}

// Start implements [blocks.Rules].
func (rules) Start(head []byte) []byte {
	if at := findEvent(head); at >= 0 {
		return head[at:eventEnd(head, at)]
	}
	return head
}

// Cut implements [blocks.Rules].
func (rules) Cut(data []byte, _, hasty bool) int {
	for end := len(data); ; {
		at := bytes.LastIndex(data[:end], []byte(startTag))
		if at <= 0 {
			break
		}
		if bytes.HasSuffix(bytes.TrimRight(data[:at], " \t\r\n"), []byte(endTag)) && beginsEvent(data[at:]) {
			return at
		}
		end = at
	}
	switch {
	case !hasty:
		return 0
	case bytes.Contains(data, []byte(endTag)):
		return bytes.LastIndex(data, []byte(endTag)) + len(endTag)
	case findEvent(data) >= 0:
		return 0 // one event, and a long one
	default:
		return bytes.LastIndexByte(data, '\n') + 1
	}
}

// End implements [blocks.Ending].
func (rules) End(data []byte) int {
	if at := bytes.LastIndex(data, []byte(endTag)); at >= 0 {
		return at + len(endTag)
	}
	return 0
}
