// Package archivegen writes years of one network's telemetry, for benchmarks of
// the archive: Sysmon, Windows Security, Zeek, a proxy and Microsoft 365, over
// 1,095 days and 2,000 hosts.
//
// It is shaped like the real thing where that decides what an archive costs:
// people work by day and on weekdays, hosts have an owner, programs and sites of
// their own habit, processes are named again by the events that follow them, and
// columns have at least as many different values as those of real Windows logs
// ([Columns] measures both). A thousand of the [Indicators] are seen on two
// days each, and a few records are what detection rules look for.
//
// The same seed, number of events and month give the same bytes, whatever else
// is written. Names and addresses are those set aside for documentation and
// benchmarks (RFC 2606, RFC 2544).
package archivegen
