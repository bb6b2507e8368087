package taxonomy

import (
	"fmt"
	"strings"
)

// Key is equal for two views of the same tables that admit the same log
// sources and give fields the same names, so that what is made for one serves
// the other. It means nothing outside this process. Names are quoted, since
// records may bring them.
func (v View) Key() string {
	var b strings.Builder
	for _, attrs := range [][]Attribute{v.Products, v.Services, v.Categories} {
		for _, a := range attrs {
			fmt.Fprintf(&b, "%q%v ", a.Name, a.Conditions)
		}
		b.WriteByte('|')
	}
	fmt.Fprint(&b, v.sections)
	return b.String()
}
