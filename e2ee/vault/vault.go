// Package vault keeps a secret, say the key of a backup, behind a PIN of a few digits. No server
// can try PINs, although there are only ten thousand: k servers hold one share each of what turns
// a PIN into a key, m of them are needed for a try, and each counts and stops answering. WhatsApp's
// encrypted backups, Signal's Secure Value Recovery and Juicebox work on this plan.
//
// It belongs to the end-to-end side, and so stands here and not beside the escrow designs: the
// servers are meant to release the secret to its owner and nobody else, and no order is part of
// the protocol. What it has in common with threshold escrow is arithmetic: the leaves group and
// sharing.
//
// # The protocol
//
// An oblivious pseudorandom function is a two-party computation of F(key, PIN): the client sends
// B = r·H(PIN) with a random r, the server returns key·B without learning anything of the PIN, and
// the client divides by r and hashes. This is the OPRF mode of RFC 9497 with ristretto255-SHA512.
// Here the key is drawn for each account, shared by Shamir's method and forgotten: server i holds
// key_i and returns key_i·B, and m answers, weighted by Lagrange's coefficients, sum to key·B
// (S. Jarecki, A. Kiayias, H. Krawczyk and J. Xu, "TOPPSS", ACNS 2017).
//
//	register  the client sends each server its share, the sealed secret, a tag and a check
//	evaluate  a server counts one guess, then answers with key_i·B, the check and a nonce
//	release   who knows F(key, PIN) proves it with the tag: the count goes back to 0, and the
//	          server hands out the sealed secret
//
// After as many unanswered guesses as the limit allows, the next request makes a server erase its
// share.
//
// # What it is worth, measured
//
//   - m servers that collude, or whose stores are copied, try all PINs, since nobody counts:
//     [Guesser], TestColludingServers. m-1 of them have not even a way to tell a right guess.
//   - A server that is set back to an old copy of its state has forgotten its count. m such servers
//     are an unlimited number of guesses, without any leak of a key: TestRolledBackServers.
//   - A guess takes m servers, not all. Who changes the quorum has up to ⌊k·limit/m⌋ guesses, not
//     limit: TestChangingQuorum. Whoever has s < m shares already asks the others only, and has up to
//     ⌊(k-s)·limit/(m-s)⌋: TestRobbedAndAsked.
//   - Success resets the counts, since an owner may err again next year. Who guesses a little below
//     the limit between the owner's visits has that many guesses each time: TestSuccessResets.
//   - Anybody can burn guesses: whoever may ask can lock the owner out for good, without knowing
//     anything. TestBurnedGuesses.
//
// A single server that answers with a wrong element makes a right PIN look wrong. The OPRF mode
// cannot tell (the VOPRF mode of RFC 9497 can). It must not learn more than that: who sees m-1
// honest answers to the owner's blinded PIN before it gives its own can aim it so that the owner
// computes F under a key of the liar's, and a proof under that would tell it the PIN, by trying
// all. So a registration has a check, a hash of the right key that each server returns with its
// answer, and the client compares it before it says anything: of m servers that agree on a
// registration one is honest. TestLyingServer is this attack. (Juicebox lets each server prove
// its answer instead, which names the liar as well.) A client must know m and the servers' keys
// from elsewhere: told that m is 1, it would believe the liar. [SealRequest] and [OpenRequest] are
// the channel for which those keys are.
//
// TestRFC9497 runs the RFC's vectors through the plain and through the shared evaluation.
package vault

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"golang.org/x/crypto/chacha20poly1305"
)

// suite is used for arithmetic only: randomness comes from the callers' readers.
var suite = group.New(nil)

// Params are what client and servers agree on.
type Params struct {
	Need    int // m, how many servers a try takes
	Servers int // k, numbered from 1
	Limit   int // guesses that a server answers before it erases its share
}

// Check returns an error unless 1 <= m <= k and 1 <= limit <= 255.
func (p Params) Check() error {
	if err := sharing.CheckThreshold(p.Need, p.Servers); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if p.Limit < 1 || p.Limit > 255 {
		return fmt.Errorf("vault: %d guesses allowed, want 1 to 255", p.Limit)
	}
	return nil
}

