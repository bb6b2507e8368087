package hunt

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dwell-project/dwell/detect"
)

// LogEntry is a line of an archive's log of hunts, hunts/log.jsonl: that a hunt
// began, or that it ended. Both have the hunt's ID.
type LogEntry struct {
	ID    string    `json:"id"`
	Event string    `json:"event"` // Began or Ended
	At    time.Time `json:"at"`

	// Of a hunt that began. By is the account of the operating system.
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
	Engine string `json:"engine,omitempty"`
	// Asked is the question where it is a text: SQL or comparisons.
	Asked string `json:"asked,omitempty"`
	// Language is "sql" for a question in SQL.
	Language string `json:"language,omitempty"`
	// Rules, Correlations and Indicators count what was asked; Digest is the
	// SHA-256 over it, in hexadecimal.
	Rules        int       `json:"rules,omitempty"`
	Correlations int       `json:"correlations,omitempty"`
	Indicators   int       `json:"indicators,omitempty"`
	Digest       string    `json:"digest,omitempty"`
	From         time.Time `json:"from,omitzero"`
	To           time.Time `json:"to,omitzero"`
	Host         string    `json:"host,omitempty"`
	// Generation is that of the archive's manifest.
	Generation int64 `json:"generation,omitempty"`

	// Of a hunt that ended.
	Outcome    string `json:"outcome,omitempty"` // Completed, Interrupted or Failed
	Error      string `json:"error,omitempty"`
	Records    int64  `json:"records,omitempty"`
	Detections int64  `json:"detections,omitempty"` // or rows
}

// What [LogEntry.Event] and [LogEntry.Outcome] say.
const (
	Began       = "began"
	Ended       = "ended"
	Completed   = "completed"
	Interrupted = "interrupted"
	Failed      = "failed"
)

// maxReason bounds texts in the log, in bytes, so that a line is written at once.
const maxReason = 4 << 10

// Filtered sets the bounds that the hunt's filter has.
func (e *LogEntry) Filtered(f *detect.Filter) { e.From, e.To, e.Host = f.From, f.To, f.Host }

// SQL says whether the question was one in SQL.
func (e *LogEntry) SQL() bool { return e.Language == "sql" }

func logPath(archive string) string { return filepath.Join(archive, "hunts", "log.jsonl") }

// AppendLog writes an entry behind the others, durably. Hunts that run at the
// same time may do so: a line is written at once.
func AppendLog(archive string, e LogEntry) (err error) {
	e.Reason, e.Asked, e.Error = cut(e.Reason, maxReason), cut(e.Asked, maxReason), cut(e.Error, maxReason)
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("writing the log of hunts: %w", err)
	}
	path := logPath(archive)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("writing the log of hunts: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("writing the log of hunts: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = fmt.Errorf("writing the log of hunts: %w", err)
		}
	}()
	torn, err := endsTorn(f)
	if err != nil {
		return err
	}
	if torn {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		return err
	}
	return f.Sync()
}

// endsTorn says whether the last line was cut off by something that died.
func endsTorn(f *os.File) (bool, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return false, err
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], size-1)
	return last[0] != '\n', err
}

// Logged is a hunt as the log has it.
type Logged struct {
	LogEntry
	// End is the entry of its end, nil if it has none: it runs still, or died.
	End *LogEntry `json:"end,omitempty"`
}

// ReadLog returns the hunts of an archive in the order in which they began, and
// the numbers of the lines, from 1, that are none.
func ReadLog(archive string) (hunts []Logged, bad []int, err error) {
	content, err := os.ReadFile(logPath(archive))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the log of hunts: %w", err)
	}
	n := 0
	for line := range bytes.Lines(content) {
		n++
		var e LogEntry
		if json.Unmarshal(line, &e) != nil || !hasID(&e) {
			if len(bytes.TrimSpace(line)) > 0 {
				bad = append(bad, n)
			}
			continue
		}
		i := slices.IndexFunc(hunts, func(h Logged) bool { return h.ID == e.ID })
		switch {
		case e.Event == Began && i < 0:
			hunts = append(hunts, Logged{LogEntry: e})
		case e.Event == Ended && i >= 0 && hunts[i].End == nil:
			hunts[i].End = &e
		default:
			bad = append(bad, n)
		}
	}
	return hunts, bad, nil
}

func hasID(e *LogEntry) bool {
	_, err := hex.DecodeString(e.ID)
	return err == nil && e.ID != ""
}
