package detect

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"github.com/dwell-project/dwell/event"
)

// refList keeps references to the events that correlations may list, by number.
// What does not fit in memory goes to a temporary file: nothing is dropped.
type refList struct {
	dir   string
	n     uint64
	tail  []byte // records not in the file yet
	file  *os.File
	filed int64 // bytes in the file

	texts   []string // hosts, accounts, datasets, files
	numbers map[string]uint32
}

// refSize is the size of one encoded reference: id, seconds, nanoseconds,
// record, offset, and four texts by number.
const refSize = 16 + 8 + 4 + 8 + 8 + 4*4

// refMemory is how many bytes stay in memory before they go to the file.
const refMemory = 8 << 20

func newRefList(dir string) *refList { return &refList{dir: dir, numbers: map[string]uint32{}} }

func (l *refList) text(s string) uint32 {
	n, ok := l.numbers[s]
	if !ok {
		n = uint32(len(l.texts))
		l.texts = append(l.texts, s)
		l.numbers[s] = n
	}
	return n
}

// add keeps a reference and returns its number.
func (l *refList) add(r *EventRef) (uint64, error) {
	b := append(l.tail, r.ID[:]...)
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Time.Unix()))
	b = binary.LittleEndian.AppendUint32(b, uint32(r.Time.Nanosecond()))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Record))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Offset))
	for _, s := range []string{r.Host, r.Account, r.Dataset, r.File} {
		b = binary.LittleEndian.AppendUint32(b, l.text(s))
	}
	l.tail = b
	l.n++
	if len(l.tail) >= refMemory {
		return l.n - 1, l.spill()
	}
	return l.n - 1, nil
}

func (l *refList) spill() error {
	if l.file == nil {
		f, err := os.CreateTemp(l.dir, "dwell-events-*")
		if err != nil {
			return fmt.Errorf("making a temporary file for correlated events: %w", err)
		}
		l.file = f
	}
	if _, err := l.file.WriteAt(l.tail, l.filed); err != nil {
		return fmt.Errorf("writing correlated events: %w", err)
	}
	l.filed += int64(len(l.tail))
	l.tail = l.tail[:0]
	return nil
}

// get returns the reference with the given number.
func (l *refList) get(n uint64) (EventRef, error) {
	at := int64(n) * refSize
	var b []byte
	if at >= l.filed {
		b = l.tail[at-l.filed:][:refSize]
	} else {
		b = make([]byte, refSize)
		if _, err := l.file.ReadAt(b, at); err != nil {
			return EventRef{}, fmt.Errorf("reading correlated event %d: %w", n, err)
		}
	}
	u32 := func(i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }
	u64 := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[i:])) }
	return EventRef{
		ID: event.ID(b[:16]), Time: time.Unix(u64(16), int64(u32(24))).UTC(),
		Record: u64(28), Offset: u64(36),
		Host: l.texts[u32(44)], Account: l.texts[u32(48)], Dataset: l.texts[u32(52)], File: l.texts[u32(56)],
	}, nil
}

// close removes the temporary file.
func (l *refList) close() error {
	if l.file == nil {
		return nil
	}
	name := l.file.Name()
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("closing correlated events: %w", err)
	}
	return os.Remove(name)
}
