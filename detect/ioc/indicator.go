package ioc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/sigma"
)

// Indicator is one thing to look for, with what its source says of it.
type Indicator struct {
	// ID is the source's own, else made from type and value.
	ID string
	// Patterns are alternatives: the indicator is seen where one of them is.
	Patterns []Pattern
	// Full is a pattern that says more than values: the indicator is also seen
	// where it matches. It is nil for most.
	Full *stixpattern.Pattern
	// ValidFrom and ValidUntil bound the time of the records that count:
	// ValidFrom ≤ time < ValidUntil. Zero is no bound.
	ValidFrom, ValidUntil time.Time
	// Confidence is from 0 to 100, -1 if the source says none.
	Confidence  int
	Title       string // the source's own name for it, "" if it has none
	Description string
	Modified    time.Time
	Tags        []string
	References  []string
	// Source is what many indicators of one file share.
	Source *Source
	// Line is where it stands in Source.File, from 1.
	Line int
}

// Source is where indicators come from.
type Source struct {
	File string
	// Author is who made them, TLP their marking as "tlp:amber", "" if unknown.
	Author, TLP string
}

// Pattern is a conjunction: all of its terms are in one record.
type Pattern []Term

// Term is one value to find.
type Term struct {
	Type Type
	// Value is in the normal form of its type; see [Term.Wild].
	Value string
	// Wild says that Value is a pattern with % for any text and _ for any
	// character, as STIX's LIKE.
	Wild bool
	// Port must be in the record too, 0 for none.
	Port uint16
}

// Position says where the indicator stands.
func (i *Indicator) Position() sigma.Position {
	return sigma.Position{File: i.Source.File, Line: i.Line, Column: 1}
}

// String writes the indicator's values: "domain evil.example".
func (i *Indicator) String() string {
	var all []string
	for _, p := range i.Patterns {
		var terms []string
		for _, t := range p {
			terms = append(terms, t.String())
		}
		all = append(all, strings.Join(terms, " and "))
	}
	if i.Full != nil {
		all = append(all, "pattern "+i.Full.String())
	}
	return strings.Join(all, " or ")
}

// String writes "domain evil.example".
func (t Term) String() string {
	text := t.Type.String() + " " + t.Value
	if t.Port != 0 {
		text += fmt.Sprintf(" port %d", t.Port)
	}
	return text
}

// The levels of an indicator by the confidence that its source has in it, after
// the scale of STIX 2.1 appendix A (none/low/medium/high).
const (
	highFrom   = 70
	mediumFrom = 30
)

// Level is how much a sighting weighs: high unless the source's confidence is
// lower.
func (i *Indicator) Level() sigma.Level {
	switch {
	case i.Confidence < 0 || i.Confidence >= highFrom:
		return sigma.High
	case i.Confidence >= mediumFrom:
		return sigma.Medium
	default:
		return sigma.Low
	}
}

// maxTitle bounds the values in a title, maxPattern a pattern in a description,
// in bytes.
const (
	maxTitle   = 200
	maxPattern = 2000
)

// cutText cuts a text that is longer than size, in bytes.
func cutText(text string, size int) string {
	if len(text) <= size {
		return text
	}
	return strings.ToValidUTF8(text[:size], "") + "…"
}

// meta makes what a detection says of the indicator.
func (i *Indicator) meta() *sigma.Meta {
	values := i.String()
	title := cutText(values, maxTitle)
	if i.Full != nil && i.Title != "" {
		title = i.Title // a pattern says less to a person than its name
	}
	m := &sigma.Meta{
		ID: i.ID, Title: "Indicator: " + title, Author: i.Source.Author, Level: i.Level(),
		References: i.References, Position: i.Position(),
	}
	var say []string
	switch {
	case i.Title != "" && title == i.Title:
		say = append(say, cutText(values, maxPattern))
	case i.Title != "":
		say = append(say, i.Title)
	}
	if i.Description != "" && i.Description != i.Title {
		say = append(say, i.Description)
	}
	say = append(say, fmt.Sprintf("%s:%d", i.Source.File, i.Line))
	m.Description = strings.Join(say, "; ")
	if !i.Modified.IsZero() {
		m.Modified = i.Modified.Format(time.DateOnly)
	}
	if i.Source.TLP != "" {
		m.Tags = append(m.Tags, i.Source.TLP)
	}
	m.Tags = append(m.Tags, i.Tags...)
	if i.Confidence >= 0 {
		m.Tags = append(m.Tags, fmt.Sprintf("confidence.%d", i.Confidence))
	}
	return m
}

// derivedID names an indicator whose source does not: the same values give the
// same id. It has the form of a UUID of version 8 (RFC 9562, section 5.8).
func derivedID(patterns []Pattern) string {
	var buffer [256]byte
	form := append(buffer[:0], "dwell indicator 1\x00"...)
	for _, p := range patterns {
		for _, t := range p {
			form = append(append(form, t.Type.String()...), 0)
			form = append(append(form, t.Value...), 0)
			form = append(strconv.AppendBool(form, t.Wild), 0)
			form = append(strconv.AppendUint(form, uint64(t.Port), 10), 0)
		}
		form = append(form, 1)
	}
	sum := sha256.Sum256(form)
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	var id [36]byte
	dst := hex.AppendEncode(id[:0], sum[:4])
	for _, part := range [][]byte{sum[4:6], sum[6:8], sum[8:10], sum[10:16]} {
		dst = hex.AppendEncode(append(dst, '-'), part)
	}
	return string(dst)
}
