package lines

import "github.com/dwell-project/dwell/parse"

// Rest implements [parse.Tailer].
func (s splitter) Rest(b *parse.Block, x parse.Extent) error {
	err := s.Splitter.Rest(b, x)
	b.Head = s.rules.head()
	return err
}

var _ parse.Tailer = splitter{}
