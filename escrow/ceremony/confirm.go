package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"doormat/escrow/sharing"
)

// confirmBody is the transcript (32 bytes), the t commitments (32 each) and the checkpoint.
func confirmBody(transcript [sha256.Size]byte, c *sharing.Commitments, checkpoint []byte) []byte {
	return bytes.Join([][]byte{transcript[:], c.Bytes(), checkpoint}, nil)
}

func (a *Audit) readConfirmation(body []byte) *fault {
	stated := confirmBody(a.outcome.Transcript, a.outcome.Commitments, nil)
	if !bytes.HasPrefix(body, stated) {
		return &fault{WrongTranscript, errors.New("the signed key or transcript is not what the board gives")}
	}
	if size := len(body) - len(stated); size < 1 || size > MaxCheckpoint {
		return &fault{Malformed, fmt.Errorf("a checkpoint of %d bytes, need 1 to %d", size, MaxCheckpoint)}
	}
	return nil
}

// confirmation is one body and who posted it.
type confirmation struct {
	body    []byte
	signers []int
}

// confirmed returns the body that most trustees posted; of equal ones that of the lowest trustee.
func (a *Audit) confirmed() confirmation {
	var best confirmation
	signers := map[string][]int{}
	holders := a.holders()
	for _, i := range holders {
		body := string(a.confirmation(i).body)
		signers[body] = append(signers[body], i)
	}
	for _, i := range holders {
		if p := a.confirmation(i); len(signers[string(p.body)]) > len(best.signers) {
			best = confirmation{p.body, signers[string(p.body)]}
		}
	}
	return best
}

// holders returns the recipients who confirmed, whatever their checkpoint.
func (a *Audit) holders() []int {
	var list []int
	for _, i := range a.outcome.Recipients {
		if a.confirmation(i) != nil {
			list = append(list, i)
		}
	}
	return list
}

// confirmedByEnough tells whether there is a certificate, and a quorum says that it holds shares.
func (a *Audit) confirmedByEnough() bool {
	return len(a.confirmed().signers) >= a.t && len(a.holders()) >= a.quorum()
}

// confirmation returns trustee i's confirm post, nil when there is none or it convicted its author by itself. The first of
// two different ones stays what it is, a true statement of somebody who also made another.
func (a *Audit) confirmation(i int) *post {
	p, err := parsePost(a.trustees[i].posts[PhaseConfirm])
	if err != nil || a.readConfirmation(p.body) != nil {
		return nil
	}
	return p
}

// Certificate returns the certificate that the board holds, with every signature on the checkpoint that most trustees
// signed. It is an error while fewer than t have signed the same. In a resharing it may be there before the ceremony is done,
// and does not show that anybody may erase an old share: [PhaseDone] does.
func (a *Audit) Certificate() (*Certificate, error) {
	if _, err := a.Outcome(); err != nil {
		return nil, err
	}
	most := a.confirmed()
	if len(most.signers) < a.t {
		return nil, fmt.Errorf("ceremony: no certificate yet, %d trustees confirmed one checkpoint, %d are needed",
			len(most.signers), a.t)
	}
	prefix := len(confirmBody(a.outcome.Transcript, a.outcome.Commitments, nil))
	c := &Certificate{Commitments: a.outcome.Commitments, Transcript: a.outcome.Transcript,
		Checkpoint: bytes.Clone(most.body[prefix:])}
	for _, i := range most.signers {
		p := a.confirmation(i)
		c.Signatures = append(c.Signatures, Signature{i, [ed25519.SignatureSize]byte(p.signature)})
	}
	return c, nil
}
