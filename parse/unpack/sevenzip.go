package unpack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"

	"github.com/bodgit/sevenzip"
)

// sevenZip yields the files of a 7z archive.
func (w *walk) sevenZip(it item) bool {
	if err := checkSevenZip(it); errors.Is(err, ErrNoFile) {
		return w.refuse(it.path, 0, err)
	} else if err != nil {
		return w.refuse(it.path, 0, layerError(SevenZip, fmt.Errorf("reading its header: %w", err)))
	}
	archive, err := openSevenZip(it)
	if err != nil {
		return w.refuse(it.path, 0, sevenZipError(err))
	}
	it.hosts = sevenZipHosts(archive.File)
	names := newNames()
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if !w.budget.entry() {
			return w.withinLimits(it.path)
		}
		if !w.sevenZipFile(it, f, names) {
			return false
		}
	}
	return w.endArchive(it, names)
}

func (w *walk) sevenZipFile(it item, f *sevenzip.File, names *names) bool {
	name, doubt := names.see(f.Name)
	if doubt != nil && !w.refuse(it.path+Separator+name, 0, doubt) {
		return false
	}
	if mode := f.FileInfo().Mode(); mode&fs.ModeType != 0 {
		return w.entry(it, name, nil, errors.New("link, device or pipe: not read"))
	}
	r, err := guarded(f.Open)
	if err != nil {
		return w.entry(it, name, nil, sevenZipError(err))
	}
	content := &checkedReader{r: r, size: int64(f.UncompressedSize), crc: f.CRC32, unsummed: f.CRC32 == 0}
	goOn := w.entry(it, name, &sevenZipReader{content}, nil)
	_, err = guarded(func() (int, error) { return 0, r.Close() })
	if err != nil && goOn {
		return w.refuse(it.path+Separator+name, 0, sevenZipError(err))
	}
	return goOn
}

// maxSevenZipHeader is the largest header that is read, as it is stored, in
// bytes. A million files have less.
const maxSevenZipHeader = 64 << 20

// checkSevenZip compares the header with its checksum (7zFormat.txt,
// "SignatureHeader"), which package sevenzip does only after it has made room for
// whatever a damaged header asks for. It returns [ErrNoFile] for an archive
// without header, which is how one without a file is written.
func checkSevenZip(it item) error {
	var start [32]byte
	if n, err := it.at.ReadAt(start[:], 0); n < len(start) {
		return cutOff(err)
	}
	if crc32.ChecksumIEEE(start[12:]) != binary.LittleEndian.Uint32(start[8:]) {
		return ErrChecksum
	}
	place, size := binary.LittleEndian.Uint64(start[12:]), binary.LittleEndian.Uint64(start[20:])
	switch left := uint64(it.size) - uint64(len(start)); {
	case size == 0:
		return ErrNoFile
	case place > left || size > left-place:
		return ErrCutOff
	case size > maxSevenZipHeader:
		return fmt.Errorf("%w: a header of %d bytes", ErrLimit, size)
	}
	sum := crc32.NewIEEE()
	_, err := io.Copy(sum, io.NewSectionReader(it.at, int64(len(start))+int64(place), int64(size)))
	if err == nil && sum.Sum32() != binary.LittleEndian.Uint32(start[28:]) {
		err = ErrChecksum
	}
	return err
}

func openSevenZip(it item) (*sevenzip.Reader, error) {
	return guarded(func() (*sevenzip.Reader, error) { return sevenzip.NewReader(it.at, it.size) })
}

// guarded calls f and turns a panic into an error: the package that reads 7z
// was not written for hostile archives, and one must not end the whole run.
func guarded[T any](f func() (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it makes no sense: %v", p)
		}
	}()
	return f()
}

// sevenZipReader reads a file of a 7z archive.
type sevenZipReader struct{ r io.Reader }

// Read implements [io.Reader].
func (s *sevenZipReader) Read(p []byte) (int, error) {
	n, err := guarded(func() (int, error) { return s.r.Read(p) })
	if err != nil && !errors.Is(err, io.EOF) {
		err = sevenZipError(err)
	}
	return n, err
}

// sevenZipError says what an error of package sevenzip means.
func sevenZipError(err error) error {
	if read, ok := errors.AsType[*sevenzip.ReadError](err); ok && read.Encrypted {
		return &fault{SevenZip, fmt.Errorf("%w: not read", ErrEncrypted)}
	}
	if errors.Is(err, ErrChecksum) {
		// A file that is encrypted and not compressed shows it by nothing else.
		return &fault{SevenZip, fmt.Errorf("%w; or it has a password", ErrChecksum)}
	}
	return layerError(SevenZip, err)
}
