package taxonomy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/sigma"
)

// logSource gives product, service and category to the records of an origin.
type logSource struct {
	Product  string          `yaml:"product"`
	Service  string          `yaml:"service"`
	Category string          `yaml:"category"`
	When     when            `yaml:"when"`
	Unless   when            `yaml:"unless"`
	Where    map[string]list `yaml:"where"`
	Replace  bool            `yaml:"replace"`

	file      int // which file the entry is from
	condition int // index into Tables.conditions, -1 if none
}

func (t *Tables) addLogSources(file int, entries []logSource) error {
	for i, e := range entries {
		e.Product, e.Service, e.Category = fold(e.Product), fold(e.Service), fold(e.Category)
		if e.Product+e.Service+e.Category == "" {
			return fmt.Errorf("logsources[%d]: gives no product, service or category", i)
		}
		if e.When.empty() {
			return fmt.Errorf("logsources[%d] (%s): when is missing", i, e.name())
		}
		e.When.fold()
		e.Unless.fold()
		e.file = file
		var err error
		if e.condition, err = t.addCondition(e.Where); err != nil {
			return fmt.Errorf("logsources[%d] (%s): %w", i, e.name(), err)
		}
		if e.Replace {
			t.logsources = slices.DeleteFunc(t.logsources, func(old logSource) bool {
				return old.file < file && old.name() == e.name()
			})
		}
		t.logsources = append(t.logsources, e)
	}
	return nil
}

// name is the log source the entry gives, as people write it.
func (e *logSource) name() string {
	return logSourceName(sigma.LogSource{Product: e.Product, Service: e.Service, Category: e.Category})
}

func logSourceName(ls sigma.LogSource) string {
	var parts []string
	for _, p := range [][2]string{{"product", ls.Product}, {"service", ls.Service}, {"category", ls.Category}} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	return strings.Join(parts, ", ")
}

// addCondition returns the number of the condition, -1 if there is none.
func (t *Tables) addCondition(where map[string]list) (int, error) {
	if len(where) == 0 {
		return -1, nil
	}
	var all sigma.And
	for _, field := range slices.Sorted(maps.Keys(where)) {
		if len(where[field]) == 0 {
			return -1, fmt.Errorf("where %s: no values", field)
		}
		var alternatives sigma.Or
		for _, v := range where[field] {
			alternatives = append(alternatives, wherePredicate(field, v))
		}
		all = append(all, alternatives)
	}
	t.conditions = append(t.conditions, all)
	return len(t.conditions) - 1, nil
}

func wherePredicate(field, value string) *sigma.Predicate {
	p := &sigma.Predicate{Field: unblank(field), Op: sigma.Equals, Text: value, Written: value}
	if value == present {
		p.Op, p.Text = sigma.Exists, ""
	}
	return p
}
