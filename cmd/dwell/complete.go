package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/dwell-project/dwell/cmd/dwell/completion"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/sigma"
)

// completionCommand writes a script for a shell.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run runs the command.
func (c *completionCommand) Run(s *session) error {
	var grammar commands
	parser, err := newParser(&grammar, io.Discard, io.Discard)
	if err != nil {
		return err
	}
	if err := completion.Write(s.stdout, c.Shell, parser.Model, completed); err != nil {
		return fmt.Errorf("writing to standard output: %w", err)
	}
	return nil
}

// completed says what a flag or an argument takes, by its type, its list of
// words or its placeholder.
func completed(v *kong.Value) (words []string, paths bool) {
	switch v.Target.Interface().(type) {
	case levelFlag:
		for l := sigma.Informational; l <= sigma.Critical; l++ {
			words = append(words, l.String())
		}
		return words, false
	case statusFlag, []statusFlag:
		return []string{"stable", "test", "experimental", "deprecated", "unsupported"}, false
	}
	if v.Enum != "" {
		for _, w := range v.EnumSlice() {
			if w != "" {
				words = append(words, w)
			}
		}
		return words, false
	}
	if v.Flag == nil {
		return nil, v.Name == "path"
	}
	if v.Name == "format" {
		for _, f := range formats.All() {
			words = append(words, f.Name())
		}
		return words, false
	}
	return nil, strings.Contains(" FILE PATH DIR SAMPLE ", " "+v.Flag.PlaceHolder+" ")
}
