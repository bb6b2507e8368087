// Package csvlog reads tables with a line of column names above them: comma,
// semicolon, tab or bar between the cells, quoted as RFC 4180 says, over
// several lines where need be.
//
// A row is read as if it were a JSON object with a member for each column, by
// package jsonl: so exports of audit logs, sign-ins and hunting tables are told
// apart by their column names as their JSON is, and a column AuditData that
// holds JSON is taken apart under its own names. The other columns of such an
// export, which say the same again in other words, are then called export.X.
//
// What jsonl does not know is told by the columns listed in kinds, and is else
// of schema and dataset "csv". Every value is text. An empty cell is a text
// without characters.
//
// Times are read as [parse.When] does and in the forms of [When]; where the
// column's name does not say UTC and the time has no zone, it is taken as UTC
// and the event says so ([event.AssumedZone]).
package csvlog
