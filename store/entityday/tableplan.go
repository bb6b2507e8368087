package entityday

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Plan returns the files that answer a question about the days within the
// bounds: of the longest periods that lie within them and, beside them, those of
// shorter periods that have runs which are not in those yet. They are ordered by
// the beginning of their periods.
func (t *Table) Plan(b Bounds) ([]Listed, error) {
	byYear := map[Period][]Listed{}
	for _, l := range t.files {
		if year := PeriodOf(Yearly, l.Period.First); b.meets(year) {
			byYear[year] = append(byYear[year], l)
		}
	}
	var plan []Listed
	for year, files := range byYear {
		chosen, err := t.choose(b, year, files)
		if err != nil {
			return nil, err
		}
		plan = append(plan, chosen...)
	}
	plan = slices.DeleteFunc(plan, func(l Listed) bool { return !b.meets(l.Period) })
	slices.SortFunc(plan, func(a, b Listed) int {
		return cmp.Or(cmp.Compare(a.Period.First, b.Period.First), cmp.Compare(a.Period.Level, b.Period.Level), strings.Compare(a.Path, b.Path))
	})
	return plan, nil
}

// choose returns the files of a period that together have each run once. Files
// are all that lie in the period.
func (t *Table) choose(b Bounds, p Period, files []Listed) ([]Listed, error) {
	if p.Level == Daily {
		return files, nil
	}
	var own []Listed
	parts := map[Period][]Listed{}
	for _, l := range files {
		if l.Period.Level == p.Level {
			own = append(own, l)
			continue
		}
		part := PeriodOf(p.Level-1, l.Period.First)
		parts[part] = append(parts[part], l)
	}
	var finer []Listed
	for part, files := range parts {
		chosen, err := t.choose(b, part, files)
		if err != nil {
			return nil, err
		}
		finer = append(finer, chosen...)
	}
	switch {
	case len(own) == 0:
		return finer, nil
	case len(finer) == 0:
		return own, nil
	case sumOf(own) == sumOf(finer) && b.holds(p):
		return own, nil
	case sumOf(own) == sumOf(finer):
		return finer, nil
	default:
		return t.reconcile(b, p, own, finer)
	}
}

func sumOf(files []Listed) Sum {
	var s Sum
	for _, l := range files {
		s = s.Add(l.Sum)
	}
	return s
}

// reconcile chooses between files of a period and files within it that do not
// have the same runs.
func (t *Table) reconcile(b Bounds, p Period, own, finer []Listed) ([]Listed, error) {
	inOwn, err := t.runsOf(own)
	if err != nil {
		return nil, err
	}
	inFiner, err := t.runsOf(finer)
	if err != nil {
		return nil, err
	}
	late, apart := []Listed{}, true // files with no run in own; no file is half in own
	for _, l := range finer {
		runs, err := t.runsOf([]Listed{l})
		if err != nil {
			return nil, err
		}
		switch common := inCommon(runs, inOwn); {
		case common == 0:
			late = append(late, l)
		case common < len(runs):
			apart = false
		}
	}
	allFiner := inCommon(inOwn, inFiner) == len(inOwn)
	switch {
	case allFiner && (!apart || !b.holds(p)):
		return finer, nil
	case apart:
		return append(own, late...), nil
	default:
		return nil, fmt.Errorf("choosing files of %s %s: %w", p.Level, p, ErrOverlap)
	}
}

func inCommon(a, b map[RunID]bool) int {
	n := 0
	for id := range a {
		if b[id] {
			n++
		}
	}
	return n
}

func (t *Table) runsOf(files []Listed) (map[RunID]bool, error) {
	all := map[RunID]bool{}
	for _, l := range files {
		f, err := t.File(l.Path)
		if err != nil {
			return nil, fmt.Errorf("reading which runs are in a file of the table: %w", err)
		}
		runs, err := f.Runs()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.Path, err)
		}
		for _, id := range runs {
			all[id] = true
		}
	}
	return all, nil
}
