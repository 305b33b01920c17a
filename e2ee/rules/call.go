package rules

import (
	"errors"
	"fmt"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
)

// callRules publishes how the bytes of calls are read. A key comes by the rules for contents.
func callRules() []world.Rule {
	return []world.Rule{
		{Name: "open a frame",
			Doc: "The key of a call opens every frame of it, whoever speaks (SFrame, RFC 9605): " +
				"nothing in a call is a ratchet.",
			Takes: []world.Kind{wire.CallKey, wire.CallFrame}, Gives: []world.Kind{world.Speech},
			Apply: openFrame},
	}
}

func openFrame(in world.Input) ([]world.Derived, error) {
	base, err := ratchet.ParseKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	f, err := wire.ParseFrame(in.Facts[1].Data)
	if err != nil || f.Call != in.Facts[1].Ref {
		return nil, errors.New("not a frame of this call")
	}
	said, h, err := f.Open(base)
	if err != nil {
		return nil, err
	}
	ref := fmt.Sprintf("%s/%d/%d", f.Call, h.KID, h.CTR)
	return world.Conclude(world.Fact{Kind: world.Speech, Ref: ref, Data: said}), nil
}
