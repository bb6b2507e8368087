package tail

import (
	"io"
	"sync"

	"github.com/dwell-project/dwell/parse"
)

// Pump makes a [Pausing] of a reader that waits, as a pipe does, by reading it
// on a goroutine of its own, at most a few buffers ahead.
type Pump struct {
	full  chan []byte
	empty chan []byte
	ready chan struct{}
	stop  chan struct{}
	once  sync.Once
	now   []byte // what is left of the buffer being read
	whole []byte
	err   error // what the reader ended with, once full is closed
}

// pumpBuffers is how many buffers of pumpSize bytes are read ahead.
const (
	pumpBuffers = 4
	pumpSize    = 64 << 10
)

// NewPump starts reading.
func NewPump(r io.Reader) *Pump {
	p := &Pump{
		full: make(chan []byte, pumpBuffers), empty: make(chan []byte, pumpBuffers),
		ready: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	for range pumpBuffers {
		p.empty <- make([]byte, pumpSize)
	}
	go p.run(r)
	return p
}

func (p *Pump) run(r io.Reader) {
	defer p.wake()
	defer close(p.full)
	for {
		select {
		case b := <-p.empty:
			n, err := r.Read(b[:pumpSize])
			if n > 0 {
				p.full <- b[:n] // there is room: there are no more buffers than that
				p.wake()
			}
			if err != nil {
				p.err = err
				return
			}
			if n == 0 {
				p.empty <- b
			}
		case <-p.stop:
			p.err = io.EOF
			return
		}
	}
}

func (p *Pump) wake() {
	select {
	case p.ready <- struct{}{}:
	default:
	}
}

// Ready is sent to when there may be something to read.
func (p *Pump) Ready() <-chan struct{} { return p.ready }

// Read implements [Pausing].
func (p *Pump) Read(to []byte) (int, error) {
	if len(p.now) == 0 {
		if p.whole != nil {
			p.empty <- p.whole
			p.whole = nil
		}
		select {
		case b, ok := <-p.full:
			if !ok {
				return 0, p.err
			}
			p.now, p.whole = b, b
		default:
			return 0, parse.ErrPause
		}
	}
	n := copy(to, p.now)
	p.now = p.now[n:]
	return n, nil
}

// Close ends the goroutine when its reader returns.
func (p *Pump) Close() error {
	p.once.Do(func() { close(p.stop) })
	return nil
}
