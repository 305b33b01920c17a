package committee

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

// Keyring holds the committee keys that a client accepts: the newest one, and the one
// before. Which these are follows from the board, of which it reads all records. Its program
// ships with the first identity keys of the trustees, t, and which log and witnesses to
// believe. A certificate that somebody offers does not make a key acceptable; it only says
// that there is more of the board to read.
//
// A client that believed offered certificates could be kept in the past: t identities that
// ended long ago can still sign a certificate, and the log still takes their signatures. By
// its number, its signatures and its proofs alone it looks like the next certificate to a
// client that has not seen the true one. On the board the true one stands before it.
type Keyring struct {
	Cache    *Cache
	Board    *View      // nil before the client has read any of it
	Known    [][32]byte // hashes of the certificates so far, by number
	Keys     []*Key     // the newest last
	Offers   []offer    // certificates whose checkpoint lies beyond what it has read
	reported int64      // up to which size it has reported that nobody shows it the board
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

// Size is how many records of the board it has read.
func (k *Keyring) Size() int64 {
	if k.Board == nil {
		return 0
	}
	return k.Board.Version.Size
}

// checkOffer says why a certificate is none of those on the board, as far as that was read:
// somebody may want messages sealed under a key that was stolen or destroyed, or that only
// thieves have certified. If the board has to be read further first, the error is errUnread,
// and size is how far.
func (k *Keyring) checkOffer(encoded []byte) (size int64, err error) {
	c, err := ceremony.ParseCertificate(encoded)
	if err != nil {
		return 0, err
	}
	if c.Counter < len(k.Known) && k.Known[c.Counter] == c.Hash() {
		return 0, nil
	}
	if _, _, ok := ParseEpoch(string(c.Session)); !ok {
		return 0, fmt.Errorf("%q is not the name of a ceremony", c.Session)
	}
	if len(c.Signatures) < c.Quorum() {
		return 0, fmt.Errorf("%d trustees signed it, %d are needed", len(c.Signatures), c.Quorum())
	}
	checkpoint, err := k.Cache.Genesis.Policy.Check(c.Checkpoint)
	if err != nil {
		return 0, errors.New("too few of the log's witnesses cosigned its checkpoint")
	}
	if err := CheckProofs(c, checkpoint); err != nil {
		return 0, err
	}
	switch {
	case k.Board == nil || checkpoint.Size > k.Size():
		return checkpoint.Size, errUnread
	case !k.Board.has(c.Checkpoint, checkpoint):
		return 0, fmt.Errorf("its checkpoint, of size %d, is not of the log that was read",
			checkpoint.Size)
	}
	return 0, fmt.Errorf("certificate %d, of %s, is not the one that the board shows", c.Counter,
		c.Session)
}

// TakeOffers takes certificates from somebody. It tells whether to ask for the board, and why
// a certificate was refused.
func (k *Keyring) TakeOffers(list [][]byte, from string) (ask bool, err error) {
	for _, encoded := range list {
		size, bad := k.checkOffer(encoded)
		if errors.Is(bad, errUnread) {
			again := k.keepOffer(from, encoded)
			ask = ask || again
			if again || size <= k.reported {
				continue
			}
			k.reported = size
			bad = fmt.Errorf("it stands under a checkpoint of size %d, and nobody shows the "+
				"board so far", size)
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
func (k *Keyring) keepOffer(from string, encoded []byte) bool {
	same := func(o offer) bool { return o.from == from && bytes.Equal(o.encoded, encoded) }
	i := slices.IndexFunc(k.Offers, same)
	switch {
	case i < 0 && len(k.Offers) < maxOffers:
		k.Offers = append(k.Offers, offer{from, encoded, 1})
		return true
	case i < 0:
		return false
	case k.Offers[i].asked == maxAsked:
		k.Offers = slices.Delete(k.Offers, i, i+1)
		return false
	}
	k.Offers[i].asked++
	return true
}

// ReadUpdate reads an update of the board, which is the whole board if the client has read
// nothing of it. It tells whether there is a new certificate, and what became of offers that
// can be judged now. It fails as [View.Read] does.
func (k *Keyring) ReadUpdate(update []byte) (fresh bool, settled []Verdict, err error) {
	if k.Board == nil {
		var board *View
		if board, err = k.Cache.replay(update); err == nil { // a false board leaves nothing behind
			k.Board = board
		}
	} else {
		_, err = k.Board.Read(update)
	}
	if err != nil {
		return false, nil, err
	}
	c := k.Board.State()
	fresh = len(c.Links) > len(k.Known)
	k.Follow(c)
	offers := k.Offers
	k.Offers = nil
	for _, o := range offers {
		if _, err := k.checkOffer(o.encoded); errors.Is(err, errUnread) {
			k.Offers = append(k.Offers, o)
		} else {
			settled = append(settled, Verdict{o.from, err})
		}
	}
	return fresh, settled, nil
}

// Verdict says why the client refuses a certificate that somebody offered; err is nil if the
// board shows it.
type Verdict struct {
	From string
	Err  error
}

// Follow takes the accepted keys from a committee state.
func (k *Keyring) Follow(c *State) {
	k.Known, k.Keys = nil, nil
	for _, l := range c.Links {
		k.Known = append(k.Known, l.digest)
	}
	k.Keys = append(k.Keys, c.Live...)
}

// Newest is the key under which a client seals, nil if it knows none.
func (k *Keyring) Newest() *Key {
	if len(k.Keys) == 0 {
		return nil
	}
	return k.Keys[len(k.Keys)-1]
}

// Find is the accepted key of that id, nil if there is none.
func (k *Keyring) Find(id string) *Key {
	for _, c := range k.Keys {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// memo is what runs share; the keyring of a rule has none.
func (k *Keyring) memo() *memo.Memo {
	if k.Cache == nil {
		return nil
	}
	return k.Cache.Memo
}

// Encrypt computes the encrypted seed of an escrow field. The sender does so, and every
// recipient again, to compare.
func (k *Keyring) Encrypt(c *Key, label []byte, seed [tdh2.SeedSize]byte) []byte {
	b, _ := memo.Compute(k.memo(), "encrypt", func() ([]byte, error) {
		return c.Public.Encrypt(label, seed).Bytes(), nil
	}, c.MemoName, label, seed[:])
	return b
}

// CheckField is what the provider can check: that the field is well formed, proved,
// and bound to this sender, these recipients, this body and this time, which the
// provider compares with its clock. It cannot see what the field encrypts.
func (k *Keyring) CheckField(m world.Meta, public []byte) error {
	f, err := escrow.ParseField(public)
	if err != nil {
		return errors.New("it carries no escrow field")
	}
	c := k.Find(f.KeyID)
	if c == nil {
		return fmt.Errorf("its escrow field is for the key %q, which is not in use", f.KeyID)
	}
	_, err = c.CheckSeed(k.memo(), f.Label(m), f.Seed)
	return err
}

// CheckSeed checks that the encrypted seed of an escrow field is well formed and bound to a
// label. The provider and each trustee do so.
func (c *Key) CheckSeed(m *memo.Memo, label, seed []byte) (*tdh2.Checked, error) {
	return memo.Compute(m, "check", func() (*tdh2.Checked, error) {
		ct, err := tdh2.DecodeCiphertext(suite, seed)
		if err != nil {
			return nil, errors.New("its escrow field is malformed")
		}
		checked, err := c.Public.Check(label, ct)
		if err != nil {
			return nil, errors.New("its escrow field is not bound to it")
		}
		return checked, nil
	}, c.MemoName, label, seed)
}
