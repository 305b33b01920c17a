package committee

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// FirstCeremony is the first ceremony of a committee, which is held in one go, over a log of its own:
// that of set-up, and that of a committee that somebody makes up.
type FirstCeremony struct {
	Genesis   *Genesis          // what it made public
	Log       *ledger.Log       // the log's own, like the rest
	Witnesses []*ledger.Witness // each has one
	Trustees  []*ceremony.Trustee
	Posts     [][]byte // SHA-256 of each trustee's posts, one after another
	last      [32]byte // of the last post's record
}

// HoldFirst holds the distributed key generation of a roster, with every trustee honest. They
// have these identities.
func HoldFirst(source world.Source, r *ceremony.Roster,
	identities []ed25519.PrivateKey) (*FirstCeremony, error) {
	b, err := NewFirstCeremony(source, r)
	if err != nil {
		return nil, err
	}
	s := b.Genesis.State.Rotation()
	if s == nil {
		return nil, fmt.Errorf("key ceremony: %w", errNoCeremony)
	}
	var random []io.Reader
	for i, key := range identities {
		t, err := ceremony.NewTrustee(s.Roster, i+1, key)
		if err != nil {
			return nil, err
		}
		b.Trustees, b.Posts = append(b.Trustees, t), append(b.Posts, nil)
		random = append(random, source.Stream("ceremony of "+world.Trustee(i+1)))
	}
	for s.Audit.Phase() < ceremony.PhaseDone { // each phase is closed by its last post
		if err := b.holdPhase(s, random); err != nil {
			return nil, err
		}
	}
	b.Genesis.State.applyCheckpoint(b.Genesis.Checkpoint)
	b.Genesis.State.finished = nil
	if b.Genesis.records, err = b.Log.Records(0, b.Log.Size()); err != nil {
		return nil, err
	}
	return b, b.Genesis.CheckFirst(b.Genesis.FirstKey().Certificate)
}

// NewFirstCeremony makes a log and witnesses for the ceremony of a roster.
func NewFirstCeremony(source world.Source, r *ceremony.Roster) (*FirstCeremony, error) {
	number, _, _ := ParseEpoch(string(r.Session))
	b := &FirstCeremony{Genesis: &Genesis{Roster: r}}
	var err error
	if b.Log, err = ledger.New("doormat.log", source.Stream(world.Log)); err != nil {
		return nil, err
	}
	b.Genesis.logKey = b.Log.VerifierKey()
	for i := range Witnesses {
		w, err := ledger.NewWitness(fmt.Sprintf("doormat.witness.%d", i+1), b.Genesis.logKey,
			source.Stream(WitnessName(i)))
		if err != nil {
			return nil, err
		}
		b.Witnesses = append(b.Witnesses, w)
		b.Genesis.witnessKeys = append(b.Genesis.witnessKeys, w.VerifierKey())
	}
	b.Genesis.Policy, err = ledger.NewPolicy(b.Genesis.logKey, Quorum, b.Genesis.witnessKeys...)
	b.Genesis.State = NewState(r, number, b.Genesis.Policy, nil)
	return b, err
}

// WitnessName names a witness of the log, counted from 0.
func WitnessName(i int) string { return fmt.Sprintf("%s:%d", world.WitnessName, i+1) }

// WitnessNames names all of them.
func WitnessNames() (names []string) {
	for i := range Witnesses {
		names = append(names, WitnessName(i))
	}
	return names
}

// holdPhase has every trustee post what the open phase wants of it.
func (b *FirstCeremony) holdPhase(s *Session, random []io.Reader) error {
	phase := s.Audit.Phase()
	for i, t := range b.Trustees {
		post, err := NextPost(t, s.Audit, b.Genesis.Checkpoint, random[i])
		if err == nil && post != nil {
			err = b.post(i, s.Name, post)
		}
		if err != nil {
			return fmt.Errorf("key ceremony: trustee %d in the %s phase: %w", i+1, phase, err)
		}
		if s.Audit.Phase() == ceremony.PhaseDone {
			break
		}
	}
	if s.Audit.Phase() < ceremony.PhaseConfirm {
		return nil
	}
	if err := b.Cosign(); err != nil {
		return err
	}
	return b.check() // as each trustee does before it signs
}

// NextPost is what an honest trustee posts in the phase that is open.
func NextPost(t *ceremony.Trustee, a *ceremony.Audit, checkpoint []byte,
	random io.Reader) ([]byte, error) {
	switch a.Phase() {
	case ceremony.PhaseConfirm:
		return t.Confirm(a, checkpoint, random)
	case ceremony.PhaseCertify:
		return t.Certify(a)
	}
	return t.Next(a, random)
}

// post appends a post of trustee i+1 to the log and reads it, as everybody would.
func (b *FirstCeremony) post(i int, session string, post []byte) error {
	r := &publiclog.BoardRecord{Session: session, Before: b.last, Post: post}
	record, hash := r.Encode(), sha256.Sum256(post)
	b.last, b.Posts[i] = sha256.Sum256(record), append(b.Posts[i], hash[:]...)
	b.Genesis.State.Tree.Add(record)
	if err := b.Genesis.State.applyPost(r, b.Log.Append(record)); err != nil {
		return fmt.Errorf("a post is ignored: %w", err)
	}
	return nil
}

// ceremonyTime stamps the cosignatures of set-up, which happens before any conversation.
var ceremonyTime = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// Cosign has all witnesses sign the log's present checkpoint.
func (b *FirstCeremony) Cosign() error {
	checkpoint := b.Log.Checkpoint()
	var notes [][]byte
	for _, w := range b.Witnesses {
		proof, err := b.Log.Consistency(w.Size(), b.Log.Size())
		if err != nil {
			return err
		}
		note, err := w.Cosign(checkpoint, proof, ceremonyTime)
		if err != nil {
			return err
		}
		notes = append(notes, note)
	}
	var err error
	b.Genesis.Checkpoint, err = b.Genesis.Policy.Join(notes...)
	return err
}

// check does what a trustee has to do before it confirms. It verifies that enough witnesses
// cosigned the checkpoint, and that the log holds the posts that were read.
func (b *FirstCeremony) check() error {
	c, err := b.Genesis.Policy.Check(b.Genesis.Checkpoint)
	if err != nil {
		return err
	}
	records, err := b.Log.Records(0, c.Size)
	if err != nil {
		return err
	}
	return c.CheckRecords(records)
}
