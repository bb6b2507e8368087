// Package ioc reads indicators of compromise and finds them in records.
//
// [Load] reads files in the forms in which indicators are exchanged: plain
// text, CSV, STIX 2.1 bundles, OpenIOC and MISP JSON, told apart by content.
// What it cannot use is reported with file and line, and the rest is used.
// [ReadWarningList] reads MISP warning lists; values on them are taken out.
//
// [Compile] makes a [Set], which answers for one value of a record which
// indicators it holds ([Set.Find]). The answer follows from the value alone, so
// that an engine can remember it; what else an indicator asks of the record (its
// time, the name of the field, a port) is asked afterwards ([Set.Admits]).
//
// Values are found by structure, never as parts of other words: an address, a
// domain or a digest is a word of the text with boundaries on both sides, a
// domain also stands for what is below it, a file is the last part of a path or
// the whole path. So the cost of a value does not depend on how many indicators
// there are: its words are looked up in hash tables.
//
// A STIX pattern that says more than values, and what OpenIOC joins by AND, is
// an indicator's [Indicator.Full]: package stixpattern below has the language,
// and the engine decides it.
package ioc
