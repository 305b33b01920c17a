package cloud

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"time"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/rules"
	"doormat/world"
)

var epoch = time.Unix(0, 0).UTC()

// stream expands the adversary's randomness into as much as is drawn.
func stream(in world.Input) *rand.ChaCha8 {
	var key [32]byte
	copy(key[:], in.Random)
	return rand.NewChaCha8(key)
}

// quantumRules say what a quantum computer is good for: it finds the private half of a login
// key, which is as good as a copied one. Channels that were recorded stay closed, since each
// handshake takes a secret of ML-KEM-768 too.
func quantumRules() []world.Rule {
	return []world.Rule{
		{Name: "find public keys in a hello",
			Doc:   "A hello shows the login key of whoever says it, and an ephemeral key.",
			Takes: kinds(Hello), Gives: kinds(world.PublicKey, ClientID), Apply: keysOfHello},
		{Name: "find public keys in an offer",
			Doc:   "An offer shows the server's identity and prekeys.",
			Takes: kinds(Offer), Gives: kinds(world.PublicKey), Apply: keysOfOffer},
		rules.UsePrivateKey(),
		{Name: "put a login key together",
			Doc:   "The private halves of both public keys of a login are the login key.",
			Takes: kinds(ClientID), All: rules.SolvedKey, Gives: kinds(LoginKey),
			Apply: putTogether},
	}
}

// ClientID is the public identity of somebody who says hello: Ref names it.
const ClientID world.Kind = "public identity"

func seen(kind string, key [32]byte, owner string) world.Fact {
	return world.SeenKey{Kind: kind, Public: key[:], Owner: owner}.Fact()
}

// helloFact states a hello, with the address that it came from: that names the account.
func helloFact(from string, data []byte, kem uint32) world.Fact {
	return world.Fact{Kind: Hello, Ref: offeredRef(kem), Data: world.Pack(0, []byte(from), data)}
}

func keysOfHello(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, 0, 2)
	if err != nil {
		return nil, err
	}
	m, _, err := parseHello(f[1])
	if err != nil {
		return nil, err
	}
	owner := string(f[0])
	if account, ok := world.AccountOf(owner); ok {
		owner = account
	}
	return world.Conclude(world.Fact{Kind: ClientID, Ref: owner, Data: m.Identity.Bytes()},
		seen("Ed25519", m.Identity.Signing, owner), seen("X25519", m.Identity.Exchange, owner),
		seen("X25519", m.Ephemeral, owner)), nil
}

func keysOfOffer(in world.Input) ([]world.Derived, error) {
	b, err := parseOffer(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	owner := in.Facts[0].Ref
	return world.Conclude(seen("Ed25519", b.Identity.Signing, owner), seen("X25519",
		b.Identity.Exchange, owner),
		seen("X25519", b.Signed.Key, owner), seen("X25519", b.OneTime.Key, owner)), nil
}

func putTogether(in world.Input) ([]world.Derived, error) {
	id, err := pqxdh.ParseIdentityPublic(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	signing, at1 := rules.FindSolved(in.Facts, "Ed25519", id.Signing)
	exchange, at2 := rules.FindSolved(in.Facts, "X25519", id.Exchange)
	if signing == nil || exchange == nil {
		return nil, errors.New("a private half is missing")
	}
	private, err := pqxdh.NewIdentity(bytes.NewReader(append(bytes.Clone(signing), exchange...)))
	if err != nil {
		return nil, err
	}
	return []world.Derived{{From: []int{0, at1, at2},
		Fact: world.Fact{Kind: LoginKey, Ref: in.Facts[0].Ref, Data: private.Bytes()}}}, nil
}
