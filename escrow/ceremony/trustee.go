package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io"

	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
)

// Trustee is the private side of one participant.
type Trustee struct {
	*session
	index      int
	identity   ed25519.PrivateKey
	sent       [PhaseDone][]byte // by phase
	old        kyber.Scalar      // share of the epoch that ends, until the commit post
	oneUse     kyber.Scalar
	polynomial *sharing.Polynomial
	salt       []byte
	received   map[int]sharing.Share // good ones, by dealer
	final      *sharing.Share        // of the committee's key, from Confirm on
	next       ed25519.PrivateKey    // identity, from Confirm on
	gone       error                 // why the secrets were erased
}

// NewTrustee returns the trustee with that index on the roster. It fails when the roster is
// not one, or names another identity key at that index. The identity key stays the caller's:
// it is not among [Trustee.Secrets].
func NewTrustee(r *Roster, index int, identity ed25519.PrivateKey) (*Trustee, error) {
	s, err := newSession(r)
	if err != nil {
		return nil, err
	}
	if len(identity) != ed25519.PrivateKeySize || index < 1 || index > s.n ||
		!s.identities[index-1].Equal(identity.Public()) {
		return nil, fmt.Errorf("ceremony: the identity key given is not trustee %d's on the roster",
			index)
	}
	return &Trustee{session: s, index: index, identity: identity}, nil
}

// Redistribute gives a dealer of a resharing its share of the epoch that ends, before its
// commit post. The share stays the caller's: it is not among [Trustee.Secrets], and must be
// erased when, and not before, the audit is at [PhaseDone], for a resharing that does not get
// there leaves the old shares in use. It fails when the trustee is no dealer, when it has
// committed or erased its secrets, and when the share is not its own on the roster's From.
func (t *Trustee) Redistribute(share sharing.Share) error {
	if t.gone != nil {
		return t.gone
	}
	if t.from == nil || !t.deals(t.index) {
		return fmt.Errorf("ceremony: trustee %d does not deal an old share in this ceremony",
			t.index)
	}
	if t.sent[PhaseCommit] != nil {
		return fmt.Errorf("ceremony: trustee %d has committed, and needs its old share no more",
			t.index)
	}
	if share.Index != t.index {
		return fmt.Errorf("ceremony: trustee %d was given the share of trustee %d", t.index,
			share.Index)
	}
	if err := t.from.Verify(share); err != nil {
		return fmt.Errorf("ceremony: the share is not of the epoch that is reshared: %w", err)
	}
	t.forgetOld()
	t.old = share.Value.Clone()
	return nil
}

// Next returns what the trustee posts in the phase that is open, from 1 to 5, and nil when it
// has nothing to post. Each post is returned once: the caller must bring it to the board. An
// error that comes from random changes nothing, and the call may be repeated. When the trustee
// is disqualified, the ceremony failed, or the board holds a post in the trustee's name that
// it did not make, the error says so, now and ever after, and all secrets are erased; but
// never a share that was confirmed, for others rely on it.
func (t *Trustee) Next(a *Audit, random io.Reader) ([]byte, error) {
	if err := t.checkStanding(a); err != nil {
		return nil, err
	}
	if a.phase >= PhaseConfirm || t.final != nil || t.sent[a.phase] != nil ||
		!t.speaks(t.index, a.phase) {
		return nil, nil
	}
	body, err := t.body(a, random)
	if err != nil {
		return nil, fmt.Errorf("ceremony: trustee %d in the %s phase: %w", t.index, a.phase, err)
	}
	return t.post(a.phase, body)
}

// VoteToClose returns a post that says that time is up for the open phase. It takes t such
// votes to close a phase without those who are silent. It fails once the ceremony has ended.
func (t *Trustee) VoteToClose(a *Audit) ([]byte, error) {
	if a.id != t.id || a.phase > PhaseConfirm {
		return nil, fmt.Errorf("ceremony: trustee %d: no phase of its ceremony is open", t.index)
	}
	return t.sign(t.identity, a.phase, t.index, nil)
}

