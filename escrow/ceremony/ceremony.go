// Package ceremony makes the key of a committee, and makes new shares of it. In a key
// generation n trustees make one public key together so that any t of them can use the secret
// half, fewer cannot, and no dealer ever knew it. In a resharing those who hold shares hand the
// same secret on as fresh shares. The key generation is Pedersen's distributed one ("A
// threshold cryptosystem without a trusted party", EUROCRYPT 1991) with the complaints of
// Gennaro, Jarecki, Krawczyk and Rabin ("Secure distributed key generation for discrete-log
// based cryptosystems", J. Cryptology 2007), hardened as below.
//
// # The board
//
// All posts go to one public, append-only list of byte strings that everybody reads in the same
// order. Nothing is sent in private: shares are sealed and posted too. [Audit] is a function
// of the [Roster] and that list, so whoever reads the same board reaches the same [Outcome],
// trustee or not. A [Trustee] is the private part: it looks at an Audit and returns the bytes
// that it posts. Both are plain state machines, with no network and no clock.
//
//	1 key       a one-use encryption key, with a proof of knowledge of its secret
//	2 commit    a salted hash of the commitments to a secret polynomial
//	3 reveal    exactly t commitments, the salt, and a proof of knowledge of the constant term
//	4 deal      one sealed share for each trustee that is left
//	5 complain  for each bad share the Diffie-Hellman value that opens it, proved right; or
//	            nothing to complain of
//	6 confirm   the next identity key, with the present one's signature on it, the transcript
//	            and a checkpoint of the log, which readers may check (Audit.Checkpoint)
//	7 certify   a signature on the certificate, once the board shows that enough have confirmed
//
// # Resharing
//
// The phases are the same. In 2 to 4 only the roster's dealers post, who hold a share of the
// epoch that ends. The constant term of dealer i's polynomial is its share s_i, and its
// commitment must equal i's public share on the old public polynomial. The t lowest dealers
// who qualify are combined: with Lagrange's weights at 0 their polynomials add up to one whose
// value at 0 is the old secret and whose other coefficients are new (Desmedt and Jajodia,
// "Redistributing secret shares to new access structures", 1997; the check of the constant is
// that of Wong, Wang and Wing, "Verifiable secret redistribution for archive systems", 2002).
// Trustee j's new share is the same sum of what it received, and the committee key comes out
// unchanged. Why nobody has to prove that it knows the constant: the proof keeps a dealer from
// choosing its constant as a function of others', and here there is nothing to choose. (It is
// asked for all the same; checkConstant says why.) A dealer without its share cannot satisfy t
// honest recipients, because t good shares of its polynomial give s_i.
//
// This one mechanism serves three ends. Refresh: the same trustees, new shares. Replacement:
// another identity at some index, which receives and does not deal. Recovery: a trustee that
// lost its share, or was disqualified in the epoch before, receives like a newcomer. Who deals
// is written in the roster, so that a newcomer's silence in phases 2 to 4 is no misconduct and
// its speaking is. The roster must come to everybody as the first one did: this package does
// not say who may write it.
//
// # What erasure is for
//
// Shares of two epochs do not fit together (TestMixedEpochs), so a thief needs t shares
// of one epoch, within that epoch: the proactive model of Herzberg, Jarecki, Krawczyk
// and Yung ("Proactive secret sharing, or: how to cope with perpetual leakage", CRYPTO
// 1995). That holds only when what belongs to an epoch is destroyed with it. An old
// share that is kept can be stolen later. A dealer's polynomial is its old share, and
// its part of everybody's new one. And the sealed shares stay on the board for ever:
// with the one-use key of a trustee anybody computes its share from them
// ([Audit.OpenShare]), so the key must go when the ceremony ends. [Trustee.Confirm]
// erases all but the new share, [Trustee.Erase] all. The holder erases its old share
// when the audit is at [PhaseDone], and not before. Whoever is corrupted during a
// resharing counts in both epochs. With t = 1 every share is the secret itself, and
// resharing changes nothing.
//
// What this package computes with it overwrites afterwards, copies too
// (TestNothingIsLeft). Go gives no control over what the runtime copied, what is left on
// stacks, and the cipher's own copy of the key of one sealed share.
//
// # Identities
//
// A signing key that is stolen signs for its thief for as long as it is in force. So it has an
// epoch like a share: each ceremony ends the identities with which it is held. A trustee
// confirms with a new one, signed with the old one, and the [Certificate] lists it; whoever
// did not confirm in time stays listed with the old one, as stale, and renews it next time.
// The trustee erases the old key when the certificate stands, and keeps it if the ceremony
// fails. Certificates are a chain, so whoever knows one epoch's identities can follow. Fewer
// than t identities of each of many epochs, of a thief who only copies, certify nothing, and t
// of an epoch that is over certify nothing to anybody who followed (TestPastIdentities). This
// is proactive authentication (Canetti, Halevi and Herzberg, "Maintaining authenticated
// communication in the presence of break-ins", J. Cryptology 2000), and has its limit: who has
// a present identity can confirm in its owner's name. If the owner does, too, nobody can tell
// which is right: the seat keeps the identity that both have. If the owner cannot speak in
// time, the seat is the thief's (TestRacedSeat). Both are seen. So a thief who speaks up in
// every ceremony keeps what it copied in force, in public: one seat an epoch adds up to t of
// them after t epochs, while shares change all the same. Who sees that a seat is contested has
// to replace its holder.
//
// Nobody can tell silence from a fault either: n minus the quorum plus one trustees who
// confirm and then do not certify hold up this ceremony and all that follow it.
// [Audit.Awaited] names them, and is no proof against them.
//
// # When it is done
//
// With t confirmations one is honest, and the key is the board's. That is enough for a key
// generation. It is not enough to erase old shares by: the one honest signer may be the only
// honest trustee with a new share, and the other t-1, once the old ones are gone, destroy the
// key by falling silent. So in a resharing (n+t)/2 trustees, rounded up, must confirm, and as
// many certify: 4 in 3 of 5, 19 in 13 of 25. Of what n has beyond t, half may be silent
// (TestOneSilent) and half of those who confirmed may lie, whatever the clocks say. If clocks
// are right, as Herzberg et al. assume, only the corrupted are silent, and with n at least
// 2t-1 all t-1 of them may be corrupted. If honest clocks are so wrong that honest trustees
// are left out, more corrupted than that half can destroy the key, and cannot learn it
// (TestOneHonestHolder counts who holds what).
//
// The price: where n is t or t+1, as in 2 of 3, one trustee that is silent or convicted stops
// a resharing, and the old shares, with what was stolen of them, stay good. It is silence in
// public, and has a remedy: the roster of the next attempt names another trustee in that
// place, or one more.
//
// If too few confirm in time, the audit is [Audit.Overdue], and the ceremony may be given up:
// by all at the same post of the board, with Erase for the new shares and identities; the old
// ones still have everything. Nobody can make more of it later by confirming late: honest
// trustees certify only what the board shows to have succeeded, in its order, so there is no
// certificate (TestSignedElsewhere). Once enough have confirmed nothing fails any more. Then
// signatures may be late, and are waited for.
//
// # Which posts count
//
// A post is signed by its author's identity key over roster, phase, author and body. Posts
// that do not parse, of strangers, badly signed, from another session or phase, of an author
// already convicted, and repetitions are ignored. The first post of an author in a phase
// counts; a second one with another body while that phase is open convicts the author of
// equivocation. A signed post with a bad body convicts, too. A phase closes when all who are
// left have posted, or when t trustees of the roster have posted an empty body, which says
// that time is up: with fewer than t corrupted, one of the t is honest, and its clock decides.
// Silence in phases 1 to 4 disqualifies; in phase 5 it means acceptance. In phase 6, which
// closes only when enough have confirmed, it is named, and the confirmation still counts if it
// comes before that. Phase 7 knows no time. Who is disqualified in a resharing gets no new
// share.
//
// # Complaints
//
// The recipient of a bad share publishes the Diffie-Hellman value of that one sealed share,
// with a dleq proof under its one-use key. Anybody opens the share and convicts the dealer or,
// if the share is good, the complainer. There is no answer to a complaint that somebody would
// have to believe. A dealer proves, once for all of them, that it knows every ephemeral
// secret: otherwise it could copy, or shift by a known factor, the ephemeral key of an honest
// dealer, have the recipient complain, and read from the complaint the honest dealer's share.
// TestStolenEphemeral tries it.
//
// # What is assumed, and what is left
//
// Secrecy: fewer than t corrupted trustees in each share epoch, honest erasure, at least t
// qualified (so one dealer is honest; in a resharing one of the t combined, whose random
// coefficients are what makes the shares new). Completion: t live honest dealers, in a
// resharing also as many live trustees as must confirm, and a board that takes their posts.
// That the key can still be used after a resharing: n at least 2t-1, and fewer than t
// corrupted. Phases 2 and 3 are ours in the spirit of Komlo and Goldberg (FROST, SAC 2020),
// whose proof of knowledge of the constant term we use: nobody can choose its polynomial after
// seeing others' (TestRogueKey). What remains in a key generation of the bias that Gennaro et al.
// describe is abort: k corrupted dealers, having seen all of phase 3, may yet withhold a
// reveal or a deal, or get themselves convicted, and so choose among at most 2^k keys; it
// costs each one its place, in public. Their remedy, a second round of commitments after the
// qualified set stands, is not used: a choice among few keys that all contain an honest
// dealer's secret helps little against encryption, whereas more rounds would cost liveness. In
// a resharing the key is fixed before, and abort chooses nothing but who gets a share. Whoever
// holds t identity keys of the present epoch can certify any key that it likes.
//
// # What is checked
//
// TestHonest makes committees from 1-of-1 to 13-of-25; TestRefresh, TestReplaced,
// TestRecovered and TestResharingProperty reshare them; TestCulprits plays one adversary a
// line in both, TestResharingCulprits what only a resharing invites; TestChain,
// TestPastIdentities, TestRacedSeat and TestReplayAcrossCeremonies are about identities;
// TestOneHonestHolder and TestForkErasesNothing try to have too much erased, TestErase and
// TestNothingIsLeft look for too little; TestStolenOneUseKey is the theft;
// TestVerifyIsDeterministic and the fuzz targets replay boards. BenchmarkCeremony sets it
// beside kyber's share/dkg/pedersen, BenchmarkRefresh beside itself.
package ceremony

import (
	"fmt"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/world/memo"

	"go.dedis.ch/kyber/v3"
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
	PhaseCertify
	PhaseDone
	PhaseFailed
)

// String returns the phase's name, "reveal" for instance.
func (p Phase) String() string {
	names := [...]string{"key", "commit", "reveal", "deal", "complain", "confirm", "certify",
		"done", "failed"}
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

// verifyKnowledge is [dleq.VerifyKnowledge] of points and a proof that the body holds.
func (s *session) verifyKnowledge(context []byte, points []kyber.Point, proof *dleq.Proof,
	body []byte) error {
	_, err := memo.Compute(s.memo, "ceremony proof", func() (struct{}, error) {
		return struct{}{}, dleq.VerifyKnowledge(suite, context, points, proof)
	}, context, body)
	return err
}
