package hunt

import (
	"context"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store"
)

// Query is one question.
type Query struct {
	Program *detect.Program
	Names   *event.Names
	// Bounds leave out segments, Filter records.
	Bounds store.Bounds
	Filter detect.Filter
	// Workers is how many row groups are decoded and matched at once.
	Workers int
	// Encode makes the JSON of detections on the workers.
	Encode bool
	// TempDir is where matches wait for correlations when they are too many.
	TempDir string
	// Progress, if set, is called with the bytes of every part that is done.
	Progress func(bytes int)
}

// Run asks a snapshot and returns what was looked at. Detections of rules come
// in the order of the archive, then those of correlations in order of time.
func (q *Query) Run(ctx context.Context, s *store.Snapshot, sink detect.Sink) (*detect.Tally, error) {
	scan := detect.Scan{
		Program: q.Program, Names: q.Names, Workers: q.Workers, Filter: q.Filter, Encode: q.Encode,
		TempDir: q.TempDir, Progress: q.Progress,
	}
	return scan.Run(ctx, s.Inputs(q.Bounds, q.wants), sink)
}

// wants says, for one goroutine, which fields the program asks events for.
func (q *Query) wants() *store.Wants {
	m := q.Program.NewMatcher()
	return &store.Wants{Origin: m.TellsOrigin, Fields: m.Wants}
}
