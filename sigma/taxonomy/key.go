package taxonomy

import "fmt"

// Key is equal for two views of the same tables that admit the same log
// sources and give fields the same names, so that what is made for one serves
// the other. It means nothing outside this process.
func (v View) Key() string {
	return fmt.Sprint(v.Products, v.Services, v.Categories, v.sections)
}
