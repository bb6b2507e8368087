// Package detect runs many Sigma rules over events at once.
//
// [Compile] makes one [Program] of all rules. Its cost follows distinct values,
// not rules times events:
//
//   - Records of one log source meet only the rules of that log source, and
//     these share a class: the rules, their predicates by field, and an index
//     from each predicate to the rules that cannot do without it.
//   - All predicates that a class asks of one field are answered by one pass
//     over the value (values.go), and the answer, a set of predicates, is
//     remembered by the value's bytes as they stand in the record, undecoded
//     (memo.go).
//   - Which rules fire for a combination of such sets is remembered too
//     (combinations.go). Only a combination never seen leads to rules being
//     evaluated, and then only those with a necessary predicate among the true.
//
// What is remembered is bounded and never changes a result. A [Matcher] is one
// goroutine's view of a program; [Scan] drives many over files and puts their
// detections in the order of the input.
//
// The meaning of a rule is package sigma's: its evaluator is the oracle that
// this package is tested against.
package detect
