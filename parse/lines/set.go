package lines

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dwell-project/dwell/event"
)

//go:embed parsers/*.yml
var files embed.FS

// Set is a list of parsers, ready for use. It does not change and is safe for
// concurrent use.
type Set struct {
	parsers    []*Parser
	own        int // how many of them are the user's
	programs   map[string][]*Parser
	specific   []*Parser   // told by what stands in the text, in the order of asking
	candidates []candidate // of specific
	general    []*Parser   // asked last
	framed     []*Parser   // told by how the text begins, asked before others
	syslog     *Parser     // takes what has a header and nothing else
	probes     sync.Pool   // of *decoder, for looking at how sources begin
}

// compiled is what Parser's parts become.
type compiled struct {
	messages []compiledMessage
	literals [][][]byte
	grams    [][]gram // of literals
	without  [][]byte
	prefixes [][]byte
	begins   *regexp.Regexp
	missing  map[string]bool
	zones    []*time.Location // of Times, nil if none is named
	derive   []*pattern
}

type compiledMessage struct {
	pattern *pattern
	regexp  *regexp.Regexp
	names   []string // of the captures or groups
	bare    bool
	grams   []gram // that a text must have
}

// embedded reads the parsers that come with the program, once.
var embedded = sync.OnceValues(func() (*Set, error) { return Load() })

// Load returns the embedded parsers and those of the user's files, which are
// asked before the embedded ones and replace those of the same name. Each path
// is a file or a folder, of which the files with the ending .yml or .yaml are
// read.
func Load(paths ...string) (*Set, error) {
	var all []*Parser
	for _, p := range paths {
		more, err := readPath(p)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	own := len(all)
	names, err := fs.Glob(files, "parsers/*.yml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		more, err := Read(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, p := range more {
			if !slices.ContainsFunc(all[:own], func(o *Parser) bool { return o.Name == p.Name }) {
				all = append(all, p)
			}
		}
	}
	s, err := NewSet(all)
	if err != nil {
		return nil, err
	}
	s.own = own
	return s, nil
}

func readPath(path string) ([]*Parser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	paths := []string{path}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		paths = nil
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); ext == ".yml" || ext == ".yaml" {
				paths = append(paths, filepath.Join(path, e.Name()))
			}
		}
	}
	var all []*Parser
	for _, p := range paths {
		text, err := readParsers(p)
		if err != nil {
			return nil, err
		}
		more, err := Read(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		all = append(all, more...)
	}
	return all, nil
}

// maxParsers bounds a file of parsers, in bytes.
const maxParsers = 16 << 20

func readParsers(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxParsers+1))
	if err == nil && len(text) > maxParsers {
		err = fmt.Errorf("%s: larger than %d bytes", path, maxParsers)
	}
	return text, err
}

// NewSet makes a set of the given parsers, which are asked in their order. No
// two may have the same name.
func NewSet(parsers []*Parser) (*Set, error) {
	s := &Set{programs: map[string][]*Parser{}}
	seen := map[string]bool{}
	for _, p := range parsers {
		if seen[p.Name] {
			return nil, fmt.Errorf("%w: two parsers are called %q", ErrForm, p.Name)
		}
		seen[p.Name] = true
		if err := p.compile(); err != nil {
			return nil, fmt.Errorf("%w: parser %q: %w", ErrForm, p.Name, err)
		}
		s.add(p)
	}
	s.candidates = candidates(s.specific)
	return s, nil
}

func (s *Set) add(p *Parser) {
	s.parsers = append(s.parsers, p)
	for _, name := range p.Programs {
		s.programs[name] = append(s.programs[name], p)
	}
	if len(p.Prefixes) > 0 {
		s.framed = append(s.framed, p)
	}
	bare := slices.ContainsFunc(p.compiled.messages, func(m compiledMessage) bool { return m.bare })
	switch {
	case p.Name == "syslog":
		s.syslog = p
	case p.General:
		s.general = append(s.general, p)
	case bare:
		s.specific = append(s.specific, p)
	}
}

