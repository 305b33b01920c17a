package rules

import (
	"crypto/ed25519"
	"fmt"
	"strings"

	"doormat/e2ee/wire"
	"doormat/world"
)

// SignUpdate is the making rule that signs an update and sends it to a phone.
const SignUpdate = "sign an update"

// signUpdate signs a program for a phone, or for everybody, and sends it to one phone. Text
// has the program, whom it is for ("" for everybody) and to whom it is sent, each on a line.
func signUpdate(in world.Input) ([]world.Derived, error) {
	lines := strings.Split(string(in.Text), "\n")
	if len(lines) != 3 {
		return nil, fmt.Errorf("%d lines, want program, whom it is for, and to whom it goes",
			len(lines))
	}
	if len(in.Facts[0].Data) != ed25519.SeedSize {
		return nil, fmt.Errorf("vendor key of %d bytes, want %d", len(in.Facts[0].Data),
			ed25519.SeedSize)
	}
	u := wire.Update{Program: lines[0], For: lines[1], Serves: world.Outsider}
	p := world.Packet{From: world.Outsider, To: lines[2],
		Data: u.Sign(ed25519.NewKeyFromSeed(in.Facts[0].Data))}
	return world.Conclude(outgoingFact(in.Facts[0].Ref, p, world.Meta{})), nil
}
