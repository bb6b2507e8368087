package coverage

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is what a person is told.
type Report struct {
	// Datasets and Hosts are how many were told apart; Rest is the records of
	// further ones.
	Datasets, Hosts int
	Rest            int64
	// Silences are the times without records, worth knowing first on top.
	Silences []Silence
	// Lost are the record numbers missing at other times, the most first.
	Lost []Lost
	// Missing is how many record numbers are missing in all, AtLeast that there
	// are more in gaps that were too small and too many to keep.
	Missing int64
	AtLeast bool
}

// Silence is whole hours in which a host's sources said nothing, though they
// did before and after.
type Silence struct {
	// Datasets are the sources that were silent at the same time, sorted.
	Datasets []string
	Host     string
	// From is the begin of the first silent hour, To the end of the last.
	From, To time.Time
	// Missing is how many record numbers are missing across it. Numbered says
	// that there are numbers to tell by: none missing then means that there was
	// nothing to record.
	Missing  int64
	Numbered bool

	expected float64 // records, by the pace of the rest
}

// Lost is a run of record numbers that are not there.
type Lost struct {
	Key
	Count    int64
	From, To int64 // the first and the last missing
	// After and Before are the times of the records around it, zero for none.
	After, Before time.Time
}

// A silence counts if by the source's pace at other times there were
// minExpected records to come in it; what is longer than longSilence is not more
// of a surprise.
const (
	minExpected = 10
	longSilence = 30 * 24 // hours
)

// Report sums the book up.
func (b *Book) Report() *Report {
	r := &Report{Rest: b.rest}
	datasets, hosts := map[string]bool{}, map[string]bool{}
	together := map[silenceKey]*Silence{}
	for _, k := range b.sorted() {
		datasets[k.Dataset] = true
		if k.Host != "" {
			hosts[k.Host] = true
		}
		s := b.keys[k]
		lost := s.lost(k)
		for _, x := range lost {
			r.Missing += x.Count
		}
		r.AtLeast = r.AtLeast || s.numbers.closed > 0
		r.Lost = append(r.Lost, s.silences(k, lost, together)...)
	}
	r.Datasets, r.Hosts = len(datasets), len(hosts)
	for _, s := range together {
		if s.expected >= minExpected || s.Missing > 0 {
			r.Silences = append(r.Silences, *s)
		}
	}
	r.rank()
	return r
}

func (b *Book) sorted() []Key {
	return slices.SortedFunc(maps.Keys(b.keys), func(a, b Key) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Dataset, b.Dataset))
	})
}

func (r *Report) rank() {
	slices.SortFunc(r.Silences, func(a, b Silence) int {
		return cmp.Or(cmp.Compare(b.Missing, a.Missing), cmp.Compare(b.expected, a.expected),
			a.From.Compare(b.From), strings.Compare(a.Host, b.Host), slices.Compare(a.Datasets, b.Datasets))
	})
	slices.SortStableFunc(r.Lost, func(a, b Lost) int { return cmp.Compare(b.Count, a.Count) })
}

type silenceKey struct {
	host     string
	from, to int64
}

// silences adds those of a key to those found so far, and returns what is lost
// at other times.
func (s *seen) silences(k Key, lost []Lost, together map[silenceKey]*Silence) []Lost {
	if len(s.hours.all) < 2 {
		return lost
	}
	hours := s.hours.all
	span := hours[len(hours)-1].to - hours[0].from + 1
	taken := make([]bool, len(lost))
	for i := range len(hours) - 1 {
		from, to := hours[i].to+1, hours[i+1].from
		at := silenceKey{k.Host, from, to}
		x := together[at]
		if x == nil {
			x = &Silence{Host: k.Host, From: time.Unix(from*3600, 0).UTC(), To: time.Unix(to*3600, 0).UTC()}
			together[at] = x
		}
		x.Datasets = append(x.Datasets, k.Dataset)
		x.expected += float64(s.records) / float64(span-(to-from)) * float64(min(to-from, longSilence))
		x.Numbered = x.Numbered || len(s.numbers.all) > 0
		for n := range lost {
			if !taken[n] && lost[n].across(x) {
				taken[n] = true
				x.Missing += lost[n].Count
			}
		}
	}
	var others []Lost
	for n, t := range taken {
		if !t {
			others = append(others, lost[n])
		}
	}
	return others
}

// across says whether the missing numbers were given out in the silence, or
// might have been.
func (l *Lost) across(s *Silence) bool {
	return !l.After.IsZero() && !l.Before.IsZero() && l.After.Before(s.To) && l.Before.After(s.From)
}

func (s *seen) lost(k Key) []Lost {
	var all []Lost
	for i := range max(len(s.numbers.all)-1, 0) {
		before, after := &s.numbers.all[i], &s.numbers.all[i+1]
		if after.first != 0 && before.last > after.first {
			continue // numbers were given out anew: another log, or a machine set back
		}
		all = append(all, Lost{
			Key: k, Count: s.numbers.gap(i), From: before.to + 1, To: after.from - 1,
			After: moment(before.last), Before: moment(after.first),
		})
	}
	return all
}

func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}
