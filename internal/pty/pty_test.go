package pty_test

import (
	"bufio"
	"errors"
	"io"
	"testing"

	"golang.org/x/term"

	"github.com/dwell-project/dwell/internal/pty"
)

func TestWhatIsTypedIsReadAndWhatIsWrittenIsSeen(t *testing.T) {
	keyboard, terminal, err := pty.Open(70, 20)
	if errors.Is(err, pty.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	defer terminal.Close()
	if !term.IsTerminal(int(terminal.Fd())) {
		t.Error("it is no terminal")
	}
	if w, h, err := term.GetSize(int(terminal.Fd())); w != 70 || h != 20 || err != nil {
		t.Errorf("its size is %d × %d, %v; want 70 × 20", w, h, err)
	}
	if _, err := io.WriteString(keyboard, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(terminal).ReadString('\n'); line != "hello\n" || err != nil {
		t.Errorf("read %q, %v; want what was typed", line, err)
	}
	if _, err := io.WriteString(terminal, "answer\n"); err != nil {
		t.Fatal(err)
	}
	screen := bufio.NewReader(keyboard)
	for _, want := range []string{"hello\r\n", "answer\r\n"} { // the terminal echoes
		if line, err := screen.ReadString('\n'); line != want || err != nil {
			t.Errorf("seen %q, %v; want %q", line, err, want)
		}
	}
}
