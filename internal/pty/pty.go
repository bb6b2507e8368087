// Package pty opens pseudo-terminals, so that tests can be a person at one.
//
// It knows Linux alone; elsewhere [Open] returns [ErrNone] and tests skip.
package pty

import "errors"

// ErrNone reports a system on which no pseudo-terminal can be opened.
var ErrNone = errors.New("no pseudo-terminals here")
