package tail

import (
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/dwell-project/dwell/parse"
)

// Options say how files are followed.
type Options struct {
	// Recognise returns the format of a source that begins with head.
	Recognise func(head []byte) (parse.Format, error)
	// FromStart gives what is in the files at the first poll too.
	FromStart bool
	// Idle is how long a source must be unchanged before its last record is
	// taken as it is, without the end of its line.
	Idle time.Duration
	// MaxOpen is how many files are held open, 128 if zero.
	MaxOpen int
	// Resume are the files of an earlier run, see [Follower.State]. If it is not
	// nil, other files are new and given from their start.
	Resume []State
	// Skip, if set, names a file that is not followed wherever it is: the one
	// that the program writes to.
	Skip fs.FileInfo
	// Stdin is what the path "-" reads: it returns [parse.ErrPause] if there is
	// nothing more for now.
	Stdin Pausing
}

// Pausing is a reader that returns [parse.ErrPause] where another would wait.
type Pausing interface {
	Read(p []byte) (int, error)
}

// stdin is the path that stands for standard input.
const stdin = "-"

// DefaultIdle is how long a line without its end is waited for.
const DefaultIdle = 2 * time.Second

const (
	defaultMaxOpen = 128
	lineIdle       = 500 * time.Millisecond // for formats that cannot tell the end of a record
	partIdle       = 10                     // how many times Options.Idle a part of a first line is waited for
	orphanIdle     = time.Minute            // for files that no path leads to
	headSize       = 16 << 10               // what formats are recognised by
	shortHead      = 4 << 10                // from here on a format is told without a whole line
	maxHistory     = 1024                   // files that are gone and still known
)

// Piece is a block of whole records that were written.
type Piece struct {
	Block  *parse.Block
	Format parse.Format
	// From is the offset below which the block's records are known already.
	From int64
	// Known says that all are: Done shall be told which is the last.
	Known bool
	// Tentative says that the block may be half-written: if it cannot be read
	// whole, nothing of it shall be taken.
	Tentative bool
	// Done must be called before the next poll unless it is nil, and before the
	// block is used for something else: with the offset of the last record, -1 if
	// there is none, and its size in bytes, and whether the block was tentative
	// and not taken.
	Done func(last, size int64, torn bool)
}

// Sink takes what a poll gives.
type Sink struct {
	// Block returns a block to fill. It is handed on in a Piece or asked for
	// again.
	Block func() *parse.Block
	// Take takes a piece; an error from it ends the poll.
	Take func(*Piece) error
	// Problem takes what could not be read.
	Problem func(parse.Problem)
}

// Follower follows paths. It is not safe for concurrent use.
type Follower struct {
	paths   []string
	opt     Options
	files   []*file // in the order in which they were found
	history []mark  // of files that are gone
	resume  []State // those without a path were found
	stdin   *file
	polled  bool
	refused map[string]bool // paths that were reported
}

// New returns a follower of files and folders; "-" is standard input.
func New(paths []string, o Options) *Follower {
	if o.Idle <= 0 {
		o.Idle = DefaultIdle
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = defaultMaxOpen
	}
	f := &Follower{paths: paths, opt: o, resume: slices.Clone(o.Resume), refused: map[string]bool{}}
	for i := range o.Resume {
		if o.Resume[i].Print.Read == 0 {
			continue
		}
		f.history = append(f.history, mark{o.Resume[i].Print, o.Resume[i].Offset})
	}
	return f
}

// Poll gives what was written since the last poll. now is the machine's clock.
func (f *Follower) Poll(now time.Time, sink Sink) error {
	p := &poll{Follower: f, now: now, sink: sink}
	p.find()
	f.polled = true
	if f.stdin != nil && !f.stdin.ended {
		if err := p.file(f.stdin); err != nil {
			return err
		}
	}
	for _, one := range f.files {
		if err := p.file(one); err != nil {
			return err
		}
	}
	f.clean(now)
	return nil
}

// Ended says that nothing more can come: standard input was all, and has ended.
func (f *Follower) Ended() bool {
	return len(f.paths) == 1 && f.stdin != nil && f.stdin.ended
}

// Files returns how many files are known.
func (f *Follower) Files() int { return len(f.files) }

// Close closes the files.
func (f *Follower) Close() error {
	for _, one := range f.files {
		one.close()
	}
	return nil
}

// clean forgets files that are gone and closes some of too many.
func (f *Follower) clean(now time.Time) {
	kept := f.files[:0]
	for _, one := range f.files {
		if one.gone && (one.handle == nil || now.Sub(one.changed) > orphanIdle) {
			one.close()
			f.remember(one)
			continue
		}
		kept = append(kept, one)
	}
	clear(f.files[len(kept):])
	f.files = kept
	open := 0
	for _, one := range f.files {
		if one.handle != nil {
			open++
		}
	}
	for ; open > f.opt.MaxOpen; open-- {
		if oldest := f.leastRecent(); oldest != nil {
			oldest.close()
		}
	}
}

func (f *Follower) leastRecent() (oldest *file) {
	for _, one := range f.files {
		if one.handle != nil && (oldest == nil || one.changed.Before(oldest.changed)) {
			oldest = one
		}
	}
	return oldest
}

// remember keeps what is known of a file that is gone, or no longer what it
// was: a copy of it may turn up.
func (f *Follower) remember(one *file) {
	if one.mark.Read == 0 {
		return
	}
	f.history = append(f.history, mark{one.mark, one.next})
	if len(f.history) > maxHistory {
		f.history = append(f.history[:0], f.history[1:]...)
	}
}

// mark is how far a file was read.
type mark struct {
	print imprint
	next  int64
}

// known returns from which offset on the records of a file are new, 0 if it is
// no copy of one that was read.
func (f *Follower) known(h *os.File, size int64, self *file) (next int64) {
	for _, m := range f.history {
		if m.next > next && m.print.matches(h, size) {
			next = m.next
		}
	}
	for _, one := range f.files {
		if one != self && one.next > next && one.mark.Read > 0 && one.mark.matches(h, size) {
			next = one.next
		}
	}
	return next
}
