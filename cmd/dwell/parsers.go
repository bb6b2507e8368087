package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dwell-project/dwell/parse/formats"
	textlog "github.com/dwell-project/dwell/parse/lines"
)

// textOptions reads what the flags say of text logs.
func textOptions(in *inputFlags) (textlog.Options, error) {
	var opt textlog.Options
	if in.TZ != "" {
		zone, err := zoneNamed(in.TZ)
		if err != nil {
			return opt, usageError(fmt.Sprintf("--tz: %q is no zone: name one as Europe/Vienna or +02:00", in.TZ))
		}
		opt.Zone = zone
	}
	if len(in.Parsers) > 0 {
		set, err := textlog.Load(in.Parsers...)
		if err != nil {
			return opt, fmt.Errorf("reading --parsers: %w", err)
		}
		opt.Set = set
	}
	return opt, nil
}

// zoneNamed returns the zone of a name of the time zone database or of an
// offset east of UTC.
func zoneNamed(name string) (*time.Location, error) {
	if t, err := time.Parse("-07:00", name); err == nil {
		_, offset := t.Zone()
		return time.FixedZone(name, offset), nil
	}
	return time.LoadLocation(name)
}

// testParsers runs the tests of the parsers under the paths.
func testParsers(s *session, paths []string) error {
	set, err := textlog.Load(paths...)
	if err != nil {
		return err
	}
	own := set.Own()
	failures, err := set.Check(own...)
	if err != nil {
		return err
	}
	tests := 0
	for _, p := range own {
		tests += len(p.Tests)
	}
	for _, f := range failures {
		if _, err := fmt.Fprintln(s.stdout, f); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(s.stdout, "%d parsers, %d tests, %d failed\n", len(own), tests, len(failures)); err != nil {
		return err
	}
	if len(failures) > 0 {
		return fmt.Errorf("%d of %d tests failed", len(failures), tests)
	}
	return nil
}

// draftBytes is how much of a sample is looked at.
const draftBytes = 1 << 20

// draftParser prints a parser for the records of a sample.
func draftParser(s *session, path string) error {
	r := s.stdin
	if path != formats.Stdin {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	sample, err := io.ReadAll(io.LimitReader(r, draftBytes))
	if err != nil {
		return err
	}
	text, err := textlog.Draft(path, sample)
	if err != nil {
		return err
	}
	_, err = s.stdout.Write(text)
	return err
}
