package detect

import "github.com/dwell-project/dwell/event"

// Observer sees the events of a [Scan] beside the rules: what a scan says of
// its inputs is counted in the one reading that it does anyway. It belongs to
// one worker.
type Observer interface {
	// See sees an event that the filter admits; it is valid until See returns.
	See(ev *event.Event)
	// Block ends a block, all of one source, and returns what was seen in it, for
	// [Sink.Observed].
	Block() any
}
