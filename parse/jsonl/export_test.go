package jsonl

import (
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// SplitAt is [Format.Split] with other sizes.
func SplitAt(sizes blocks.Sizes) func(io.Reader, *event.Source) parse.Splitter {
	return func(r io.Reader, src *event.Source) parse.Splitter { return blocks.New(r, src, newRules(), sizes) }
}
