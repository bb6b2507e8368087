package store

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/dwell-project/dwell/event"
)

// known is what was taken in, so that it is not taken in twice: of each source
// the ranges of offsets, of each Windows log the ranges of EventRecordIDs. A
// record outside is new. One inside is looked up by its id, since a log may
// have been cleared and two sources may begin alike.
type known struct {
	mu     sync.Mutex
	series map[string]*series
	files  []SourceFile // added since the last save
	// whole are the digests of sources that were taken in from end to end.
	whole map[string]bool
	sizes map[int64]bool // of them, in bytes
	// lost says that something that was known no longer is: then every record is
	// looked up by its id.
	lost bool
}

// series is one source's offsets, or one log's EventRecordIDs.
type series struct {
	mu sync.Mutex
	// all are those taken in, added those since the last save.
	all, added spans
}

// take notes that the numbers are being taken in, and says whether some were
// before.
func (s *series) take(numbers span) (before bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.added.extend(numbers) && s.all.extend(numbers) {
		return false
	}
	before = s.all.meets(numbers)
	s.all, s.added = s.all.add(numbers), s.added.add(numbers)
	return before
}

// SourceFile is a source that was taken in.
type SourceFile struct {
	Path   string `json:"path"`
	Format string `json:"format"`
	Host   string `json:"host,omitempty"`
	// First is the SHA-256 of its first record, Digest that of all of it,
	// decompressed, "" if it was not read to its end.
	First  string `json:"first"`
	Digest string `json:"sha256,omitempty"`
	Bytes  int64  `json:"bytes"`
	// New and Known count its records that were not there and that were.
	New   int64 `json:"new"`
	Known int64 `json:"known"`
}

// entry is one line of a file under sources/.
type entry struct {
	File   *SourceFile `json:"file,omitempty"`
	Series string      `json:"series,omitempty"`
	Spans  spans       `json:"spans,omitempty"`
}

func newKnown() *known {
	return &known{series: map[string]*series{}, whole: map[string]bool{}, sizes: map[int64]bool{}}
}

// positions is the series of a source's offsets.
func positions(src *event.Source) string { return "p" + string(src.First[:]) }

// of returns the series of the given key.
func (k *known) of(key string) *series {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.series[key]
	if !ok {
		s = &series{}
		k.series[key] = s
	}
	return s
}

// isWhole says whether a source with this digest was taken in from end to end.
func (k *known) isWhole(digest string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return digest != "" && k.whole[digest]
}

func (k *known) isSize(bytes int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sizes[bytes]
}

// file notes a source.
func (k *known) file(f *SourceFile) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.files = append(k.files, *f)
	k.remember(f)
}

func (k *known) remember(f *SourceFile) {
	if f.Digest != "" {
		k.whole[f.Digest], k.sizes[f.Bytes] = true, true
	}
}

// save writes what was added since the last time. Nobody takes meanwhile.
func (k *known) save(w io.Writer) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := bufio.NewWriter(w)
	to := json.NewEncoder(out)
	slices.SortFunc(k.files, func(a, b SourceFile) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.First, b.First)) })
	for i := range k.files {
		if err := to.Encode(entry{File: &k.files[i]}); err != nil {
			return err
		}
	}
	for _, key := range sortedKeys(k.series) {
		added := k.series[key].added
		if len(added) == 0 {
			continue
		}
		if err := to.Encode(entry{Series: hex.EncodeToString([]byte(key)), Spans: added}); err != nil {
			return err
		}
	}
	k.files = nil
	for _, s := range k.series {
		s.added = nil
	}
	return out.Flush()
}

// load takes in a file that save wrote.
func (k *known) load(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	for n := 1; ; n++ {
		var e entry
		err := in.Decode(&e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = k.entry(&e)
		}
		if err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
	}
}

func (k *known) entry(e *entry) error {
	if e.File != nil {
		k.remember(e.File)
		return nil
	}
	key, err := hex.DecodeString(e.Series)
	if err != nil {
		return err
	}
	to := k.of(string(key))
	for _, s := range e.Spans {
		to.all = to.all.add(s)
	}
	return nil
}
