package main

import (
	"cmp"
	"runtime/debug"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/formats"
	textlog "github.com/dwell-project/dwell/parse/lines"
	"github.com/dwell-project/dwell/store"
)

// archiveCommands are those that work on an archive.
type archiveCommands struct {
	Ingest   ingestCommand   `cmd:"" help:"Take logs into an archive: sealed, provable, ready to be hunted in."`
	Hunt     huntCommand     `cmd:"" help:"Ask an archive: rules, indicators or comparisons against all that is in it."`
	Hunts    huntsCommand    `cmd:"" help:"Show what was hunted in an archive."`
	Seen     seenCommand     `cmd:"" help:"Say what an archive knows of an address, a domain, a hash, an account: since when, where, how often."`
	Coverage coverageCommand `cmd:"" help:"Show when an archive was looking: which records there are, by dataset and time, and what is missing."`
	Verify   verifyCommand   `cmd:"" help:"Check that an archive is as it was sealed."`
	Retain   retainCommand   `cmd:"" help:"Take old records out of an archive by a policy, and hold those that are needed."`
	Compact  compactCommand  `cmd:"" help:"Join an archive's small files into fewer; what is proved stays proved."`
}

// archiveFlags say which archive is meant.
type archiveFlags struct {
	Archive string `required:"" placeholder:"DIR" help:"The folder of the archive."`
	Secrets string `placeholder:"DIR" help:"The folder of the secrets that blind the archive's proofs, kept apart from it (default: DIR.secrets beside the archive)."`
}

// archiveMemory, in bytes, is when garbage is collected earlier in commands that
// work on an archive, which hold whole dictionaries.
const archiveMemory = 640 << 20

// roomy lets the run take more memory than a scan, unless the user said how
// much.
func (s *session) roomy() {
	if s.env("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(archiveMemory)
	}
}

// setAside names what an answer is without, whatever the user wants to hear.
func (s *session) setAside(faults []store.Fault) {
	for _, f := range faults {
		tell(s.notes, "dwell: %s: %s\n", f.Path, f.Why)
	}
}

// openSnapshot returns what an archive holds now, to be closed.
func openSnapshot(folder string, opt store.Options) (*store.Snapshot, error) {
	archive, err := store.Open(folder, opt)
	if err != nil {
		return nil, err
	}
	return archive.Snapshot()
}

// archiveOptions are those of the archive for a run.
func (f *archiveFlags) archiveOptions(s *session, in *inputFlags) (store.Options, error) {
	s.roomy()
	text, err := textOptions(in)
	if err != nil {
		return store.Options{}, err
	}
	table, err := textlog.Format{Options: text}.Table()
	if err != nil {
		return store.Options{}, err
	}
	v := thisVersion()
	return store.Options{
		Tables:  []ecs.File{table},
		Secrets: f.Secrets, Workers: in.Workers, Engine: cmp.Or(v.Revision, v.Version), Now: s.now,
		Format: func(name string) (parse.Format, bool) {
			format, ok := formats.ByName(name)
			if _, isText := format.(textlog.Format); isText {
				format = textlog.Format{Options: text}
			}
			return format, ok
		},
	}, nil
}
