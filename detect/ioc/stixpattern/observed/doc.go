// Package observed shows a record as the cyber-observable objects of STIX 2.1
// that patterns speak of.
//
// Where an object's properties stand in a record is data: a table in YAML over
// the names of the Elastic Common Schema, under which package ecs writes the
// records of every source. An [Observer] fills it in for one record.
//
// [Gate] says what some value of a record must have for a test of a pattern to
// hold of it, as an expression of package sigma, so that an engine looks at a
// record as objects only when it is worth the while.
package observed
