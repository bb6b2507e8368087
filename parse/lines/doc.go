// Package lines reads text logs, one record after another, whatever wrote them.
//
// Each record is looked at by itself. One that begins with { is read by package
// jsonl, one that begins with <Event by package winxml. For all others an
// envelope, a syslog header in one of its many forms, is taken off if there is
// one, and declarative parsers are asked: those that know the program that the
// header names, then the one that took the last record, then those that know
// what stands in the text, and last the general ones (CEF, LEEF, key=value,
// plain syslog). So a file may mix sources, headers may be missing, and a body
// may be in an envelope of another kind.
//
// A parser is a YAML file; those embedded are in the folder parsers, users add
// their own with [Load]. docs/reference/parsers.md describes the form. Every
// parser carries its tests, which [Set.Check] runs.
//
// Lines that begin with a blank or a tab continue the record before them, unless
// a parser knows what follows the blanks; see starts. JSON objects in which a
// collector carries a line are read as that line. What
// no parser takes is an event of schema "unparsed" with its text as "message".
//
// # Fields
//
// A field is called as the source calls it. The header gives syslog.timestamp,
// syslog.hostname, syslog.program, syslog.pid, syslog.priority and syslog.msgid.
// What a parser adds beyond the
// text is called by its ECS name, as event.action. A value that the source
// marks as missing, mostly "-", is null.
//
// Schema and channel of an event are the name of its parser, its provider is the
// program that a header names.
//
// # Time
//
// A time without zone is UTC unless [Options.Zone] says otherwise, and the
// record has the tag "time_zone_assumed". A time without year is in the last
// year in which it is not after the file was last written ([event.Source]
// Written), and has the tag "year_inferred". Tags are values of the field
// "tags".
package lines
