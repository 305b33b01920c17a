package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/note"
)

// A Witness watches one log. It cosigns the log's checkpoints as long as
// each contains the last, after c2sp.org/tlog-witness, which it follows but for
// the network: the log asks with a checkpoint and a proof from [Witness.Size].
// What it remembers is worth nothing unless it outlives the process: keep
// [Witness.Encode] before a cosignature leaves.
type Witness struct {
	key    key
	public string // verifier key, type 4
	hash   uint32 // key hash, type 4
	logKey string
	log    remembering
	last   Checkpoint
	note   []byte // the note of last, signed by the log; nil before the first
}

// NewWitness makes a witness for the log with the verifier key logKey. Its
// signing key is drawn from rand (32 bytes). The name follows the rules of [New].
func NewWitness(name, logKey string, rand io.Reader) (*Witness, error) {
	k, err := generateKey(name, rand)
	if err != nil {
		return nil, err
	}
	return newWitness(k, logKey)
}

func newWitness(k key, logKey string) (*Witness, error) {
	public, v, err := cosignerKey(k.public)
	if err != nil {
		return nil, fmt.Errorf("ledger: witness key: %w", err)
	}
	_, log, err := parseLogKey(logKey)
	if err != nil {
		return nil, err
	}
	return &Witness{key: k, public: public, hash: v.KeyHash(), logKey: logKey, log: log,
		last: emptyCheckpoint(log.Name())}, nil
}

// VerifierKey returns the public key, named, as text (c2sp.org/signed-note,
// type 4: timestamped Ed25519 cosignatures).
func (w *Witness) VerifierKey() string { return w.public }

// Size returns the size of the last checkpoint seen, 0 before the first: the
// size from which the next consistency proof must start.
func (w *Witness) Size() int64 { return w.last.Size }

// Last returns the last checkpoint seen as the log signed it, nil before the
// first. Beside a checkpoint refused with [ErrFork] it convicts the log.
func (w *Witness) Last() []byte { return bytes.Clone(w.note) }

// Cosign verifies a checkpoint note (the log's signature and name) and a
// proof of [Log.Consistency] from the last checkpoint seen, remembers the
// checkpoint, and returns the note with the log's signature and its own, and no
// others. The same checkpoint may be cosigned again, at another time. The time
// now is written as whole seconds since the Unix epoch, from 1970 on.
//
// Refusing a checkpoint that the log did sign, the error wraps [ErrFork],
// [ErrRollback] or [ErrInconsistent]. After an error the witness is unchanged.
func (w *Witness) Cosign(checkpoint, proof []byte, now time.Time) ([]byte, error) {
	next, n, err := openCheckpoint(checkpoint, w.log)
	if err != nil {
		return nil, err
	}
	if err := w.extends(next, proof); err != nil {
		return nil, err
	}
	if now.Unix() < 0 {
		return nil, fmt.Errorf("ledger: cosign: the time %v is before 1970", now)
	}
	n.UnverifiedSigs = nil
	seen, err := note.Sign(n)
	if err != nil {
		return nil, fmt.Errorf("ledger: cosign: %w", err)
	}
	cosigned, err := note.Sign(n, cosigner{w.key.signer, w.hash, uint64(now.Unix())})
	if err != nil {
		return nil, fmt.Errorf("ledger: cosign: %w", err)
	}
	w.last, w.note = next, seen
	return cosigned, nil
}

// extends checks that the log only grew since the last checkpoint.
func (w *Witness) extends(next Checkpoint, proof []byte) error {
	switch {
	case next.Size < w.last.Size:
		return fmt.Errorf("ledger: cosign: size %d after %d: %w", next.Size, w.last.Size,
			ErrRollback)
	case next.Size == w.last.Size && next.Root != w.last.Root:
		return fmt.Errorf("ledger: cosign: size %d: %w", next.Size, ErrFork)
	}
	if err := next.CheckConsistency(proof, w.last); err != nil {
		return fmt.Errorf("ledger: cosign: %w: %w", ErrInconsistent, err)
	}
	return nil
}

// Fresh returns a witness with the same key and no memory. An honest witness
// never does this; whoever controls it, or stole its state, can, and cosigns
// a fork with it.
func (w *Witness) Fresh() *Witness {
	fresh := *w
	fresh.last, fresh.note = emptyCheckpoint(w.log.Name()), nil
	return &fresh
}

// Encode returns the whole state, the secret key included: what a thief of
// the witness's store finds. It is the kind, the name, the seed (32 bytes), the
// log's verifier key and the last checkpoint.
func (w *Witness) Encode() []byte {
	b := cryptobyte.NewBuilder([]byte{kindWitness})
	b.AddValue(w.key)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(w.logKey)) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(w.note) })
	return b.BytesOrPanic()
}

// ParseWitness is the inverse of [Witness.Encode].
func ParseWitness(state []byte) (*Witness, error) {
	s := cryptobyte.String(state)
	var kind uint8
	if !s.ReadUint8(&kind) || kind != kindWitness {
		return nil, fmt.Errorf("ledger: witness state: does not start with kind %d", kindWitness)
	}
	k, err := readKey(&s)
	if err != nil {
		return nil, fmt.Errorf("ledger: witness state: %w", err)
	}
	var logKey, last cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&logKey) || !s.ReadUint16LengthPrefixed(&last) || !s.Empty() {
		return nil, errors.New("ledger: witness state: too short or too long")
	}
	w, err := newWitness(k, string(logKey))
	if err != nil || last.Empty() {
		return w, err
	}
	if err := w.restore(last); err != nil {
		return nil, err
	}
	return w, nil
}

// restore takes over a last checkpoint, which must be one that Last returned:
// the log's signature and no other.
func (w *Witness) restore(msg []byte) error {
	c, n, err := openCheckpoint(msg, w.log)
	if err != nil {
		return fmt.Errorf("ledger: witness state: %w", err)
	}
	n.UnverifiedSigs = nil
	if seen, err := note.Sign(n); err != nil || !bytes.Equal(seen, msg) {
		return errors.New("ledger: witness state: the last checkpoint must carry the log's " +
			"signature alone")
	}
	w.last, w.note = c, bytes.Clone(msg)
	return nil
}
