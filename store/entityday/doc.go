// Package entityday keeps the table of what was seen when: for each entity, how
// often in which dataset, in which role and on which host, first, last, and on
// which days. It answers "ever seen? since when? how common?" over years without
// opening events.
//
// # Rows
//
// A [Row] is unique by entity, dataset, role and host in its file. The host is
// the one that the record speaks of; records of a network sensor speak of none,
// so the address that began the connection stands for it.
//
// An [Accumulator] makes the rows of one dataset and day, from values that are
// numbered in dictionaries: an entity is read once per entry, an event costs a few
// nanoseconds a value. An [Extractor] does the same from whole events. Both give
// the rows of a sealed run; [Write] makes a file of them.
//
// # Files
//
// A file is Parquet, sorted by the entity's key (see [entity.Entity.Key]),
// dataset, role and host, with a page index over the key, so that an entity is
// found by reading a page or two. Beside it lies a filter, which says in memory
// that an entity is not in the file, wrong in one case of several thousand.
// [Merge] joins files of runs to days, of days to months, of months to years, and
// holds a page of each in memory. A row says on which days it is true, in
// roll-ups too; count, first and last are of the whole period.
//
// Every file carries the ids of the runs in it. Merge refuses a run that comes
// twice, so that nothing is counted twice.
//
// # Questions
//
// A [Table] is a set of files that together are the archive's table. It takes
// the largest periods that lie within the bounds of a question and that know all
// runs of their days ([Table.Plan]), and looks up many entities at once.
// [Answer] says in words what the rows of one entity amount to.
package entityday
