package parse

import "errors"

// ErrPause says that a source has nothing more for now and may grow. A reader
// returns it where another returns [io.EOF]; what is read afterwards goes on
// from there. It passes through [Text].
var ErrPause = errors.New("nothing more for now")

// Tailer is a [Splitter] that can follow a source that grows. Its Next returns
// [ErrPause] when its reader did and no whole record is left; it can be called
// again when there is more. A format whose splitters are none is followed by
// splitting the source anew.
type Tailer interface {
	Splitter
	// Rest fills b with what Next held back because nothing follows it yet. It
	// returns [ErrPause] if there is nothing to that extent.
	Rest(b *Block, x Extent) error
}

// Extent is how much of what a [Tailer] holds back is asked for.
type Extent int

const (
	// Whole records alone, of formats that can tell by their end.
	Whole Extent = iota
	// Lines of formats that cannot tell, if the source ends at a line end: what
	// comes next might belong to the last record, but has not come for a while.
	Lines
	// All there is, cut off or not.
	All
)
