//go:build cgo

package duck

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// Database answers questions about views.
type Database struct {
	db    *sql.DB
	views []View
}

// Open makes a database of the views.
func Open(ctx context.Context, views []View, lim Limits) (_ *Database, err error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("starting DuckDB: %w", err)
	}
	d := &Database{db: sql.OpenDB(connector), views: views}
	d.db.SetMaxOpenConns(1)
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	for i := range views {
		if err := d.view(ctx, &views[i]); err != nil {
			return nil, fmt.Errorf("making the view %s: %w", views[i].Name, err)
		}
	}
	return d, d.lock(ctx, lim)
}

func (d *Database) view(ctx context.Context, v *View) error {
	present := map[string]bool{}
	if len(v.Files) > 0 {
		rows, err := d.db.QueryContext(ctx, "select * from "+v.read()+" limit 0") //nolint:gosec // the names are quoted
		if err != nil {
			return err
		}
		columns, err := rows.Columns()
		if err = errors.Join(err, rows.Close()); err != nil {
			return err
		}
		for _, c := range columns {
			present[strings.ToLower(c)] = true
		}
	}
	_, err := d.db.ExecContext(ctx, v.create(present))
	return err
}

// lock takes from the database all that it does not need any more.
func (d *Database) lock(ctx context.Context, lim Limits) error {
	var files []string
	for i := range d.views {
		files = append(files, d.views[i].Files...)
	}
	settings := []string{"set TimeZone = 'UTC'", "set allowed_paths = " + quoteAll(files)}
	if lim.Temp != "" {
		settings = append(settings, "set temp_directory = "+QuoteText(lim.Temp), "set allowed_directories = "+quoteAll([]string{lim.Temp}))
	}
	if lim.Memory > 0 {
		settings = append(settings, fmt.Sprintf("set memory_limit = '%dB'", lim.Memory))
	}
	if lim.Threads > 0 {
		settings = append(settings, fmt.Sprintf("set threads = %d", lim.Threads))
	}
	settings = append(settings,
		"set autoinstall_known_extensions = false", "set autoload_known_extensions = false", "set allow_community_extensions = false",
		"set enable_external_access = false", "set lock_configuration = true")
	for _, s := range settings {
		if _, err := d.db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("locking the database: %s: %w", s, err)
		}
	}
	return nil
}

// Close ends the database.
func (d *Database) Close() error { return d.db.Close() }

// Check says what is wrong with a question, and where.
func (d *Database) Check(ctx context.Context, question string) error {
	var serialised any
	if err := d.db.QueryRowContext(ctx, "select json_serialize_sql(cast(? as varchar))::varchar", question).Scan(&serialised); err != nil {
		return fmt.Errorf("taking the question apart: %w", err)
	}
	text, _ := serialised.(string)
	return check(question, []byte(text), d.views)
}

// Names says which tables a question names, in lower case and sorted; a question
// that is none is an error that says where.
func Names(ctx context.Context, question string) (names []string, err error) {
	d, err := Open(ctx, nil, Limits{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var serialised any
	if err := d.db.QueryRowContext(ctx, "select json_serialize_sql(cast(? as varchar))::varchar", question).Scan(&serialised); err != nil {
		return nil, fmt.Errorf("taking the question apart: %w", err)
	}
	text, _ := serialised.(string)
	return tablesIn(question, []byte(text))
}

// Ask answers a question. head is called once with the names of the columns,
// row for each row, with values valid until it returns; an error from either
// ends the answer.
func (d *Database) Ask(ctx context.Context, question string, head func([]string) error, row func([]any) error) error {
	if err := d.Check(ctx, question); err != nil {
		return err
	}
	rows, err := d.db.QueryContext(ctx, question)
	if err != nil {
		return located(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	if err := head(columns); err != nil {
		return err
	}
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return located(rows.Err())
}

// located puts the place in the question in front of what DuckDB says; it draws
// a caret under it.
func located(err error) error {
	var fault *duckdb.Error
	if !errors.As(err, &fault) {
		return err
	}
	message, drawing, _ := strings.Cut(fault.Msg, "\n\nLINE ")
	if message == fault.Msg {
		message, drawing, _ = strings.Cut(fault.Msg, "\nLINE ")
	}
	var line int
	if _, scanErr := fmt.Sscanf(drawing, "%d:", &line); scanErr != nil {
		return errors.New(message)
	}
	lines := strings.SplitN(drawing, "\n", 3)
	if len(lines) < 2 {
		return errors.New(message)
	}
	prefix := len(fmt.Sprintf("LINE %d: ", line))
	column := strings.IndexByte(lines[1], '^') - prefix + 1
	return fmt.Errorf("line %d, column %d: %s", line, max(column, 1), message)
}

// MarshalRow writes a row as one JSON object with the columns in their order.
func MarshalRow(columns []string, values []any) ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, c := range columns {
		name, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(Plain(values[i]))
		if err != nil {
			return nil, fmt.Errorf("writing column %s: %w", c, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}
