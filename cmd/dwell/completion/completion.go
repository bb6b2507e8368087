// Package completion writes scripts with which a shell completes the command
// line of a program: its commands, flags, the words that a flag can take, and
// paths.
//
// The scripts are made from the definitions of the commands, so that they cannot
// fall behind them, and hold all they need: completing runs no program.
package completion

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Shells are those that there are scripts for.
const Shells = "bash,zsh,fish"

// Values says what a flag or an argument takes: some words, paths, or neither.
type Values func(v *kong.Value) (words []string, paths bool)

// Write writes the script for a shell.
func Write(w io.Writer, shell string, app *kong.Application, values Values) error {
	commands := list(app.Node, "", values)
	var text string
	switch shell {
	case "bash":
		text = bash(app.Name, commands)
	case "zsh":
		text = zsh(app.Name, commands)
	case "fish":
		text = fish(app.Name, commands)
	default:
		return fmt.Errorf("there is no completion for %q: bash, zsh or fish", shell)
	}
	_, err := io.WriteString(w, text)
	return err
}

// command is a command with what can stand behind it.
type command struct {
	// path is " rules lint" for dwell rules lint, "" for dwell itself.
	path, help string
	subs       []command
	flags      []flag
	// words and paths are what arguments can be.
	words []string
	paths bool
}

// flag is a flag of a command.
type flag struct {
	long, short string // with their dashes; short may be ""
	help        string
	takes       bool // a value
	repeats     bool
	words       []string
	paths       bool
	placeholder string
}

// spellings returns the flag as it can be written.
func (f *flag) spellings() []string {
	if f.short == "" {
		return []string{f.long}
	}
	return []string{f.short, f.long}
}

// list returns a node of the model and all below it, each command before its
// subcommands.
func list(n *kong.Node, path string, values Values) []command {
	c := command{path: path, help: sentence(n.Help)}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			c.flags = append(c.flags, newFlag(f, values))
		}
	}
	for _, p := range n.Positional {
		words, paths := values(p)
		c.words, c.paths = append(c.words, words...), c.paths || paths
	}
	var below []command
	for _, child := range n.Children {
		if child.Hidden || child.Type != kong.CommandNode {
			continue
		}
		all := list(child, path+" "+child.Name, values)
		c.subs = append(c.subs, all[0])
		below = append(below, all...)
	}
	return append([]command{c}, below...)
}

func newFlag(f *kong.Flag, values Values) flag {
	out := flag{long: "--" + f.Name, help: sentence(f.Help), takes: !f.IsBool(), repeats: f.IsCumulative(), placeholder: f.PlaceHolder}
	if f.Short != 0 {
		out.short = "-" + string(f.Short)
	}
	if out.takes {
		out.words, out.paths = values(f.Value)
	}
	return out
}

// name returns the last word of a command's path.
func (c *command) name() string { return c.path[strings.LastIndexByte(c.path, ' ')+1:] }

// identifier returns a name for the command's function in a shell.
func (c *command) identifier(program string) string {
	return "_" + program + strings.ReplaceAll(strings.ReplaceAll(c.path, " ", "_"), "-", "_")
}

// maxHelp is how long a help text in a list can be, in bytes.
const maxHelp = 90

// sentence returns the first sentence of a help text, without its full stop.
func sentence(help string) string {
	for _, end := range []string{". ", ": ", "; ", ", "} {
		if len(help) > maxHelp || end == ". " {
			help, _, _ = strings.Cut(help, end)
		}
	}
	return strings.TrimSuffix(help, ".")
}

// paths returns the paths of commands that are below others.
func paths(commands []command) []string {
	var all []string
	for i := range commands {
		if commands[i].path != "" {
			all = append(all, commands[i].path)
		}
	}
	return all
}

// quoted returns texts as words of a shell, each in single quotes.
func quoted(texts []string) []string {
	texts = slices.Clone(texts)
	for i, s := range texts {
		texts[i] = "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return texts
}
