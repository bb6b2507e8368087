// Package newcomer writes the folder that an investigator is handed: the logs of
// twenty sources of one house, some of them compressed, with the traces of an
// intruder in a few of them.
//
// Unlike package evgen's, the records repeat their values as real logs do:
// accounts, machines and addresses come from lists, most of what else is in a
// record is one of a few texts, and times go forward. Names and addresses are
// those that are set aside for documentation.
//
// The folder is made from a seed and a size: the same give the same bytes.
package newcomer
