// Package rules publishes what anybody can compute from what the principals of threshold escrow
// hold and send: how the bytes are read, what shares and answers open, and what a thief of
// keys can build. By Kerckhoffs's principle an adversary knows all this. Each rule is real
// cryptography, pure, and built without a deployment, so that it cannot know more than its inputs
// (see [world.Rule]).
//
// rules.go has the rules that read and open. quantum.go has what a quantum computer adds. The
// others make something: forge.go orders and requests, fork.go a second history of the log,
// fakecommittee.go a committee of the adversary's own, hijack.go what stolen identities of
// trustees sign; sealedshare.go opens the shares that stay on the board for ever.
//
// TestCombineShares, TestThefts, TestSealedShareIsMonotone, TestForksOfAnySize and FuzzRules in
// escrow/threshold prove them.
package rules
