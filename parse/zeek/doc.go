// Package zeek reads the logs that Zeek (formerly Bro) writes as text, one
// record a line below a header that names and types the columns, and writes
// them.
//
// Everything comes from the header: the separators, what stands for an empty
// and for an unset value, the log's path ("conn"), the columns and their types.
// A header may come again anywhere, as in logs that were joined; it is then in
// force for what follows. A record before the first header cannot be read and
// is yielded as text with [ErrNoHeader].
//
// An event is of schema "zeek" and dataset "zeek.conn" for the path "conn".
// Provider is "zeek", Channel the path. Its fields are named as the columns
// are:
//
//	time interval count int double port   Number, as written
//	bool                                  True or False, as "true" and "false"
//	string enum addr subnet func          Text with Zeek's escapes undone
//	set[…] vector[…]                      one field for each element
//
// A value that is unset gives no field; an unset element of a vector is Null.
// An empty string is Text of no length, an empty set or vector EmptyList. A
// value that is not of its type, as the masked times of test data, is Text.
//
// These are the fields that Zeek's JSON logs have, which package jsonl reads,
// so that [Writer] turns either into the same line.
//
// Zeek's times are in UTC.
package zeek
