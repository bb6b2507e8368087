// Package coverage says which sources spoke of which hosts and when, and when
// they were silent though they spoke before and after.
//
// What a scan does not find in a time without records is not absent: nobody was
// looking. A [Gatherer] notes, on each worker, in which hours there are records
// of a kind and a host, and which record numbers of a Windows channel there are;
// a [Book] puts that together in bounded memory, and [Book.Report] tells the
// largest gaps.
package coverage

// MaxKeys bounds the kinds and hosts told apart; maxText bounds the bytes of
// their names.
const (
	MaxKeys = 4096
	maxText = 2 << 20
)

// Book is what was seen of all inputs.
type Book struct {
	keys  map[Key]*seen
	text  int // bytes
	limit int
	rest  int64 // records of keys beyond the bounds
}

// NewBook returns an empty book.
func NewBook() *Book { return newBook(MaxKeys) }

func newBook(limit int) *Book { return &Book{keys: map[Key]*seen{}, limit: limit} }

// Add takes a block. Which keys are told apart depends on the order of the
// blocks alone.
func (b *Book) Add(block *Block) {
	for _, c := range block.cells {
		s, ok := b.keys[c.Key]
		if !ok {
			size := len(c.Dataset) + len(c.Host)
			if len(b.keys) >= b.limit || b.text+size > maxText {
				b.rest += c.records
				continue
			}
			s = &seen{}
			b.keys[c.Key] = s
			b.text += size
		}
		s.add(&c.seen)
	}
}

func (s *seen) add(o *seen) {
	s.records += o.records
	if !o.first.IsZero() && (s.first.IsZero() || o.first.Before(s.first)) {
		s.first = o.first
	}
	if o.last.After(s.last) {
		s.last = o.last
	}
	s.hours.take(&o.hours)
	s.numbers.take(&o.numbers)
}

func (s *runs) take(o *runs) {
	for _, r := range o.all {
		s.add(r)
	}
	s.closed += o.closed
}
