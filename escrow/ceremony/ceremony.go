// Package ceremony makes the key of a committee: n trustees generate one public key together so that any t of them can
// use the secret half, fewer cannot, and no dealer ever knew it. It is Pedersen's distributed key generation ("A threshold
// cryptosystem without a trusted party", EUROCRYPT 1991) with the complaints of Gennaro, Jarecki, Krawczyk and Rabin
// ("Secure distributed key generation for discrete-log based cryptosystems", J. Cryptology 2007), hardened as below.
//
// # The board
//
// All speak over one public, append-only list of byte strings that everybody reads in the same order. Nothing is sent in
// private: shares are sealed and posted too. [Audit] is a function of the [Roster] and that list, so whoever reads the same
// board reaches the same [Outcome], trustee or not. A [Trustee] is the private part: it looks at an Audit and returns the
// bytes that it posts. Both are plain state machines, with no network and no clock.
//
//	1 key       a one-use encryption key, with a proof of knowledge of its secret
//	2 commit    a salted hash of the commitments to a secret polynomial
//	3 reveal    exactly t commitments, the salt, and a proof of knowledge of the constant term
//	4 deal      one sealed share for each trustee that is left
//	5 complain  for each bad share the Diffie-Hellman value that opens it, proved right; or nothing to complain of
//	6 confirm   a signature on the public polynomial, the transcript and a checkpoint of the log
//
// # Which posts count
//
// A post is signed by its author's identity key over roster, phase, author and body. Posts that do not parse, of strangers,
// badly signed, from another session or phase, of an author already convicted, and repetitions are ignored. The first post
// of an author in a phase counts; a second one with another body while that phase is open convicts the author of
// equivocation. A signed post with a bad body convicts, too. A phase closes when all who are left have posted, or when t
// trustees of the roster have posted an empty body, which says that time is up: with fewer than t corrupted, one of the t
// is honest, and its clock decides. Silence in phases 1 to 4 disqualifies; in phase 5 it means acceptance.
//
// # Complaints
//
// The recipient of a bad share publishes the Diffie-Hellman value of that one sealed share, with a dleq proof under its
// one-use key. Anybody opens the share and convicts the dealer or, if the share is good, the complainer. There is no answer
// to a complaint that somebody would have to believe. A dealer proves that it knows each ephemeral secret: otherwise it could
// copy, or shift by a known factor, the ephemeral key of an honest dealer, have the recipient complain, and read from the
// complaint the honest dealer's share. TestStolenEphemeral tries it.
//
// # What is assumed, and what is left
//
// Secrecy: fewer than t corrupted trustees, honest erasure, at least t qualified (so one dealer is honest). Completion: t
// live honest trustees, and a board that takes their posts. Phases 2 and 3 are ours in the spirit of Komlo and Goldberg
// (FROST, SAC 2020), whose proof of knowledge of the constant term we use: nobody can choose its polynomial after seeing
// others' (TestRogueKey). What remains of the bias that Gennaro et al. describe is abort: k corrupted dealers, having seen
// all of phase 3, may yet withhold a reveal or a deal, or get themselves convicted, and so choose among at most 2^k keys; it
// costs each one its place, in public. Their remedy, a second round of commitments after the qualified set stands, is not
// used: a choice among few keys that all contain an honest dealer's secret helps little against encryption, whereas more
// rounds would. Whoever holds t identity keys can sign any key that it likes.
//
// # What is checked
//
// TestHonest runs committees from 1-of-1 to 13-of-25; TestCulprits one adversary a line; TestVerifyIsDeterministic and the
// fuzz targets replay boards. BenchmarkCeremony sets it beside kyber's share/dkg/pedersen.
package ceremony

import (
	"fmt"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
)

// MaxCheckpoint is the largest checkpoint in bytes.
const MaxCheckpoint = 1 << 16

// Phase is a step of the ceremony.
type Phase uint8

// The phases in their order, then the two ends.
const (
	PhaseKey Phase = 1 + iota
	PhaseCommit
	PhaseReveal
	PhaseDeal
	PhaseComplain
	PhaseConfirm
	PhaseDone
	PhaseFailed
)

// String returns the phase's name, "reveal" for instance.
func (p Phase) String() string {
	names := [...]string{"key", "commit", "reveal", "deal", "complain", "confirm", "done", "failed"}
	if p < PhaseKey || p > PhaseFailed {
		return fmt.Sprintf("unknown (%d)", uint8(p))
	}
	return names[p-PhaseKey]
}

// dealers tells whether only dealers post in the phase.
func (p Phase) dealers() bool { return PhaseCommit <= p && p <= PhaseDeal }

// suite is the only group of this package. Having no source of randomness, it draws nothing.
var suite = group.New(nil)

const (
	pointSize = group.Size
	proofSize = 2 * group.Size
)

// readProof takes a proof off the end of body, whose length the caller has checked.
func readProof(body []byte) (*dleq.Proof, error) {
	return dleq.Decode(suite, body[len(body)-proofSize:])
}
