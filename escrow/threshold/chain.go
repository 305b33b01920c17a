package threshold

import (
	"encoding/binary"
	"errors"
	"fmt"

	"doormat/escrow/ceremony"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// A committee's certificates are a chain, see [ceremony.Certificate]: each ends the
// identities that signed it. Signatures alone would not be enough. Whoever steals t identities
// that have ended can sign a second certificate of an old number at leisure, so each must
// prove that the public log holds its signatures. The log takes late signatures too, and only
// the whole board up to there shows that the true ones came first (keyring.go).

// link is a certificate of the chain, with the proofs that one reader of the board added.
type link struct {
	*ceremony.Certificate
	hash    [32]byte
	encoded []byte
}

// nextRoster is the roster of the ceremony after certificate c, but for its name and, in a
// refresh, the dealers.
func nextRoster(c *ceremony.Certificate) *ceremony.Roster {
	return &ceremony.Roster{Counter: c.Counter + 1, Previous: c.Hash(), Threshold: c.Threshold, Identities: c.Identities}
}

// withSession returns the roster with the name of a ceremony.
func withSession(r *ceremony.Roster, session string) *ceremony.Roster {
	n := *r
	n.Session = []byte(session)
	return &n
}

// logPosition says where the log holds a post.
type logPosition struct {
	before [32]byte // hash of the record before it in its session
	index  int64
}

// prove completes a certificate with proofs that the log holds its signatures at the given
// positions, under a checkpoint of everything that was read.
func prove(c *ceremony.Certificate, places map[int]logPosition, tree *ledger.Reader, checkpoint []byte) error {
	c.Checkpoint, c.Proofs = checkpoint, nil
	for _, s := range c.Signatures {
		at := places[s.Trustee]
		inclusion, err := tree.Inclusion(at.index, tree.Size())
		if err != nil {
			return err
		}
		proof := binary.BigEndian.AppendUint64(at.before[:], uint64(at.index))
		c.Proofs = append(c.Proofs, append(proof, inclusion...))
	}
	return nil
}

const proofHead = 32 + 8

// checkProofs verifies that the log holds every signature of the certificate, in a record
// of its ceremony, under the certificate's checkpoint, which enough witnesses cosigned.
func checkProofs(c *ceremony.Certificate, checkpoint ledger.Checkpoint) error {
	if len(c.Proofs) != len(c.Signatures) {
		return errors.New("committee certificate: a signature without proof that the log holds it")
	}
	for k, s := range c.Signatures {
		proof := c.Proofs[k]
		if len(proof) < proofHead {
			return errors.New("committee certificate: a proof is cut short")
		}
		record := &publiclog.BoardRecord{Session: string(c.Session), Before: [32]byte(proof), Post: c.CertifiedPost(s)}
		index := int64(binary.BigEndian.Uint64(proof[32:]))
		if err := checkpoint.CheckInclusion(proof[proofHead:], index, record.Encode()); err != nil {
			return fmt.Errorf("committee certificate: the log does not hold the signature of trustee %d: %w", s.Trustee, err)
		}
	}
	return nil
}
