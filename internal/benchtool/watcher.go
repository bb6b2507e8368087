package main

import (
	"bytes"
	"sync"
	"time"
)

// watcher is written to and notes when a text was there first.
type watcher struct {
	text  string
	start time.Time

	mu    sync.Mutex
	kept  []byte // the end of what was written
	first time.Duration
}

// Write implements [io.Writer].
func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept = append(w.kept, p...)
	if w.first == 0 && bytes.Contains(w.kept, []byte(w.text)) {
		w.first = time.Since(w.start)
	}
	if extra := len(w.kept) - len(w.text); extra > 0 {
		w.kept = append(w.kept[:0], w.kept[extra:]...)
	}
	return len(p), nil
}

// after returns how long it took, 0 if the text never came.
func (w *watcher) after() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.first
}
