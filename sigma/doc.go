// Package sigma reads Sigma rules, filters and correlations: the language of
// the Sigma specification 2.1, by the letter.
//
// [Parse] reads one file, [Load] a folder, a file or a zip. Both return a
// [Collection] and the problems found, numbered and placed; a rule with a
// problem is left out and the others are kept. A rule's condition comes out as
// an [Expr] in which modifiers, wildcards, lists and filters are resolved, so
// that an engine needs to know a dozen operators and nothing of the language.
//
// [Match] evaluates an expression on one record, slowly and by definition.
// Package detect of dwell compiles many rules into one fast program and is
// tested against it. A program with a few rules needs no more than this
// package.
//
// The package knows no file format but Sigma's own, no store and no log
// source: those are in its sub-package taxonomy, as tables.
package sigma
