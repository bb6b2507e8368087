package lines

import (
	"bytes"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// Options say what the records themselves do not.
type Options struct {
	// Set are the parsers; nil means the embedded ones.
	Set *Set
	// Zone is the zone of times that name none; nil means that they are taken
	// as UTC and tagged.
	Zone *time.Location
}

// Format is the [parse.Format] of text logs. Its zero value uses the embedded
// parsers. It is comparable.
type Format struct{ Options }

// Name returns "lines".
func (Format) Name() string { return "lines" }

// set returns the parsers to use; an empty set if the embedded ones cannot be
// read, which a test excludes.
func (f Format) set() *Set {
	if f.Set != nil {
		return f.Set
	}
	s, err := embedded()
	if err != nil {
		return &Set{}
	}
	return s
}

// Confidences of Recognise. A mixed file is surer than its JSON lines alone.
const (
	sureMixed  = 0.96
	sureKnown  = 0.75
	sureHeader = 0.65
	sureText   = 0.55
	// Unsure is the least confidence with which a format is taken: the source is
	// text, and nothing else is known of it.
	Unsure = 0.5
)

// headRecords is how many records of a head are looked at.
const headRecords = 40

// Recognise is sure of text of which a parser knows a record, less so if it
// knows no more than the header, and [Unsure] of other text, of which each line
// is a record that no parser took. JSON or XML alone it leaves to others.
func (f Format) Recognise(head []byte) (confidence float64, reason string) {
	whole := len(head) < 4<<10
	head = parse.TextHead(head)
	if !isText(head) || isDocument(head) {
		return 0, "no text"
	}
	if n := bytes.LastIndexByte(head, '\n'); n > 0 && !whole {
		head = head[:n+1] // what the head cuts off is no record
	}
	if isMarkup(head) && !mayCarry(head) { // others are surer, and reading the parsers can wait
		return 0, "nothing but JSON or XML"
	}
	seen := f.look(head)
	switch few := 2*(seen.text+seen.json+seen.xml+seen.carried) < seen.unknown; {
	case few && seen.text+seen.json+seen.xml+seen.carried > 0: // a document that quotes records, mostly
		return Unsure, "is text, of which a parser knows too little"
	case seen.carried > 0:
		return sureMixed, "has JSON objects that carry lines that a parser knows: " + seen.name
	case seen.text > 0 && seen.json > 0:
		return sureMixed, "has both JSON objects and text that a parser knows: " + seen.name
	case seen.text > 0 && seen.known > 0:
		return sureKnown, "has records that a parser knows: " + seen.name
	case seen.text > 0:
		return sureHeader, "has records with a syslog header"
	}
	switch {
	case seen.unknown == 0:
		return 0, "no text that a parser knows"
	case seen.json == 0 && seen.xml == 0 && seen.timed > 0 && 2*seen.timed >= seen.unknown:
		return sureText, "is text that no parser knows, with times in it"
	default:
		return Unsure, "is text that no parser knows"
	}
}

// looked says how many records of which kind a head has.
type looked struct {
	json, xml   int
	carried     int // JSON objects with a line in them
	text, known int // with a parser, with more than a header
	unknown     int
	timed       int    // of unknown, with a time of day
	name        string // of the first parser that knew a record
}

func (f Format) look(head []byte) (seen looked) {
	f.set().probe(func(d *decoder) { seen = d.look(head) })
	return seen
}

func (d *decoder) look(head []byte) (seen looked) {
	b := &parse.Block{Data: head, Record: 1, Source: &event.Source{}}
	n := 0
	d.Decode(b, func(e *event.Event) bool {
		switch {
		case e.Schema == parse.Unparsed:
			seen.unknown++
			if hasClock(e.Raw) {
				seen.timed++
			}
		case d.carried:
			seen.carried++
			seen.name = e.Schema
		case e.Raw[0] == '{':
			seen.json++
		case e.Raw[0] == '<' && !isDigit(e.Raw[1]):
			seen.xml++
		default:
			seen.text++
			if e.Schema != "syslog" {
				if seen.known++; seen.name == "" {
					seen.name = e.Schema
				}
			}
		}
		n++
		return n < headRecords
	}, func(parse.Problem) {})
	return seen
}

// isMarkup says whether every line begins as JSON or XML does.
func isMarkup(head []byte) bool {
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '{' && (line[0] != '<' || len(line) > 1 && isDigit(line[1])) {
			return false
		}
	}
	return true
}

