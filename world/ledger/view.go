package ledger

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// A View is what one reader remembers of a log's checkpoints, and how it knows that
// they are of one history: the auditor of RFC 6962, section 5.4.
//
// It begins with one checkpoint, which its owner trusts. Each one that it sees later
// is remembered, size and root. It is proved once a consistency proof joins it to one
// that is proved already. Two notes of one size with different roots, both signed by
// the log, are a proof of a fork: [ForkError] carries them, and anybody who knows the
// log's key can check it with [Policy.Forked]. Two checkpoints of different sizes are
// no such proof, however long nobody shows that they are consistent.
//
// A View checks the log's signature and asks for no cosignatures: what the log signed
// convicts it, whoever was meant to see it. The log that is convicted may be the
// victim of a thief of its key.
type View struct {
	policy *Policy
	seen   []sighting // by size; a second one of a size proves a fork
	latest *noted     // the largest that is proved
	open   int        // sightings that are not proved
}

// noted is a checkpoint with a note that says it under the log's signature. Readers that share a
// memo share it: each of them remembers every checkpoint.
type noted struct {
	Checkpoint
	note []byte
}

// sighting is what a reader knows of a checkpoint.
type sighting struct {
	*noted
	proved bool
}

// maxOpen bounds the checkpoints that a View remembers although nothing proves them:
// who holds the log's key could sign any number.
const maxOpen = 256

// A ForkError is a proof that whoever holds the log's key signed two histories.
type ForkError struct {
	Size          int64
	First, Second []byte // notes of this size, with different roots
}

func (e *ForkError) Error() string { return fmt.Sprintf("ledger: size %d: %v", e.Size, ErrFork) }

// Unwrap gives [ErrFork].
func (e *ForkError) Unwrap() error { return ErrFork }

// NewView begins with a note that the log signed and the reader trusts, or with the
// empty log if it is nil.
func NewView(policy *Policy, first []byte) (*View, error) {
	empty := &noted{Checkpoint: emptyCheckpoint(policy.log.Name())}
	v := &View{policy: policy, seen: []sighting{{empty, true}}, latest: empty}
	if first == nil {
		return v, nil
	}
	return v, v.Trust(first)
}

// Clone returns a view that has seen the same, and goes on by itself.
func (v *View) Clone() *View {
	c := *v
	c.seen = slices.Clone(v.seen)
	return &c
}

// of lists what was seen of a size, and where in v.seen it begins.
func (v *View) of(size int64) (same []sighting, at int) {
	at, _ = slices.BinarySearchFunc(v.seen, size,
		func(s sighting, size int64) int { return cmp.Compare(s.Size, size) })
	end := at
	for end < len(v.seen) && v.seen[end].Size == size {
		end++
	}
	return v.seen[at:end], at
}

// Latest returns a note of the largest checkpoint that is proved, with the log's signature and no
// other; nil if that is the empty log.
func (v *View) Latest() []byte { return v.latest.note }

// Size is that of [View.Latest].
func (v *View) Size() int64 { return v.latest.Size }

// See takes a note from anybody. It tells whether its checkpoint is new, and fails if
// the log did not sign it or, with a [*ForkError], if it is the first to differ from
// one of the same size.
func (v *View) See(msg []byte) (fresh bool, err error) {
	_, fresh, err = v.see(msg)
	return fresh, err
}

func (v *View) see(msg []byte) (*sighting, bool, error) {
	if s := v.remembered(msg); s != nil {
		return s, false, nil
	}
	c, err := v.policy.Signed(msg)
	if err != nil {
		return nil, false, err
	}
	same, at := v.of(c.Size)
	for i := range same {
		if same[i].Root == c.Root {
			return &same[i], false, nil
		}
	}
	if len(same) > 1 || v.open >= maxOpen {
		return nil, false, fmt.Errorf("ledger: view: no room for another checkpoint of size %d",
			c.Size)
	}
	kept, err := v.policy.keep(msg)
	if err != nil {
		return nil, false, fmt.Errorf("ledger: view: %w", err)
	}
	at += len(same)
	v.seen = slices.Insert(v.seen, at, sighting{noted: kept})
	v.open++
	s := &v.seen[at]
	if len(same) == 1 {
		return s, true, &ForkError{c.Size, bytes.Clone(v.seen[at-1].note), s.note}
	}
	return s, true, nil
}

// remembered finds a note of which the text is known. Then its signatures, true or
// not, say nothing new. What it gives holds until another one is seen.
func (v *View) remembered(msg []byte) *sighting {
	text := Text(msg)
	if text == nil {
		return nil
	}
	same, _ := v.of(sizeOf(text))
	for i := range same {
		if bytes.Equal(Text(same[i].note), text) {
			return &same[i]
		}
	}
	return nil
}

