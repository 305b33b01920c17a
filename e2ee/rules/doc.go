// Package rules is what a thief computes from what it was granted, in every design whose users
// have the devices of package e2ee: how copied stores and recorded packets are read, which keys
// follow from which, and what may be built with them. The rules are public, as a design should be
// (Kerckhoffs), and each does what devices do, with the same cryptography: none knows a
// deployment, so none can peek.
//
// From a recording and a copied phone the way to a text goes so. A packet shows an envelope, an
// envelope its deliveries, a delivery the ciphertext with the number of its chain. A session
// gives chain keys and the ratchet's state; the state gives the chain that the other side starts
// next ("turn the ratchet"), and a chain key gives message keys, forwards only ("step the chain").
// A message key opens its one ciphertext to a secret part. What that means is the design's own
// rule: in pure end-to-end encryption it is the content, from which come the text, the keys of
// files, the key of a call. Prekeys answer the handshakes that used them. Each kind of fact on this
// way is a constant here, or in package wire if devices and provider have it too.
//
// [Opening] lists these rules; they are tried on everything that is known. [Making] lists those
// that build keys, sessions and packets, which a script applies by name: they are how somebody in
// the middle speaks to both sides, or writes with a stolen session or sender key. A quantum
// computer is two rules more (quantum.go), which make X25519 and Ed25519 keys of public ones, and
// stop at ML-KEM.
//
// That the rules are strong enough, so that what they leave closed is closed for its own reasons,
// is shown where deployments run: TestForwardSecrecy, TestHealing, TestStolenPrekeys,
// TestManInTheMiddle and TestHarvest in package e2ee. That they end, that they take any bytes, and
// that no more facts conclude less: TestRulesEnd here, FuzzRules there, TestConformance in every
// design.
package rules
