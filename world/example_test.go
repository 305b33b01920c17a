package world_test

import (
	"errors"
	"fmt"

	"doormat/world"
)

// A rule that opens what a Caesar cipher closed. It takes a key and a ciphertext of one
// reference, and says nothing where they do not fit.
func ExampleRule() {
	open := world.Rule{
		Name: "shift back", Doc: "Whoever has the number of places reads the letters.",
		Takes: []world.Kind{"shift", "letters"}, Gives: []world.Kind{world.Plaintext},
		Apply: func(in world.Input) ([]world.Derived, error) {
			key, text := in.Facts[0], in.Facts[1]
			if len(key.Data) != 1 {
				return nil, errors.New("the key is not one byte")
			}
			plain := make([]byte, len(text.Data))
			for i, c := range text.Data {
				plain[i] = 'a' + (c-'a'+26-key.Data[0])%26
			}
			return world.Conclude(world.Fact{Kind: world.Plaintext, Ref: text.Ref, Data: plain}), nil
		},
	}
	derived, err := open.Apply(world.Input{Facts: []world.Fact{
		{Kind: "shift", Ref: "message 1", Data: []byte{3}},
		{Kind: "letters", Ref: "message 1", Data: []byte("grrupdw")},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s\n", derived[0].Ref, derived[0].Data)
	// Output: message 1: doormat
}
