// Package segment keeps sealed events in Parquet files that anybody can read,
// and gives them back to the byte.
//
// A file holds one or more sealed runs of one dataset and day, each a row
// group. A [Builder] collects events and seals them as a run; [Join] puts whole
// runs behind each other in one file; [Open] reads.
//
// # Shapes
//
// A record is kept as a shape and values. The fields that a parser gives are
// mostly slices of the record's bytes. Cut out, they leave the shape: the
// literal bytes between them and, for each slot, the field's name, kind and
// spelling. Shapes are few; a record names one in `_shape`. The values go to
// columns, and putting them back gives the bytes exactly, which is checked when
// an event is added and again when its leaf is hashed. A record for which it
// does not hold keeps its bytes in `_raw`.
//
// # Columns
//
// Each field has a column called as the source calls it, in front of which
// stands `_` if that begins with one. A column's type is fixed for a dataset by
// its first value ([Types]). What does not fit stands in `<field>__text`, bytes
// that are not UTF-8 in `<field>__bytes`, further values of a repeated field in
// `<field>__more`; the last two are lists. Beside them stand
//
//	_time    TIMESTAMP  nanoseconds, UTC; null if the record has none
//	_id      FIXED 16   event.ID
//	_host    text       what event.Event.HostName gives
//	_file    text       path of the source
//	_first   FIXED 32   digest of the source's first record
//	_offset  INT64      place in the source, in bytes
//	_line    INT64      line or ordinal
//	_record  INT64      EventRecordID, where it is not _line
//	_shape   bytes      the shape
//	_raw     bytes      the record, only where shape and values do not give it
//	_frame   bytes      what the record needs besides its bytes
//
// A run is sorted by host, time and id, and stays so for ever.
package segment
