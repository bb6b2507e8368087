package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// reorder puts the arguments of a command behind its flags, so that
//
//	dwell scan logs --rules rules more
//
// means what it says: kong ends a list of arguments at the first flag.
func reorder(app *kong.Node, args []string) []string {
	node, n := app, 0
	for n < len(args) {
		child := childNamed(node, args[n])
		if child == nil {
			break
		}
		node, n = child, n+1
	}
	commands, rest := args[:n], args[n:]
	if !node.Leaf() {
		return args
	}
	var flags, paths []string
	for i := 0; i < len(rest); i++ {
		switch arg := rest[i]; {
		case arg == "--":
			paths = append(append(paths, "--"), rest[i+1:]...)
			i = len(rest)
		case len(arg) > 1 && arg[0] == '-':
			flags = append(flags, arg)
			if takesNext(node, arg) && i+1 < len(rest) {
				i++
				flags = append(flags, rest[i])
			}
		default:
			paths = append(paths, arg)
		}
	}
	return append(append(append([]string{}, commands...), flags...), paths...)
}

func childNamed(node *kong.Node, name string) *kong.Node {
	for _, c := range node.Children {
		if c.Type == kong.CommandNode && c.Name == name {
			return c
		}
	}
	return nil
}

// takesNext says whether a flag's value is the next argument.
func takesNext(node *kong.Node, arg string) bool {
	if strings.Contains(arg, "=") {
		return false
	}
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if arg == "--"+f.Name || f.Short != 0 && arg == "-"+string(f.Short) {
				return !f.IsBool()
			}
		}
	}
	return false
}
