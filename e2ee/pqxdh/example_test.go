package pqxdh_test

import (
	"fmt"
	"math/rand/v2"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
)

// Bob publishes a bundle and goes offline. Alice agrees with it on a secret and
// seals a first message; the signed prekey serves as Bob's first ratchet key.
// (Randomness here repeats, so that the example has an output. Errors are left
// out.)
func Example() {
	random := rand.NewChaCha8([32]byte{1})
	alice, _ := pqxdh.NewIdentity(random)
	bob, _ := pqxdh.NewIdentity(random)
	signed, _ := pqxdh.NewSignedPrekey(random, 1)
	kem, _ := pqxdh.NewKEMPrekey(random, 1, false)
	oneTime, _ := pqxdh.NewOneTimePrekey(random, 1)
	bundle := pqxdh.MakeBundle(bob, signed, kem, oneTime)

	sent, initial, _ := pqxdh.Initiate(random, alice, bundle)
	from, _ := ratchet.NewInitiator(random, sent.Secret, bundle.Signed.Key, nil)
	header, ciphertext, _ := from.Seal([]byte("are you there?"), sent.AssociatedData)

	received, _ := pqxdh.Respond(pqxdh.ResponderKeys{Identity: bob, Signed: signed, KEM: kem, OneTime: oneTime}, initial)
	to, _ := ratchet.NewResponder(received.Secret, signed.Private(), nil)
	plaintext, _ := to.Open(random, header, ciphertext, received.AssociatedData)
	fmt.Printf("prekeys %d, %d, %d: %s\n", signed.ID(), kem.ID(), oneTime.ID(), plaintext)
	fmt.Println(pqxdh.SafetyNumber(alice.Public(), bob.Public()))
	// Output:
	// prekeys 1, 1, 1: are you there?
	// 72194 87921 85170 45903 37619 58760 98910 63789 17831 88888 80808 63046
}
