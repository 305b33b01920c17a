package threshold

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"time"

	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// bootstrap is the first ceremony of a committee, which is held in one go, over a log of its own:
// that of set-up, and that of a committee that somebody makes up.
type bootstrap struct {
	genesis   *genesis          // what it made public
	log       *ledger.Log       // the log's own, like the rest
	witnesses []*ledger.Witness // each has one
	trustees  []*ceremony.Trustee
	posts     [][]byte // SHA-256 of each trustee's posts, one after another
	last      [32]byte // of the last post's record
}

// holdFirst holds the distributed key generation of a roster, with every trustee honest. They
// have these identities.
func holdFirst(source world.Source, r *ceremony.Roster, identities []ed25519.PrivateKey) (*bootstrap, error) {
	b, err := newBootstrap(source, r)
	if err != nil {
		return nil, err
	}
	s := b.genesis.state.rotation()
	if s == nil {
		return nil, fmt.Errorf("key ceremony: %w", errNoCeremony)
	}
	var random []io.Reader
	for i, key := range identities {
		t, err := ceremony.NewTrustee(s.roster, i+1, key)
		if err != nil {
			return nil, err
		}
		b.trustees, b.posts = append(b.trustees, t), append(b.posts, nil)
		random = append(random, source.Stream("ceremony of "+world.Trustee(i+1)))
	}
	for s.audit.Phase() < ceremony.PhaseDone { // each phase is closed by its last post
		if err := b.holdPhase(s, random); err != nil {
			return nil, err
		}
	}
	b.genesis.state.applyCheckpoint(b.genesis.checkpoint)
	b.genesis.state.finished = nil
	if b.genesis.records, err = b.log.Records(0, b.log.Size()); err != nil {
		return nil, err
	}
	return b, b.genesis.checkFirst(b.genesis.firstKey().certificate)
}

// newBootstrap makes a log and witnesses for the ceremony of a roster.
func newBootstrap(source world.Source, r *ceremony.Roster) (*bootstrap, error) {
	number, _, _ := parseEpoch(string(r.Session))
	b := &bootstrap{genesis: &genesis{roster: r}}
	var err error
	if b.log, err = ledger.New("doormat.log", source.Stream(world.Log)); err != nil {
		return nil, err
	}
	b.genesis.logKey = b.log.VerifierKey()
	for i := range witnesses {
		w, err := ledger.NewWitness(fmt.Sprintf("doormat.witness.%d", i+1), b.genesis.logKey,
			source.Stream(witnessName(i)))
		if err != nil {
			return nil, err
		}
		b.witnesses = append(b.witnesses, w)
		b.genesis.witnessKeys = append(b.genesis.witnessKeys, w.VerifierKey())
	}
	b.genesis.policy, err = ledger.NewPolicy(b.genesis.logKey, quorum, b.genesis.witnessKeys...)
	b.genesis.state = blankState(r, number, b.genesis.policy)
	return b, err
}

func witnessName(i int) string { return fmt.Sprintf("%s:%d", world.WitnessName, i+1) }

func witnessNames() (names []string) {
	for i := range witnesses {
		names = append(names, witnessName(i))
	}
	return names
}

// holdPhase has every trustee post what the open phase wants of it.
func (b *bootstrap) holdPhase(s *session, random []io.Reader) error {
	phase := s.audit.Phase()
	for i, t := range b.trustees {
		post, err := ceremonyPost(t, s.audit, b.genesis.checkpoint, random[i])
		if err == nil && post != nil {
			err = b.post(i, s.name, post)
		}
		if err != nil {
			return fmt.Errorf("key ceremony: trustee %d in the %s phase: %w", i+1, phase, err)
		}
		if s.audit.Phase() == ceremony.PhaseDone {
			break
		}
	}
	if s.audit.Phase() < ceremony.PhaseConfirm {
		return nil
	}
	if err := b.cosign(); err != nil {
		return err
	}
	return b.check() // as each trustee does before it signs
}

// ceremonyPost is what an honest trustee posts in the phase that is open.
func ceremonyPost(t *ceremony.Trustee, a *ceremony.Audit, checkpoint []byte, random io.Reader) ([]byte, error) {
	switch a.Phase() {
	case ceremony.PhaseConfirm:
		return t.Confirm(a, checkpoint, random)
	case ceremony.PhaseCertify:
		return t.Certify(a)
	}
	return t.Next(a, random)
}

// post appends a post of trustee i+1 to the log and reads it, as everybody would.
func (b *bootstrap) post(i int, session string, post []byte) error {
	r := &publiclog.BoardRecord{Session: session, Before: b.last, Post: post}
	record, hash := r.Encode(), sum(post)
	b.last, b.posts[i] = sum(record), append(b.posts[i], hash[:]...)
	b.genesis.state.tree.Add(record)
	if err := b.genesis.state.applyPost(r, b.log.Append(record)); err != nil {
		return fmt.Errorf("a post is ignored: %w", err)
	}
	return nil
}

// ceremonyTime stamps the cosignatures of set-up, which happens before any conversation.
var ceremonyTime = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// cosign has all witnesses sign the log's present checkpoint.
func (b *bootstrap) cosign() error {
	checkpoint := b.log.Checkpoint()
	var notes [][]byte
	for _, w := range b.witnesses {
		proof, err := b.log.Consistency(w.Size(), b.log.Size())
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
	b.genesis.checkpoint, err = b.genesis.policy.Join(notes...)
	return err
}

// check does what a trustee has to do before it confirms. It verifies that enough witnesses
// cosigned the checkpoint, and that the log holds the posts that were read.
func (b *bootstrap) check() error {
	c, err := b.genesis.policy.Check(b.genesis.checkpoint)
	if err != nil {
		return err
	}
	records, err := b.log.Records(0, c.Size)
	if err != nil {
		return err
	}
	return c.CheckRecords(records)
}
