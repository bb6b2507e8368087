// Package ocsf writes events as JSON objects of the Open Cybersecurity Schema
// Framework, version [Version].
//
// It stands on package ecs: an event is mapped to ECS names first, which say
// what kind of event it is and what its values mean, and the tables here say
// which class of OCSF that is and what the ECS names are called there. What has
// no name in its class is under "unmapped", by its ECS or native name: nothing
// is lost.
//
// A table (tables/*.yml) has classes, of which the first whose when holds is
// taken, with the activities of each; names for all classes and those that
// differ in one; and products by dataset. A condition names ECS fields and the
// values of which one must be there, "*" at the end standing for any rest.
package ocsf
