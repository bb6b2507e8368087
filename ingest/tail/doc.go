// Package tail follows files and folders that are written to.
//
// A [Follower] looks at its paths when it is asked to ([Follower.Poll]), and
// gives what was written since as blocks of whole records, with the offsets,
// the record numbers and the digest of the first record that a scan of the
// finished file gives them: events have the same ids in both. It asks no
// operating system to wake it, starts no goroutine and reads no clock, so that
// a test is a series of calls.
//
// A record is whole at the end of its line. A format that cannot tell is waited
// for half a second after a line end, and what stands without one is taken after
// [Options.Idle].
//
// # Files that change under it
//
// A file is known by what is in it: how much was read, with a digest of its
// beginning and of what stands before that place. So a file that was renamed is
// the same file, its copy is taken up where the original was left, and a file
// that is shorter than before, or holds something else where it was read, is
// taken from its beginning. A file that no path leads to any more is read to its
// end while it is written to, and for a minute after.
//
// Files of formats that are not written from front to back, as Windows event
// logs, are split anew when they have changed. Blocks that are as they were are
// passed over; of a block that grew the records after the last one known are
// given. A block that cannot be read whole is tried again until it has not
// changed for [Options.Idle].
//
// # What is read again
//
// To know line numbers and header lines, a file is read from its beginning, but
// not decoded, when it is taken up: at the start, after a restart, and when it
// is written to after so many others ([Options.MaxOpen]) that it was closed.
package tail
