package committee

import (
	"encoding/binary"
	"errors"
	"fmt"

	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// A committee's certificates are a chain, see [ceremony.Certificate]: each ends the
// identities that signed it. Signatures alone would not be enough. Whoever steals t identities
// that have ended can sign a second certificate of an old number at leisure, so each must
// prove that the public log holds its signatures. The log takes late signatures too, and only
// the whole board up to there shows that the true ones came first (keyring.go).

// Link is a certificate of the chain, with the proofs that one reader of the board added.
type Link struct {
	*ceremony.Certificate
	digest  [32]byte
	Encoded []byte
}

// NextRoster is the roster of the ceremony after certificate c, but for its name and, in a
// refresh, the dealers.
func NextRoster(c *ceremony.Certificate) *ceremony.Roster {
	return &ceremony.Roster{Counter: c.Counter + 1, Previous: c.Hash(), Threshold: c.Threshold,
		Identities: c.Identities}
}

// WithSession returns the roster with the name of a ceremony.
func WithSession(r *ceremony.Roster, session string) *ceremony.Roster {
	n := *r
	n.Session = []byte(session)
	return &n
}

// Position says where the log holds a post.
type Position struct {
	Before [32]byte // hash of the record before it in its session
	Index  int64
}

// Prove completes a certificate with proofs that the log holds its signatures at the given
// positions, under a checkpoint of everything that was read.
func Prove(c *ceremony.Certificate, places map[int]Position, tree *ledger.Reader,
	checkpoint []byte) error {
	c.Checkpoint, c.Proofs = checkpoint, nil
	for _, s := range c.Signatures {
		at := places[s.Trustee]
		inclusion, err := tree.Inclusion(at.Index, tree.Size())
		if err != nil {
			return err
		}
		proof := binary.BigEndian.AppendUint64(at.Before[:], uint64(at.Index))
		c.Proofs = append(c.Proofs, append(proof, inclusion...))
	}
	return nil
}

const proofHead = 32 + 8

// CheckProofs verifies that the log holds every signature of the certificate, in a record
// of its ceremony, under the certificate's checkpoint, which enough witnesses cosigned.
func CheckProofs(c *ceremony.Certificate, checkpoint ledger.Checkpoint) error {
	if len(c.Proofs) != len(c.Signatures) {
		return errors.New("committee certificate: a signature without proof that the log holds it")
	}
	for k, s := range c.Signatures {
		proof := c.Proofs[k]
		if len(proof) < proofHead {
			return errors.New("committee certificate: a proof is cut short")
		}
		record := &publiclog.BoardRecord{Session: string(c.Session), Before: [32]byte(proof),
			Post: c.CertifiedPost(s)}
		index := int64(binary.BigEndian.Uint64(proof[32:]))
		if err := checkpoint.CheckInclusion(proof[proofHead:], index, record.Encode()); err != nil {
			return fmt.Errorf("committee certificate: the log does not hold the signature of "+
				"trustee %d: %w", s.Trustee, err)
		}
	}
	return nil
}

// CertificateFact states a certificate; Ref is the ceremony.
func CertificateFact(encoded []byte) world.Fact {
	f := world.Fact{Kind: Certificate, Data: encoded}
	if c, err := ceremony.ParseCertificate(encoded); err == nil {
		f.Ref = string(c.Session)
	}
	return f
}
