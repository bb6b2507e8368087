package store

import (
	"context"
	"errors"

	"github.com/dwell-project/dwell/store/entityday"
)

// Seen says what is known of values. Damaged tables are left out of the answer
// and named by [Snapshot.SetAside]; where those of a month are, its days answer.
func (s *Snapshot) Seen(ctx context.Context, q entityday.Question) ([]entityday.Answer, error) {
	tables := s.Tables
	for {
		table := s.archive.entities(tables)
		answers, err := table.Seen(ctx, q)
		err = errors.Join(err, table.Close())
		if err == nil || ctx.Err() != nil {
			return answers, err
		}
		damaged := s.archive.damagedTables(tables)
		if len(damaged) == 0 {
			return nil, err
		}
		var whole []Table
		for i := range tables {
			why, isDamaged := damaged[tables[i].Path]
			if _, isBeside := damaged[tables[i].Path+entityday.FilterSuffix]; !isDamaged && !isBeside {
				whole = append(whole, tables[i])
			}
			if isDamaged {
				s.aside.add(tables[i].Path, why)
			}
		}
		tables = whole
	}
}

// damagedTables returns the files of tables that are not as they were written,
// and why.
func (a *Archive) damagedTables(tables []Table) map[string]error {
	damaged := map[string]error{}
	for i := range tables {
		t := &tables[i]
		if err := a.checkFile(t.Path, t.Size, t.Digest); errors.Is(err, ErrDamaged) {
			damaged[t.Path] = err
		}
	}
	return damaged
}
