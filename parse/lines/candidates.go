package lines

// candidate is one of the ways in which a text can be a parser's, by runs of
// bytes that the text must have then: three of them, the first and the last
// among them, rule out nearly every other text.
type candidate struct {
	parser *Parser
	grams  [3]gram
	always bool // there are no such runs
}

// candidates returns the ways of parsers that are asked by text alone, in the
// order of the parsers.
func candidates(parsers []*Parser) (all []candidate) {
	for _, p := range parsers {
		ways := p.compiled.grams
		if len(p.compiled.literals) == 0 {
			ways = nil
			for i := range p.compiled.messages {
				if cm := &p.compiled.messages[i]; cm.bare {
					ways = append(ways, cm.grams)
				}
			}
		}
		for _, w := range ways {
			c := candidate{parser: p, always: len(w) == 0}
			if !c.always {
				c.grams = [3]gram{w[0], w[len(w)/2], w[len(w)-1]}
			}
			all = append(all, c)
		}
	}
	return all
}

// trySpecific asks the parsers that a text alone tells, but those that cannot
// know it.
func (d *decoder) trySpecific(body []byte, base int) bool {
	if !d.sieve.ready {
		d.sieve.fill(body)
	}
	bits := &d.sieve.bits
	has := func(g gram) bool { return bits[g/64]&(1<<(g%64)) != 0 }
	var asked *Parser
	for i := range d.set.candidates {
		c := &d.set.candidates[i]
		if !c.always && !(has(c.grams[0]) && has(c.grams[1]) && has(c.grams[2])) || c.parser == asked {
			continue
		}
		if asked = c.parser; d.tryBare(asked, body, base) {
			return true
		}
	}
	return false
}
