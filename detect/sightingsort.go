package detect

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// sightingSorter puts the sightings of a scan in order. What is too many for
// memory goes to a temporary file in sorted runs.
type sightingSorter struct {
	program *Program
	dir     string
	most    int // sightings in memory
	held    []sighting
	file    *os.File
	runs    []run
	end     int64
}

// run is a sorted stretch of the file.
type run struct{ from, to int64 }

// mostSightings is how many sightings of a scan are held in memory.
const mostSightings = 1 << 14

func newSightingSorter(p *Program, dir string) *sightingSorter {
	return &sightingSorter{program: p, dir: dir, most: mostSightings}
}

func (s *sightingSorter) add(g *sighting) error {
	s.held = append(s.held, *g)
	if len(s.held) < s.most {
		return nil
	}
	return s.spill()
}

func (s *sightingSorter) sort() {
	slices.SortFunc(s.held, func(a, b sighting) int { return compareSightings(&a, &b) })
}

func (s *sightingSorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "dwell-sightings-*")
		if err != nil {
			return fmt.Errorf("making a temporary file for sightings: %w", err)
		}
		s.file = f
	}
	s.sort()
	var out bytes.Buffer
	for i := range s.held {
		line, err := s.held[i].encode(s.program)
		if err != nil {
			return fmt.Errorf("writing sightings: %w", err)
		}
		out.Write(append(line, '\n'))
	}
	if _, err := s.file.WriteAt(out.Bytes(), s.end); err != nil {
		return fmt.Errorf("writing sightings: %w", err)
	}
	s.runs = append(s.runs, run{s.end, s.end + int64(out.Len())})
	s.end += int64(out.Len())
	clear(s.held)
	s.held = s.held[:0]
	return nil
}

// each calls visit with all sightings in order.
func (s *sightingSorter) each(visit func(*sighting) error) error {
	s.sort()
	sources := []*sightingSource{{held: s.held}}
	for _, r := range s.runs {
		in := bufio.NewReaderSize(io.NewSectionReader(s.file, r.from, r.to-r.from), 64<<10)
		sources = append(sources, &sightingSource{in: in, program: s.program})
	}
	kept := sources[:0]
	for _, source := range sources {
		if more, err := source.next(); err != nil {
			return err
		} else if more {
			kept = append(kept, source)
		}
	}
	for len(kept) > 0 {
		least := 0
		for i := range kept {
			if compareSightings(kept[i].now, kept[least].now) < 0 {
				least = i
			}
		}
		if err := visit(kept[least].now); err != nil {
			return err
		}
		if more, err := kept[least].next(); err != nil {
			return err
		} else if !more {
			kept = slices.Delete(kept, least, least+1)
		}
	}
	return nil
}

// close removes the temporary file.
func (s *sightingSorter) close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), os.Remove(s.file.Name()))
	s.file = nil
	return err
}

// sightingSource is a sorted stretch, in memory or in the file.
type sightingSource struct {
	held    []sighting
	in      *bufio.Reader
	program *Program
	now     *sighting
}

func (s *sightingSource) next() (bool, error) {
	if s.in == nil {
		if len(s.held) == 0 {
			return false, nil
		}
		s.now, s.held = &s.held[0], s.held[1:]
		return true, nil
	}
	line, err := s.in.ReadBytes('\n')
	if errors.Is(err, io.EOF) && len(line) == 0 {
		return false, nil
	}
	var e entry
	if err == nil {
		err = json.Unmarshal(line, &e)
	}
	if err != nil {
		return false, fmt.Errorf("reading sightings: %w", err)
	}
	g, ok := e.sighting(s.program)
	if !ok {
		return false, errors.New("reading sightings: a line is damaged")
	}
	s.now = g
	return true, nil
}
