package ioc

import "strings"

// shelf holds what very many indicators are made of in few pieces of memory:
// each piece is looked at whenever garbage is collected, and a scan that has
// 100,000 indicators would pay for them again and again.
type shelf struct {
	indicators []Indicator
	patterns   []Pattern
	terms      []Term
	text       *strings.Builder
	size       int // of the next piece, in indicators, patterns or terms
}

// The sizes of pieces: a file with three indicators takes little, one with very
// many few pieces.
const (
	leastPiece = 16
	mostPiece  = 1 << 10
	textPiece  = 1 << 16 // bytes
	longText   = 1 << 12 // bytes; what is longer is kept by itself
)

// piece cuts n off what is left of a piece, or of a new one.
func piece[T any](left *[]T, n int, size *int) []T {
	if len(*left) < n {
		*size = min(max(leastPiece, 2**size), mostPiece)
		*left = make([]T, max(n, *size))
	}
	got := (*left)[:n:n]
	*left = (*left)[n:]
	return got
}

// keep returns a copy of an indicator with its patterns and id.
func (s *shelf) keep(i *Indicator) *Indicator {
	kept := &piece(&s.indicators, 1, &s.size)[0]
	*kept = *i
	kept.ID = s.keepText(i.ID)
	kept.Patterns = piece(&s.patterns, len(i.Patterns), &s.size)
	for n, p := range i.Patterns {
		kept.Patterns[n] = piece(&s.terms, len(p), &s.size)
		for m, t := range p {
			t.Value = s.keepText(t.Value)
			kept.Patterns[n][m] = t
		}
	}
	return kept
}

func (s *shelf) keepText(t string) string {
	if len(t) > longText {
		return strings.Clone(t)
	}
	if s.text == nil || s.text.Cap()-s.text.Len() < len(t) {
		s.text = &strings.Builder{}
		s.text.Grow(textPiece)
	}
	at := s.text.Len()
	s.text.WriteString(t)
	return s.text.String()[at:]
}
