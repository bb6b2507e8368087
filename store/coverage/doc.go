// Package coverage knows when an archive was looking: for each dataset, host and
// hour how many records there are, and where some are missing.
//
// "Not seen" is a claim, and this is what it rests on. A [Map] gathers one row
// for each day, dataset and host while records are taken in; [Write] and [Read]
// keep rows in Parquet files, any number of which add up; a [Report] says from
// when to when each dataset speaks, where it is silent, which EventRecordIDs
// are missing, and what Zeek says that it missed.
package coverage
