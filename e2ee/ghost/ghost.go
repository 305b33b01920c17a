// Package ghost is end-to-end encryption whose clients accept a silent device, in two forms:
// the designs "ghost-provider" and "ghost-client". So Levy and Robinson proposed it in
// "Principles for a More Informed Exceptional Access Debate" (Lawfare, 2018), and critics
// called it the ghost.
//
// Devices and provider are those of package e2ee. A warrant is an order that a court signed
// and that a minister signed as well: two sign-offs, as for interception in Britain. Under
// one, the provider tells the clients of a silent device: whoever writes to or from an account
// that the warrant names seals one more copy of the content to the key of the agency (HPKE,
// RFC 9180, as package law has it), and so does whoever calls, of the call's key. The provider
// passes the copies on. No screen shows any of it.
//
// So the agency reads what is written from that moment on, and nothing from before: clients
// have no old messages to copy, and no key is kept anywhere that would open them. When the
// warrant ends, clients forget it.
//
// # Who checks the sign-offs
//
// That is the parameter sign-offs. With "provider" the clients believe the provider: whoever
// controls that adds a silent device to any chat, with no warrant at all. With "client" each
// client verifies both signatures under keys that ship with the program, and a thief needs
// both. In both cases it is the client that makes the copy: its maker has built the function
// into every phone.
//
// # What it does not do
//
// A changed client seals no copy, and nobody can tell; it can also look for silent devices and
// warn its owner, since every phone in the chat is told of them. An honest one shows nothing,
// not even of one that it refuses: such a warning would tell of true warrants that are out of
// date. A copy proves nothing: anybody can seal one to the agency, in anybody's name. Copies
// rest on X25519 alone, and have no ML-KEM. The proposal leaves open how the provider would
// add a device; that copies go through it, and that each client is told at once, is this
// package's choice.
//
// TestConformance runs the suite of world/worldtest in both forms. TestWarrant is the whole
// course, TestCall that calls are heard, TestSignOffs what each form accepts, TestNewPhone that a phone which was set up anew
// is told as well, TestWindow that copies begin and end with the warrant.
package ghost

import (
	"crypto/ed25519"

	"doormat/e2ee"
	"doormat/e2ee/rules"
	"doormat/world"
	"doormat/world/law"
)

// Design is end-to-end encryption with silent devices. It implements [world.Design].
type Design struct{ e2ee.Design }

// Minister is the principal that signs warrants beside the court.
const Minister = "minister"

// The parameter that says who checks the sign-offs, and its values.
const (
	SignOffs   = "sign-offs"
	ByProvider = "provider"
	ByClient   = "client"
)

// Info implements [world.Design].
func (d Design) Info() world.Info {
	info := d.Design.Info()
	info.ID, info.Name, info.Classes = "ghost-provider", "Silent device under warrant",
		[]string{"ghost", "e2ee"}
	info.Doc = "End-to-end encryption as in e2ee, but that every client accepts a silent device: " +
		"under a warrant with two sign-offs, of a court and of a minister, whoever writes to or " +
		"from the account that it names seals one more copy to the agency, and no screen shows " +
		"it. Lawful orders are served for the future and not for the past. Who checks the " +
		"sign-offs decides what a thief needs: the provider alone, or both signers' keys besides."
	info.Trusts = []string{
		"the devices at both ends, and whoever writes their software, which has the function " +
			"built in",
		"the provider, for adding no silent device without a warrant, if the clients do not look " +
			"for themselves",
		"the court, the minister and the agency, and whoever holds the keys of all three, if they do",
		"the agency, with everything that is copied to it",
		"the provider, for handing out the right keys, unless safety numbers are compared; and " +
			"with the metadata",
	}
	info.Principals = append(info.Principals, world.Principal{Name: Minister,
		Doc:      "signs warrants beside the court",
		Surfaces: []world.Surface{world.Store, world.Control, world.Order}, Placed: world.Home,
		Absent: "no phone accepts a silent device"})
	info.Packets = append(info.Packets, packetKinds()...)
	info.Parameters = append(info.Parameters, world.OwnWord(SignOffs,
		"who checks the two sign-offs on a warrant for a silent device", ByProvider, ByClient))
	return info
}

// Rules implements [world.Design].
func (d Design) Rules() []world.Rule {
	return append(rules.FoundBesides(d.Design.Rules(), SilentDevice), ownRules()...)
}

// Setup implements [world.Design].
func (d Design) Setup(config world.Config) (world.Deploy, error) {
	deploy, err := d.Design.Setup(config)
	if err != nil {
		return nil, err
	}
	if _, err := newMinister(config.Stream(Minister)); err != nil {
		return nil, err
	}
	return func() []world.Node {
		minister, _ := newMinister(config.Stream(Minister)) // the same input as above
		var signers *signers
		nodes := deploy()
		for _, n := range nodes {
			if court, ok := n.(*law.Court); ok {
				minister.register = court.Register().For(world.Home)
				signers = newSigners(court.Register(), minister.key.Public().(ed25519.PublicKey))
			}
		}
		for _, n := range nodes {
			switch n := n.(type) {
			case *law.Agency:
				n.Extensions = append(n.Extensions, agency{})
				n.Searched = append(n.Searched, SilentDevice)
			case *e2ee.Provider:
				n.Extensions = append(n.Extensions, newProvider(n, signers))
			case *e2ee.Device:
				c := &client{device: n, random: config.Stream("copies of " + n.Name())}
				if config.Settings.Own.Value(SignOffs) == ByClient {
					c.signers = signers
				}
				n.Extensions = append(n.Extensions, c)
			}
		}
		return append(nodes, minister)
	}, nil
}
