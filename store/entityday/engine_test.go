//go:build cgo

package entityday_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/store/entityday"
)

// TestDuckDBReadsTheFiles asks another engine the question that the reference
// gives as an example, and compares all columns with what was written.
func TestDuckDBReadsTheFiles(t *testing.T) {
	day := someDays[2]
	var runs [][]sighting
	for i, e := range someEntities {
		at := entityday.MicrosOf(day.Time()) + entityday.Micros(i)
		run := []sighting{{day: day, dataset: "zeek.dns", role: entity.Query, entity: e, host: "ws1", at: at}}
		if e.Value == "evil.example" {
			run = append(run, sighting{day: day, dataset: "zeek.dns", role: entity.Query, entity: e, host: "ws2.corp.example", at: at})
		}
		runs = append(runs, run)
	}
	rows := accumulate(slices.Concat(runs...))
	f := &files{}
	f.write(t, "f", entityday.Content{Period: entityday.Period{First: day}, Rows: entityday.NoError(slices.Values(rows))})
	path := filepath.Join(t.TempDir(), "f.parquet")
	if err := os.WriteFile(path, f.fsys["f"].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var want []string
	for _, r := range rows {
		want = append(want, joined(r.Key(), r.Entity.Kind, r.Entity.Value, r.Dataset, r.Role, r.Host,
			r.First.Time().Format(time.RFC3339Nano), r.Last.Time().Format(time.RFC3339Nano), r.Count, r.Days.Len(), len(r.Days)))
	}
	got := ask(t, db, `SELECT key, kind, value, dataset, role, host, first, last, count, days, octet_length(day_set) FROM read_parquet('`+path+`')`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-written +DuckDB):\n%s", diff)
	}
	got = ask(t, db, `SELECT value, any_value(host) FROM read_parquet('`+path+`') WHERE kind = 'domain' AND role = 'query'
		GROUP BY value HAVING count(DISTINCT host) = 1 ORDER BY value`)
	want = []string{"a.evil.examplews1", "b.a.evil.examplews1", "evil-x.examplews1", "notevil.examplews1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names that one host asked for (-want +got):\n%s", diff)
	}
}

// ask returns the rows of an answer, each as its values one after another.
func ask(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, v := range values {
			if at, ok := v.(time.Time); ok {
				v = at.UTC().Format(time.RFC3339Nano)
			}
			fmt.Fprint(&b, v)
		}
		out = append(out, b.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// joined writes values one after another.
func joined(values ...any) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprint(&b, v)
	}
	return b.String()
}
