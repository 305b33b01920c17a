package threshold

import (
	"bytes"
	"errors"
	"fmt"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/ledger"
)

// anchor is what ships with every client: the trustees' identity keys, t, and
// which log and witnesses to believe. known spares programs in one process the
// work of checking the same certificate again.
type anchor struct {
	roster *ceremony.Roster
	policy *ledger.Policy
	known  map[string]*committee // by key id and certificate
}

func newAnchor(f *founding) *anchor {
	return &anchor{f.roster, f.policy, map[string]*committee{certified(f.committee.id, f.committee.certificate): f.committee}}
}

func certified(id string, certificate []byte) string {
	return string(world.Pack(0, []byte(id), certificate))
}

func (a *anchor) check(id string, certificate []byte) (*committee, error) {
	name := certified(id, certificate)
	if c := a.known[name]; c != nil {
		return c, nil
	}
	number := keyNumber(id)
	if number == 0 {
		return nil, fmt.Errorf("%q is not the name of a key", id)
	}
	c, err := newCommittee(number, certificate, a.roster, a.policy)
	if err == nil {
		a.known[name] = c
	}
	return c, err
}

// keyring holds the committee keys that a client accepts: the newest that it was
// shown a certificate of, and the one before.
type keyring struct {
	anchor *anchor
	keys   []*committee // the newest last
}

// learn takes a certificate. It tells whether the key is new. A key older than the
// newest is refused: somebody may want messages sealed under a key that was
// stolen, or destroyed.
func (k *keyring) learn(id string, certificate []byte) (bool, error) {
	if c := k.find(id); c != nil && bytes.Equal(c.certificate, certificate) {
		return false, nil
	}
	if newest := k.newest(); newest != nil && keyNumber(id) <= newest.number {
		return false, fmt.Errorf("%s is not newer than %s, which is in use", id, newest.id)
	}
	c, err := k.anchor.check(id, certificate)
	if err != nil {
		return false, err
	}
	k.keys = append(k.keys, c)
	k.keys = k.keys[max(0, len(k.keys)-keep):]
	return true, nil
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
	ct, err := tdh2.DecodeCiphertext(suite, f.Seed)
	if err != nil {
		return errors.New("its escrow field is malformed")
	}
	if _, err := c.key.Check(f.Label(m), ct); err != nil {
		return errors.New("its escrow field is not bound to it")
	}
	return nil
}

// packet is how a key travels.
func (c *committee) packet() []byte { return world.Pack(KindKey, []byte(c.id), c.certificate) }
