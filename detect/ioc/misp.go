package ioc

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// mispReader reads MISP's core format: events with attributes and objects, or
// attributes alone.
type mispReader struct{ *reader }

// mispContext is what an event says of its attributes.
type mispContext struct {
	source *Source
	title  string
	tags   []string
}

func (m *mispReader) event(e *node) {
	ctx := &mispContext{title: e.at("info").str()}
	tags, tlp := mispTags(e)
	ctx.tags = tags
	author := e.at("Orgc", "name").str()
	if author == "" {
		author = e.at("orgc").str()
	}
	ctx.source = &Source{File: m.source.File, Author: author, TLP: tlp}
	for _, a := range e.at("Attribute").items() {
		m.attribute(a, ctx)
	}
	for _, o := range e.at("Object").items() {
		for _, a := range o.at("Attribute").items() {
			m.attribute(a, ctx)
		}
	}
}

// attributes reads the answer of an attribute search: a list, or an object that
// has it.
func (m *mispReader) attributes(n *node) {
	if list := n.at("Attribute"); list != nil {
		n = list
	}
	for _, a := range n.items() {
		m.attribute(a, &mispContext{source: m.source})
	}
}

// attribute takes an attribute that is meant for detection.
func (m *mispReader) attribute(a *node, ctx *mispContext) {
	if s := a.at("deleted").str(); s == "true" || s == "1" {
		m.c.Withdrawn++
		return
	}
	if ids := a.at("to_ids"); ids != nil && ids.str() != "true" && ids.str() != "1" {
		m.c.Withdrawn++
		return
	}
	name, value := a.at("type").str(), a.at("value").str()
	i := &Indicator{
		ID: a.at("uuid").str(), Title: ctx.title, Description: a.at("comment").str(), Confidence: -1, Source: ctx.source,
	}
	if event := a.at("Event"); event != nil && i.Title == "" {
		i.Title = event.at("info").str()
	}
	tags, tlp := mispTags(a)
	i.Tags = slices.Concat(ctx.tags, tags)
	if tlp != "" && tlp != ctx.source.TLP {
		i.Source = &Source{File: ctx.source.File, Author: ctx.source.Author, TLP: tlp}
	}
	if c := a.at("category").str(); c != "" {
		i.Tags = append(i.Tags, "misp.category."+strings.ReplaceAll(strings.ToLower(c), " ", "-"))
	}
	if seconds, err := strconv.ParseInt(a.at("timestamp").str(), 10, 64); err == nil && seconds > 0 {
		i.Modified = time.Unix(seconds, 0).UTC()
	}
	m.named(a.line, name, value, i)
}

// mispTags returns the names of the tags, and the marking among them apart.
func mispTags(n *node) (tags []string, tlp string) {
	for _, t := range n.at("Tag").items() {
		name := t.at("name").str()
		if strings.HasPrefix(strings.ToLower(name), "tlp:") {
			tlp = stricter(tlp, normalTLP(name))
		} else if name != "" {
			tags = append(tags, name)
		}
	}
	return tags, tlp
}

// tlpOrder is TLP 2.0's markings, the least strict first.
var tlpOrder = []string{"tlp:clear", "tlp:green", "tlp:amber", "tlp:amber+strict", "tlp:red"}

// stricter returns the marking that allows less; an unknown one allows least.
func stricter(a, b string) string {
	rank := func(s string) int {
		if s == "" {
			return -1
		}
		if i := slices.Index(tlpOrder, s); i >= 0 {
			return i
		}
		return len(tlpOrder)
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}
