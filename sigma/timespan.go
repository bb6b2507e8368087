package sigma

import (
	"fmt"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// units are the letters of a timespan (Sigma correlation rules specification,
// "Time Selection"); w, M and y are extensions in use.
var units = map[byte]time.Duration{
	's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour,
	'w': 7 * 24 * time.Hour, 'M': 30 * 24 * time.Hour, 'y': 365 * 24 * time.Hour,
}

// ParseTimespan reads a number and its unit, as 5m.
func ParseTimespan(s string) (Timespan, bool) {
	if len(s) < 2 {
		return 0, false
	}
	unit, ok := units[s[len(s)-1]]
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	if !ok || err != nil || n == 0 || n > uint64(1<<62/unit) {
		return 0, false
	}
	return Timespan(time.Duration(n) * unit), true
}

// String writes the timespan with the largest unit that divides it.
func (t Timespan) String() string {
	d := time.Duration(t)
	for _, u := range [...]byte{'d', 'h', 'm'} {
		if d >= units[u] && d%units[u] == 0 {
			return fmt.Sprintf("%d%c", d/units[u], u)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

func (d *document) timespan(n *yaml.Node, c Code) Timespan {
	t, ok := ParseTimespan(n.Value)
	if n.Kind != yaml.ScalarNode || !ok {
		d.advise(c, "a number and s, m, h, d, w, M or y", fmt.Sprintf("%q is no timespan", n.Value), d.at(n, ""))
	}
	return t
}
