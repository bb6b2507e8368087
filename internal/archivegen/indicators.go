package archivegen

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// IndicatorCount is how many indicators there are; one of [presentStep] of them
// is in the telemetry.
const (
	IndicatorCount = 100_000
	presentStep    = 100
)

// Indicator is something to look for.
type Indicator struct {
	Kind, Value string // the kinds are domain, ip, sha256 and url
	// Present says that records name it.
	Present bool
}

// IndicatorAt returns the indicator of a number below [IndicatorCount].
func IndicatorAt(i int) Indicator {
	v := (uint64(i) + 1) * 0x9E3779B97F4A7C15
	// Numbers of present ones are multiples of presentStep: the kind is by
	// hundreds, so that each kind has its share of them.
	ind := Indicator{Present: i%presentStep == 0}
	switch at := i / presentStep % 10; {
	case at < 4:
		ind.Kind, ind.Value = "domain", fmt.Sprintf("c%x.bad-%x.example", v>>48, uint32(v))
	case at < 7:
		ind.Kind, ind.Value = "ip", fmt.Sprintf("198.19.%d.%d", i>>8&255, i&255)
		if i>>16 != 0 {
			ind.Value = fmt.Sprintf("2001:db8:%x:%x::%x", i>>16, v>>48, i&0xffff)
		}
	case at < 9:
		ind.Kind, ind.Value = "sha256", string(appendHash(nil, ^v))
	default:
		ind.Kind, ind.Value = "url", fmt.Sprintf("http://c%x.bad-%x.example/%x/in.php", v>>48, uint32(v), i)
	}
	return ind
}

// WriteIndicators writes all indicators as the CSV file that `dwell hunt --ioc`
// reads.
func WriteIndicators(w io.Writer) error {
	if _, err := io.WriteString(w, "type,value\n"); err != nil {
		return err
	}
	for i := range IndicatorCount {
		ind := IndicatorAt(i)
		kind := ind.Kind
		if kind == "ip" {
			kind = "ip-dst"
		}
		if _, err := fmt.Fprintf(w, "%s,%s\n", kind, ind.Value); err != nil {
			return err
		}
	}
	return nil
}

// plantedOn returns the indicators of a kind that are seen on a day.
func plantedOn(kind string, day, days int) (found []Indicator) {
	for i := 0; i < IndicatorCount; i += presentStep {
		v := (uint64(i) + 1) * 0xD1342543DE82EF95 >> 16
		if int(v%uint64(days)) != day && int(v>>16%uint64(days)) != day {
			continue
		}
		if ind := IndicatorAt(i); ind.Kind == kind {
			found = append(found, ind)
		}
	}
	return found
}

// Begin is the first day.
func Begin() time.Time { return time.Date(2022, time.January, 1, 0, 0, 0, 0, time.UTC) }

// HostNames returns the full names of all hosts.
func (t *Telemetry) HostNames() (names []string) {
	for i := range t.world.hosts {
		names = append(names, strings.ToLower(t.world.hosts[i].name)+".corp.example")
	}
	return names
}
