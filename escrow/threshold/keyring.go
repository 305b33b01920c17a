package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/memo"
)

// keyring holds the committee keys that a client accepts: the newest one, and the one
// before. Which these are follows from the board, of which it reads all records. Its program
// ships with the first identity keys of the trustees, t, and which log and witnesses to
// believe. A certificate that somebody offers does not make a key acceptable; it only says
// that there is more of the board to read.
//
// A client that believed offered certificates could be kept in the past: t identities that
// ended long ago can still sign a certificate, and the log still takes their signatures. By
// its number, its signatures and its proofs alone it looks like the next certificate to a
// client that has not seen the true one. On the board the true one stands before it.
type keyring struct {
	cache    *boardCache
	board    *boardView   // nil before the client has read any of it
	known    [][32]byte   // hashes of the certificates so far, by number
	keys     []*committee // the newest last
	offers   []offer      // certificates whose checkpoint lies beyond what it has read
	reported int64        // up to which size it has reported that nobody shows it the board
}

// offer is a certificate that somebody brought.
type offer struct {
	from    string
	encoded []byte
	asked   int // how often the client asked for the board because of it
}

// maxOffers bounds the certificates that wait for the board: anybody can bring any number.
const maxOffers = 64

// errUnread says that the board, up to the checkpoint of a certificate, has to be read
// before anything can be said about it.
var errUnread = errors.New("the board has not been read up to its checkpoint")

// size is how many records of the board it has read.
func (k *keyring) size() int64 {
	if k.board == nil {
		return 0
	}
	return k.board.version.size
}

// checkOffer says why a certificate is none of those on the board, as far as that was read:
// somebody may want messages sealed under a key that was stolen or destroyed, or that only
// thieves have certified. If the board has to be read further first, the error is errUnread,
// and size is how far.
func (k *keyring) checkOffer(encoded []byte) (size int64, err error) {
	c, err := ceremony.ParseCertificate(encoded)
	if err != nil {
		return 0, err
	}
	if c.Counter < len(k.known) && k.known[c.Counter] == c.Hash() {
		return 0, nil
	}
	if _, _, ok := parseEpoch(string(c.Session)); !ok {
		return 0, fmt.Errorf("%q is not the name of a ceremony", c.Session)
	}
	if len(c.Signatures) < c.Quorum() {
		return 0, fmt.Errorf("%d trustees signed it, %d are needed", len(c.Signatures), c.Quorum())
	}
	checkpoint, err := k.cache.genesis.policy.Check(c.Checkpoint)
	if err != nil {
		return 0, errors.New("too few of the log's witnesses cosigned its checkpoint")
	}
	if err := checkProofs(c, checkpoint); err != nil {
		return 0, err
	}
	switch {
	case k.board == nil || checkpoint.Size > k.size():
		return checkpoint.Size, errUnread
	case !k.board.has(c.Checkpoint, checkpoint):
		return 0, fmt.Errorf("its checkpoint, of size %d, is not of the log that was read", checkpoint.Size)
	}
	return 0, fmt.Errorf("certificate %d, of %s, is not the one that the board shows", c.Counter, c.Session)
}

// takeOffers takes certificates from somebody. It tells whether to ask for the board, and why
// a certificate was refused.
func (k *keyring) takeOffers(list [][]byte, from string) (ask bool, err error) {
	for _, encoded := range list {
		size, bad := k.checkOffer(encoded)
		if errors.Is(bad, errUnread) {
			again := k.keepOffer(from, encoded)
			ask = ask || again
			if again || size <= k.reported {
				continue
			}
			k.reported = size
			bad = fmt.Errorf("it stands under a checkpoint of size %d, and nobody shows the board so far", size)
		}
		if bad != nil {
			err = bad
		}
	}
	return ask, err
}

// maxAsked is how often a client asks for the board because of one offer: packets get lost,
// but hardly three in a row.
const maxAsked = 3

