// Package formats lists the formats that dwell reads, tells which one a source
// is in, and finds the sources under the paths that a user names.
package formats

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/csvlog"
	"github.com/dwell-project/dwell/parse/evtx"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/parse/lines"
	"github.com/dwell-project/dwell/parse/w3c"
	"github.com/dwell-project/dwell/parse/winxml"
	"github.com/dwell-project/dwell/parse/zeek"
)

// ErrUnknown reports a source that is in none of the formats; the error that
// wraps it is an [UnknownError].
var ErrUnknown = errors.New("not recognised")

// UnknownError is how a source begins that is in none of the formats.
type UnknownError struct {
	// Head is the first bytes, at most 1 KiB.
	Head []byte
	// Nearest is the name of the format that came nearest, and Reason what kept
	// it from being that; both are "" if no format saw anything of its own.
	Nearest, Reason string

	begins string // in words
}

// Error says how the source begins.
func (e *UnknownError) Error() string { return ErrUnknown.Error() + ": " + e.begins }

// Unwrap returns [ErrUnknown].
func (e *UnknownError) Unwrap() error { return ErrUnknown }

// unknownHead is how much an [UnknownError] quotes, in bytes.
const unknownHead = 1 << 10

// ErrEmpty reports a source without a byte.
var ErrEmpty = errors.New("empty")

// HeadSize is how many bytes of a source are looked at, if it has them.
const HeadSize = 16 << 10

// sure is the confidence from which a format is taken.
const sure = lines.Unsure

// All returns every format, in the order in which they are asked. A Format is
// comparable and has no state.
func All() []parse.Format {
	return []parse.Format{evtx.Format{}, jsonl.Format{}, winxml.Format{}, zeek.Format{}, w3c.Format{}, csvlog.Format{}, lines.Format{}}
}

// ByName returns the format of the given name.
func ByName(name string) (parse.Format, bool) {
	for _, f := range All() {
		if f.Name() == name {
			return f, true
		}
	}
	return nil, false
}

// Recognise returns the format that is surest of the first bytes of a source,
// with its confidence from 0 to 1 and its reason. It returns an error that is
// [ErrUnknown] or [ErrEmpty], and says how the source begins, if none is.
func Recognise(head []byte) (best parse.Format, confidence float64, err error) {
	if len(head) == 0 {
		return nil, 0, ErrEmpty
	}
	unknown := &UnknownError{}
	for _, f := range All() {
		if c, reason := f.Recognise(head); c > confidence {
			best, confidence = f, c
			unknown.Nearest, unknown.Reason = f.Name(), reason
		}
	}
	if confidence < sure {
		unknown.Head, unknown.begins = bytes.Clone(head[:min(len(head), unknownHead)]), beginning(head)
		return nil, confidence, unknown
	}
	return best, confidence, nil
}

// beginning says in words how a source begins.
func beginning(head []byte) string {
	if len(bytes.TrimLeft(head, "\x00")) == 0 {
		return fmt.Sprintf("begins with %d zero bytes", len(head))
	}
	if strings.HasPrefix(string(head), "PK\x03\x04") {
		return "an office document or a program"
	}
	return fmt.Sprintf("begins with %q", head[:min(len(head), 16)])
}
