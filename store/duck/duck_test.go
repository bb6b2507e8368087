//go:build cgo

package duck

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

type conn struct {
	Host string `parquet:"_host"`
	From string `parquet:"id.orig_h"`
	Port int64  `parquet:"id.resp_p"`
}

func open(t *testing.T) (*Database, string) {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "a.parquet")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[conn](f)
	if _, err := w.Write([]conn{{"s1", "192.0.2.1", 53}, {"s2", "192.0.2.2", 443}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	d, err := Open(context.Background(), []View{
		{Name: "zeek.conn", Files: []string{path}, Columns: []Column{{"service", "VARCHAR"}, {"_host", "VARCHAR"}}},
		{Name: "zeek.dns", Columns: []Column{{"query", "VARCHAR"}}},
	}, Limits{Threads: 1, Memory: 256 << 20, Temp: filepath.Join(folder, "tmp")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, path
}

func ask(d *Database, question string) (rows []string, err error) {
	var columns []string
	err = d.Ask(context.Background(), question, func(c []string) error { columns = c; return nil }, func(values []any) error {
		row, err := MarshalRow(columns, values)
		rows = append(rows, string(row))
		return err
	})
	return rows, err
}

func TestAQuestionToAViewIsAnswered(t *testing.T) {
	d, _ := open(t)
	for question, want := range map[string][]string{
		`select "id.orig_h" from "zeek.conn" where "id.resp_p" = 443`:                                   {`{"id.orig_h":"192.0.2.2"}`},
		`with big as (select * from "zeek.conn" where "id.resp_p" > 100) select count(*) as n from big`: {`{"n":1}`},
		`select service, _host from "zeek.conn" order by all limit 1`:                                   {`{"service":null,"_host":"s1"}`},
		`select count(*) as n from "zeek.dns"`:                                                          {`{"n":0}`},
		`select r as n from range(2) t(r)`:                                                              {`{"n":0}`, `{"n":1}`},
		`select max(c.n) as n from (select count(*) as n from "zeek.conn" group by _host) c`:            {`{"n":1}`},
		`select column_name from (describe "zeek.dns")`:                                                 {`{"column_name":"query"}`},
	} {
		rows, err := ask(d, question)
		if err != nil {
			t.Errorf("%s: %v", question, err)
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("%s: %s", question, diff)
		}
	}
}

func TestNothingButTheViewsCanBeAsked(t *testing.T) {
	d, path := open(t)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, question := range []string{
		"select * from read_csv('" + secret + "')",
		"select * from '" + secret + "'",
		"select * from '" + path + "'",
		"select * from read_parquet('" + path + "')",
		"select * from read_text('/etc/passwd')",
		"select * from read_blob('/etc/passwd')",
		"select * from glob('/etc/*')",
		"select (select content from read_text('/etc/passwd'))",
		"select * from \"zeek.conn\" where exists (select 1 from glob('*'))",
		"with x as (select * from read_text('/etc/passwd')) select * from x",
		"select * from query('select 1')",
		"select * from query_table('zeek.conn')",
		"select * from json_execute_serialized_sql('{}')",
		"select * from duckdb_settings()",
		"select * from duckdb_secrets()",
		"select * from pragma_database_list()",
		"select * from information_schema.tables",
		"select * from main.sqlite_master",
		"select current_setting('allowed_paths')",
		"select getenv('HOME')",
		"show tables",
		"show all tables",
		"set threads = 2",
		"reset threads",
		"pragma version",
		"call pragma_version()",
		"copy (select 1) to '" + secret + "'",
		"copy (select 1) to '" + path + "'",
		"export database '" + secret + "'",
		"attach '" + secret + "' as x",
		"install httpfs",
		"load httpfs",
		"create table t as select 1",
		"create view v as select 1",
		"drop view \"zeek.conn\"",
		"insert into \"zeek.conn\" values (1)",
		"select 1; select 2",
		"prepare q as select 1",
		"explain analyze select 1",
		"from 'https://example.org/x.parquet'",
		"",
	} {
		if rows, err := ask(d, question); err == nil {
			t.Errorf("%s: answered %v", question, rows)
		}
	}
}

// TestTheDatabaseItselfIsLocked asks past the check.
func TestTheDatabaseItselfIsLocked(t *testing.T) {
	d, _ := open(t)
	for _, statement := range []string{
		"select * from read_text('/etc/passwd')", "copy (select 1) to 'out.csv'", "set threads = 4",
		"set enable_external_access = true", "attach 'x.db' as x", "install httpfs",
	} {
		if _, err := d.db.Exec(statement); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
}

func TestAnErrorSaysWhatAndWhere(t *testing.T) {
	d, _ := open(t)
	for question, want := range map[string]string{
		"select\n  from from":                            "line 2, column 8:",
		"selec 1":                                        "line 1, column 1:",
		"select nothing from \"zeek.conn\"":              "line 1, column 8:",
		"select 1 from \"zeek.con\"":                     "line 1, column 15:",
		"select 1 from \"zeek.conn\", read_csv('x.csv')": "line 1, column 28:",
	} {
		_, err := ask(d, question)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", question, err, want)
		}
	}
}
