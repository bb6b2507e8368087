package parse

import (
	"context"
	"sync"
)

const (
	// maxInFlight bounds the bytes of the blocks on their way together, so that
	// many huge records in a row take no more memory than one of them. Ordinary
	// blocks come nowhere near it.
	maxInFlight = 32 << 20
	// largeBlock is the capacity, in bytes, above which a block's memory is not
	// used again.
	largeBlock  = 2 << 20
	largeWeight = 4
)

// room lets blocks in while their bytes together stay within maxInFlight; a
// block larger than that goes alone. A large block counts largeWeight times: the
// text of its events, folded, matched and written, is copied.
type room struct {
	mu    sync.Mutex
	used  int
	freed chan struct{} // holds a token if something left since it was last taken
}

func newRoom() *room { return &room{freed: make(chan struct{}, 1)} }

// enter waits until there is room for size bytes; false means that ctx ended
// before. It is called by one goroutine.
func (r *room) enter(ctx context.Context, size int) bool {
	for !r.take(size) {
		select {
		case <-r.freed:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func (r *room) take(size int) bool {
	size = weight(size)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used > 0 && r.used+size > maxInFlight {
		return false
	}
	r.used += size
	return true
}

func (r *room) leave(size int) {
	r.mu.Lock()
	r.used -= weight(size)
	r.mu.Unlock()
	select {
	case r.freed <- struct{}{}:
	default: // there is a token already
	}
}

func weight(size int) int {
	if size > largeBlock {
		return size * largeWeight
	}
	return size
}
