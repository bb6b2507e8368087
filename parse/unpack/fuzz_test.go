package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse/unpack"
)

// FuzzContainersAgreeWithTheStandardLibrary holds that whatever the standard
// library reads of a container is read here too, in the same order: a damaged
// one may give more here, never less.
func FuzzContainersAgreeWithTheStandardLibrary(f *testing.F) {
	files := []file{{"b/c", "first"}, {"d", ""}, {"e", strings.Repeat("third", 30)}}
	for _, pack := range containers() {
		f.Add(pack(f, files))
	}
	f.Add(sized(f, files))
	f.Add(asZip64(sized(f, files)))
	f.Fuzz(func(t *testing.T, data []byte) {
		lim := unpack.DefaultLimits()
		lim.Depth, lim.Free, lim.Bytes = 1, 1<<20, 1<<22
		inPlace := list(t, source(data, false), lim)
		if diff := cmp.Diff(inPlace, list(t, source(data, true), lim)); diff != "" {
			t.Errorf("in place and as a stream (-place +stream):\n%s", diff)
		}
		at := 0
		for _, text := range standard(data) {
			for at < len(inPlace) && !strings.HasSuffix(inPlace[at], " = "+text) {
				at++
			}
			if at == len(inPlace) {
				t.Fatalf("%q is not among %q", text, inPlace)
			}
			at++
		}
	})
}

// large is what the oracle does not read: limits come in here.
const large = 1 << 20

// standard lists the contents that the standard library reads of a container
// without fault.
func standard(data []byte) []string {
	switch unpack.Recognise(data[:min(len(data), unpack.HeadSize)]) {
	case unpack.Gzip:
		return standardGzip(data)
	case unpack.Tar:
		return standardTar(data)
	case unpack.Zip:
		return standardZip(data)
	default:
		return nil
	}
}

// appendContent appends what is in r, unless it is faulty, large or a container.
func appendContent(contents []string, r io.Reader) []string {
	text, err := io.ReadAll(io.LimitReader(r, large))
	if err != nil || len(text) == large || unpack.Recognise(text[:min(len(text), unpack.HeadSize)]) != unpack.Plain {
		return contents
	}
	return append(contents, string(text))
}

// standardGzip reads the members one by one, since the standard library passes
// over reserved bits of their flags: a reader must give an error there instead
// (RFC 1952, section 2.3.1.2).
func standardGzip(data []byte) (contents []string) {
	r := bytes.NewReader(data)
	z, content := new(gzip.Reader), new(bytes.Buffer)
	for r.Len() > 0 {
		if at := len(data) - r.Len(); r.Len() > 3 && data[at+3]>>5 != 0 {
			return nil
		}
		if err := z.Reset(r); err != nil {
			return nil
		}
		z.Multistream(false)
		if _, err := io.Copy(content, io.LimitReader(z, large)); err != nil || content.Len() >= large {
			return nil
		}
	}
	return appendContent(nil, content)
}

func standardTar(data []byte) (contents []string) {
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if err != nil {
			return contents
		}
		if h.Typeflag == tar.TypeReg {
			contents = appendContent(contents, r)
		}
	}
}

func standardZip(data []byte) (contents []string) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil
	}
	for _, f := range r.File {
		if f.Flags&1 != 0 || !f.Mode().IsRegular() || strings.HasSuffix(f.Name, `\`) {
			continue
		}
		if in, err := f.Open(); err == nil {
			contents = appendContent(contents, in)
		}
	}
	return contents
}
