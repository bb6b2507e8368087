package jsonl

import (
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// SplitAt is [Format.Split] with blocks and longest record of other sizes.
func SplitAt(blockSize, patience, maxRecord int) func(io.Reader, *event.Source) parse.Splitter {
	return func(r io.Reader, src *event.Source) parse.Splitter {
		s := newSplitter(parse.Text(r), src)
		s.blockSize, s.patience, s.maxRecord = blockSize, patience, maxRecord
		return s
	}
}
