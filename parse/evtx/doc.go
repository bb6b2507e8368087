// Package evtx reads Windows event logs (.evtx).
//
// A file is a header of 4 KiB and chunks of 64 KiB; a chunk stands alone: its
// records are binary XML (MS-EVEN6 section 2.2.12) that refers to names and
// templates by offset within the chunk. The layout of header, chunk and record
// is documented by Joachim Metz, "Windows XML Event Log (EVTX)".
//
// Nearly every record is an instance of a template, that is a list of values.
// The reader turns each template once into a plan, a flat list of "field 17 is
// value 3", and then only runs plans: no tree is built, no text is decoded and
// nothing is allocated per record. [Format] gives events, [Dumper] the same
// records as JSON lines, each with a plan of its own kind.
//
// # Fields
//
// A field's name is the path of its element without the root: the System part
// gives "System.Channel", an attribute is one component more:
// "System.Provider.Name". <Data Name="X"> directly in an element EventData or
// UserData is "EventData.X", without a Name it is "EventData.Data". Namespace
// declarations are not fields. An element that says nothing at all, neither by
// an attribute nor by content, is a field of kind Null; an attribute whose
// value is null is absent, and so is an element that its template makes depend on
// a value that is null. An array gives one field per item. Trailing NULs of
// a string are not part of it.
//
// # Damage
//
// Flags and counts in headers are hints, never trusted. A chunk whose checksum
// is wrong is read record by record; where a record is broken, reading goes on
// at the next one whose size is written at both its ends. Whatever could not be
// read is reported with offset and length, and a record whose template is lost
// is still yielded, with its texts in the field "message".
package evtx
