package lines

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// ErrNoDraft reports a sample of which nothing could be guessed.
var ErrNoDraft = errors.New("no text log to draft a parser from")

// draft is what a drafted file has of a [Parser].
type draft struct {
	Version  int               `yaml:"version"`
	Name     string            `yaml:"name"`
	About    string            `yaml:"about"`
	Dataset  string            `yaml:"dataset"`
	Programs []string          `yaml:"programs,omitempty,flow"`
	Literals []string          `yaml:"literals,omitempty,flow"`
	Messages []draftMessage    `yaml:"messages"`
	Time     []draftTime       `yaml:"time,omitempty"`
	ECS      map[string]string `yaml:"ecs,omitempty"`
	Tests    []draftTest       `yaml:"tests,omitempty"`
}

type draftMessage struct {
	Pattern string        `yaml:"pattern,omitempty"`
	Pairs   *draftPairs   `yaml:"pairs,omitempty"`
	Columns *draftColumns `yaml:"columns,omitempty"`
	Bare    bool          `yaml:"bare"`
}

type draftPairs struct {
	Least int `yaml:"least"`
}

type draftColumns struct {
	Separator string   `yaml:"separator"`
	Names     []string `yaml:"names,flow"`
	Least     int      `yaml:"least"`
}

type draftTime struct {
	Fields  []string `yaml:"fields,flow"`
	Layouts []string `yaml:"layouts,flow"`
}

type draftTest struct {
	Line   string            `yaml:"line"`
	Time   string            `yaml:"time,omitempty"`
	Native map[string]string `yaml:"native"`
}

const (
	draftRecords  = 500
	draftMessages = 12
	draftTests    = 6
)

// Draft guesses a parser from a sample of a text log and returns its file, with
// tests that it passes. It is a beginning: names are numbers until a person
// gives them.
func Draft(path string, sample []byte) ([]byte, error) {
	sample = parse.TextHead(sample)
	if !isText(sample[:min(len(sample), HeadSize)]) {
		return nil, ErrNoDraft
	}
	records := sampleRecords(sample)
	if len(records) == 0 {
		return nil, ErrNoDraft
	}
	name := draftName(path)
	d := &draft{
		Version: FormVersion, Name: name, Dataset: name + ".log",
		About: "Drafted from " + filepath.Base(path) + "; give the fields their names and map them to ECS.",
	}
	var bodies []string
	for _, r := range records {
		var e envelope
		e.open(r)
		if p := string(e.program); p != "" && len(d.Programs) < 8 && !slices.Contains(d.Programs, p) {
			d.Programs = append(d.Programs, p)
		}
		bodies = append(bodies, string(e.body))
	}
	if !d.asPairs(bodies) && !d.asColumns(bodies) {
		d.asPatterns(bodies)
	}
	if len(d.Messages) == 0 {
		return nil, ErrNoDraft
	}
	return d.finish(records)
}

func sampleRecords(sample []byte) (records [][]byte) {
	for i := 0; i < len(sample) && len(records) < draftRecords; {
		end := starts{}.end(sample, i, func([]byte) bool { return false })
		if r := bytes.TrimRight(sample[i:end], "\r\n"); len(r) > 0 && len(r) < 4096 {
			records = append(records, r)
		}
		i = end
	}
	return records
}

// draftName makes a parser's name of a file's.
func draftName(path string) string {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(base, "_"), "_")
	if name == "" {
		return "sample"
	}
	return name
}

// asPairs guesses key=value pairs: most records have three or more.
func (d *draft) asPairs(bodies []string) bool {
	keys, having := map[string]int{}, 0
	for _, b := range bodies {
		over := (&pairForm{}).over([]byte(b))
		n := 0
		for kv, ok := over.next(); ok; kv, ok = over.next() {
			keys[string(kv.key)]++
			n++
		}
		if n >= 3 && 2*n >= len(strings.Fields(b))/2 {
			having++
		}
	}
	if 10*having < 9*len(bodies) {
		return false
	}
	var common []string
	for k, n := range keys {
		if n >= len(bodies) {
			common = append(common, k)
		}
		d.guessECS(k, k)
	}
	slices.Sort(common)
	d.Messages = []draftMessage{{Pairs: &draftPairs{Least: 3}, Bare: true}}
	if len(common) > 0 {
		for i := range common {
			common[i] += "="
		}
		d.Literals = []string{strings.Join(common[:min(len(common), 3)], " && ")}
	}
	return true
}

// asColumns guesses a delimiter that all records have equally often.
func (d *draft) asColumns(bodies []string) bool {
	for _, sep := range []string{"\t", ";", "|", ","} {
		n := strings.Count(bodies[0], sep)
		if n < 3 || slices.ContainsFunc(bodies, func(b string) bool { return strings.Count(b, sep) != n }) {
			continue
		}
		names := make([]string, n+1)
		for i := range names {
			names[i] = fmt.Sprintf("column%d", i+1)
		}
		d.Messages = []draftMessage{{Columns: &draftColumns{Separator: sep, Names: names, Least: n + 1}, Bare: true}}
		for i, v := range strings.Split(bodies[0], sep) {
			d.guessTime(names[i], v)
		}
		return true
	}
	return false
}

// guessTime notes a field whose value is a time.
func (d *draft) guessTime(field, value string) {
	if len(d.Time) > 0 {
		return
	}
	for _, layout := range []string{"iso", "apache", "syslog", "2006/01/02 15:04:05", "02.01.2006 15:04:05", "02-Jan-2006 15:04:05.999", "Mon Jan _2 15:04:05 2006"} {
		if _, ok := readLayout(layout, []byte(value)); ok {
			d.Time = []draftTime{{Fields: []string{field}, Layouts: []string{layout}}}
			return
		}
	}
}

