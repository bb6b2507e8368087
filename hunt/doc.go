// Package hunt asks an archive what a scan asks files: the same program of rules
// and indicators over all that is sealed and all that is not yet.
//
// The answer to a [Query] is the detections that a scan of the original logs
// would give, whatever the batches, the order of arrival, the segments and the
// state of compaction; [Answer] adds since when and where each thing was seen,
// and package coverage of the archive what could not have been seen.
package hunt