// Trust takes a note of which the reader knows otherwise that its checkpoint
// continues what it has seen: it has read all records, say. It fails as See does.
func (v *View) Trust(msg []byte) error {
	s, _, err := v.see(msg)
	if err != nil {
		return err
	}
	v.prove(s)
	return nil
}

func (v *View) prove(s *sighting) {
	if s.proved {
		return
	}
	s.proved = true
	v.open--
	if s.Size > v.latest.Size {
		v.latest = s.noted
	}
}

// Proved tells whether the note's checkpoint is known to be of the one history.
func (v *View) Proved(msg []byte) bool {
	s := v.remembered(msg)
	return s != nil && s.proved
}

// Contradicts tells whether the log signed the note and its root differs from that of
// a proved checkpoint of the same size.
func (v *View) Contradicts(msg []byte) bool {
	text := Text(msg)
	other := func(s sighting) bool { return s.proved && !bytes.Equal(Text(s.note), text) }
	if text == nil {
		return false
	}
	if same, _ := v.of(sizeOf(text)); !slices.ContainsFunc(same, other) {
		return false
	}
	_, err := v.policy.Signed(msg)
	return err == nil
}

// Wanted returns the two sizes between which a consistency proof would prove the
// note's checkpoint: its own, and that of [View.Latest].
func (v *View) Wanted(msg []byte) (old, size int64, err error) {
	s := v.remembered(msg)
	if s == nil {
		return 0, 0, errors.New("ledger: view: a checkpoint that was not seen")
	}
	return min(s.Size, v.latest.Size), max(s.Size, v.latest.Size), nil
}

// Prove takes a proof of [Log.Consistency] between the sizes of [View.Wanted], one of
// which is that of [View.Latest]: what joins a checkpoint to an older one does not show
// that it continues what came later. It fails, and changes nothing, if the proof is
// another one, or wrong.
func (v *View) Prove(old, size int64, proof []byte) error {
	for _, of := range []int64{old, size} {
		same, _ := v.of(of)
		for i := range same {
			s := &same[i]
			if s.proved {
				continue
			}
			before, after := v.latest, s.noted
			if s.Size < v.latest.Size {
				before, after = s.noted, v.latest
			}
			fits := before.Size == old && after.Size == size
			if fits && after.CheckConsistency(proof, before.Checkpoint) == nil {
				v.prove(s)
				return nil
			}
		}
	}
	return fmt.Errorf("ledger: view: sizes %d and %d: %w", old, size, ErrInconsistent)
}

// Forked checks what a [ForkError] carries: two notes, signed by the log, of one size
// and with different roots.
func (p *Policy) Forked(first, second []byte) error {
	a, err := p.Signed(first)
	if err != nil {
		return err
	}
	b, err := p.Signed(second)
	if err != nil {
		return err
	}
	if a.Size != b.Size || a.Root == b.Root {
		return errors.New("ledger: no proof of a fork: want one size and two roots")
	}
	return nil
}

// Text is the part of a note that is signed, nil if there is none. It tells one
// checkpoint from another, as the note with its signatures does not.
func Text(msg []byte) []byte {
	at := bytes.LastIndex(msg, []byte("\n\n"))
	if at < 0 {
		return nil
	}
	return msg[:at+1]
}

// sizeOf reads the second line of a checkpoint's text, -1 if it is no number. It
// looks for a note that is known, and verifies nothing.
func sizeOf(text []byte) int64 {
	lines := bytes.SplitN(text, []byte("\n"), 3)
	size, digits := int64(0), []byte(nil)
	if len(lines) > 1 {
		digits = lines[1]
	}
	for _, d := range digits {
		if d < '0' || d > '9' || size > MaxSize {
			return -1
		}
		size = size*10 + int64(d-'0')
	}
	return size
}

// Combine returns one note with the signatures of several that have the same text,
// each line once, and verifies none: for whoever collects cosignatures without knowing
// the witnesses' keys. Those who know them use [Policy.Join].
func Combine(notes ...[]byte) ([]byte, error) {
	var all note.Note
	for i, msg := range notes {
		_, err := note.Open(msg, note.VerifierList())
		var unverified *note.UnverifiedNoteError
		if !errors.As(err, &unverified) {
			return nil, fmt.Errorf("ledger: combine: note %d is malformed: %w", i, err)
		}
		if n := unverified.Note; i == 0 {
			all.Text, all.UnverifiedSigs = n.Text, n.UnverifiedSigs
		} else if n.Text != all.Text {
			return nil, fmt.Errorf("ledger: combine: note %d is of another checkpoint than the first", i)
		} else {
			all.UnverifiedSigs = append(all.UnverifiedSigs, n.UnverifiedSigs...)
		}
	}
	known := map[note.Signature]bool{}
	once := all.UnverifiedSigs[:0:0]
	for _, s := range all.UnverifiedSigs {
		if !known[s] {
			known[s] = true
			once = append(once, s)
		}
	}
	all.UnverifiedSigs = once
	return note.Sign(&all)
}
