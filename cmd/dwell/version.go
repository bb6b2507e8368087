package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// sigmaSpecification is the version of the Sigma specification that rules are
// read by.
const sigmaSpecification = "2.1.0"

// version says which program this is.
type version struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
}

// thisVersion returns what the Go command noted when it built the program.
func thisVersion() version {
	v := version{Version: "unknown", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

// versionCommand shows the version.
type versionCommand struct{}

// Run runs the command.
func (versionCommand) Run(s *session) error {
	v := thisVersion()
	text := "dwell " + v.Version
	if v.Revision != "" {
		text += " (" + v.Revision
		if v.Modified {
			text += ", modified"
		}
		text += ")"
	}
	_, err := fmt.Fprintf(s.stdout, "%s\nSigma specification %s, %s %s/%s\n", text, sigmaSpecification, v.Go, runtime.GOOS, runtime.GOARCH)
	return err
}
