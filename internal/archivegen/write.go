package archivegen

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// Days is over how many days events spread.
const Days = 1095

// Telemetry is all that is written.
type Telemetry struct {
	world *world
	seed  uint64
	days  int
	hours []time.Duration // times of day at equal shares of the day's events
	until []int64         // how many events there are before each day
}

// New returns so many events over so many days, from [Begin] on.
func New(seed uint64, events int64, days int) *Telemetry {
	return &Telemetry{world: newWorld(seed), seed: seed, days: days, hours: workday(), until: spread(events, days)}
}

// spread returns how many of the events there are before each day, the last
// element being all: on weekends a third of what there is on other days.
func spread(events int64, days int) (until []int64) {
	weights := make([]int64, days+1)
	for day := range days {
		w := int64(3)
		if wd := Begin().AddDate(0, 0, day).Weekday(); wd == time.Saturday || wd == time.Sunday {
			w = 1
		}
		weights[day+1] = weights[day] + w
	}
	for _, w := range weights {
		until = append(until, events*w/weights[days])
	}
	return until
}

// workday returns the times of a day at which equal shares of its events have
// passed: six times as many in an hour of work than at night.
func workday() (at []time.Duration) {
	const step = 5 * time.Minute
	for t := time.Duration(0); t < 24*time.Hour; t += step {
		n := 1
		if t >= 7*time.Hour && t < 17*time.Hour {
			n = 6
		}
		for i := range n {
			at = append(at, t+step*time.Duration(i)/time.Duration(n))
		}
	}
	return append(at, 24*time.Hour)
}

// Months returns how many months there are.
func (t *Telemetry) Months() int {
	last := Begin().AddDate(0, 0, t.days-1)
	return (last.Year()-Begin().Year())*12 + int(last.Month())
}

// WriteMonth writes the files of a month, counted from 0, into a folder and
// returns how many records and bytes they have.
func (t *Telemetry) WriteMonth(folder string, month int) (events, size int64, err error) {
	first := Begin().AddDate(0, month, 0)
	folder = filepath.Join(folder, first.Format("2006-01"))
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return 0, 0, fmt.Errorf("writing telemetry: %w", err)
	}
	for i, s := range sources() {
		n, bytes, err := t.writeFile(filepath.Join(folder, s.name), month, i, &s)
		if err != nil {
			return 0, 0, fmt.Errorf("writing telemetry: %w", err)
		}
		events, size = events+n, size+bytes
	}
	return events, size, nil
}

func (t *Telemetry) writeFile(path string, month, number int, s *source) (events, size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, 0, err
	}
	out := bufio.NewWriterSize(f, 1<<18)
	events, size, err = t.write(out, month, number, s)
	if err == nil {
		err = out.Flush()
	}
	err = errors.Join(err, f.Close())
	if events == 0 {
		err = errors.Join(err, os.Remove(path)) // as logs are of which there is nothing
	}
	return events, size, err
}

func (t *Telemetry) write(w io.Writer, month, number int, s *source) (events, size int64, err error) {
	st := t.state(month, number)
	choice := choices(s.forms)
	var line []byte
	first := Begin().AddDate(0, month, 0)
	for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
		k := int(day.Sub(Begin()) / (24 * time.Hour))
		if k >= t.days {
			break
		}
		st.day, st.midnight = day.Format(time.DateOnly), day.Unix()
		n := t.count(k, s.share)
		planted := plantedOn(s.plants, k, t.days)
		for i := range n {
			st.at = t.timeOf(st.random, i, n)
			st.next()
			f := &s.forms[choice[st.random.IntN(len(choice))]]
			if len(planted) > 0 && i*int64(len(planted))/n != (i+1)*int64(len(planted))/n {
				st.planted, f = &planted[i*int64(len(planted))/n], &s.forms[0]
			}
			if f.starts {
				st.start()
			}
			line = append(f.append(st, line[:0]), '\n')
			st.planted = nil
			if _, err := w.Write(line); err != nil {
				return events, size, err
			}
			events, size = events+1, size+int64(len(line))
		}
	}
	return events, size, nil
}

// count returns how many events of a source a day has.
func (t *Telemetry) count(day, share int) int64 {
	return t.until[day+1]*int64(share)/100 - t.until[day]*int64(share)/100
}

func (t *Telemetry) timeOf(r *rand.Rand, i, n int64) time.Duration {
	at := (float64(i) + r.Float64()) / float64(n) * float64(len(t.hours)-1)
	k := min(int(at), len(t.hours)-2)
	return t.hours[k] + time.Duration((at-float64(k))*float64(t.hours[k+1]-t.hours[k]))
}

// state begins a file: its hosts run something already.
func (t *Telemetry) state(month, number int) *state {
	s := &state{
		world: t.world, random: rand.New(rand.NewPCG(t.seed, uint64(month)<<8|uint64(number)+2)), //nolint:gosec // repeatable, not secret
		processes: make([][recent]process, hostCount), records: make([]int64, hostCount),
	}
	s.midnight = Begin().AddDate(0, month, 0).Unix()
	for i := range hostCount {
		s.number, s.host, s.user = i, &s.hosts[i], &s.hosts[i]
		s.records[i] = int64(month) * 100_000_000
		for k := range recent {
			s.process = &s.processes[i][k]
			s.start()
		}
	}
	return s
}

// choices has each form as often as its weight says.
func choices(forms []form) (all []uint8) {
	for i, f := range forms {
		for range f.weight {
			all = append(all, uint8(i))
		}
	}
	return all
}

func (f *form) append(s *state, dst []byte) []byte {
	for _, p := range f.parts {
		dst = p(s, dst)
	}
	return dst
}
