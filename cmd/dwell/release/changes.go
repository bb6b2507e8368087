package release

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

// version is a rule as a release has it: told apart from other versions by the
// digest of its file.
type version struct {
	rule   Rule
	digest string
}

// compare reads the rules of two folders; that before need not exist.
func compare(before, after string) (*Changes, error) {
	c := &Changes{}
	old := map[string]version{}
	_, err := os.Stat(before)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.First = true
	case err != nil:
		return nil, err
	default:
		if old, _, err = read(before); err != nil {
			return nil, err
		}
		c.First = len(old) == 0
	}
	now, collection, err := read(after)
	if err != nil {
		return nil, err
	}
	for key, v := range now {
		was, ok := old[key]
		switch {
		case !ok:
			c.Added = append(c.Added, v.rule)
		case was.digest != v.digest:
			c.Changed = append(c.Changed, v.rule)
		}
	}
	for key, v := range old {
		if _, ok := now[key]; !ok {
			c.Removed = append(c.Removed, v.rule)
		}
	}
	for _, list := range [][]Rule{c.Added, c.Changed, c.Removed} {
		slices.SortFunc(list, func(a, b Rule) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID)) })
	}
	_, problems := correlation.Compile(collection.Rules, collection.Correlations)
	c.Problems = append(collection.Problems, problems...)
	c.Rules, c.LeftOut = len(collection.Rules)+len(collection.Correlations), collection.LeftOut
	return c, nil
}

// read returns the rules and correlations of a folder by id, those without one
// by file and title.
func read(dir string) (map[string]version, *sigma.Collection, error) {
	sums, err := digests(dir)
	if err != nil {
		return nil, nil, err
	}
	collection := sigma.LoadFS(os.DirFS(dir))
	all := map[string]version{}
	add := func(m *sigma.Meta) {
		key := cmp.Or(m.ID, m.Position.File+"\x00"+m.Title)
		all[key] = version{Rule{m.ID, m.Title, m.Level}, sums[m.Position.File]}
	}
	for _, r := range collection.Rules {
		add(&r.Meta)
	}
	for _, r := range collection.Correlations {
		add(&r.Meta)
	}
	return all, collection, nil
}
