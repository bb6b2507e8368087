package unpack

import (
	"errors"
	"fmt"
	"io"
)

// Limits bound what one source can cost. All count for the whole of it, however
// its containers are nested.
type Limits struct {
	// Depth is how many containers may lie in each other.
	Depth int
	// Entries is how many entries the archives may have.
	Entries int
	// Bytes is how much may be expanded, in bytes; what lies in several
	// containers counts in each.
	Bytes int64
	// Ratio is how many times its stored size a source may expand to, once it
	// has expanded to more than Free bytes.
	Ratio, Free int64
	// Spool is how much of an archive within a stream is copied to a temporary
	// file, in bytes.
	Spool int64
}

// DefaultLimits returns limits that evidence does not reach.
func DefaultLimits() Limits {
	return Limits{
		Depth: 8, Entries: 1_000_000, Bytes: 1 << 40,
		Ratio: 1000, Free: 1 << 30, Spool: 64 << 30,
	}
}

// budget is what of the limits is used up.
type budget struct {
	limits   Limits
	stored   int64 // the size of the source, or what was read of it so far
	expanded int64
	entries  int
	passed   error // which limit was passed
	said     bool  // passed was yielded
}

// storedBytes returns a reader of r that counts stored bytes.
func (b *budget) storedBytes(r io.Reader) io.Reader { return &storedReader{b: b, r: r} }

type storedReader struct {
	b    *budget
	r    io.Reader
	read int64
}

// Read implements [io.Reader].
func (s *storedReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.read += int64(n)
	s.b.stored = max(s.b.stored, s.read)
	return n, err
}

// reader returns a reader of r that ends with an error when a limit is passed.
func (b *budget) reader(r io.Reader) io.Reader { return &expandedReader{b: b, r: r} }

type expandedReader struct {
	b *budget
	r io.Reader
}

// Read implements [io.Reader].
func (e *expandedReader) Read(p []byte) (int, error) {
	if e.b.passed != nil {
		return 0, e.b.passed
	}
	n, err := e.r.Read(p)
	e.b.expand(int64(n))
	return n, err
}

// expand counts n more bytes.
func (b *budget) expand(n int64) {
	b.expanded += n
	switch {
	case b.expanded > b.limits.Bytes:
		b.passed = fmt.Errorf("%w: it expands to more than %d bytes", ErrLimit, b.limits.Bytes)
	case b.expanded > b.limits.Free && b.expanded/b.limits.Ratio > b.stored:
		b.passed = fmt.Errorf("%w: %d bytes expand to more than %d times as many", ErrLimit, b.stored, b.limits.Ratio)
	}
}

// entry counts one more entry and says whether it may be looked at.
func (b *budget) entry() bool {
	if b.entries++; b.entries > b.limits.Entries {
		b.passed = fmt.Errorf("%w: more than %d entries", ErrLimit, b.limits.Entries)
	}
	return b.passed == nil
}

// layerReader gives the errors of a decoder the name of its container.
type layerReader struct {
	r    io.Reader
	kind Kind
}

// Read implements [io.Reader].
func (l *layerReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = layerError(l.kind, err)
	}
	return n, err
}

// fault is an error that has the name of its container already.
type fault struct {
	kind Kind
	err  error
}

// Error implements error.
func (f *fault) Error() string { return f.kind.String() + ": " + f.err.Error() }

// Unwrap returns the cause.
func (f *fault) Unwrap() error { return f.err }

// layerError returns err with the name of the innermost container that is at
// fault.
func layerError(kind Kind, err error) error {
	if _, named := errors.AsType[*fault](err); named || errors.Is(err, ErrLimit) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = ErrCutOff
	}
	return &fault{kind: kind, err: err}
}
