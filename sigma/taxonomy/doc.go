// Package taxonomy says which Sigma log sources a record belongs to and which
// Sigma field names its native names answer to.
//
// Both are tables, not code: YAML files, of which those embedded here cover
// Windows and Sysmon for Linux, and to which a user adds his own with [Load].
// docs/reference/taxonomy.md describes the form.
//
// [Tables.View] takes what a record says of its origin and returns a [View]:
// ask it whether a rule's log source admits such records ([View.Admits]) and
// what a native name is called in rules ([View.Sigma]). Views depend on the
// origin alone, so a caller keeps one per distinct origin. [Tables.Known] says
// whether any record at all could belong to a log source.
//
// Names and values of log sources are compared with case folded, field names
// by the letter but with blanks removed ("Threat Name" is "ThreatName").
//
// Values are never changed: "High" and S-1-16-12288 stay what the source wrote.
package taxonomy
