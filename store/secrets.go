package store

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// secretSize is the size of a run's secret, in bytes.
const secretSize = 32

// ErrNoSecret reports a run whose secret is not at hand: its leaves cannot be
// computed, only compared by the digest of the file that they are in.
var ErrNoSecret = errors.New("the run's secret is not at hand")

// secrets holds the secret of each run, in a file of lines "run secret checksum". The
// file lies outside the archive: whoever gets the archive alone can check
// proofs and guess nothing.
type secrets struct {
	path  string
	files files
	mu    sync.Mutex
	of    map[string][]byte
	// damaged are lines that are not as they were written, and stay.
	damaged []string
	damage  []error
}

func openSecrets(folder, archive string, d files) (*secrets, error) {
	s := &secrets{files: d, path: filepath.Join(folder, archive+".secrets"), of: map[string][]byte{}}
	text, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading secrets: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		run, secret, ok := parseSecret(lines.Text())
		if !ok {
			s.damaged = append(s.damaged, lines.Text())
			s.damage = append(s.damage, fmt.Errorf("%w: line %d is not a run, its secret and their checksum", ErrDamaged, n))
			continue
		}
		s.of[run] = secret
	}
	return s, lines.Err()
}

// secretLine is "run secret checksum".
func secretLine(run string, secret []byte) string {
	line := fmt.Sprintf("%s %x", run, secret)
	sum := sha256.Sum256([]byte(line))
	return fmt.Sprintf("%s %x", line, sum[:8])
}

func parseSecret(line string) (run string, secret []byte, ok bool) {
	run, rest, _ := strings.Cut(line, " ")
	digits, _, _ := strings.Cut(rest, " ")
	secret, err := hex.DecodeString(digits)
	return run, secret, err == nil && len(secret) == secretSize && secretLine(run, secret) == line
}

// get returns the secret of a run.
func (s *secrets) get(run string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if secret, ok := s.of[run]; ok {
		return secret, nil
	}
	return nil, fmt.Errorf("run %s: %w", run, ErrNoSecret)
}

// draw makes a secret for a run. It is on disk after save.
func (s *secrets) draw(run string) ([]byte, error) {
	secret := make([]byte, secretSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("drawing a secret: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[run] = secret
	return secret, nil
}

// destroy forgets the secrets of runs, after which their records can no longer
// be proved, nor guessed.
func (s *secrets) destroy(runs []string) error {
	s.mu.Lock()
	for _, r := range runs {
		delete(s.of, r)
	}
	s.mu.Unlock()
	return s.save()
}

// save replaces the file.
func (s *secrets) save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var text bytes.Buffer
	for _, run := range sortedKeys(s.of) {
		text.WriteString(secretLine(run, s.of[run]) + "\n")
	}
	for _, line := range s.damaged {
		text.WriteString(line + "\n")
	}
	if err := s.files.makeFolder(filepath.Dir(s.path)); err != nil {
		return fmt.Errorf("writing secrets: %w", err)
	}
	if err := s.files.replace(s.path, text.Bytes()); err != nil {
		return fmt.Errorf("writing secrets: %w", err)
	}
	return nil
}
