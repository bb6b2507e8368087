// Package scope joins detections into stories: what belongs together on one
// machine, in one stretch of time.
//
// A [Book] takes detections in any order and keeps, for every host, the
// stretches in which rules fired without a pause longer than [Pause]. Each is a
// [Story] with the rules, accounts, tactics and techniques in it and a sentence
// that says so. It holds no detection, so that its size does not depend on how
// many there were.
//
// A story is what the machine puts together. That it is one intrusion is for a
// person to say.
package scope