// bareLiterals is how much literal text makes a pattern tell by itself whose
// text it is, in bytes.
const bareLiterals = 12

func (p *Parser) compile() error {
	c := &p.compiled
	*c = compiled{missing: map[string]bool{}}
	for i, m := range p.Messages {
		cm := compiledMessage{bare: len(p.Literals) > 0 || p.General}
		var err error
		switch {
		case m.Pattern != "":
			if cm.pattern, err = compilePattern(m.Pattern); err == nil {
				cm.names, cm.grams = cm.pattern.names, cm.pattern.grams()
				cm.bare = cm.bare || cm.pattern.literals >= bareLiterals
			}
		case m.Regexp != "":
			cm.regexp, cm.names, err = regexpNames(m.Regexp)
			cm.bare = true
		}
		if err != nil {
			return fmt.Errorf("messages[%d]: %w", i, err)
		}
		if m.Bare != nil {
			cm.bare = *m.Bare
		}
		c.messages = append(c.messages, cm)
	}
	for _, m := range p.Missing {
		c.missing[m] = true
	}
	for _, l := range p.Prefixes {
		c.prefixes = append(c.prefixes, []byte(l))
	}
	for _, l := range p.Without {
		c.without = append(c.without, []byte(l))
	}
	for _, l := range p.Literals {
		all := strings.Split(l, " && ")
		grams, parts := []gram(nil), [][]byte(nil)
		for _, one := range all {
			grams = append(grams, gramsOf(one)...)
			parts = append(parts, []byte(one))
		}
		c.literals, c.grams = append(c.literals, parts), append(c.grams, grams)
	}
	return p.compileRest()
}

func (p *Parser) compileRest() (err error) {
	c := &p.compiled
	if p.Begins != "" {
		if c.begins, err = regexp.Compile(p.Begins); err != nil {
			return fmt.Errorf("begins: %w", err)
		}
	}
	for i, t := range p.Times {
		zone := (*time.Location)(nil)
		if t.Zone != "" {
			if zone, err = time.LoadLocation(t.Zone); err != nil {
				return fmt.Errorf("time[%d]: %w", i, err)
			}
		}
		c.zones = append(c.zones, zone)
	}
	for i, d := range p.Derive {
		dp := (*pattern)(nil)
		if d.Pattern != "" {
			if dp, err = compilePattern(d.Pattern); err != nil {
				return fmt.Errorf("derive[%d]: %w", i, err)
			}
		}
		c.derive = append(c.derive, dp)
	}
	return nil
}

// Parsers returns the parsers of the set in their order. They are not changed.
func (s *Set) Parsers() []*Parser { return s.parsers }

// Parsers returns the embedded parsers; none if they cannot be read, which a
// test excludes.
func Parsers() []*Parser {
	s, err := embedded()
	if err != nil {
		return nil
	}
	return s.Parsers()
}

// kindOf returns the kind of a value of the given declared type.
func kindOf(declared string, value []byte) event.Kind {
	c := integer
	switch declared {
	case "int":
	case "number":
		c = decimal
	default:
		return event.Text
	}
	if len(value) > 0 && len(value) < 20 && runOf(c, value) == len(value) && isDigit(value[len(value)-1]) && plainNumber(value) {
		return event.Number
	}
	return event.Text
}

// plainNumber says whether digits are a number as JSON writes it, so that it
// can be written again as it stood.
func plainNumber(b []byte) bool {
	if b[0] == '-' {
		b = b[1:]
	}
	dots := 0
	for _, c := range b {
		if c == '.' {
			dots++
		}
	}
	return len(b) > 0 && isDigit(b[0]) && (b[0] != '0' || len(b) == 1 || b[1] == '.') && dots <= 1
}

// Own returns the parsers of the user's files among those that [Load] read.
func (s *Set) Own() []*Parser { return s.parsers[:s.own] }