// Registration is what one server is given for one account.
type Registration struct {
	Limit       int
	Share       sharing.Share        // secret
	Commitments *sharing.Commitments // public: what the shares are checked against
	Tag         [32]byte             // secret: who proves to know it, knows the PIN
	Check       [32]byte             // tells the owner, who has m answers, whether the PIN was right
	Sealed      []byte               // the owner's secret, under the key that PIN and m servers make
}

// Version names what was registered, by the commitments, the check and the sealed secret: shares
// of one version go together, and open this secret.
func (r *Registration) Version() [32]byte {
	b := append([]byte("doormat vault version v1"), byte(r.Commitments.Threshold()))
	b = append(append(b, r.Commitments.Bytes()...), r.Check[:]...)
	return sha256.Sum256(append(b, r.Sealed...))
}

// Register draws a key, shares it among the servers, and seals secret under what it makes of the
// PIN. It returns the registration of server i at i-1. The key itself is not kept.
func Register(p Params, pin, secret []byte, random io.Reader) ([]*Registration, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	polynomial, err := sharing.NewPolynomial(suite, p.Need, nil, random)
	if err != nil {
		return nil, fmt.Errorf("vault: register: %w", err)
	}
	defer polynomial.Wipe()
	shares, err := polynomial.Shares(p.Servers)
	if err != nil {
		return nil, fmt.Errorf("vault: register: %w", err)
	}
	list := make([]*Registration, p.Servers)
	commitments := polynomial.Commit()
	for i, share := range shares {
		list[i] = &Registration{Limit: p.Limit, Share: share, Commitments: commitments}
	}
	key := newKey(finalize(pin, evaluate(polynomial.Secret(), hashToGroup(pin))))
	sealed := key.seal(secret)
	for i, r := range list {
		r.Tag, r.Check, r.Sealed = key.tag(i+1), key.check(), sealed
	}
	return list, nil
}

// Key is what the right PIN and m servers make: it proves the PIN to each server and opens the
// sealed secret. A wrong PIN makes another, which does neither.
type Key struct{ bytes []byte }

func newKey(output [sha512.Size]byte) *Key {
	return &Key{must(hkdf.Extract(sha256.New, output[:], nil))}
}

// must is for HKDF and ciphers, which fail for lengths that are fixed here.
func must[T any](v T, err error) T {
	if err != nil {
		panic("vault: " + err.Error())
	}
	return v
}

func (k *Key) expand(label string) [32]byte {
	return [32]byte(must(hkdf.Expand(sha256.New, k.bytes, "doormat vault v1 "+label, 32)))
}

// tag is what server i compares with. Each has another, so that none can speak to the others.
func (k *Key) tag(i int) [32]byte { return k.expand(fmt.Sprintf("tag %d", i)) }

// check is what the owner compares with, before a tag is used.
func (k *Key) check() [32]byte { return k.expand("check") }

// seal takes nonce 0: the key seals once, for each registration draws another.
func (k *Key) seal(secret []byte) []byte {
	key := k.expand("secret")
	aead := must(chacha20poly1305.New(key[:]))
	return aead.Seal(nil, make([]byte, aead.NonceSize()), secret, nil)
}

// ErrPIN says that a key does not open: the PIN is wrong, or a server answered falsely.
var ErrPIN = errors.New("vault: the PIN is wrong, or one of the servers answered falsely")

// Open returns the secret.
func (k *Key) Open(sealed []byte) ([]byte, error) {
	key := k.expand("secret")
	aead := must(chacha20poly1305.New(key[:]))
	secret, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed, nil)
	if err != nil {
		return nil, ErrPIN
	}
	return secret, nil
}

// Proof shows server i that the PIN of the guess with this nonce was right.
func (k *Key) Proof(i int, nonce Nonce) [32]byte { return proof(k.tag(i), nonce) }

func proof(tag [32]byte, nonce Nonce) [32]byte {
	mac := hmac.New(sha256.New, tag[:])
	mac.Write(nonce[:])
	return [32]byte(mac.Sum(nil))
}
