package taxonomy

import "testing"

func TestKeyTellsNamesFromRecordsApart(t *testing.T) {
	two := View{Products: []Attribute{{Name: "a"}, {Name: "b"}}}
	one := View{Products: []Attribute{{Name: `a"[] "b`}}}
	if two.Key() == one.Key() {
		t.Errorf("two products and one that is called like both have the key %s", one.Key())
	}
}
