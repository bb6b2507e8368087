package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"iter"
	"os"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	textlog "github.com/dwell-project/dwell/parse/lines"
	"github.com/dwell-project/dwell/parse/unpack"
)

// inputs are the sources of a run, with what became of them.
type inputs struct {
	paths []string
	opt   formats.Options
	// wantDigests says that the SHA-256 of every source is computed as it is
	// read.
	wantDigests bool
	read        []source
	onBytes     func(int64) // stored bytes, as they are read

	streams map[string]*meter // standard input and named pipes, by path
	output  os.FileInfo       // of standard output if that is a file, else nil
	note    func(text string) // tells the user what is no trouble
	archive int               // the place in read of the archive whose parts come by, -1 if none do
	skipped bool              // files were passed over, as asked
}

// source is one source that was opened.
type source struct {
	Path, Format string
	// Bytes are those stored, compressed if the source is; those of a part of an
	// archive are its own.
	Bytes  int64
	Digest string // lower-case hexadecimal, "" if not wanted or not complete
	// Archive says that it was read part by part; the parts are sources too.
	Archive bool
}

func (s *session) newInputs(paths []string, in *inputFlags, wantDigests bool) (*inputs, error) {
	if len(paths) == 0 {
		return nil, usageError("name a file, a folder, or - for standard input")
	}
	format, err := formatFlag(in.Format)
	if err != nil {
		return nil, err
	}
	if n := count(paths, formats.Stdin); n > 1 {
		return nil, usageError("- can be named once")
	}
	text, err := textOptions(in)
	if err != nil {
		return nil, err
	}
	if _, ok := format.(textlog.Format); ok {
		format = textlog.Format{Options: text}
	}
	i := &inputs{paths: paths, wantDigests: wantDigests, onBytes: func(int64) {}, streams: map[string]*meter{}, archive: -1}
	i.output, i.note = regular(s.stdout), func(text string) { tell(s.notes, "dwell: %s\n", text) }
	i.opt = formats.Options{
		Format: format,
		Stdin:  i.stream(s.ctx, formats.Stdin, s.stdin),
		Pipe:   func(path string, r io.Reader) io.Reader { return i.stream(s.ctx, path, r) },
		Stored: func(n int64) { i.onBytes(n) },
		Text:   text,
	}
	return i, nil
}

// stream returns what is to be read of a stream.
func (i *inputs) stream(ctx context.Context, path string, r io.Reader) *meter {
	m := i.meter(newInterruptible(ctx, r))
	m.onBytes = func(n int64) { i.onBytes(n) }
	i.streams[path] = m
	return m
}

func (i *inputs) meter(r io.Reader) *meter {
	m := &meter{r: r, onBytes: func(int64) {}}
	if i.wantDigests {
		m.hash = sha256.New()
	}
	return m
}

func count(all []string, s string) (n int) {
	for _, a := range all {
		if a == s {
			n++
		}
	}
	return n
}

// all yields the inputs for parse.Run, once.
func (i *inputs) all() iter.Seq2[parse.Input, error] {
	return func(yield func(parse.Input, error) bool) {
		defer i.endArchive()
		found := false
		for in, err := range formats.Walk(i.paths, i.opt) {
			found = true
			if i.isOutput(in, err) {
				continue
			}
			i.pass(in)
			if err == nil {
				in.Open = i.opener(in)
			}
			if !yield(in, err) {
				return
			}
		}
		if !found && !i.skipped {
			yield(parse.Input{}, parse.Problem{Path: i.paths[0], Err: errors.New("no file in it")})
		}
	}
}

// regular returns what is known of a writer that is a regular file.
func regular(w io.Writer) os.FileInfo {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return info
}

// isOutput says whether an input is the file that standard output goes to, as
// in dwell scan . > hits.jsonl: it would read its own hits.
func (i *inputs) isOutput(in parse.Input, err error) bool {
	if i.output == nil {
		return false
	}
	path := in.Stored
	if p, ok := errors.AsType[parse.Problem](err); ok {
		path = p.Path
	}
	info, err := os.Stat(path)
	if err != nil || !os.SameFile(info, i.output) {
		return false
	}
	i.note(table.Clean(path) + ": standard output goes there: not read")
	return true
}

// pass notes which archive the input lies in, if any.
func (i *inputs) pass(in parse.Input) {
	if i.archive >= 0 && i.read[i.archive].Path == in.Stored {
		return
	}
	i.endArchive()
	if in.Path == in.Stored {
		return
	}
	i.archive = len(i.read)
	i.read = append(i.read, source{Path: in.Stored, Archive: true})
}

