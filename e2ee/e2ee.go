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
// # Changed keys
//
// A device warns its user of each contact whose identity has changed. To a contact with
// whom the user had compared safety numbers it sends nothing under the new identity
// until the user has compared again (setting resend: "asked"); with "at-once" it sends,
// and warns. The user of a run is a careful one: asked, it compares with the contact out
// of band, when the conversation has the two meet, at the latest by a call at the third
// midnight. If the numbers agree, what waited is sent; if they differ, the user says so
// and it waits for ever, as it does if the conversation ends before. Nobody taps "send
// anyway", which many people do: a run of those is one with "at-once". Who never
// compared is not asked, as with Signal. What waits is on the device in the clear, and a
// device that is set up anew forgets it, like all that it had compared. In escrow designs
// its public part is with the provider at once: only the contact's part waits. One that
// waits for longer than the committee's key before last lives is refused when it comes,
// and its reader is told.
//
// What this protects, and what it does not: deleted messages are safe from
// a thief of the device, kept ones are not; a chat heals from a passive thief
// after a round trip; stolen unused prekeys stay dangerous until they are used,
// replaced and erased; a thief of the identity key can pose as its owner.
//
// # Groups
//
// A message to a group is one ciphertext under the sender key of its author
// (package senderkey). Who has not got that key gets it in a part of its own,
// sealed in the pairwise session and bound to the message. Keys change when
// anybody comes or goes, and after [senderkey.MaxMessages] messages. Each device knows the
// members for itself: at first from its user, then by updates that a member's
// device sends to all old and new members through pairwise sessions. It writes to
// the members that it knows, and refuses what is not sent to exactly these: an
// omitted reader is noticed. The provider sees the members of each message, and
// has no say in who they are. (Rösler, Mainka and Schwenk, 2018, show what
// happens where it has.)
//
// A sender key does not heal. A copied device gives its thief the keys of all
// members, and what each of them writes until they change; TestGroupSecrecy counts.
//
// # Attachments
//
// A file is sealed under a key of its own in chunks of [wire.ChunkSize], which the
// provider's blob store keeps for those named in the message; the key travels in
// the [wire.Content]. A recipient shows the text at once, fetches, and shows each file
// that is whole. It confirms the message when it has what it could get.
//
// # Calls
//
// The key of a call is a content like a message's, fresh for each call, and goes to each callee
// through the session. What is said goes under SFrame (package sframe) through the provider, which
// relays it and keeps nothing; so does no device, and all erase the key when they hang up. Hence a
// recorded call stays shut although a phone is copied afterwards, and opens to whoever can follow the
// session at the time, or open what the design puts beside it. All who take part share the key, and
// each trusts the caller with who else is invited. See call.go; TestCallKeyIsGone counts.
//
// # What differs from Signal
//
// Sessions follow the idea of Sesame (signal.org/docs/specifications/sesame): the
// session that a message arrived in is used next, a few older ones are kept, and
// the provider refuses what is sealed for an identity that is not registered any
// more, so that the sender starts anew. An account has one phone, and linked devices that only
// read (package linked). Frames of a call go through the provider always, never from phone to
// phone, and the key of a call comes from the caller alone. A message to
// several who are no group is sealed for each. Members of a group are names, not
// entries that a server keeps and checks as in Signal's private groups; of two
// changes that cross, the one that comes later by its author's clock holds, and
// whoever was told of them in another order is refused until the next change. A
// message that cannot be opened is not asked for again, so that one which overtakes
// its sender key, or loses it, is lost, and the user is told. One without a receipt
// is not sent again. What a chat's window shows when members change is left out.
// Sessions do not expire. Links and registrations are not authenticated: who
// speaks as a device is believed. The sender's account is bound by the associated
// data of each message, and the recipient looks for itself in it (PQXDH, section
// 4.10). Fetching is free, so anybody can use up one-time prekeys; sessions then
// start with the key of last resort, which lives for two weeks, and the device
// remembers what it answered with it (section 4.2).
//
// [rules.Opening] publishes how all bytes are read. TestConformance runs the suite of
// world/worldtest over the design; TestVerifiedContact and TestFalseKeyForVerified show
// what waits, TestTooLate that a lost message is told; TestHealing, TestStolenPrekeys and
// TestRetention count what a stolen device gives, TestManInTheMiddle shows what a
// dishonest provider can do and how it is noticed. TestTamperedGroup,
// TestHostileMembers, TestTamperedChunks and TestBlobStore feed in what providers
// and members with modified programs might send.
package e2ee

