package segment

import (
	"cmp"
	"slices"
)

// NamedType is a column by the name that files give it, and its type.
type NamedType struct {
	Name string
	Type Type
}

// Columns returns the columns of all fields that the dataset ever had, sorted by
// name. A file has those of them that its records fill.
func (t *Types) Columns() []NamedType {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]NamedType, 0, len(t.of))
	for field, typ := range t.of {
		all = append(all, NamedType{columnName(field, inMain), typ})
	}
	slices.SortFunc(all, func(a, b NamedType) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
