package ioc

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
)

// Collection is what indicator files hold.
type Collection struct {
	Indicators []*Indicator
	Files      []File
	// Messages say what could not be used and why, in the order of the files.
	Messages []Message
	// Notes are worth saying and no fault of the file: values on warning lists.
	Notes []Message
	// Listed, Withdrawn and Repeated count what was left out: values on
	// warning lists, revoked or not for detection, the same id again.
	Listed, Withdrawn, Repeated int

	byID  map[string]int // index into Indicators
	shelf shelf
	// objects is what patterns can ask of records, nil until one is read.
	objects *observed.Tables
}

// File is an indicator file that was read.
type File struct {
	Path   string
	Digest [32]byte // SHA-256
}

// maxFile bounds an indicator file, in bytes. A million indicators in STIX have
// some 700 MB; whoever has more has a platform for them.
const maxFile = 1 << 30

// Load reads indicator files, and all files of folders. A file that cannot be
// read is a message.
func Load(paths []string) *Collection {
	c := &Collection{}
	for _, p := range paths {
		files, err := filesBelow(p)
		if err != nil {
			c.Messages = append(c.Messages, Message{File: p, Text: err.Error()})
		}
		for _, f := range files {
			data, err := readFile(f)
			if err != nil {
				c.Messages = append(c.Messages, Message{File: f, Text: err.Error()})
				continue
			}
			c.Files = append(c.Files, File{Path: f, Digest: sha256.Sum256(data)})
			c.Read(f, data)
		}
	}
	return c
}

// filesBelow returns the file, or the files in the folder in order of names.
func filesBelow(p string) ([]string, error) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{p}, nil
	}
	entries, err := os.ReadDir(p)
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			files = append(files, filepath.Join(p, e.Name()))
		}
	}
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no file in it")
	}
	return files, err
}

// readFile reads a file, or a pipe, up to maxFile. A device can have no end.
func readFile(p string) ([]byte, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeDevice != 0:
		return nil, errors.New("a device is no indicator file")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%d bytes are more than an indicator file may have (%d)", info.Size(), int64(maxFile))
	case info.Mode().IsRegular():
		return os.ReadFile(p)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("more than an indicator file may have (%d bytes)", int64(maxFile))
	}
	return data, err
}

// Read adds the indicators in data, whose form is told by its content; file is
// what messages call it.
func (c *Collection) Read(file string, data []byte) {
	text, err := decodeText(data)
	if err != nil {
		c.Messages = append(c.Messages, Message{File: file, Text: err.Error()})
		return
	}
	r := &reader{c: c, source: &Source{File: file}, text: text}
	before := len(c.Indicators) + len(c.Messages) + c.Listed + c.Withdrawn + c.Repeated
	r.read()
	if before == len(c.Indicators)+len(c.Messages)+c.Listed+c.Withdrawn+c.Repeated {
		r.say(0, "there is no indicator in it")
	}
}

// reader reads one file.
type reader struct {
	c      *Collection
	source *Source
	text   []byte
	bounds [2]bound          // of validity, from and until
	texts  map[string]string // see kept
}

func (r *reader) read() {
	switch form(r.text) {
	case formJSON:
		r.readJSON()
	case formCSV:
		r.readCSV()
	case formOpenIOC:
		r.readOpenIOC()
	default:
		r.readText()
	}
}

// say adds a message about a line.
func (r *reader) say(line int, format string, args ...any) {
	r.c.Messages = append(r.c.Messages, Message{File: r.source.File, Line: line, Text: fmt.Sprintf(format, args...)})
}

// maxExpected bounds the room that is made before indicators are read.
const maxExpected = 1 << 17

// add takes an indicator unless its id is known: then the one that was
// modified last is kept.
func (r *reader) add(i *Indicator) {
	c := r.c
	if i.Source == nil {
		i.Source = r.source
	}
	if i.ID == "" {
		i.ID = derivedID(i.Patterns)
	}
	if c.byID == nil {
		// Most files have an indicator a line.
		lines := min(bytes.Count(r.text, []byte("\n")), maxExpected)
		c.byID = make(map[string]int, lines)
		c.Indicators = slices.Grow(c.Indicators, lines)
	}
	at, known := c.byID[i.ID]
	if !known {
		kept := c.shelf.keep(i)
		c.byID[kept.ID] = len(c.Indicators)
		c.Indicators = append(c.Indicators, kept)
		return
	}
	c.Repeated++
	if i.Modified.After(c.Indicators[at].Modified) {
		c.Indicators[at] = c.shelf.keep(i)
	}
}
