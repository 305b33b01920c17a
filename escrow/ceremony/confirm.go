package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// confirmBody is the transcript (32 bytes), the trustee's next identity key (32) with a
// signature of its own (64), and the checkpoint.
func (s *session) confirmBody(trustee int, transcript [sha256.Size]byte, next ed25519.PrivateKey,
	checkpoint []byte) []byte {
	public := next.Public().(ed25519.PublicKey)
	proof := s.signature(next, s.nextIdentity(trustee, public))
	return bytes.Join([][]byte{transcript[:], public, proof, checkpoint}, nil)
}

// nextIdentity is what a new identity key signs: that it is this trustee's, from this ceremony
// on. Otherwise a trustee could take somebody else's new key for its own, and the next roster
// would name one key twice.
func (s *session) nextIdentity(trustee int, public ed25519.PublicKey) []byte {
	return append(s.context("identity", trustee), public...)
}

const confirmHead = sha256.Size + ed25519.PublicKeySize + ed25519.SignatureSize

func (a *Audit) readConfirmation(trustee int, body []byte) (ed25519.PublicKey, *fault) {
	if !bytes.HasPrefix(body, a.outcome.Transcript[:]) {
		return nil, &fault{WrongTranscript, errors.New("the signed transcript is not what the " +
			"board gives")}
	}
	if size := len(body) - confirmHead; size < 1 || size > MaxCheckpoint {
		return nil, &fault{Malformed, fmt.Errorf("a checkpoint of %d bytes, need 1 to %d", size,
			MaxCheckpoint)}
	}
	if a.Checkpoint != nil {
		if err := a.Checkpoint(body[confirmHead:]); err != nil {
			return nil, &fault{WrongCheckpoint, err}
		}
	}
	next := ed25519.PublicKey(body[sha256.Size:][:ed25519.PublicKeySize])
	if !a.verify(next, a.nextIdentity(trustee, next),
		body[confirmHead-ed25519.SignatureSize:confirmHead]) {
		return nil, &fault{WrongIdentity, errors.New("the new key did not sign that it is this " +
			"trustee's")}
	}
	if a.keyInUse(next) {
		return nil, &fault{WrongIdentity, errors.New("somebody on the roster has that key already")}
	}
	return next, nil
}

// keyInUse tells whether a key is somebody's present or next identity. Keys that were given up
// earlier are not known here, and whoever uses one again harms only itself.
func (a *Audit) keyInUse(key ed25519.PublicKey) bool {
	for i := 1; i <= a.n; i++ {
		if key.Equal(a.identities[i-1]) || key.Equal(a.trustees[i].next) {
			return true
		}
	}
	return false
}

// holders returns the recipients who confirmed, whatever their checkpoint.
func (a *Audit) holders() []int {
	return slices.DeleteFunc(slices.Clone(a.outcome.Recipients),
		func(i int) bool { return !a.trustees[i].confirmed })
}

// confirmedByEnough tells whether a quorum says that it holds shares.
func (a *Audit) confirmedByEnough() bool { return len(a.holders()) >= a.quorum() }
