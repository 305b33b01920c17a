package threshold

import (
	"fmt"
	"time"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
)

// board is the bulletin board of a ceremony that is held in one go, over a log of its own: the
// one of set-up, and that of a fake committee.
type board struct {
	log       *ledger.Log
	state     *committeeState
	last      [32]byte          // hash of the last post's record
	posts     map[[32]byte]bool // hashes of all posts
	witnesses []*ledger.Witness
	policy    *ledger.Policy
}

// newBoard makes a log and witnesses for the ceremony of a roster, which makes its first key.
func newBoard(source world.Source, r *ceremony.Roster) (*board, error) {
	number, _, _ := parseEpoch(string(r.Session))
	b := &board{posts: map[[32]byte]bool{}}
	var err error
	if b.log, err = ledger.New("doormat.log", source.Stream(world.Log)); err != nil {
		return nil, err
	}
	var keys []string
	for i := range witnesses {
		name := witnessName(i)
		w, err := ledger.NewWitness(fmt.Sprintf("doormat.witness.%d", i+1), b.log.VerifierKey(), source.Stream(name))
		if err != nil {
			return nil, err
		}
		b.witnesses, keys = append(b.witnesses, w), append(keys, w.VerifierKey())
	}
	b.policy, err = ledger.NewPolicy(b.log.VerifierKey(), quorum, keys...)
	b.state = blankState(r, number, b.policy)
	return b, err
}

func witnessName(i int) string { return fmt.Sprintf("witness:%d", i+1) }

func witnessNames() (names []string) {
	for i := range witnesses {
		names = append(names, witnessName(i))
	}
	return names
}

// post appends a post to the log and reads it, as everybody would.
func (b *board) post(session string, post []byte) error {
	if post == nil {
		return nil
	}
	r := &escrow.BoardRecord{Session: session, Before: b.last, Post: post}
	record := r.Encode()
	b.last, b.posts[sum(post)] = sum(record), true
	b.state.tree.Add(record)
	if err := b.state.applyPost(r, b.log.Append(record)); err != nil {
		return fmt.Errorf("key ceremony: a post is ignored: %w", err)
	}
	return nil
}

// ceremonyTime stamps the cosignatures of set-up, which happens before any
// conversation.
var ceremonyTime = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// cosign has all witnesses sign the log's present checkpoint.
func (b *board) cosign() ([]byte, error) {
	checkpoint := b.log.Checkpoint()
	var notes [][]byte
	for _, w := range b.witnesses {
		proof, err := b.log.Consistency(w.Size(), b.log.Size())
		if err != nil {
			return nil, err
		}
		note, err := w.Cosign(checkpoint, proof, ceremonyTime)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note)
	}
	return b.policy.Join(notes...)
}

// check does what a trustee has to do before it confirms. It verifies that enough witnesses
// cosigned the checkpoint, and that the log holds the posts that were read.
func (b *board) check(checkpoint []byte) error {
	c, err := b.policy.Check(checkpoint)
	if err != nil {
		return err
	}
	records, err := b.log.Records(0, c.Size)
	if err != nil {
		return err
	}
	return c.CheckRecords(records)
}

// states encodes the witnesses.
func (b *board) states() [][]byte {
	var states [][]byte
	for _, w := range b.witnesses {
		states = append(states, w.Encode())
	}
	return states
}
