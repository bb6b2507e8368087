// Package evidence proves that records are unaltered since they were sealed.
//
// A sealed run of records is a Merkle tree in the form of RFC 9162 section
// 2.1. A leaf is blinded:
//
//	leaf  = SHA-256(0x00 ‖ nonce ‖ record)
//	nonce = the first 16 bytes of HMAC-SHA-256(secret of the run, index)
//
// with the index as 8 bytes big-endian. Without the nonce, somebody who knows
// all but one field of a record could try values of that field until the bare
// hash fits. [Blinder] makes leaves, [Tree] takes them as they come, [Prove]
// shows that one of them is in the tree, [Verify] checks it.
//
// Of a tree only the roots of its blocks of [BlockLeaves] leaves are kept: a
// byte per eight records. The rest of a proof is made again from the records
// of one block.
package evidence
