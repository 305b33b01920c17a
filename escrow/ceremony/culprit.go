package ceremony

import (
	"fmt"
	"strings"
)

// Reason says why a trustee is a culprit.
type Reason string

// The reasons, with the phase in which each can arise.
const (
	// Absent: nothing was posted before time was up. It may have been the network's fault; no
	// post shows it.
	Absent Reason = "absent"
	// Equivocation: two different posts in one phase.
	Equivocation Reason = "equivocation"
	// Malformed: a signed body that does not decode: a wrong length, a point or scalar that is
	// not canonical.
	Malformed Reason = "malformed post"
	// BadProof: a proof of knowledge does not verify: of a one-use key (key), of the constant
	// term (reveal), of the ephemeral keys (deal).
	BadProof Reason = "bad proof of knowledge"
	// WrongDegree: not exactly t commitments (reveal).
	WrongDegree Reason = "wrong degree"
	// WrongHash: the commitments are not those that were hashed (reveal).
	WrongHash Reason = "commitments do not match their hash"
	// WrongConstant: in a resharing, the constant term is not the dealer's share of the old
	// epoch (reveal).
	WrongConstant Reason = "constant term is not its old share"
	// NotADealer: in a resharing, a post in the name of somebody who holds no share to deal
	// (commit, reveal, deal).
	NotADealer Reason = "not a dealer"
	// BadShare: a sealed share does not open, or is not on the dealer's polynomial (proved in
	// complain).
	BadShare Reason = "bad share"
	// FalseComplaint: the disputed share is good, or the complaint's proof is not (complain).
	FalseComplaint Reason = "false complaint"
	// WrongIdentity: the new identity key did not sign that it is the trustee's, or is
	// somebody else's (confirm).
	WrongIdentity Reason = "new identity is not its own"
	// WrongTranscript: a signature on another transcript than the board gives (confirm).
	WrongTranscript Reason = "wrong transcript"
	// WrongCheckpoint: whoever reads the board refuses the checkpoint, see [Audit.Checkpoint]
	// (confirm).
	WrongCheckpoint Reason = "wrong checkpoint"
)

// Culprit is a trustee that broke the rules, with the proof. In phases 1 to 5 that
// disqualifies it; later, when its share is already part of the key, it is only named.
type Culprit struct {
	Trustee int
	Phase   Phase // that was open
	Reason  Reason
	Detail  string
	// Evidence is the posts, byte for byte, that show it under the roster's keys; empty for
	// Absent. For BadShare and FalseComplaint they are the complainer's key, the dealer's
	// reveal and deal, and the complaint. They convict together with the board only: alone
	// they do not show that each was its author's first in its phase, and a complainer can
	// sign a second key, under which an honest dealer's share does not open.
	Evidence [][]byte
}

// String returns one line such as "trustee 2: bad share in the complain phase: ...".
func (c Culprit) String() string {
	s := fmt.Sprintf("trustee %d: %s in the %s phase", c.Trustee, c.Reason, c.Phase)
	if c.Detail != "" {
		s += ": " + c.Detail
	}
	return s
}

// FailedError says that a ceremony made no key, or no new shares.
type FailedError struct {
	Phase      Phase  // in which it failed, before the confirm phase
	Who        string // "dealers", of whom t are needed, or "trustees", of whom a quorum is
	Left, Need int    // of them
	Culprits   []Culprit
}

func (e *FailedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ceremony: failed in the %s phase: %d %s qualified, %d are needed", e.Phase,
		e.Left, e.Who, e.Need)
	for _, c := range e.Culprits {
		fmt.Fprintf(&b, "; %s", c)
	}
	return b.String()
}

// fault is why a body convicts its author.
type fault struct {
	reason Reason
	detail error
}
