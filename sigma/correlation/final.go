package correlation

import (
	"hash/maphash"
	"math"
)

// finalFigure is the figure of a window that is complete.
func (e *engine) finalFigure(n *node, g *group) (float64, bool, error) {
	c := &n.condition
	if c.kind != percentage {
		f, ok := c.figure(&g.tally, g.open)
		if !ok || !g.tally.capped {
			return f, ok, nil
		}
		f, err := e.countKeys(g, c.keep)
		return f, c.meets(f), err
	}
	f, err := e.percentileOf(g, c.percentile)
	return f, err == nil && g.queue.n > 0 && c.meets(f), err
}

// countKeys counts different values in as many passes as it takes to hold about
// keep of them at a time.
func (e *engine) countKeys(g *group, keep int) (float64, error) {
	passes := uint64(g.queue.n/max(keep, keysAtOnce) + 1)
	total := 0
	for pass := range passes {
		seen := map[string]struct{}{}
		err := e.pool.each(&g.queue, func(en *entry) {
			for _, k := range en.x.keys {
				if maphash.String(e.seeds[0], k)%passes == pass {
					seen[k] = struct{}{}
				}
			}
		})
		if err != nil {
			return 0, err
		}
		total += len(seen)
	}
	return float64(total), nil
}

const keysAtOnce = 1 << 16

// numbersAtOnce is how many numbers are sorted in memory; more are gone through
// several times instead.
const numbersAtOnce = 1 << 16

func (e *engine) percentileOf(g *group, p float64) (float64, error) {
	total := 0
	var values []float64
	err := e.pool.each(&g.queue, func(en *entry) {
		if total += len(en.x.numbers); total <= numbersAtOnce {
			values = append(values, en.x.numbers...)
		}
	})
	if err != nil || total == 0 {
		return 0, err
	}
	if total <= numbersAtOnce {
		return percentile(values, p), nil
	}
	all := func(f func(float64)) error {
		return e.pool.each(&g.queue, func(en *entry) {
			for _, v := range en.x.numbers {
				f(v)
			}
		})
	}
	lower, fraction := rank(total, p)
	a, err := selectNumber(all, lower)
	if err != nil || fraction == 0 {
		return a, err
	}
	b, err := selectNumber(all, lower+1)
	return interpolate(a, b, fraction), err
}

// selectNumber returns the number of rank k, counted from 0, in four passes
// that each settle 16 bits of it, from the highest.
func selectNumber(all func(func(float64)) error, k int) (float64, error) {
	var prefix uint64
	for shift := 48; shift >= 0; shift -= 16 {
		counts := make([]int, 1<<16)
		err := all(func(v float64) {
			// Shifting by 64 leaves nothing: in the first pass all take part.
			if u := sortable(v); u>>(shift+16) == prefix>>(shift+16) {
				counts[u>>shift&0xFFFF]++
			}
		})
		if err != nil {
			return 0, err
		}
		for digit, n := range counts {
			if k < n {
				prefix |= uint64(digit) << shift
				break
			}
			k -= n
		}
	}
	return unsortable(prefix), nil
}

// sortable maps floats to integers in the same order.
func sortable(f float64) uint64 {
	u := math.Float64bits(f + 0) // makes -0 the same as 0
	if u>>63 == 0 {
		return u | 1<<63
	}
	return ^u
}

func unsortable(u uint64) float64 {
	if u>>63 == 1 {
		return math.Float64frombits(u &^ (1 << 63))
	}
	return math.Float64frombits(^u)
}
