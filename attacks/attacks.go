// Package attacks runs scripted adversaries against deployed designs and counts
// what each exposed. It knows no design: everything about a design comes through
// packages world and world/law, and the tests run on the toy design of world/worldtest.
//
// An attack is one script in Starlark, in library/ or your own: a header (what it needs,
// what it expects of each design and why, what really happened once) and its steps.
// Package script turns it into a [technique.Technique]. The script drives one adversary, which
// hands out exactly the capabilities that the header declares. What the script takes
// becomes facts; rules that the design publishes derive new facts from them, as package
// deduce explains; a claim names a fact that it says is a plaintext. The [Lab], which
// alone knows what was said, compares bytes. Nothing is looked up: a message counts as
// recovered when a chain of real computations leads from loot to its exact bytes, salt
// included, and the longest such chain of a cell is kept as a [deduce.Proof].
//
// This package has the adversary, the run that it acts in, the lab that plans runs and judges
// them, and the result. What else there is of attacks stands beside it: technique (what an
// attack is), script (Starlark), deduce (facts and rules), truth (what was said), orders
// (what a court's orders yielded), trace (how a cell came about), quantum, and library, the attacks themselves.
//
// TestCheats shows what happens to a script that tries to lie.
package attacks
