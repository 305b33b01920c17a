package deduce_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"

	"doormat/attacks/deduce"
	"doormat/world"
)

// One rule: whoever holds the key of a box reads what is in it. Its inputs are joined
// on equal reference, so the key of box 1 is never tried on box 2.
func Example() {
	open := world.Rule{
		Name: "open box", Doc: "AES-GCM opens a box under its key.",
		Takes: []world.Kind{"key", "box"}, Gives: []world.Kind{world.Plaintext},
		Apply: func(in world.Input) ([]world.Derived, error) {
			key, box := in.Facts[0].Data, in.Facts[1]
			block, err := aes.NewCipher(key)
			if err != nil {
				return nil, err
			}
			aead, err := cipher.NewGCMWithRandomNonce(block)
			if err != nil {
				return nil, err
			}
			text, err := aead.Open(nil, nil, box.Data, nil)
			if err != nil {
				return nil, errors.New("not the key of this box")
			}
			return world.Conclude(world.Fact{Kind: world.Plaintext, Ref: box.Ref, Data: text}), nil
		},
	}
	key := []byte("sixteen bytes, k")
	block, _ := aes.NewCipher(key)
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	box := aead.Seal(nil, nil, []byte("meet me at noon"), nil)

	know := deduce.New([]world.Rule{open}, deduce.Budget{})
	take := func(capability string, kind world.Kind, ref string, data []byte) {
		f := world.Fact{Kind: kind, Ref: ref, Data: data}
		know.Add(deduce.Entry{Fact: f, Origin: capability, Loot: true})
	}
	take("provider.store", "box", "1", box)
	take("provider.store", "box", "2", box)
	take("device:Jo.store", "key", "1", key)
	if err := know.Saturate(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range know.Of(world.Plaintext) {
		proof, err := know.Prove(context.Background(), id)
		if err != nil {
			fmt.Println(err)
			return
		}
		for i, step := range proof {
			fmt.Printf("%d. %s %s: ", i, step.Fact.Kind, step.Fact.Ref)
			fmt.Println(step.Origin+step.Rule, step.Parents)
		}
		fmt.Printf("%s\n", know.At(id).Data)
	}
	// Output:
	// 0. box 1: provider.store []
	// 1. key 1: device:Jo.store []
	// 2. plaintext 1: open box [1 0]
	// meet me at noon
}
