package main

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/dwell-project/dwell/internal/newcomer"
)

// zipDays is how often the folder is in the archive, as if of so many days.
const zipDays = 5

// makeFolder writes the folder of a newcomer, and an archive that has it
// several times over.
func makeFolder(o options, in *inputs) error {
	in.Folder, in.FolderBytes = filepath.Join(o.work, "folder"), o.folderMB*1e6
	if err := os.RemoveAll(in.Folder); err != nil {
		return err
	}
	if err := newcomer.Write(in.Folder, in.FolderBytes, seed); err != nil {
		return err
	}
	in.Archive = filepath.Join(o.work, "folder.zip")
	return writeFile(in.Archive, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for i, s := range newcomer.Sources() {
			if err := addDays(z, &s, in.FolderBytes, i); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// addDays puts a source into the archive once for each day. It is compressed
// once: the parts are copies.
func addDays(z *zip.Writer, s *newcomer.Source, folder int64, number int) error {
	packed, err := os.CreateTemp("", "benchtool-")
	if err != nil {
		return err
	}
	defer func() { _, _ = packed.Close(), os.Remove(packed.Name()) }() // a temporary file
	deflate, err := flate.NewWriter(packed, flate.BestSpeed)
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	counted := countingWriter{w: io.MultiWriter(deflate, sum)}
	if _, err := s.Write(&counted, s.Bytes(folder), seed, number); err != nil {
		return err
	}
	if err := deflate.Close(); err != nil {
		return err
	}
	size, err := packed.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(strings.TrimSuffix(s.Path, ".gz"), ".zip")
	for day := range zipDays {
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: fmt.Sprintf("day%d/%s", day+1, name), Method: zip.Deflate, CRC32: sum.Sum32(),
			UncompressedSize64: uint64(counted.n), CompressedSize64: uint64(size),
		})
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, io.NewSectionReader(packed, 0, size)); err != nil {
			return err
		}
	}
	return nil
}

// Ids of tasks that are run once.
const (
	dwellFolder  = "dwell, starter pack, folder, terminal"
	dwellPage    = "dwell, starter pack, folder, page"
	dwellArchive = "dwell, all rules and starter pack, archive"
	dwellData    = "dwell, all rules and starter pack, all data"
)

// folderPlan is what a newcomer does with the folder, the archive, and all data.
func folderPlan(o options, in inputs) []task {
	with, codes := o.tools, []int{0, 1}
	return []task{
		{id: dwellFolder, args: []string{with.dwell, "scan", in.Folder}, codes: codes, terminal: "found  "},
		{id: dwellPage, args: []string{with.dwell, "scan", "-o", "html", in.Folder}, codes: codes},
		with.scanAll(dwellArchive, in, in.Archive),
		with.scanAll(dwellData, in, o.data),
	}
}

func (r *report) folder() (title, text string) {
	t := table{head: []string{"what", "s", "CPU s", "MB, greatest"}}
	if first := r.once(dwellFolder); first.first > 0 {
		t.add("first hit named on the terminal", fmt.Sprintf("%.1f", first.first.Seconds()), "–", "–")
	}
	for _, row := range [][2]string{{"table on the terminal", dwellFolder}, {"page (`-o html`)", dwellPage}} {
		u := r.once(row[1])
		t.add(row[0], fmt.Sprintf("%.1f", u.wall.Seconds()), fmt.Sprintf("%.1f", u.cpu.Seconds()), grouped(megabytes(u)))
	}
	return "A folder of twenty sources", fmt.Sprintf("%.2f GB of the logs of twenty sources, some of them compressed, as `internal/newcomer` writes them; embedded rules; one run.\n\n%s",
		float64(r.in.FolderBytes)/1e9, t.String())
}

// once returns the one run of a task.
func (r *report) once(id string) usage {
	if runs := r.got[id]; len(runs) > 0 {
		return runs[0]
	}
	return usage{}
}
