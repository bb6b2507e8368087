package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/dwell-project/dwell/parse/formats"
)

// showProgress draws a bar with rate and remaining time on standard error if
// that is a terminal whose cursor can be moved; messages then go above it. The function it returns takes
// the bar away.
func (s *session) showProgress(i *inputs, quiet bool) (done func()) {
	if _, ok := s.screen(s.stderr); !ok || quiet || s.env("TERM") == "dumb" {
		return func() {}
	}
	bars := mpb.New(mpb.WithOutput(s.stderr), mpb.WithWidth(40))
	bar := addBar(bars, storedBytes(i.paths))
	i.onBytes = func(n int64) { bar.IncrInt64(n) }
	before := s.notes
	s.notes = aboveBar{bars}
	return func() {
		s.notes = before
		bar.Abort(true)
		bars.Wait()
	}
}

// addBar adds a bar with rate and remaining time, or, if the total is not known,
// a line with what was read so far and the rate.
func addBar(bars *mpb.Progress, total int64) *mpb.Bar {
	speed := decor.AverageSpeed(decor.SizeB1024(0), "  % .1f")
	if total <= 0 {
		return bars.New(0, mpb.NopStyle(), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.CurrentKibiByte("% .1f"), speed))
	}
	return bars.AddBar(total, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersKibiByte("% .1f / % .1f")),
		mpb.AppendDecorators(
			decor.Percentage(decor.WCSyncSpace), speed,
			decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8}), "")))
}

// aboveBar writes lines above a progress bar.
type aboveBar struct{ bars *mpb.Progress }

// Write implements [io.Writer].
func (a aboveBar) Write(p []byte) (int, error) { return a.bars.Write(p) }

var _ io.Writer = aboveBar{}

// storedBytes returns the size of the files under the paths, 0 if it cannot be
// known.
func storedBytes(paths []string) int64 {
	var total int64
	for _, p := range paths {
		if p == formats.Stdin {
			return 0
		}
		_ = filepath.WalkDir(p, func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return nil //nolint:nilerr // what cannot be read is reported when its turn comes
			}
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				total += info.Size()
			}
			return nil
		})
	}
	return total
}
