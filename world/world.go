// Package world says who exists in doormat, what each holds, and how bytes
// travel between them. It knows no cryptographic design and no attack.
//
// A [Conversation] is the ground truth. A [Design] is one way of protecting it.
// In a design every [Node] (device, provider, trustee, court) exchanges values of
// type [Packet] with others, over a network that delivers in a fixed order under a
// virtual clock (package world/simulation), so that a run repeats from its seed. What
// a node would lose to a thief is its Holdings, a list of [Fact] values. What may be
// computed from facts is a list of [Rule] values that each design publishes (Kerckhoffs, "La cryptographie
// militaire", 1883: a system must be safe although its design is public). What an
// adversary is granted is a list of [Capability] values; what honest programs notice
// they say in packets of the kind [KindWarning].
//
// The package imports nothing of ours but world/memo, no operating system, no wall clock and no
// global randomness. Package world/simulation lets a
// conversation happen. Package world/worldtest holds the conformance suite that
// every design passes, and a toy design small enough to read in one sitting.
//
// TestConversationCheck shows which conversations are refused, TestPackingRoundTrips
// that what was packed unpacks to the same; TestImports holds every package to what it
// may import.
package world
