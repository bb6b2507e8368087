// Package store is the archive: years of telemetry in sealed files that can be
// proved unaltered, and what is known about them.
//
// An archive is a folder:
//
//	manifest.json            what is live; replaced as a whole
//	manifests/               the last manifests, should that one be damaged
//	dataset=D/day=Y-M-D/     sealed events, Parquet files of package segment
//	entities/, coverage/     what follows from them, packages entityday, coverage
//	head/                    records that are not sealed yet
//	sources/                 which sources and ranges of them were taken in
//	holds.jsonl              what no retention takes away
//	hunts/                   who hunted what, when and why
//
// Only files that the manifest names exist for a reader, so that a reader sees
// all of a seal or none of it. One process writes at a time, any number read
// meanwhile, and no reader makes the writer wait.
//
// The secrets that blind the leaves of sealed runs lie in another folder, which
// the user names: see docs/decisions/0012.
package store
