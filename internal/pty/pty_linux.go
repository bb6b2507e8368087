package pty

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Open returns a new pseudo-terminal of the given size in cells. What is
// written to keyboard is typed at the terminal; what programs write to the
// terminal is read from keyboard, with "\n" turned into "\r\n". See pty(7).
func Open(columns, rows int) (keyboard, terminal *os.File, err error) {
	// Without O_NONBLOCK a read could not be ended by closing the file.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("opening /dev/ptmx: %w: %w", ErrNone, err)
	}
	keyboard = os.NewFile(uintptr(fd), "/dev/ptmx")
	terminal, err = other(fd)
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(columns), Row: uint16(rows)})
	}
	if err != nil {
		return nil, nil, errors.Join(err, keyboard.Close())
	}
	return keyboard, terminal, nil
}

// other unlocks and opens the other end of a pseudo-terminal.
func other(fd int) (*os.File, error) {
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, fmt.Errorf("unlocking a pseudo-terminal: %w", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, fmt.Errorf("asking for the number of a pseudo-terminal: %w", err)
	}
	return os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
}
