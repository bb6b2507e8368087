package correlation

import "slices"

// chunkEntries is how many entries are spilled and read back together.
const chunkEntries = 256

// chunk is a run of entries of one queue, in memory or in a block.
type chunk struct {
	entries []entry // nil while spilled
	from    int     // entries before it are gone
	n       int     // entries left
	bytes   int64   // what the entries in memory are accounted with
	at      block
	listed  bool // is in the list of chunks that may be spilled
}

// queue is a window's entries in the order of (time, id). Full chunks go to
// disk when memory is over its bound, oldest first.
type queue struct {
	chunks []*chunk
	n      int
}

// pool owns the memory of all queues.
type pool struct {
	space
	full []*chunk // chunks that may be spilled, oldest first
	head int
	buf  []byte
}

// push adds an entry at the end.
func (p *pool) push(q *queue, e entry) error {
	var last *chunk
	if len(q.chunks) > 0 {
		last = q.chunks[len(q.chunks)-1]
	}
	if last == nil || last.from+last.n >= chunkEntries || last.entries == nil {
		if last != nil {
			p.offer(last)
		}
		last = &chunk{}
		q.chunks = append(q.chunks, last)
	}
	last.entries = append(last.entries, e)
	last.n++
	q.n++
	p.charge(last, e.size())
	return p.relieve()
}

func (p *pool) charge(c *chunk, n int64) {
	c.bytes += n
	p.used += n
}

// offer makes a chunk one that may be spilled.
func (p *pool) offer(c *chunk) {
	if !c.listed {
		c.listed = true
		p.full = append(p.full, c)
	}
}

// relieve spills full chunks until memory is within its bound.
func (p *pool) relieve() error {
	for p.over() && p.head < len(p.full) {
		c := p.full[p.head]
		p.full[p.head] = nil
		p.head++
		if p.head > 1024 && p.head > len(p.full)/2 {
			p.full = append(p.full[:0], p.full[p.head:]...)
			p.head = 0
		}
		c.listed = false
		if err := p.spill(c); err != nil {
			return err
		}
	}
	return nil
}

func (p *pool) spill(c *chunk) error {
	if c.entries == nil || c.n == 0 {
		return nil
	}
	p.buf = p.buf[:0]
	for i := c.from; i < c.from+c.n; i++ {
		p.buf = appendEntry(p.buf, &c.entries[i])
	}
	at, err := p.put(p.buf)
	if err != nil {
		return err
	}
	p.used -= c.bytes
	c.at, c.entries, c.from, c.bytes = at, nil, 0, 0
	return nil
}

// read returns the entries of a spilled chunk without bringing it back.
func (p *pool) read(c *chunk) ([]entry, error) {
	b, err := p.get(c.at, p.buf)
	if err != nil {
		return nil, err
	}
	p.buf = b
	d := decoder{b: b}
	entries := make([]entry, 0, c.n)
	for range c.n {
		entries = append(entries, d.entry())
	}
	if d.bad {
		return nil, errSpill
	}
	return entries, nil
}

// front returns the oldest entry; the queue must not be empty.
func (p *pool) front(q *queue) (*entry, error) {
	c := q.chunks[0]
	if c.entries == nil {
		entries, err := p.read(c)
		if err != nil {
			return nil, err
		}
		p.release(c.at)
		c.entries, c.at = entries, block{}
		for i := range entries {
			p.charge(c, entries[i].size())
		}
	}
	return &c.entries[c.from], nil
}

// pop removes the entry that front just returned.
func (p *pool) pop(q *queue) {
	c := q.chunks[0]
	size := c.entries[c.from].size()
	c.entries[c.from] = entry{}
	c.from++
	c.n--
	q.n--
	p.charge(c, -size)
	if c.n == 0 {
		p.used -= c.bytes
		c.bytes, c.entries = 0, nil
		q.chunks = slices.Delete(q.chunks, 0, 1)
	}
}

// each calls f on every entry, oldest first.
func (p *pool) each(q *queue, f func(*entry)) error {
	for _, c := range q.chunks {
		entries, err := c.entries, error(nil)
		if entries == nil {
			if entries, err = p.read(c); err != nil {
				return err
			}
		}
		for i := c.from; i < c.from+c.n; i++ {
			f(&entries[i])
		}
	}
	return nil
}

// clear drops every entry.
func (p *pool) clear(q *queue) {
	for _, c := range q.chunks {
		p.used -= c.bytes
		p.release(c.at)
		// The chunk may still be listed; without entries it is not spilled.
		*c = chunk{listed: c.listed}
	}
	*q = queue{}
}