// hasClock says whether a line has a time of day near its beginning.
func hasClock(line []byte) bool {
	line = line[:min(len(line), 128)]
	for i := 2; i+3 < len(line); i++ {
		if line[i] == ':' && isDigit(line[i-1]) && isDigit(line[i-2]) && isDigit(line[i+1]) && isDigit(line[i+2]) && line[i+3] == ':' {
			return true
		}
	}
	return false
}

// isText says whether the bytes are characters: hardly any control characters
// among them, and no more zero bytes than a crash leaves in a log. What is not
// UTF-8 may be in a code page of eight bits, if it has no control character at
// all.
func isText(head []byte) bool {
	zeros := bytes.Count(head, []byte{0})
	controls, broken := 0, 0
	for i := 0; i < len(head); {
		c := head[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != 0 && !isBlank(c) && c != 0x1b && c != '\f' && c != 0x1d {
				controls++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && n == 1 && len(head)-i >= utf8.UTFMax {
			broken++
		}
		i += n
	}
	letters := len(head) - zeros
	if letters < minLetters && zeros+broken > 0 || 2*zeros > len(head) || zeros > 0 && controls > 0 {
		return false
	}
	return letters > 0 && controls*100 <= letters && (broken*10 <= letters || controls+zeros == 0)
}

// isDocument says whether a head is that of a picture or a document whose
// beginning may look like text.
func isDocument(head []byte) bool {
	for _, magic := range []string{"\x89PNG", "GIF87a", "GIF89a", "\xff\xd8\xff", "%PDF-", "%!PS-Adobe", "{\\rtf"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// minLetters is how many bytes text has of which some are no characters: fewer
// may look like text by chance.
const minLetters = 64

// Split implements [parse.Format].
func (f Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	if src.Written.IsZero() {
		src.Written = writtenAt(src.Path)
	}
	rules := &rules{format: f}
	return splitter{blocks.New(r, src, rules, blocks.DefaultSizes()), rules}
}

// writtenAt returns when a file was last written; now for what is no file,
// since it is being written.
func writtenAt(path string) time.Time {
	if info, err := os.Stat(path); err == nil {
		return info.ModTime().UTC()
	}
	return time.Now().UTC()
}

// NewDecoder implements [parse.Format].
func (f Format) NewDecoder(names *event.Names) parse.Decoder {
	return newDecoder(f.set(), names, f.Zone)
}

// splitter adds to each block how the records of its source begin.
type splitter struct {
	*blocks.Splitter
	rules *rules
}

// Next implements [parse.Splitter].
func (s splitter) Next(b *parse.Block) error {
	err := s.Splitter.Next(b)
	b.Head = s.rules.head()
	return err
}

// rules cut text where a record begins; see [blocks.Rules].
type rules struct {
	format Format
	starts starts
	parser string // that says how records begin
}

// Start implements [blocks.Rules].
func (r *rules) Start(head []byte) []byte {
	first := head[:min(len(head), HeadSize)]
	r.format.set().probe(func(d *decoder) {
		d.Decode(&parse.Block{Data: first, Record: 1, Source: &event.Source{}}, func(*event.Event) bool {
			if p := d.last; p != nil && p.compiled.begins != nil {
				r.starts.expression, r.parser = p.compiled.begins, p.Name
			}
			return false
		}, func(parse.Problem) {})
	})
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte{'\n'})
	r.starts.indented = indent(line) > 0
	return bytes.TrimRight(line, "\r")
}

// head is what the decoder of a block must know of the source: the parser that
// says how records begin, and before it a blank if records begin with one.
func (r *rules) head() []byte {
	switch {
	case r.starts.indented:
		return []byte(" " + r.parser)
	case r.parser != "":
		return []byte(r.parser)
	}
	return nil
}

// known is [starts.known] of the rules: it asks a decoder of their own.
func (r *rules) known(line []byte) (known bool) {
	r.format.set().probe(func(d *decoder) {
		d.block = &parse.Block{Source: &event.Source{}}
		known = d.known(line)
	})
	return known
}

// HeadSize is how much of a source is looked at for how its records begin.
const HeadSize = 16 << 10

// Cut implements [blocks.Rules].
func (r *rules) Cut(data []byte, _, hasty bool) int {
	for end := len(data); ; {
		n := bytes.LastIndexByte(data[:end], '\n')
		if n < 0 {
			break
		}
		if n+1 < len(data) && r.starts.record(data[n+1:], r.known) {
			return n + 1
		}
		end = n
	}
	if hasty {
		return bytes.LastIndexByte(data, '\n') + 1
	}
	return 0
}
