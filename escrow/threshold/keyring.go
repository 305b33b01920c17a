package threshold

import (
	"errors"
	"fmt"
	"slices"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/memo"
)

// anchor is what ships with every client: the first identity keys of the trustees, t,
// and which log and witnesses to believe. known spares programs in one process the work
// of checking the same certificate again.
type anchor struct {
	roster *ceremony.Roster
	policy *ledger.Policy
	common *commons
	memo   *memo.Memo
	known  map[string]*committee // by the hash of the certificate before, and the certificate
}

func newAnchor(f *founding, common *commons) *anchor {
	a := &anchor{roster: f.roster, policy: f.policy, common: common, known: map[string]*committee{}}
	a.known[chained(f.roster, f.committee.certificate)] = f.committee
	return a
}

// chained names a certificate after what was known before it.
func chained(r *ceremony.Roster, certificate []byte) string {
	return string(r.Previous[:]) + string(certificate)
}

// keyring holds the committee keys that a client accepts: the newest that it was
// shown a certificate of, and the one before; and who the trustees are now. It follows
// the chain of certificates from where it is, one by one. One that is new knows
// nothing, and begins with the log's board.
type keyring struct {
	anchor *anchor
	at     *ceremony.Roster // what the next certificate is to follow; nil if it is new
	past   [][32]byte       // hashes of the certificates before that, by number
	keys   []*committee     // the newest last
	gap    int              // number of a certificate that was offered before its turn, 0 for none
}

// errGap says that a certificate was offered before those that it follows.
var errGap = errors.New("the certificates before it are missing")

// learn takes the next certificate. It tells whether it is new. Any other than the one
// that follows is refused: somebody may want messages sealed under a key that was
// stolen, or destroyed, or that only thieves have certified.
func (k *keyring) learn(encoded []byte) (bool, error) {
	c, err := ceremony.ParseCertificate(encoded)
	switch {
	case err != nil:
		return false, err
	case k.at == nil:
		return false, k.tooEarly(c, encoded)
	case c.Counter > k.at.Counter:
		return false, errGap
	case c.Counter < k.at.Counter && c.Counter < len(k.past) && k.past[c.Counter] == c.Hash():
		return false, nil
	case c.Counter < k.at.Counter:
		return false, fmt.Errorf("certificate %d, of %s, is not the one that is known", c.Counter, c.Session)
	}
	err = k.follow(c, encoded)
	return err == nil, err
}

// tooEarly is for a client that has not read the board yet. The true first certificate
// says nothing that the board does not.
func (k *keyring) tooEarly(c *ceremony.Certificate, encoded []byte) error {
	if k.anchor.known[chained(k.anchor.roster, encoded)] != nil {
		return nil
	}
	_, err := certifiedCommittee(c, encoded, named(k.anchor.roster, string(c.Session)), k.anchor.policy)
	return err
}

// follow verifies the certificate whose turn it is, and goes on from it.
func (k *keyring) follow(c *ceremony.Certificate, encoded []byte) error {
	r := named(k.at, string(c.Session))
	number, n, _ := parseEpoch(string(c.Session))
	old := k.find(keyName(number))
	switch newest := k.newest(); {
	case n == 0 && newest != nil && number <= newest.number:
		return fmt.Errorf("%s is not newer than %s, which is in use", keyName(number), newest.id)
	case n > 0 && (old == nil || !newerEpoch(string(c.Session), old.epoch)):
		return fmt.Errorf("%s is no later epoch of a key that is in use", c.Session)
	case n > 0:
		r.From = old.commitments
	}
	made := k.anchor.known[chained(r, encoded)]
	if made == nil {
		var err error
		if made, err = certifiedCommittee(c, encoded, r, k.anchor.policy); err != nil {
			return err
		}
		k.anchor.known[chained(r, encoded)] = made
	}
	k.take(made, old)
	k.at, k.past = following(c), append(slices.Clip(k.past), c.Hash())
	return nil
}

func newerEpoch(name, than string) bool {
	_, n, _ := parseEpoch(name)
	_, m, _ := parseEpoch(than)
	return n > m
}

// take puts new shares in the place of old ones, or a new key beside the old.
func (k *keyring) take(made, old *committee) {
	k.keys = slices.Clone(k.keys)
	if i := slices.Index(k.keys, old); old != nil && i >= 0 {
		k.keys[i] = made
		return
	}
	k.keys = append(k.keys, made)
	k.keys = k.keys[max(0, len(k.keys)-keep):]
}

// replay takes the whole board, for a client that is new: of each number the first valid
// certificate counts. With that the client depends on the log and a quorum of its
// witnesses, and on being shown what is newest.
func (k *keyring) replay(update []byte) error {
	c, err := k.anchor.common.replay(update)
	if err != nil {
		return err
	}
	k.adopt(c)
	return nil
}

// adopt takes over what a course amounts to.
func (k *keyring) adopt(c *course) {
	k.at, k.past, k.keys, k.gap = c.next, nil, nil, 0
	for _, l := range c.links {
		k.past = append(k.past, l.hash)
	}
	for _, e := range c.live {
		k.keys = append(k.keys, e.committee)
	}
}

// hear takes certificates. It tells from which number on some are missing, if that is
// so, and what was refused.
func (k *keyring) hear(list [][]byte) (fresh [][]byte, missing bool, err error) {
	offered := 0
	for _, encoded := range list {
		took, bad := k.learn(encoded)
		switch {
		case took:
			fresh = append(fresh, encoded)
		case errors.Is(bad, errGap):
			c, _ := ceremony.ParseCertificate(encoded)
			offered = c.Counter
		}
		if bad != nil && !errors.Is(bad, errGap) {
			err = bad
		}
	}
	switch {
	case k.gap > 0 && k.at != nil && k.at.Counter <= k.gap && err == nil:
		err = fmt.Errorf("certificate %d was offered, and nobody shows those before it", k.gap)
		k.gap = 0
	case offered > 0:
		k.gap, missing = offered, true
	default:
		k.gap = 0
	}
	return fresh, missing, err
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

// shared is what other runs computed; an adversary's keyring has nothing of it.
func (k *keyring) shared() *memo.Memo {
	if k.anchor == nil {
		return nil
	}
	return k.anchor.memo
}

// encrypt computes the seed's part of an escrow field: the sender, and every recipient again.
func (k *keyring) encrypt(c *committee, label []byte, seed [tdh2.SeedSize]byte) []byte {
	b, _ := memo.Recall(k.shared(), memo.KeyOf("encrypt", c.name(), label, seed[:]), func() ([]byte, error) {
		return c.key.Encrypt(label, seed).Bytes(), nil
	})
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
	_, err = memo.Recall(k.shared(), memo.KeyOf("check", c.name(), label, f.Seed), func() (struct{}, error) {
		ct, err := tdh2.DecodeCiphertext(suite, f.Seed)
		if err != nil {
			return struct{}{}, errors.New("its escrow field is malformed")
		}
		if _, err := c.key.Check(label, ct); err != nil {
			return struct{}{}, errors.New("its escrow field is not bound to it")
		}
		return struct{}{}, nil
	})
	return err
}

// certificates is how they travel.
func certificates(list ...[]byte) []byte { return world.Pack(KindKey, list...) }
