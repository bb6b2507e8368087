// Package release brings a release of rules into a folder: a zip archive that
// is fetched from an address and must have the digest that is asked for.
//
// It is the only part of dwell that uses a network, and only when a person runs
// dwell rules update. What the address sends is trusted with nothing: it has no
// effect before its digest is right, and then it must be an archive within
// bounds, with names that stay in the folder and at least one rule that can be
// used. The folder is then replaced as a whole; until then the old one stays as
// it is.
//
// A folder that an update made holds a [Note] of what is in it. A folder without
// one, or with changes since, is never replaced: somebody's own rules may be
// in it.
package release

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dwell-project/dwell/sigma"
)

// Source is what is asked for.
type Source struct {
	// URL begins with https://, or names a loopback address by http.
	URL string
	// SHA256 is the digest of the archive in hexadecimal, in any case.
	SHA256 string
}

// Validate says what is wrong with the source, before anything is fetched.
func (s Source) Validate() error {
	if _, err := checkURL(s.URL); err != nil {
		return err
	}
	if sum, err := hex.DecodeString(s.SHA256); err != nil || len(sum) != 32 {
		return fmt.Errorf("%q is no SHA-256: 64 hexadecimal digits", s.SHA256)
	}
	return nil
}

// Updater updates folders.
type Updater struct {
	// Transport carries the requests; nil means a new one with the proxies that
	// the environment names.
	Transport http.RoundTripper
	Now       func() time.Time
}

// Update puts the release into the folder dir and returns what changed. If the
// folder has it already nothing is fetched. The error says what was refused and
// why; dir is then as it was.
func (u *Updater) Update(ctx context.Context, src Source, dir string) (*Changes, error) {
	if err := src.Validate(); err != nil {
		return nil, err
	}
	if to, err := filepath.EvalSymlinks(dir); err == nil {
		dir = to // a link stays one
	}
	dir = filepath.Clean(dir)
	note, err := Inspect(dir)
	if err != nil {
		return nil, err
	}
	if note != nil && strings.EqualFold(note.SHA256, src.SHA256) {
		changes, err := compare(dir, dir)
		if err == nil {
			changes.Same = true
		}
		return changes, err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // rules are no secret
		return nil, err
	}
	// Beside the folder, so that it can be renamed into its place.
	work, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+"-update-")
	if err != nil {
		return nil, err
	}
	changes, err := u.prepareAndReplace(ctx, src, dir, work)
	return changes, errors.Join(err, os.RemoveAll(work))
}

func (u *Updater) prepareAndReplace(ctx context.Context, src Source, dir, work string) (*Changes, error) {
	archive := filepath.Join(work, "release.zip")
	if err := u.fetch(ctx, src, archive); err != nil {
		return nil, fmt.Errorf("fetching %s: %w", src.URL, err)
	}
	next := filepath.Join(work, "rules")
	if err := unzip(archive, next); err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", src.URL, err)
	}
	changes, err := compare(dir, next)
	if err != nil {
		return nil, err
	}
	if changes.Rules == 0 {
		return nil, fmt.Errorf("%s: there is no rule in it that can be used", src.URL)
	}
	note := &Note{URL: src.URL, SHA256: strings.ToLower(src.SHA256), FetchedAt: u.Now().UTC().Truncate(time.Second)}
	if err := note.write(next); err != nil {
		return nil, err
	}
	if err := replace(next, dir, filepath.Join(work, "before")); err != nil {
		return nil, fmt.Errorf("replacing %s: %w", dir, err)
	}
	return changes, nil
}

// Changes is how a release differs from what was in its place.
type Changes struct {
	// First says that there was nothing before, Same that the release was there
	// already.
	First, Same bool
	// A rule is changed if its file is.
	Added, Changed, Removed []Rule

	// Rules is how many rules and correlations can be used, LeftOut how many
	// documents cannot; Problems say why.
	Rules, LeftOut int
	Problems       []sigma.Problem
}

// Rule is a rule or a correlation of a release.
type Rule struct {
	ID, Title string
	Level     sigma.Level
}
