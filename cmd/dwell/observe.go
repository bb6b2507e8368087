package main

import (
	"github.com/dwell-project/dwell/cmd/dwell/coverage"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
)

// observer sees, on one worker of a scan, what is said of its inputs beside
// hits.
type observer struct {
	cover *coverage.Gatherer
	plain plainGatherer
}

// observed is what it saw in one block.
type observed struct {
	cover *coverage.Block
	plain *plainFile // nil if there is nothing to say
}

func newObserver(quote bool) *observer {
	return &observer{cover: coverage.NewGatherer(), plain: plainGatherer{quote: quote}}
}

// See implements [detect.Observer].
func (o *observer) See(ev *event.Event) {
	o.cover.See(ev)
	o.plain.see(ev)
}

// Block implements [detect.Observer].
func (o *observer) Block() any {
	return &observed{cover: o.cover.Block(), plain: o.plain.block()}
}

var _ detect.Observer = (*observer)(nil)
