// Package deduce computes what follows from what an adversary took.
//
// A [world.Fact] is a kind, a public reference and bytes: a key, a ciphertext, a
// packet. A [world.Rule] is one computation with a design's real cryptography:
// from this key and that ciphertext follows this text. A [Knowledge] holds the
// facts of one adversary, numbered in the order in which they became known; the
// number is a fact's id. What was taken names the capability that yielded it, and
// what was concluded names the rule and the facts that it was applied to, so that
// every conclusion can be traced back to loot.
//
// # Saturation
//
// To saturate is to draw every conclusion that the opening rules allow, and those that
// follow from the conclusions, until nothing new follows. Nobody decides which rule
// might help: all are tried, as a patient adversary would. This is forward chaining, as
// in the bottom-up evaluation of Datalog (Abiteboul, Hull and Vianu, Foundations of
// Databases, 1995).
//
// A rule lists the kinds that it takes, and its inputs are joined on equal
// reference: a key of session 7 is tried on ciphertexts of session 7 only. So the
// rules of a design say which bytes belong together, and an index by kind and
// reference finds them, instead of a search through all pairs. TestJoins holds that
// each combination is tried once, and that none is left out.
//
// Saturation is incremental: facts may be added and saturation go on at any time,
// and what is known in the end does not depend on the order in which facts came.
// More facts never give less, because rules are monotone. TestIncrementalEqualsBatch
// proves both on random rules.
//
// It ends for three reasons. Facts equal in kind, reference and bytes are one, and
// rules are pure, so a combination that was tried gives nothing new. A rule that
// could run for ever (stepping a ratchet, say) takes as input the ciphertext that
// calls for it, of which there are finitely many. And a [Budget] stops what breaks that
// promise, or was made by an adversary to multiply (TestBudget).
//
// # Proofs
//
// A [Proof] lists the facts and rules that a conclusion rests on. Nothing can be left
// out of one that [Knowledge.Prove] gives: without any one piece of its loot, the rest
// does not give the conclusion, unless the adversary made part of it (then it is kept
// whole). TestMinimalProof shows how a derivation becomes shorter.
//
// # Loot and what the adversary made
//
// A fact is loot if a capability yielded it, or if loot is among what it was
// concluded from, unless it holds bytes that the script handed in. Those, and what was
// made of them, never become loot by being encrypted and decrypted again: they carry the
// origin [Made] (TestMade, TestProvenance).
package deduce