import (
	"errors"
	"io"
	"slices"

	"doormat/e2ee/linked"
	"doormat/e2ee/receipts"
	"doormat/e2ee/registration"
	"doormat/e2ee/rules"
	"doormat/e2ee/sealedsender"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// Design is pure end-to-end encryption. It implements [world.Design].
type Design struct{}

// Info implements [world.Design].
func (Design) Info() world.Info {
	return world.Info{
		ID: "e2ee", Name: "End-to-end encryption", Classes: []string{},
		Doc: "Keys exist on users' devices only. Sessions start by PQXDH (X25519 and ML-KEM-768) " +
			"and move on by the Double Ratchet, so that keys are erased as messages pass. What " +
			"is recorded of them stays closed to a quantum computer, which breaks X25519 and not " +
			"ML-KEM. Groups write under sender keys, and attachments have keys of their own. The " +
			"provider routes and stores ciphertext and sees who writes to whom and when. There " +
			"is nobody from whom a court could order a key: what it can order is the ciphertext, " +
			"the metadata, and a device that its user unlocks.",
		Trusts: []string{
			"the devices at both ends, and whoever writes their software",
			"the provider, for handing out the right keys, unless safety numbers are compared",
			"the provider, with the metadata",
		},
		Principals: Principals(),
		Programs:   Programs(),
		Packets: slices.Concat(wire.PacketKinds(), registration.PacketKinds(), linked.PacketKinds(), sealedsender.PacketKinds(),
			law.PacketKinds()),
		Keys: rules.KeyKinds(),
		Parameters: []world.Parameter{registration.Parameter(), linked.Parameter(), receipts.Parameter(),
			sealedsender.Parameter(), law.Parameter()},
	}
}

// Principals lists who stands in every deployment that has devices like these.
func Principals() world.Principals {
	return world.SharedPrincipals(world.Provider, world.DeviceName, world.ElementName, world.Vendor,
		world.Operator, world.UserName, world.Court, world.Agency)
}

// Rules implements [world.Design].
func (Design) Rules() []world.Rule {
	return slices.Concat(rules.Opening(), law.Rules(), []world.Rule{{
		Name: "read the secret part", Doc: "In pure end-to-end encryption the ratchet carries " +
			"the content itself.",
		Takes: []world.Kind{wire.Secret}, Gives: []world.Kind{wire.Contents},
		Apply: func(in world.Input) ([]world.Derived, error) {
			f := in.Facts[0]
			if _, err := wire.ParseContent(f.Data); err != nil {
				return nil, err // a sender key
			}
			return world.Conclude(world.Fact{Kind: wire.Contents, Ref: f.Ref, Data: f.Data}), nil
		}}}, rules.Making(func(io.Reader, []world.Fact) (wire.Envelope, error) {
		return plain{}, nil
	}, ""))
}

// Setup implements [world.Design]: nothing is shared beforehand.
func (Design) Setup(config world.Config) (world.Deploy, error) {
	if _, err := law.Setup(config, false); err != nil {
		return nil, err
	}
	if _, err := sealedsender.NewIssuer(config.Stream("sender certificates")); err != nil {
		return nil, err
	}
	return func() []world.Node {
		by, _ := law.Setup(config, false) // the same inputs as above
		for _, agency := range by.Agencies {
			agency.Extensions = []law.AgencyExtension{registration.Listener{}}
			agency.Produced, agency.Searched = wire.Produced(), wire.Searched()
		}
		provider := NewProvider(by.Register, config.Settings.Mailbox)
		provider.Memo = config.Memo
		if config.Settings.Own.Value(sealedsender.Name) == sealedsender.On {
			provider.Issuer, _ = sealedsender.NewIssuer(config.Stream("sender certificates")) // as above
		}
		nodes := append(by.Nodes(), provider)
		var devices []*Device
		for _, a := range config.Accounts {
			d := NewDevice(a, config.Stream(world.DeviceOf(a)), config.Settings.Retention, plain{})
			d.Memo, d.AtOnce = config.Memo, config.Settings.Resend == world.ResendAtOnce
			if provider.Issuer != nil {
				d.Sealed = &sealedsender.Phone{Issuer: provider.Issuer.Public(),
					Random: config.Stream("sealed sender of " + d.Name())}
			}
			devices = append(devices, d)
		}
		equipped, _ := Equip(config, provider, devices...)
		return append(nodes, equipped...)
	}, nil
}

// plain is the envelope of pure end-to-end encryption.
type plain struct{}

func (plain) Seal(_ world.Meta, body []byte) ([]byte, []byte, error) { return body, nil, nil }

func (plain) Open(_ world.Meta, secret, public []byte) ([]byte, error) {
	if len(public) > 0 {
		return nil, errUnexpected
	}
	return secret, nil
}

var errUnexpected = errors.New("the message carries a part that this design does not know")
