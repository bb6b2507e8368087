// Package stixpattern reads STIX patterns and says what they match: the
// language of STIX 2.1, section 9, whole.
//
// [Parse] makes a [Pattern] of a text, or says where in it what is wrong. A
// pattern joins tests of single observations, as [ipv4-addr:value = '…'], by
// AND, OR and FOLLOWEDBY and bounds them in time and number; [Test.Roots] asks
// one test of the objects of one observation.
//
// Whether a sequence of observations matches is answered twice: [Match] goes
// through all combinations, by definition; a [Sequence] takes what single
// tests said, in order of time, and finds one combination after the other.
//
// What the specification leaves open, or other programs do otherwise:
//
//   - Objects of one observation are joined by AND only if one object satisfies
//     both sides, so tests of different types never do.
//   - a NOT = 'x' asks for a value that is not 'x', as != does; an object
//     without the property satisfies neither.
//   - In LIKE, % and _ stand for line ends too.
//   - Regular expressions are those of RE2: look-around and back references are
//     refused. Texts are compared in normal form C in LIKE and MATCHES alone.
//   - ISSUBSET and ISSUPERSET know IPv6; a value that is no address is in no
//     network.
//   - A reference is followed where the path goes on behind it.
package stixpattern