// guessECS maps fields whose usual meaning the embedded key=value parser knows.
func (d *draft) guessECS(field, usual string) {
	for _, p := range Parsers() {
		if p.Name != "keyvalue" {
			continue
		}
		if to, ok := p.ECS[usual]; ok {
			if d.ECS == nil {
				d.ECS = map[string]string{}
			}
			d.ECS[field] = to
		}
	}
}

// asPatterns makes one pattern of all records with the same first word and the
// same number of words; what differs is captured.
func (d *draft) asPatterns(bodies []string) {
	groups := map[string][]string{}
	var order []string
	for _, b := range bodies {
		words := strings.Split(b, " ")
		key := fmt.Sprint(len(words))
		if w := words[0]; w != "" && strings.IndexFunc(w, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 {
			key += w
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], b)
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(groups[b]) - len(groups[a]) })
	for _, key := range order[:min(len(order), draftMessages)] {
		d.Messages = append(d.Messages, draftMessage{Pattern: d.template(groups[key]), Bare: true})
	}
}

// kinds are the values that a template captures wherever they stand.
var kinds = []struct {
	name string
	form *regexp.Regexp
}{
	{"time", regexp.MustCompile(`^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`)},
	{"time", regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`)},
	{"time", regexp.MustCompile(`^\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?`)},
	{"time", regexp.MustCompile(`^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`)},
	{"ip", regexp.MustCompile(`^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}`)},
	{"ip", regexp.MustCompile(`^[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}`)},
	{"quoted", regexp.MustCompile(`^"(?:[^"\\]|\\.)*"`)},
	{"int", regexp.MustCompile(`^\d+`)},
}

// part is a piece of a template: literal text, or a value of a kind.
type part struct{ kind, text string }

// cutParts cuts a body where values of known kinds begin and end, and at blanks.
func cutParts(body string) (parts []part) {
	boundary := true
	for len(body) > 0 {
		if p, n := kindAt(body, boundary); n > 0 {
			parts, body, boundary = append(parts, p), body[n:], false
			continue
		}
		n := 1
		inWord := isWordByte(body[0])
		for inWord && n < len(body) && isWordByte(body[n]) {
			n++
		}
		parts = append(parts, part{"", body[:n]})
		boundary = !inWord
		body = body[n:]
	}
	return parts
}

func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c >= 0x80 }

func kindAt(body string, boundary bool) (part, int) {
	if !boundary {
		return part{}, 0
	}
	for _, k := range kinds {
		at := k.form.FindString(body)
		if at == "" || k.name == "int" && len(at) < len(body) && isWordByte(body[len(at)]) {
			continue
		}
		return part{k.name, at}, len(at)
	}
	return part{}, 0
}

// template makes the pattern of bodies alike.
func (d *draft) template(bodies []string) string {
	first := cutParts(bodies[0])
	differs := make([]bool, len(first))
	for _, b := range bodies[1:] {
		other := cutParts(b)
		if len(other) != len(first) {
			continue
		}
		for i := range first {
			if first[i].kind == "" && other[i].kind == "" && first[i].text != other[i].text {
				differs[i] = true
			}
		}
	}
	var out strings.Builder
	count := map[string]int{}
	for i, p := range first {
		kind := p.kind
		if kind == "" && differs[i] && isWordByte(p.text[0]) {
			kind = "word"
		}
		if kind == "" {
			out.WriteString(strings.NewReplacer("{", "{{", "}", "}}").Replace(p.text))
			continue
		}
		count[kind]++
		name := fmt.Sprintf("%s%d", kind, count[kind])
		if kind == "time" {
			d.guessTime(name, p.text)
			kind = ""
		} else {
			kind = ":" + kind
		}
		if name == "ip1" {
			d.guessECS(name, "src_ip")
		}
		out.WriteString("{" + name + kind + "}")
	}
	return out.String()
}

// finish adds tests of what the drafted parser reads of the sample, and writes
// the file.
func (d *draft) finish(records [][]byte) ([]byte, error) {
	text, err := yaml.Marshal(d)
	if err != nil {
		return nil, err
	}
	parsers, err := Read(text)
	if err != nil {
		return nil, err
	}
	set, err := NewSet(append(parsers, slices.DeleteFunc(slices.Clone(Parsers()), func(p *Parser) bool { return p.Name == d.Name })...))
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if len(d.Tests) == draftTests {
			break
		}
		if t, ok := set.sampleTest(d.Name, r); ok {
			d.Tests = append(d.Tests, t)
		}
	}
	if len(d.Tests) == 0 {
		return nil, ErrNoDraft
	}
	return yaml.Marshal(d)
}

// sampleTest makes a test of what the set reads of a record, if the parser of
// the given name takes it.
func (s *Set) sampleTest(name string, record []byte) (t draftTest, ok bool) {
	names := event.NewNames()
	b := &parse.Block{Data: record, Record: 1, Source: &event.Source{Written: testWritten()}}
	newDecoder(s, names, nil).Decode(b, func(e *event.Event) bool {
		if ok = e.Schema == name; ok {
			t = draftTest{Line: string(record), Native: nativeValues(e, names)}
			delete(t.Native, "message")
			delete(t.Native, "tags")
			if !e.Time.IsZero() {
				t.Time = e.Time.Format("2006-01-02T15:04:05.999999999Z07:00")
			}
		}
		return false
	}, func(parse.Problem) {})
	return t, ok && len(t.Native) > 0
}
