// Package openioc reads indicators in the forms OpenIOC 1.0 and 1.1.
//
// An indicator is a tree of AND and OR over terms, as "FileItem/Md5sum is …". A
// table, terms.yml, says which object path of STIX a term is, so that [Read]
// gives each alternative of the tree as the text of a STIX pattern. Terms of one
// item that AND joins are about one file, process or key; those of several items
// are about one host, be it in one record or in several.
//
// A term or condition that cannot be said so is named in [Indicator.Unused].
// Without it an OR has an alternative less; an AND cannot be told any more, and
// all of it is left out.
package openioc
