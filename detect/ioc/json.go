package ioc

import (
	"errors"
	"io"
)

// streamed are the lists that may be long.
var streamed = map[string]bool{"objects": true, "response": true}

// readJSON reads a STIX bundle, a list of STIX objects, or what MISP exports.
func (r *reader) readJSON() {
	j := newJSONReader(r.text)
	s := &stixReader{reader: r, identities: map[string]string{}, markings: map[string]string{}}
	m := &mispReader{reader: r}
	err := j.each(streamed, func(name string, n *node) {
		switch {
		case n.at("Event") != nil:
			m.event(n.at("Event"))
		case name == "Event":
			m.event(n)
		case name == "Attribute" || name == "response" && n.at("Attribute") != nil:
			m.attributes(n)
		case name == "objects" || name == "" || name == "response":
			r.element(s, m, n)
		}
	})
	s.finish()
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		r.say(j.line(), "the JSON ends in the middle")
	case err != nil:
		r.say(j.line(), "reading JSON: %v", err)
	}
}

// element reads a member of a list: a STIX object, a MISP attribute, a value.
func (r *reader) element(s *stixReader, m *mispReader, n *node) {
	switch {
	case n.at("type") != nil && n.at("id") != nil && n.at("to_ids") == nil:
		s.object(n)
	case n.at("type") != nil && n.at("value") != nil:
		m.attribute(n, &mispContext{source: r.source})
	case n.isText:
		r.plain(n.line, n.text, "")
	default:
		r.say(n.line, "this is neither a STIX object nor a MISP event or attribute")
	}
}
