package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/dwell-project/dwell/event"
)

// Verification is what a check of an archive came to.
type Verification struct {
	Segments, Runs, Tables int
	Records                int64
	// Recomputed counts the runs whose leaves were made again from the records,
	// Unproved those whose secret is not at hand, of which the files' digests
	// and the roots were checked.
	Recomputed, Unproved int
	// Removed counts the records that policies took away.
	Removed int64
	// Faults are what is not as it was sealed.
	Faults []Fault
	// Unsealed says that there are records in the head, which nothing proves yet.
	Unsealed bool
}

// Fault is a file that is not as it was sealed.
type Fault struct {
	Path string `json:"path"`
	Run  string `json:"run,omitempty"`
	Why  string `json:"why"`
}

// Verify checks all that the snapshot holds: every file's digest, every run's
// tree, and, where the secret is at hand, every leaf from its record. Progress,
// if given, is called with the bytes checked.
func (s *Snapshot) Verify(progress func(int64)) (*Verification, error) {
	if progress == nil {
		progress = func(int64) {}
	}
	secrets, err := openSecrets(s.archive.opt.Secrets, s.ID, s.archive.files)
	if err != nil {
		return nil, err
	}
	v := &Verification{}
	for i := range s.Segments {
		seg := &s.Segments[i]
		v.Segments++
		v.Records += seg.Rows()
		if err := v.segment(s.archive, seg, secrets); err != nil {
			v.fault(seg.Path, "", err)
		}
		progress(seg.Size)
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		v.Tables++
		if err := s.archive.checkFile(t.Path, t.Size, t.Digest); err != nil {
			v.fault(t.Path, "", err)
		}
		progress(t.Size)
	}
	for i := range s.Tombstones {
		v.Removed += s.Tombstones[i].Segment.Rows()
	}
	if _, err := s.archive.Holds(); err != nil {
		v.fault(holdsName, "", err)
	}
	for i := range s.Sources {
		f := &s.Sources[i]
		if err := s.archive.checkFile(f.Path, f.Size, f.Digest); err != nil {
			v.fault(f.Path, "", err)
		}
	}
	for _, err := range secrets.damage {
		v.fault(secrets.path, "", err)
	}
	for _, h := range s.heads {
		if err := checkHead(h); err != nil {
			v.fault("head/"+filepath.Base(h.file.Name()), "", err)
		}
		v.Unsealed = v.Unsealed || h.size > 0
	}
	return v, nil
}

func (v *Verification) fault(path, run string, err error) {
	v.Faults = append(v.Faults, Fault{Path: path, Run: run, Why: err.Error()})
}

// segment checks one file.
func (v *Verification) segment(a *Archive, s *Segment, secrets *secrets) error {
	sealed, file, err := a.openSegment(s, event.NewNames())
	if err != nil {
		return err
	}
	defer file.Close()
	defer sealed.Close()
	found := sealed.Runs()
	if len(found) != len(s.Runs) {
		return fmt.Errorf("%w: %d runs instead of %d", ErrDamaged, len(found), len(s.Runs))
	}
	for i := range s.Runs {
		run := &s.Runs[i]
		v.Runs++
		if hex.EncodeToString(found[i].Root[:]) != run.Root {
			v.fault(s.Path, run.ID, fmt.Errorf("%w: its root is another than the manifest's", ErrDamaged))
			continue
		}
		secret, err := secrets.get(run.ID)
		if errors.Is(err, ErrNoSecret) {
			v.Unproved++
			err = sealed.CheckRoots(i)
		} else if err == nil {
			v.Recomputed++
			err = sealed.Verify(i, secret)
		}
		if err != nil {
			v.fault(s.Path, run.ID, err)
		}
	}
	return nil
}

// checkFile compares a file of the archive with what the manifest says of it.
func (a *Archive) checkFile(local string, size int64, digest string) error {
	f, err := a.openFile(local)
	if err != nil {
		return err
	}
	defer f.Close()
	return checkContent(f, size, digest)
}
