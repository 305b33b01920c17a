package ceremony

import "crypto/ed25519"

// Forge signs a post with any body: what whoever holds an identity key can do, and an honest
// [Trustee] never does. It serves demonstrations of what becomes of cheats. It fails when the
// roster is not one.
func Forge(r *Roster, identity ed25519.PrivateKey, phase Phase, author int, body []byte) ([]byte,
	error) {
	s, err := newSession(r)
	if err != nil {
		return nil, err
	}
	return s.sign(identity, phase, author, body)
}

// Contest returns a post that says nothing, for the owner of a seat in whose name a thief has
// posted in the phase that is open. Two different posts convict their author, so the seat is
// excluded, and the thief gets nothing that is dealt to it.
func Contest(r *Roster, identity ed25519.PrivateKey, phase Phase, author int) ([]byte, error) {
	return Forge(r, identity, phase, author, []byte("contested"))
}

// Split returns what a post says, without a look at its signature.
func Split(raw []byte) (phase Phase, author int, body []byte, err error) {
	p, err := parsePost(raw)
	if err != nil {
		return 0, 0, nil, err
	}
	return p.phase, p.author, p.body, nil
}
