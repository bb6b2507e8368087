// Package correlation runs Sigma correlations over the matches of rules.
//
// [Compile] resolves what correlations refer to and says, by [Set.Wants], which
// field values a base match must carry. Then either a [Batch] takes all matches
// in any order and gives the hits at the end, or a [Stream] takes them as they
// arrive and gives the hits when the watermark has passed. Both give the same
// hits in the same order, whatever the order of arrival, the number of
// deliveries and the memory bound: matches are sorted by (time, event id),
// counted by distinct event id, and spilled to a temporary file rather than
// dropped.
//
// # Meaning
//
// All matches of one time enter together. A condition that more events cannot
// make false (only gt and gte on a count, sum or number of rules; temporal and
// ordered types; boolean conditions in which no rule is negated) is rising: it
// is looked at at each instant t of its group over the window [t−timespan, t],
// both ends included, and a hit is reported when it becomes true, listing every
// event in the window. While it stays true nothing is reported; when it becomes
// false, be it just before the next event, it can fire again.
//
// Any other condition is decided when a window closes. The first event of a
// group opens the window [t, t+timespan], the first event after its end opens
// the next one, so that every event is in exactly one.
//
// The specification leaves most of this open; docs/decisions/0010 argues the
// choices and sigma/testdata/correlation shows each by example.
//
// # Memory
//
// [Options.Memory] bounds windows, groups and sorting. Beyond it parts of
// windows and whole groups are written to one temporary file without a name. A
// group on disk still takes about 100 bytes of memory, an open window of a
// condition that is not rising 32 more. Not within the bound: the events of the
// hit being reported, the different values that one value_count group has to
// tell apart (never more than its threshold), and what a stream holds that is
// not settled.
package correlation
