// Package e2ee is messaging in which only the devices at both ends hold keys:
// the design "e2ee", and the [Device] and [Provider] that escrow designs build on.
//
// A device publishes prekey bundles through the provider, starts sessions by
// PQXDH (package pqxdh) and encrypts by the Double Ratchet (package ratchet).
// What it erases is gone from its Holdings, and so from what a thief finds. The
// provider is directory and mailbox; it sees who writes to whom and when, stores
// ciphertext, and hands out whatever bundles it likes: users notice that only if
// they compare safety numbers.
//
// What this protects and what not, said as it is: deleted messages are safe from
// a thief of the device, kept ones are not; a chat heals from a passive thief
// after a round trip; stolen unused prekeys stay dangerous until they are used,
// replaced and erased; a thief of the identity key can pose as its owner.
//
// # What differs from Signal
//
// Sessions follow the idea of Sesame (signal.org/docs/specifications/sesame): the
// session that a message arrived in is used next, a few older ones are kept, and
// the provider refuses what is sealed for an identity that is not registered any
// more, so that the sender starts anew. An account has one device. A message to
// several is sealed for each; there are no sender keys. A message that cannot be
// opened is not asked for again, and one without a receipt is not sent again.
// Sessions do not expire. Links and registrations are not authenticated: who
// speaks as a device is believed. The sender's account is bound by the associated
// data of each message, and the recipient looks for itself in it (PQXDH, section
// 4.10). Fetching is free, so anybody can use up one-time prekeys; sessions then
// start with the key of last resort, which lives for two weeks, and the device
// remembers what it answered with it (section 4.2).
//
// [Rules] publishes how all bytes are read. TestConformance runs the suite of
// world/worldtest over the design; TestHealing, TestStolenPrekeys and
// TestRetention count what a stolen device gives, TestManInTheMiddle shows what a
// dishonest provider can do and how it is noticed.
package e2ee

import (
	"io"

	"doormat/world"
	"doormat/world/law"
)

// Design is pure end-to-end encryption. It implements [world.Design].
type Design struct{}

// Info implements [world.Design].
func (Design) Info() world.Info {
	return world.Info{
		ID: "e2ee", Name: "End-to-end encryption", Classes: []string{},
		Doc: "Keys exist on users' devices only. Sessions start by PQXDH (X25519 and ML-KEM-768) and " +
			"move on by the Double Ratchet, so that keys are erased as messages pass. The provider routes " +
			"and stores ciphertext and sees who writes to whom and when. There is nobody from whom a court " +
			"could order a key: what it can order is the ciphertext, the metadata, and a device that its user unlocks.",
		Trusts: []string{
			"the devices at both ends, and whoever writes their software",
			"the provider, for handing out the right keys, unless safety numbers are compared",
			"the provider, with the metadata",
		},
		Programs: Programs(),
	}
}

// Rules implements [world.Design].
func (Design) Rules() []world.Rule {
	rules := append(Rules(), world.Rule{
		Name: "read the secret part", Doc: "In pure end-to-end encryption the ratchet carries the content itself.",
		Takes: []world.Kind{Secret}, Gives: []world.Kind{Contents},
		Apply: func(in world.Input) ([]world.Derived, error) {
			f := in.Facts[0]
			if _, err := ParseContent(f.Data); err != nil {
				return nil, err // a sender key
			}
			return world.Conclude(world.Fact{Kind: Contents, Ref: f.Ref, Data: f.Data}), nil
		}})
	return append(rules, MakingRules(func(io.Reader, []world.Fact) (Envelope, error) { return plain{}, nil }, "")...)
}

// Setup implements [world.Design]: nothing is shared beforehand.
func (Design) Setup(env world.Environment) (world.Deploy, error) {
	if _, err := law.NewCourt(env.Seed.Stream("court"), false); err != nil {
		return nil, err
	}
	return func() []world.Node {
		court, _ := law.NewCourt(env.Seed.Stream("court"), false)
		agency, _ := law.NewAgency(env.Seed.Stream("agency"))
		nodes := []world.Node{court, agency, NewProvider(court.Public(), env.Settings.Mailbox, nil, nil)}
		for _, a := range env.Accounts {
			name := world.DeviceOf(a)
			nodes = append(nodes, NewDevice(a, env.Seed.Stream(name), env.Settings.Retention, plain{}))
		}
		return nodes
	}, nil
}
