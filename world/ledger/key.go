package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	cosig "github.com/transparency-dev/formats/note"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/note"
)

// maxName bounds the name of a log or witness, in bytes.
const maxName = 255

// A key is a named Ed25519 key. The name and the seed determine the rest.
type key struct {
	name   string
	seed   []byte // 32 bytes, secret
	signer rememberingSigner
	public string // verifier key of c2sp.org/signed-note, type 1
}

// generateKey draws a key's seed from rand.
func generateKey(name string, rand io.Reader) (key, error) {
	if rand == nil {
		return key{}, errors.New("ledger: key: no source of randomness given")
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return key{}, fmt.Errorf("ledger: key: read the seed: %w", err)
	}
	return newKey(name, seed)
}

// newKey makes the key that name and seed determine. note.GenerateKey, given
// exactly a seed to read, derives the key pair from it.
func newKey(name string, seed []byte) (key, error) {
	if err := checkName(name); err != nil {
		return key{}, err
	}
	private, public, err := note.GenerateKey(bytes.NewReader(seed), name)
	if err != nil {
		return key{}, fmt.Errorf("ledger: key of %q: %w", name, err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return key{}, fmt.Errorf("ledger: key of %q: use a name without spaces and plus signs: %w",
			name, err)
	}
	return key{name, seed, rememberingSigner{Signer: signer, seed: seed}, public}, nil
}

// checkName refuses what a note cannot carry and the note package lets pass.
func checkName(name string) error {
	control := func(r rune) bool { return r < 0x20 }
	if len(name) > maxName || strings.IndexFunc(name, control) >= 0 {
		return fmt.Errorf("ledger: name %.40q: use at most %d bytes without control characters",
			name, maxName)
	}
	return nil
}

// Marshal implements cryptobyte.MarshalingValue. It writes the secret.
func (k key) Marshal(b *cryptobyte.Builder) error {
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(k.name)) })
	b.AddBytes(k.seed)
	return nil
}

// readKey reads what Marshal wrote.
func readKey(s *cryptobyte.String) (key, error) {
	var name cryptobyte.String
	seed := make([]byte, ed25519.SeedSize)
	if !s.ReadUint8LengthPrefixed(&name) || !s.CopyBytes(seed) {
		return key{}, errors.New("ledger: key: too short")
	}
	return newKey(string(name), seed)
}

// cosignerKey turns a verifier key of type 1 into the one of type 4 under
// which a witness is known.
func cosignerKey(public string) (string, note.Verifier, error) {
	vkey, err := cosig.VKeyToCosignatureV1(public)
	if err != nil {
		return "", nil, err
	}
	v, err := cosig.NewVerifierForCosignatureV1(vkey)
	return vkey, v, err
}

// parsePublic returns the name and the Ed25519 public key (32 bytes) of a
// verifier key of either type, together with its canonical spelling as type 1.
func parsePublic(vkey string) (raw []byte, plain string, err error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, "", errors.New("a verifier key has three parts, joined by plus signs")
	}
	if err := checkName(parts[0]); err != nil {
		return nil, "", err
	}
	b, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(b) != 1+ed25519.PublicKeySize {
		return nil, "", errors.New("want a byte for the type and 32 bytes of Ed25519 in base64")
	}
	plain, err = note.NewEd25519VerifierKey(parts[0], b[1:])
	return b[1:], plain, err
}

// parseLogKey reads a log's verifier key (type 1), in its canonical spelling only.
func parseLogKey(vkey string) (raw []byte, v remembering, err error) {
	raw, plain, err := parsePublic(vkey)
	if err == nil && plain != vkey {
		err = errors.New("not a verifier key of type 1 with the right hash")
	}
	if err != nil {
		return nil, v, fmt.Errorf("ledger: log key %.80q: %w", vkey, err)
	}
	if v.Verifier, err = note.NewVerifier(vkey); err != nil {
		return nil, v, fmt.Errorf("ledger: log key %.80q: %w", vkey, err)
	}
	v.key = vkey
	return raw, v, nil
}

// parseWitnessKey reads a witness's verifier key (type 4), in its canonical
// spelling only. The library alone would also accept a wrong hash.
func parseWitnessKey(vkey string) (raw []byte, v remembering, err error) {
	raw, plain, err := parsePublic(vkey)
	if err != nil {
		return nil, v, fmt.Errorf("ledger: witness key %.80q: %w", vkey, err)
	}
	canonical, cosigned, err := cosignerKey(plain)
	if err == nil && canonical != vkey {
		err = errors.New("not a verifier key of type 4 with the right hash")
	}
	if err != nil {
		return nil, v, fmt.Errorf("ledger: witness key %.80q: %w", vkey, err)
	}
	return raw, remembering{Verifier: cosigned, key: vkey}, nil
}

// A cosigner is a note.Signer for Ed25519 cosignatures (c2sp.org/tlog-cosignature)
// at a given time. The library's own signer insists on the wall clock.
type cosigner struct {
	note.Signer        // the plain key
	hash        uint32 // the key's hash as type 4
	time        uint64 // seconds since the Unix epoch
}

// KeyHash returns the hash of the key as type 4.
func (c cosigner) KeyHash() uint32 { return c.hash }

// Sign returns the time (8 bytes, big-endian) and a signature (64 bytes) on
// the time and text.
func (c cosigner) Sign(text []byte) ([]byte, error) {
	message := fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", c.time, text)
	signature, err := c.Signer.Sign(message)
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint64(nil, c.time), signature...), nil
}
