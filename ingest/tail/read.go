package tail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// errPacked reports a compressed file: what is in it was written before.
var errPacked = errors.New("compressed: not followed")

// recogniseFile finds the format of a file by its beginning. It returns false
// if that is too short yet, or in no format.
func (p *poll) recogniseFile(one *file) bool {
	head := make([]byte, min(one.size, headSize))
	n, err := one.handle.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		p.refuse(one.path, err)
		return false
	}
	return p.recognise(one, head[:n], false)
}

// recognise finds the format of a source that begins with head; ended says that
// no more will come.
func (p *poll) recognise(one *file, head []byte, ended bool) bool {
	if isPacked(head) {
		if one.ended = true; slices.Contains(p.paths, one.path) {
			p.refuse(one.path, errPacked)
		}
		return false
	}
	quiet := p.now.Sub(one.changed)
	rested := ended || quiet >= p.opt.Idle || one.skipRead > 0
	// A part of a line looks like something else more often than a line does.
	if len(head) < shortHead && bytes.IndexByte(head, '\n') < 0 && !ended && quiet < partIdle*p.opt.Idle {
		return false
	}
	format, err := p.opt.Recognise(head)
	if err != nil {
		full := len(head) >= headSize
		if full || rested {
			p.refuse(one.path, err)
		}
		one.ended = full || ended
		return false
	}
	one.format, one.source = format, &event.Source{Path: one.path, Written: p.now.UTC()}
	if one.stream == nil {
		one.source.Written = one.modified.UTC()
	}
	return true
}

// isPacked says whether a file is in a format of compression.
func isPacked(head []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "BZh", "PK\x03\x04", "7z\xbc\xaf\x27\x1c", "\x28\xb5\x2f\xfd", "\xfd7zXZ\x00"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// begin makes the splitter of a source at its beginning.
func (one *file) begin(r io.Reader) {
	one.window = &window{r: r}
	one.splitter = one.format.Split(one.window, one.source)
	one.tailer, _ = one.splitter.(parse.Tailer)
}

// read gives what is new in a file that is written from front to back.
func (p *poll) read(one *file) error {
	if one.splitter == nil {
		if _, err := one.handle.Seek(0, io.SeekStart); err != nil {
			p.refuse(one.path, err)
			return nil
		}
		one.window = &window{r: one.handle, limit: one.size}
		one.splitter = one.format.Split(one.window, one.source)
		if one.tailer, _ = one.splitter.(parse.Tailer); one.tailer == nil {
			one.splitter, one.window, one.blocks = nil, nil, map[int64]*block{}
			return p.resplit(one)
		}
		if one.fresh {
			one.skip = max(one.skip, p.known(one.handle, one.size, one))
		}
		one.fresh = false
	}
	if one.skipRead > 0 {
		if err := p.skim(one); err != nil {
			return err
		}
	}
	one.window.limit = one.size
	err := p.pump(one)
	one.print()
	return err
}

// print notes how far the file was read.
func (one *file) print() {
	var err error
	if one.mark, err = printOf(one.handle, one.window.read); err != nil {
		one.mark = imprint{Read: one.window.read} // it was cut meanwhile: nothing matches
	}
}

// skim passes over what was there when the following began.
func (p *poll) skim(one *file) error {
	one.window.limit = min(one.skipRead, one.size)
	one.skip = math.MaxInt64
	err := p.pump(one)
	b := p.sink.Block()
	if err == nil && one.tailer.Rest(b, parse.Lines) == nil {
		err = p.give(one, b)
	}
	one.skipRead, one.skip = 0, one.next
	return err
}

// pump gives what the splitter has, until it pauses.
func (p *poll) pump(one *file) error {
	for {
		b := p.sink.Block()
		err := one.splitter.Next(b)
		if errors.Is(err, parse.ErrPause) {
			err = one.tailer.Rest(b, parse.Whole)
		}
		switch {
		case err == nil:
			if err := p.give(one, b); err != nil {
				return err
			}
			continue
		case errors.Is(err, parse.ErrPause):
		case errors.Is(err, io.EOF):
			one.ended = true
		default:
			p.fail(one, err)
		}
		return nil
	}
}

// fail reports a source that cannot be read on.
func (p *poll) fail(one *file, err error) {
	one.ended = true
	var problem parse.Problem
	if !errors.As(err, &problem) {
		problem = parse.Problem{Path: one.path, Offset: one.next, Err: err}
	}
	p.sink.Problem(problem)
}

// give hands on a block unless its records are known.
func (p *poll) give(one *file, b *parse.Block) error {
	end := b.Offset + int64(len(b.Data))
	if b.Offset >= one.skip || end > one.skip {
		if err := p.sink.Take(&Piece{Block: b, Format: one.format, From: one.skip}); err != nil {
			return err
		}
	}
	one.next = max(one.next, end)
	return nil
}

// rest gives what the splitter held back.
func (p *poll) rest(one *file, x parse.Extent) error {
	b := p.sink.Block()
	err := one.tailer.Rest(b, x)
	switch {
	case errors.Is(err, parse.ErrPause):
		return nil
	case err != nil:
		p.fail(one, err)
		return nil
	default:
		return p.give(one, b)
	}
}

// stream gives what came on a stream.
func (p *poll) stream(one *file) error {
	if one.format == nil {
		ended, err := one.fillPending()
		if err != nil {
			p.fail(one, fmt.Errorf("reading: %w", err))
			return nil
		}
		if len(one.pending) == 0 || !p.recognise(one, one.pending, ended) {
			one.ended = one.ended || ended
			return nil
		}
		one.begin(io.MultiReader(bytes.NewReader(one.pending), one.stream))
		one.window.limit, one.window.ends = math.MaxInt64, true
		if one.tailer == nil {
			p.refuse(one.path, fmt.Errorf("%s cannot be followed on a stream", one.format.Name()))
			one.ended = true
			return nil
		}
	}
	before := one.window.read
	if err := p.pump(one); err != nil || one.ended {
		return err
	}
	if one.window.read > before {
		one.changed, one.settled = p.now, parse.Whole
		return nil
	}
	return p.unchanged(one)
}

// fillPending reads the beginning of a stream, as far as there is any.
func (one *file) fillPending() (ended bool, err error) {
	buf := make([]byte, 4<<10)
	for len(one.pending) < headSize {
		n, err := one.stream.Read(buf)
		one.pending = append(one.pending, buf[:n]...)
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case errors.Is(err, parse.ErrPause):
			return false, nil
		case err != nil:
			return false, err
		}
	}
	return false, nil
}
