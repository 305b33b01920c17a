package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"doormat/world/memo"

	cosig "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// A Policy is what a reader demands of a checkpoint: the signature of one
// log and the cosignatures of at least k of the named witnesses.
type Policy struct {
	log       remembering
	k         int
	witnesses []remembering
	keys      []byte     // of log and witnesses
	memo      *memo.Memo // see Remember
}

// NewPolicy takes the verifier key of the log, the number k of cosignatures
// demanded, and the verifier keys of the witnesses, at most [MaxWitnesses].
// k is 0 to their number; 0 believes whoever holds the log's key. To exclude two
// forks when f witnesses may be dishonest, choose 2k > witnesses + f.
//
// Names and keys must differ. A cosignature does not cover the name of its
// witness, so one key under two names would count twice.
func NewPolicy(logKey string, k int, witnessKeys ...string) (*Policy, error) {
	if k < 0 || k > len(witnessKeys) || len(witnessKeys) > MaxWitnesses {
		return nil, fmt.Errorf("ledger: policy: %d of %d witnesses; want 0 to all of them, and "+
			"at most %d",
			k, len(witnessKeys), MaxWitnesses)
	}
	raw, log, err := parseLogKey(logKey)
	if err != nil {
		return nil, err
	}
	p := &Policy{log: log, k: k, keys: []byte(logKey + "\n" + strings.Join(witnessKeys, "\n"))}
	taken := map[string]bool{log.Name(): true, string(raw): true}
	for _, vkey := range witnessKeys {
		raw, v, err := parseWitnessKey(vkey)
		if err != nil {
			return nil, err
		}
		if taken[v.Name()] || taken[string(raw)] {
			return nil, fmt.Errorf("ledger: policy: witness %q: its name or its key is there already",
				v.Name())
		}
		taken[v.Name()], taken[string(raw)] = true, true
		p.witnesses = append(p.witnesses, v)
	}
	return p, nil
}

// Check verifies a checkpoint note and returns what it says. Signatures by
// unknown keys are ignored, several by one witness count once (the first), and a
// false one under a known key spoils the note.
func (p *Policy) Check(checkpoint []byte) (Checkpoint, error) {
	c, n, err := p.open(checkpoint, p.witnesses...)
	if err != nil {
		return Checkpoint{}, err
	}
	times, err := p.times(n.Sigs)
	if err != nil {
		return Checkpoint{}, err
	}
	if len(times) < p.k {
		return Checkpoint{}, fmt.Errorf("ledger: checkpoint: cosigned by %d named witnesses, the "+
			"policy demands %d",
			len(times), p.k)
	}
	if p.k > 0 {
		slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
		c.Time = times[p.k-1]
	}
	return c, nil
}

// Signed verifies the log's signature on a checkpoint note and no cosignatures: what
// it says is what the log signed, shown to whom it may be.
func (p *Policy) Signed(checkpoint []byte) (Checkpoint, error) {
	c, _, err := p.open(checkpoint)
	return c, err
}

// open verifies a note once: two outcomes of one note under the same keys are the same.
func (p *Policy) open(msg []byte, witnesses ...remembering) (Checkpoint, *note.Note, error) {
	type opened struct {
		checkpoint Checkpoint
		note       *note.Note
	}
	o, err := memo.Compute(p.memo, "checkpoint "+strconv.Itoa(len(witnesses)),
		func() (o opened, err error) {
			var others []note.Verifier
			for _, w := range witnesses {
				others = append(others, w)
			}
			o.checkpoint, o.note, err = openCheckpoint(msg, p.log, others...)
			return o, err
		}, p.keys, msg)
	return o.checkpoint, o.note, err
}

// times returns the times of the witnesses' cosignatures among verified
// signatures. No two are of one witness: the note package drops repeated ones.
func (p *Policy) times(signatures []note.Signature) ([]time.Time, error) {
	var times []time.Time
	for _, s := range signatures {
		if p.isLog(s) {
			continue
		}
		t, err := cosig.CoSigV1Timestamp(s)
		if err != nil {
			return nil, fmt.Errorf("ledger: checkpoint: cosignature of %q: %w", s.Name, err)
		}
		times = append(times, t.UTC())
	}
	return times, nil
}

// isLog tells the log's signature from a witness's, whose name differs.
func (p *Policy) isLog(s note.Signature) bool { return s.Name == p.log.Name() }

// Join returns one note with the cosignatures of several notes of the same
// checkpoint, for a log that asked its witnesses one by one. It keeps the
// signatures of the policy's log and witnesses, the first of each, verified and
// in an order of its own, and does not demand k of them.
func (p *Policy) Join(checkpoints ...[]byte) ([]byte, error) {
	if len(checkpoints) == 0 {
		return nil, errors.New("ledger: join: no checkpoints")
	}
	var joined note.Note
	for i, msg := range checkpoints {
		_, n, err := p.open(msg, p.witnesses...)
		if err != nil {
			return nil, fmt.Errorf("ledger: join: note %d: %w", i, err)
		}
		if i > 0 && n.Text != joined.Text {
			return nil, fmt.Errorf("ledger: join: note %d is of another checkpoint than the first",
				i)
		}
		joined.Text = n.Text
		for _, s := range n.Sigs {
			same := func(t note.Signature) bool { return t.Name == s.Name }
			if !slices.ContainsFunc(joined.Sigs, same) {
				joined.Sigs = append(joined.Sigs, s)
			}
		}
	}
	slices.SortStableFunc(joined.Sigs, p.compare)
	return note.Sign(&joined)
}

// compare puts the log first and the witnesses after it by name, so that the
// order in which they answered does not show.
func (p *Policy) compare(a, b note.Signature) int {
	if p.isLog(a) != p.isLog(b) {
		if p.isLog(a) {
			return -1
		}
		return 1
	}
	return strings.Compare(a.Name, b.Name)
}