// Repost returns what a trustee posts that has waited long enough in the open phase: its post
// of the phase again, and its vote to close the phase, each only if the board does not show
// it. Packets get lost, so callers use it again and again. A trustee that has erased its
// secrets only votes.
func (t *Trustee) Repost(a *Audit) ([][]byte, error) {
	var vote []byte
	if a.id != t.id || a.phase != PhaseCertify { // no vote closes the certify phase
		var err error
		if vote, err = t.VoteToClose(a); err != nil {
			return nil, err
		}
	}
	var out [][]byte
	if raw := t.sent[a.phase]; raw != nil && t.gone == nil &&
		a.trustees[t.index].posts[a.phase] == nil {
		out = append(out, bytes.Clone(raw))
	}
	if vote != nil && !a.votes[t.index] {
		out = append(out, vote)
	}
	return out, nil
}

// Confirm computes the final share, checks it against the public polynomial, erases every
// other secret, draws the trustee's next identity from random and returns the confirm post: a
// signature, with the identity that ends, on the outcome, the next identity and the
// checkpoint. The caller must have verified that enough witnesses cosigned the checkpoint and
// that the posts it fed to the audit are in that log. It fails before the confirm phase, as
// Next does, and when a share that it was dealt is bad and the complaint was not in time; once
// it has succeeded it returns the same post again. After the phase has closed the post comes
// too late, but the share is good.
func (t *Trustee) Confirm(a *Audit, checkpoint []byte, random io.Reader) ([]byte, error) {
	if err := t.checkStanding(a); err != nil {
		return nil, err
	}
	if a.outcome == nil {
		return nil, fmt.Errorf("ceremony: trustee %d cannot confirm, the %s phase is open", t.index,
			a.phase)
	}
	if t.sent[PhaseConfirm] != nil {
		return bytes.Clone(t.sent[PhaseConfirm]), nil
	}
	if len(checkpoint) < 1 || len(checkpoint) > MaxCheckpoint {
		return nil, fmt.Errorf("ceremony: a checkpoint of %d bytes, need 1 to %d", len(checkpoint),
			MaxCheckpoint)
	}
	seed := make([]byte, ed25519.SeedSize)
	defer clear(seed)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("ceremony: trustee %d: the source of randomness failed: %w", t.index,
			err)
	}
	if err := t.finish(a); err != nil {
		return nil, err
	}
	t.next = ed25519.NewKeyFromSeed(seed)
	return t.post(PhaseConfirm, t.confirmBody(t.index, a.outcome.Transcript, t.next, checkpoint))
}

// post signs a body and remembers it.
func (t *Trustee) post(phase Phase, body []byte) ([]byte, error) {
	raw, err := t.sign(t.identity, phase, t.index, body)
	if err != nil {
		return nil, err
	}
	t.sent[phase] = raw
	return bytes.Clone(raw), nil
}

// checkStanding erases the secrets when the trustee can take no further part. A share that it
// confirmed stays, whatever an audit of some other board says. A confirm post in its name that
// it did not make does not stop it, since the key is fixed by then.
func (t *Trustee) checkStanding(a *Audit) error {
	if t.gone != nil {
		return t.gone
	}
	if a.id != t.id {
		return fmt.Errorf("ceremony: trustee %d was given the audit of another ceremony", t.index)
	}
	err := a.failed
	if err == nil && a.trustees[t.index].out {
		err = t.conviction(a)
	}
	for phase := PhaseKey; phase < PhaseConfirm; phase++ {
		if seen := a.trustees[t.index].posts[phase]; seen != nil &&
			!bytes.Equal(seen, t.sent[phase]) {
			err = fmt.Errorf("ceremony: the board holds a %s post in the name of trustee %d that "+
				"it did not make: "+
				"its identity key is stolen, or a copy of it runs", phase, t.index)
		}
	}
	if err != nil && t.final == nil {
		t.erase()
		t.gone = err
	}
	return err
}

// conviction returns why the trustee is disqualified, nil for what it did when the outcome stood.
func (t *Trustee) conviction(a *Audit) error {
	for _, c := range a.culprits {
		if c.Trustee == t.index && c.Phase < PhaseConfirm {
			return fmt.Errorf("ceremony: disqualified: %s", c)
		}
	}
	return nil
}
