package release

import "golang.org/x/sys/unix"

// exchange swaps two folders in one step, so that there is no moment without
// one. See rename(2), RENAME_EXCHANGE; not every file system can.
func exchange(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}
