// Package sigma reads Sigma rules, filters and correlations: the language of
// the Sigma specification 2.1, by the letter.
//
// [Parse] reads one file, [Load] folders, files and zip archives, [LoadFS] a file
// system. Each returns a [Collection] with the problems found, numbered and
// placed; a document with an error is left out and the others are kept. A rule's
// condition comes out as an [Expr] in which modifiers, wildcards, lists and
// filters are resolved, so that an engine needs to know a dozen operators and
// nothing of the language.
//
// [Match] evaluates an expression on one record, slowly and by definition;
// [Explain] says why it came out so. [Predicate.Key] tells which predicates of
// many rules ask the same.
// Package detect of dwell compiles many rules into one fast program and is
// tested against it. A program with a few rules needs no more than this
// package.
//
// The package knows no file format but Sigma's own, no store and no log
// source: those are in its sub-package taxonomy, as tables.
package sigma