// endArchive notes the stored bytes of the archive whose parts came by.
func (i *inputs) endArchive() {
	if i.archive < 0 {
		return
	}
	at := i.archive
	i.archive = -1
	m, stream := i.streams[i.read[at].Path]
	if stream {
		i.account(at, m)
	} else {
		m = i.accountStored(at)
	}
	i.read[at].Format = unpack.Recognise(m.head).String()
}

// opener returns in.Open with an account of what is read. Sources are read one
// after another, so that i needs no lock until the run is over.
func (i *inputs) opener(in parse.Input) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r, err := in.Open()
		if err != nil {
			return nil, err
		}
		i.read = append(i.read, source{Path: in.Path, Format: in.Format.Name()})
		at := len(i.read) - 1
		m := i.meter(r)
		stream, isStream := i.streams[in.Path]
		_, plain := r.(*os.File)
		switch {
		case in.Path != in.Stored: // m sees what the source is made of
		case isStream:
			m = &meter{r: r, onBytes: m.onBytes}
			return &counted{meter: m, close: func() error { i.account(at, stream); return r.Close() }}, nil
		case plain:
			m.onBytes = i.onBytes
		default:
			// What is read here is decompressed; the stored bytes are looked at
			// when the source is done.
			m = &meter{r: r, onBytes: m.onBytes}
			return &counted{meter: m, close: func() error { i.accountStored(at); return r.Close() }}, nil
		}
		return &counted{meter: m, close: func() error { i.account(at, m); return r.Close() }}, nil
	}
}

// account notes what a meter saw. The rest of a source that was given up is
// read for the digest.
func (i *inputs) account(at int, m *meter) {
	if m.hash != nil && !m.ended {
		_, _ = io.Copy(io.Discard, m) // a fault leaves the digest away
	}
	i.read[at].Bytes = m.bytes
	if m.hash != nil && m.ended {
		i.read[at].Digest = hex.EncodeToString(m.hash.Sum(nil))
	}
}

// accountStored notes the stored bytes of a compressed file or an archive. They
// were counted as they were read.
func (i *inputs) accountStored(at int) *meter {
	f, err := os.Open(i.read[at].Path)
	if err != nil {
		return &meter{}
	}
	defer f.Close()
	m := i.meter(f)
	if i.wantDigests {
		i.account(at, m)
		return m
	}
	_, _ = io.CopyN(io.Discard, m, headSize) // a fault leaves the form of it away
	if info, err := f.Stat(); err == nil {
		i.read[at].Bytes = info.Size()
	}
	return m
}

// headSize is how much of a source a meter keeps, in bytes.
const headSize = 512

// sources returns how many sources were read.
func (i *inputs) sources() (n int64) {
	for _, s := range i.read {
		if !s.Archive {
			n++
		}
	}
	return n
}

// meter counts, and if asked to hashes, what is read through it.
type meter struct {
	r       io.Reader
	hash    hash.Hash
	onBytes func(int64)
	bytes   int64
	head    []byte // the first headSize bytes
	ended   bool
}

// Read implements [io.Reader].
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.bytes += int64(n)
	if missing := headSize - len(m.head); missing > 0 {
		m.head = append(m.head, p[:min(n, missing)]...)
	}
	if m.hash != nil {
		m.hash.Write(p[:n])
	}
	m.onBytes(int64(n))
	m.ended = m.ended || errors.Is(err, io.EOF)
	return n, err
}

// counted is a meter with an end.
type counted struct {
	*meter
	close func() error
}

// Close notes what was read and closes the source.
func (c *counted) Close() error { return c.close() }

// interruptible is a reader whose Read returns when ctx ends, though the reader
// below it, a pipe whose writer says nothing, does not.
type interruptible struct {
	ctx    context.Context
	r      io.Reader
	asks   chan []byte
	gets   chan got
	buffer []byte // its reader may still write into it after ctx ended
}

type got struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	return &interruptible{ctx: ctx, r: r}
}

// Read implements [io.Reader].
func (i *interruptible) Read(p []byte) (int, error) {
	if i.asks == nil {
		i.asks, i.gets = make(chan []byte), make(chan got, 1)
		i.buffer = make([]byte, 64<<10)
		go func() {
			for b := range i.asks {
				n, err := i.r.Read(b)
				i.gets <- got{n, err}
			}
		}()
	}
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	i.asks <- i.buffer[:min(len(p), len(i.buffer))]
	select {
	case g := <-i.gets:
		return copy(p, i.buffer[:g.n]), g.err
	case <-i.ctx.Done():
		return 0, context.Cause(i.ctx)
	}
}
