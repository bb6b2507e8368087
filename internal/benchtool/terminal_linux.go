package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// onTerminal gives a command a terminal to write to (pty(7)) and copies what it
// writes to w. The function it returns closes it.
func onTerminal(cmd *exec.Cmd, w io.Writer) (end func(), err error) {
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	fd := int(ours.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		_ = ours.Close() // nothing was written
		return nil, err
	}
	theirs, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		_ = ours.Close() // nothing was written
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = theirs, theirs
	go func() { _, _ = io.Copy(w, ours) }() // ends when the terminal does
	return func() { _, _ = theirs.Close(), ours.Close() }, nil
}
