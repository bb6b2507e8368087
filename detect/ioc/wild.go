package ioc

import "strings"

// wildTable finds patterns with wildcards by four bytes that each of them has.
type wildTable struct {
	grams    map[uint32][]int32 // indexes into patterns
	patterns []wildPattern
	present  [1 << 10]uint64 // bit of a hash of a gram that some pattern has
}

type wildPattern struct {
	probe  int32
	text   string
	isPath bool
}

func newWildTable() *wildTable { return &wildTable{grams: map[uint32][]int32{}} }

func (t *wildTable) add(probe int32, term Term) {
	piece := longestPiece(term.Value)
	g := gram(piece[len(piece)-4:])
	t.present[gramBit(g)>>6] |= 1 << (gramBit(g) & 63)
	t.grams[g] = append(t.grams[g], int32(len(t.patterns)))
	t.patterns = append(t.patterns, wildPattern{
		probe: probe, text: term.Value, isPath: term.Type == FileName || term.Type == FilePath,
	})
}

func gram[T string | []byte](s T) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func gramBit(g uint32) uint32 { return g * 0x9E3779B1 >> 16 }

// find notes the patterns that the value as a whole matches; for names of files
// the last part of it.
func (t *wildTable) find(w *Work) {
	text := w.folded
	var seen map[int32]bool
	for i := 0; i+4 <= len(text); i++ {
		g := gram(text[i : i+4])
		if t.present[gramBit(g)>>6]&(1<<(gramBit(g)&63)) == 0 {
			continue
		}
		for _, n := range t.grams[g] {
			if p := &t.patterns[n]; !seen[n] {
				if seen == nil {
					seen = map[int32]bool{}
				}
				seen[n] = true
				if p.match(string(text)) {
					w.found = append(w.found, p.probe)
				}
			}
		}
	}
}

func (p *wildPattern) match(text string) bool {
	if !p.isPath {
		return like(p.text, text)
	}
	text = strings.ReplaceAll(text, `\`, "/")
	return like(p.text, text) || like(p.text, text[strings.LastIndexByte(text, '/')+1:])
}

// like matches as SQL's LIKE does: '%' is any text, '_' any character.
func like(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '%':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '_' || pattern[p] == text[t]):
			if pattern[p] == '_' {
				t += runeLength(text[t:]) - 1
			}
			p, t = p+1, t+1
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "%") == ""
}

func runeLength(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}
