package winxml

import (
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// SplitAt is [Format.Split] with blocks of another size.
func SplitAt(size int) func(io.Reader, *event.Source) parse.Splitter {
	return func(r io.Reader, src *event.Source) parse.Splitter {
		return blocks.New(r, src, rules{}, blocks.Sizes{Block: size, Patience: 1 << 20, Record: 1 << 20})
	}
}
