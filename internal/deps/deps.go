// Package deps holds the house rules that a machine can check: which package
// may import which, and what a package must say and must not do.
//
// The rules run as an ordinary test. [Check] reads the source files itself
// instead of asking "go list": the go command sees files that a test opens and
// runs the test again when they change, but it cannot see what a child process
// read and would serve a stale pass from its cache.
package deps

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Module is the import path of the module that the rules are for.
const Module = "github.com/dwell-project/dwell"

// Floors is the import order, lowest floor first. A package may import its own
// sub-packages, its parent and lower floors; never a neighbour, never up. Test
// files are exempt.
//
// It is a statement of policy. Whoever wants to change it to make a build pass
// should first ask whether the import is wrong; a change that is right comes
// with a note in docs/decisions.
const Floors = `
event tlp
entity evidence parse sigma
store
detect intel
ingest hunt analytic scope casefile
attribution
share dossier scenario
web
cmd internal
`

// Offline are the packages that scan, parse and watch are made of, with those
// below them: none may open a connection. Who looks for an intruder must not
// show him that he does, and evidence is read on machines without a network.
const Offline = `event entity parse sigma detect scope ingest cmd/dwell`

// Networked are the packages below those that may, each for a command that
// says so.
const Networked = `cmd/dwell/release`

// networking are the standard library's ways out, with what is below them.
// Package net/netip knows addresses and nothing else.
const networking = `net net/http net/rpc net/smtp crypto/tls log/syslog`

// Vague are names that say nothing about what a package is for; everything
// fits into them, so everything ends up in them.
const Vague = `util utils common helper helpers base manager core lib types models misc shared tools`

// Check returns what in the tree breaks the house rules, one sentence each,
// in the order of the walk. It skips testdata, folders whose name begins with
// a dot or an underscore, and modules within the module.
func Check(tree fs.FS) ([]string, error) {
	c := checker{
		tree: tree, floors: parseFloors(Floors),
		documented: map[string]bool{}, packageVars: map[variable]bool{},
	}
	err := fs.WalkDir(tree, ".", c.visit)
	c.assignedElsewhere()
	for _, dir := range c.dirs {
		if !c.documented[dir] {
			c.report(dir, "no file has a package comment that begins with \"Package\" or \"Command\"")
		}
	}
	return c.found, err
}

type checker struct {
	tree       fs.FS
	floors     map[string]int
	dirs       []string        // folders with a package, in the order of the walk
	documented map[string]bool // those with a package comment
	// packageVars are all package variables, assigned what is assigned to
	// outside the file that declares it.
	packageVars map[variable]bool
	assigned    []assignment
	found       []string
}

func (c *checker) report(where, format string, args ...any) {
	c.found = append(c.found, where+": "+fmt.Sprintf(format, args...))
}

func (c *checker) visit(name string, d fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if d.IsDir() {
		return c.enter(name)
	}
	data, err := readText(c.tree, name, d)
	if err != nil {
		return err
	}
	c.licence(name, data)
	if path.Ext(name) != ".go" {
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("parsing a source file: %w", err)
	}
	c.goFile(name, file)
	return nil
}

// enter decides whether a folder belongs to the module.
func (c *checker) enter(name string) error {
	if name == "." {
		return nil
	}
	base := path.Base(name)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := fs.Stat(c.tree, path.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func (c *checker) goFile(name string, file *ast.File) {
	dir := path.Dir(name)
	c.forbidInit(name, file)
	if strings.HasSuffix(name, "_test.go") {
		return
	}
	if !slices.Contains(c.dirs, dir) {
		c.dirs = append(c.dirs, dir)
		c.place(dir, file.Name.Name)
	}
	if doc := file.Doc.Text(); strings.HasPrefix(doc, "Package ") || strings.HasPrefix(doc, "Command ") {
		c.documented[dir] = true
	}
	c.variables(name, file)
	for _, spec := range file.Imports {
		c.imported(name, spec)
	}
}

// place refuses a package that is on no floor or whose name says nothing.
func (c *checker) place(dir, pkg string) {
	if c.unit(dir) == "" {
		c.report(dir, "the package is on no floor; place it in deps.Floors")
	}
	vague := strings.Fields(Vague)
	for _, name := range []string{path.Base(dir), pkg} {
		if slices.Contains(vague, name) {
			c.report(dir, "the name %q does not say what the package is for", name)
			return
		}
	}
}

func (c *checker) forbidInit(name string, file *ast.File) {
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			c.report(name, "func init runs without being called; register explicitly")
		}
	}
}

func (c *checker) imported(name string, spec *ast.ImportSpec) {
	imp, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		c.report(name, "import %s cannot be read: %v", spec.Path.Value, err)
		return
	}
	from := c.unit(path.Dir(name))
	if isTesting(imp) && from != "internal" {
		c.report(name, "imports %s; test support lives in _test.go files or under internal", imp)
	}
	if dir := path.Dir(name); within(dir, Offline) && !within(dir, Networked) && reaches(imp) {
		c.report(name, "imports %s; see deps.Offline", imp)
	}
	dep, ours := strings.CutPrefix(imp, Module+"/")
	if !ours || from == "" {
		return
	}
	to := c.unit(dep)
	switch {
	case to == "":
		c.report(name, "imports %s, which is on no floor", dep)
	case to != from && c.floors[to] >= c.floors[from]:
		c.report(name, "%s (floor %d) imports %s (floor %d)", from, c.floors[from], to, c.floors[to])
	}
}

// within says whether a folder is one of the list or below one.
func within(dir, list string) bool {
	for name := range strings.FieldsSeq(list) {
		if dir == name || strings.HasPrefix(dir, name+"/") {
			return true
		}
	}
	return false
}

// reaches says whether a package of the standard library reaches a network.
func reaches(imp string) bool {
	switch imp {
	case "net/netip", "net/url", "net/mail", "net/textproto":
		return false
	}
	return within(imp, networking)
}

func isTesting(imp string) bool { return imp == "testing" || strings.HasPrefix(imp, "testing/") }

// unit returns the longest name in the floors that is dir or above it.
func (c *checker) unit(dir string) string {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, ok := c.floors[dir]; ok {
			return dir
		}
	}
	return ""
}

// parseFloors numbers the floors from 1, the lowest.
func parseFloors(text string) map[string]int {
	floors := map[string]int{}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		for name := range strings.FieldsSeq(line) {
			floors[name] = i + 1
		}
	}
	return floors
}
