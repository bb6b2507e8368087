package deps

import (
	"go/ast"
	"go/token"
	"path"
	"strings"
)

// variables refuses package variables that are state: those without a value,
// those that begin as a pointer or an empty store, and those that are assigned
// to. What is left are errors and tables, which nobody changes.
//
// It reads the syntax alone. A table that is changed through a method or an
// alias is not seen.
func (c *checker) variables(name string, file *ast.File) {
	dir, own := path.Dir(name), map[string]*ast.ValueSpec{}
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR || isEmbedded(gen) {
			continue
		}
		for _, spec := range gen.Specs {
			v := spec.(*ast.ValueSpec)
			c.declared(name, v)
			for _, id := range v.Names {
				own[id.Name] = v
				c.packageVars[variable{dir, id.Name}] = true
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		for _, target := range targets(n) {
			switch id := root(target); {
			case id == nil || id.Name == "_":
			case id.Obj == nil: // declared in another file, if at all
				c.assigned = append(c.assigned, assignment{variable{dir, id.Name}, name})
			case own[id.Name] != nil && id.Obj.Decl == own[id.Name]:
				c.reportAssigned(name, id.Name)
			}
		}
		return true
	})
}

// variable is a package variable by its folder and name.
type variable struct{ dir, name string }

// assignment is one to a name that the file does not declare.
type assignment struct {
	variable
	file string
}

// assignedElsewhere reports assignments to variables of another file.
func (c *checker) assignedElsewhere() {
	for _, a := range c.assigned {
		if c.packageVars[a.variable] {
			c.reportAssigned(a.file, a.name)
		}
	}
}

func (c *checker) reportAssigned(file, name string) {
	c.report(file, "package variable %s is assigned to; pass state as a value", name)
}

// declared looks at how a variable begins.
func (c *checker) declared(name string, v *ast.ValueSpec) {
	for i, id := range v.Names {
		switch {
		case id.Name == "_": // var _ Interface = T{} is a statement, not state
		case len(v.Values) == 0:
			c.report(name, "package variable %s has no value; pass state as a value", id.Name)
		case i < len(v.Values) && isStore(v.Values[i]):
			c.report(name, "package variable %s is made to be changed; pass state as a value", id.Name)
		}
	}
}

// isStore reports whether a value is a pointer or an empty store.
func isStore(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.UnaryExpr:
		return x.Op == token.AND
	case *ast.CompositeLit:
		_, isMap := x.Type.(*ast.MapType)
		return isMap && len(x.Elts) == 0
	case *ast.CallExpr:
		fn, ok := x.Fun.(*ast.Ident)
		return ok && (fn.Name == "new" || fn.Name == "make")
	}
	return false
}

// targets returns what a statement assigns to.
func targets(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	}
	return nil
}

// root returns the variable that an expression such as v.f[i] is part of.
func root(x ast.Expr) *ast.Ident {
	for {
		switch y := x.(type) {
		case *ast.Ident:
			return y
		case *ast.IndexExpr:
			x = y.X
		case *ast.SelectorExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		default:
			return nil
		}
	}
}

// isEmbedded reports whether the go command fills the variable.
func isEmbedded(gen *ast.GenDecl) bool {
	if gen.Doc == nil {
		return false
	}
	for _, line := range gen.Doc.List {
		if strings.HasPrefix(line.Text, "//go:embed ") {
			return true
		}
	}
	return false
}
