// Package attacks runs scripted adversaries against deployed designs and counts
// what each exposed. It knows no design: everything about a design comes through
// package world, and the tests run on the toy design of world/worldtest.
//
// An attack is one file in library/: a header (what it needs, what it expects of
// each design and why, what really happened once) and a script in Starlark, which
// package script makes a [Technique] of. The script drives one adversary, which
// hands out exactly the capabilities that the header declares. What it takes becomes
// facts; rules that the design publishes turn facts into facts, as package deduce
// explains; a claim names a fact that it says is a plaintext. The [Lab], which alone
// knows what was said, compares bytes. Nothing is looked up: a message counts as
// recovered when a chain of real computations leads from loot to its exact bytes,
// salt included, and that chain is kept as a [deduce.Proof].
//
// TestCheats shows what happens to a script that tries to lie.
package attacks
