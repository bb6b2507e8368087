package ioc

import (
	"strconv"
	"strings"
)

// tlpMarkings are the ids of the markings that STIX 2.1 (section 7.2.1.4) and
// the TLP 2.0 extension define.
var tlpMarkings = map[string]string{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "tlp:clear",
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "tlp:green",
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "tlp:amber",
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "tlp:red",
	"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "tlp:clear",
	"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "tlp:green",
	"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "tlp:amber",
	"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "tlp:amber+strict",
	"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "tlp:red",
}

// tlpExtension is the extension by which STIX 2.1 carries TLP 2.0.
const tlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

// stixReader reads the objects of a bundle.
type stixReader struct {
	*reader
	identities map[string]string // name by id
	markings   map[string]string // TLP by id
	pending    []pendingIndicator
}

// pendingIndicator waits for the identities and markings that may come later.
type pendingIndicator struct {
	indicator *Indicator
	author    string
	markings  []string
}

func (s *stixReader) object(o *node) {
	switch o.at("type").str() {
	case "indicator":
		s.indicator(o)
	case "identity":
		s.identities[o.at("id").str()] = o.at("name").str()
	case "marking-definition":
		tlp := o.at("extensions", tlpExtension, "tlp_2_0").str()
		if tlp == "" {
			tlp = o.at("definition", "tlp").str()
		}
		s.markings[o.at("id").str()] = normalTLP(tlp)
	}
}

// indicator reads STIX 2.1 section 4.7.
func (s *stixReader) indicator(o *node) {
	if o.at("revoked").str() == "true" {
		s.c.Withdrawn++
		return
	}
	if t := o.at("pattern_type").str(); t != "" && t != "stix" {
		s.say(o.line, "the indicator's pattern is of type %s, which is not yet understood", shown(t))
		return
	}
	pattern := o.at("pattern").str()
	patterns, full, err := s.readPattern(pattern)
	if err != nil {
		s.say(o.line, "%s: %v", shown(pattern), err)
		return
	}
	if full != nil {
		s.noteMissing(o.line, full)
	}
	i := &Indicator{
		ID: o.at("id").str(), Patterns: patterns, Full: full, Line: o.line, Confidence: -1,
		Title: o.at("name").str(), Description: o.at("description").str(),
	}
	if n, err := strconv.Atoi(o.at("confidence").str()); err == nil && n >= 0 && n <= 100 {
		i.Confidence = n
	}
	i.Modified, _ = parseTime(o.at("modified").str())
	i.Tags = append(i.Tags, o.at("labels").strs()...)
	i.Tags = append(i.Tags, o.at("indicator_types").strs()...)
	for _, k := range o.at("kill_chain_phases").items() {
		if k.at("kill_chain_name").str() == "mitre-attack" {
			i.Tags = append(i.Tags, "attack."+strings.ReplaceAll(k.at("phase_name").str(), "_", "-"))
		}
	}
	for _, e := range o.at("external_references").items() {
		if url := e.at("url").str(); url != "" {
			i.References = append(i.References, url)
		}
	}
	if s.dates(o.line, i, o.at("valid_from").str(), o.at("valid_until").str()) {
		s.pending = append(s.pending, pendingIndicator{i, o.at("created_by_ref").str(), o.at("object_marking_refs").strs()})
	}
}

// finish takes the indicators, now that all identities and markings are known.
func (s *stixReader) finish() {
	for _, p := range s.pending {
		author := s.identities[p.author]
		if author == "" {
			author = p.author
		}
		tlp := ""
		for _, id := range p.markings {
			known := tlpMarkings[id]
			if known == "" {
				known = s.markings[id]
			}
			tlp = stricter(tlp, known)
		}
		p.indicator.Source = s.sourceOf(author, tlp)
		s.add(p.indicator)
	}
}
