package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrBusy reports an archive that another process is writing.
var ErrBusy = errors.New("another process is writing this archive")

const lockName = "writer.lock"

// lock makes this process the archive's writer until the file is closed. The
// system takes the lock back from a process that dies.
func lock(folder string) (*os.File, error) {
	path := filepath.Join(folder, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, ownerFile)
	if err != nil {
		return nil, fmt.Errorf("locking the archive: %w", err)
	}
	if err := tryLock(f); err != nil {
		return nil, fmt.Errorf("locking the archive: %s: %w", folder, errors.Join(err, f.Close()))
	}
	return f, nil
}
