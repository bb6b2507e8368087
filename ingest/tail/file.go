package tail

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// file is one source that is followed.
type file struct {
	path string // as events name it: where it was found
	at   string // where it is now
	info fs.FileInfo
	gone bool // no path leads to it

	stream  Pausing // instead of a file
	handle  *os.File
	pending []byte // of a stream: what was read to recognise it

	format   parse.Format
	source   *event.Source
	splitter parse.Splitter
	tailer   parse.Tailer // nil if the format has none
	window   *window

	changed  time.Time // when it was seen to change
	looked   bool
	size     int64 // when it was last read
	modified time.Time
	settled  parse.Extent // how much of what is held back was asked for since then
	ended    bool         // a stream that ended, or a source that cannot be read on

	mark     imprint
	next     int64 // offset of the first record not given
	skip     int64 // offset of the first record to give
	skipRead int64 // how many bytes were there before it is to be given
	fresh    bool  // it came while others were followed: it may be a copy of one
	blocks   map[int64]*block
	retry    bool // a block was torn
}

// poll is one round of a follower.
type poll struct {
	*Follower
	now    time.Time
	sink   Sink
	byPath map[string]*file
}

// file gives what was written to one file.
func (p *poll) file(one *file) error {
	if one.ended {
		return nil
	}
	if one.stream != nil {
		return p.stream(one)
	}
	info, err := one.stat()
	if err != nil {
		return nil //nolint:nilerr // it went between the look at its folder and now
	}
	same := one.looked && info.Size() == one.size && info.ModTime().Equal(one.modified)
	switch {
	case same && p.fresh(one):
		return p.grown(one)
	case same:
		return p.unchanged(one)
	case one.looked:
		one.changed, one.settled = p.now, parse.Whole
	}
	one.looked, one.size, one.modified = true, info.Size(), info.ModTime()
	if one.source != nil {
		one.source.Written = one.modified.UTC() // nobody reads it while files are looked at
	}
	return p.grown(one)
}

// fresh says whether a file changed so shortly ago that it may have changed
// again and have the same time: file systems count it in ticks.
func (p *poll) fresh(one *file) bool {
	return p.now.Sub(one.changed) <= p.opt.Idle && (one.blocks != nil || one.mark.Read > 0 && !one.intact())
}

// intact says whether the file still holds what was read.
func (one *file) intact() bool {
	return one.handle == nil || one.mark.matches(one.handle, one.size)
}

// stat returns what is known of the file, by its handle if it has one.
func (one *file) stat() (fs.FileInfo, error) {
	if one.handle != nil {
		return one.handle.Stat()
	}
	return one.info, nil
}

// grown reads a file that was written to, or that is looked at for the first
// time.
func (p *poll) grown(one *file) error {
	if one.size == 0 && one.mark.Read == 0 {
		return nil
	}
	if err := one.open(); err != nil {
		p.refuse(one.path, err)
		return nil
	}
	if one.mark.Read > 0 && !one.mark.matches(one.handle, one.size) {
		if err := p.rewritten(one); err != nil {
			return err
		}
	}
	switch {
	case one.size == 0 || one.format == nil && !p.recogniseFile(one):
		return nil
	case one.blocks != nil:
		return p.resplit(one)
	default:
		return p.read(one)
	}
}

// unchanged gives what was held back of a file that has rested for a while.
func (p *poll) unchanged(one *file) error {
	quiet := p.now.Sub(one.changed)
	switch {
	case one.format == nil:
		if one.size > 0 && quiet >= p.opt.Idle {
			return p.grown(one)
		}
	case one.blocks != nil:
		if one.retry { // for the last time, as it is
			return p.resplit(one)
		}
	case one.splitter == nil:
	case quiet >= p.opt.Idle && one.settled < parse.All:
		one.settled = parse.All
		return p.rest(one, parse.All)
	case quiet >= lineIdle && one.settled < parse.Lines:
		one.settled = parse.Lines
		return p.rest(one, parse.Lines)
	}
	return nil
}

// open opens the file unless it is open.
func (one *file) open() error {
	if one.handle != nil {
		return nil
	}
	h, err := os.Open(one.at)
	if err != nil {
		return err
	}
	info, err := h.Stat()
	if err != nil {
		return errors.Join(err, h.Close())
	}
	one.handle, one.info = h, info
	return nil
}

// close closes the file and forgets what was read beyond the records given; it
// is read again when it grows.
func (one *file) close() {
	if one.handle != nil {
		_ = one.handle.Close() // it was only read
		one.handle = nil
	}
	if one.stream == nil && one.blocks == nil {
		one.splitter, one.tailer, one.window, one.skip = nil, nil, nil, one.next
	}
}

// rewritten takes a file from its beginning that is not what it was. What was
// written before that and not read may be in a copy beside it.
func (p *poll) rewritten(one *file) error {
	p.remember(one)
	was, next := one.mark, one.next
	one.source, one.splitter, one.tailer, one.window, one.format = nil, nil, nil, nil, nil
	one.mark, one.next, one.skip, one.skipRead = imprint{}, 0, 0, 0
	copied := p.beside(one.path, was)
	if copied == nil {
		return nil
	}
	copied.skip, copied.next = next, next
	p.files = append(p.files, copied)
	return p.file(copied)
}

// window reads a file up to a limit, where it pauses.
type window struct {
	r     io.Reader
	read  int64
	limit int64
	ends  bool // the end of r is the end of the source
}

// Read implements [io.Reader].
func (w *window) Read(p []byte) (int, error) {
	if left := w.limit - w.read; int64(len(p)) > left {
		p = p[:left]
	}
	if len(p) == 0 {
		return 0, parse.ErrPause
	}
	n, err := w.r.Read(p)
	w.read += int64(n)
	if errors.Is(err, io.EOF) && !w.ends {
		err = parse.ErrPause // it is shorter than it was
	}
	return n, err
}
