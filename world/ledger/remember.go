package ledger

import (
	"doormat/world/memo"

	"golang.org/x/mod/sumdb/note"
)

// Ed25519 signs and verifies by functions of key, text and signature, so whoever runs one log
// many times over computes each once (package memo). A joined note repeats the signatures of the
// notes that it was joined of, and all witnesses check the log's.

// remembering is a verifier that has a memo, which may be nil.
type remembering struct {
	note.Verifier
	key  string // the verifier key
	memo *memo.Memo
}

// Verify implements [note.Verifier].
func (r remembering) Verify(text, signature []byte) bool {
	ok, _ := memo.Compute(r.memo, "note signature", func() (bool, error) {
		return r.Verifier.Verify(text, signature), nil
	}, []byte(r.key), text, signature)
	return ok
}

// rememberingSigner is a signer that has a memo, which may be nil.
type rememberingSigner struct {
	note.Signer
	seed []byte
	memo *memo.Memo
}

// Sign implements [note.Signer].
func (r rememberingSigner) Sign(text []byte) ([]byte, error) {
	return memo.Compute(r.memo, "sign a note", func() ([]byte, error) {
		return r.Signer.Sign(text)
	}, r.seed, text)
}

// Remember lets p share with other policies what it has verified: all readers of a log check the
// same notes.
func (p *Policy) Remember(m *memo.Memo) {
	p.memo, p.log.memo = m, m
	for i := range p.witnesses {
		p.witnesses[i].memo = m
	}
}

// Remember lets w share what it verifies and signs with the same witness of other runs.
func (w *Witness) Remember(m *memo.Memo) { w.log.memo, w.key.signer.memo = m, m }

// Remember lets l share what it signs with the same log of other runs.
func (l *Log) Remember(m *memo.Memo) { l.key.signer.memo = m }

// keep gives what to remember of a note that the log signed, the same to all readers that share p's
// memo: the checkpoint, and its text under the log's signature. Cosignatures, of which there are
// more each time, prove nothing about the log, and are not kept.
func (p *Policy) keep(msg []byte) (*noted, error) {
	return memo.Compute(p.memo, "keep a note", func() (*noted, error) {
		c, n, err := p.open(msg)
		if err != nil {
			return nil, err
		}
		own, err := note.Sign(&note.Note{Text: n.Text, Sigs: n.Sigs})
		return &noted{c, own}, err
	}, p.keys, Text(msg))
}
