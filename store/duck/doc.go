// Package duck answers questions in SQL over the sealed files of an archive, by
// an embedded DuckDB.
//
// A question is one SELECT over the views that the caller names, and nothing
// else: it is taken apart by DuckDB's own parser before it runs, and whatever
// is not a view, a subquery or a harmless table function is refused with its
// place. Besides, the database can open no file but those of the views, and its
// settings are locked.
//
// DuckDB is C++ and needs cgo. A dwell built without says so (ErrUnavailable).
package duck