// keepOffer keeps a certificate until the board has been read up to its checkpoint. It tells
// whether to ask for the board now.
func (k *keyring) keepOffer(from string, encoded []byte) bool {
	same := func(o offer) bool { return o.from == from && bytes.Equal(o.encoded, encoded) }
	i := slices.IndexFunc(k.offers, same)
	switch {
	case i < 0 && len(k.offers) < maxOffers:
		k.offers = append(k.offers, offer{from, encoded, 1})
		return true
	case i < 0:
		return false
	case k.offers[i].asked == maxAsked:
		k.offers = slices.Delete(k.offers, i, i+1)
		return false
	}
	k.offers[i].asked++
	return true
}

// readUpdate reads an update of the board, which is the whole board if the client has read
// nothing of it. It tells whether there is a new certificate, and what became of offers that
// can be judged now. It fails as [boardView.read] does.
func (k *keyring) readUpdate(update []byte) (fresh bool, settled []verdict, err error) {
	if k.board == nil {
		var board *boardView
		if board, err = k.cache.replay(update); err == nil { // a false board leaves nothing behind
			k.board = board
		}
	} else {
		_, err = k.board.read(update)
	}
	if err != nil {
		return false, nil, err
	}
	c := k.board.state()
	fresh = len(c.links) > len(k.known)
	k.follow(c)
	offers := k.offers
	k.offers = nil
	for _, o := range offers {
		if _, err := k.checkOffer(o.encoded); errors.Is(err, errUnread) {
			k.offers = append(k.offers, o)
		} else {
			settled = append(settled, verdict{o.from, err})
		}
	}
	return fresh, settled, nil
}

// verdict says why the client refuses a certificate that somebody offered; err is nil if the
// board shows it.
type verdict struct {
	from string
	err  error
}

// follow takes the accepted keys from a committee state.
func (k *keyring) follow(c *committeeState) {
	k.known, k.keys = nil, nil
	for _, l := range c.links {
		k.known = append(k.known, l.hash)
	}
	k.keys = append(k.keys, c.live...)
}

func (k *keyring) newest() *committee {
	if len(k.keys) == 0 {
		return nil
	}
	return k.keys[len(k.keys)-1]
}

func (k *keyring) find(id string) *committee {
	for _, c := range k.keys {
		if c.id == id {
			return c
		}
	}
	return nil
}

// memo is what runs share; the keyring of a rule has none.
func (k *keyring) memo() *memo.Memo {
	if k.cache == nil {
		return nil
	}
	return k.cache.memo
}

// encrypt computes the encrypted seed of an escrow field. The sender does so, and every
// recipient again, to compare.
func (k *keyring) encrypt(c *committee, label []byte, seed [tdh2.SeedSize]byte) []byte {
	b, _ := memo.Compute(k.memo(), "encrypt", func() ([]byte, error) {
		return c.key.Encrypt(label, seed).Bytes(), nil
	}, c.name, label, seed[:])
	return b
}

// accept is what the provider can check: that the field is well formed, proved,
// and bound to this sender, these recipients, this body and this time, which the
// provider compares with its clock. It cannot see what the field encrypts.
func (k *keyring) accept(m world.Meta, public []byte) error {
	f, err := escrow.ParseField(public)
	if err != nil {
		return errors.New("it carries no escrow field")
	}
	c := k.find(f.KeyID)
	if c == nil {
		return fmt.Errorf("its escrow field is for the key %q, which is not in use", f.KeyID)
	}
	label := f.Label(m)
	_, err = memo.Compute(k.memo(), "check", func() (struct{}, error) {
		ct, err := tdh2.DecodeCiphertext(suite, f.Seed)
		if err != nil {
			return struct{}{}, errors.New("its escrow field is malformed")
		}
		if _, err := c.key.Check(label, ct); err != nil {
			return struct{}{}, errors.New("its escrow field is not bound to it")
		}
		return struct{}{}, nil
	}, c.name, label, f.Seed)
	return err
}

// certificates encodes a list of certificates as a packet's data.
func certificates(list ...[]byte) []byte { return world.Pack(KindKey, list...) }
