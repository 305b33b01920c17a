package e2ee

import (
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
)

// A contact's key changes when the contact has a new phone, and when somebody else
// hands out keys in the contact's name. The device cannot tell which. It warns its
// user of each change. To a contact with whom the user had compared safety numbers it
// sends nothing under the changed key until the user has compared again: so does
// Signal, which marks such contacts as verified. With [Device.AtOnce] it sends and warns, as
// WhatsApp does with messages that were on their way. In both cases what comes under the
// changed key is shown: reading it gives nothing away.
//
// Only the part of that recipient waits. The provider is told of the message at once,
// without that part, so that its time is the one at which it was written and nobody has
// to believe a date later. The user's part in this is in package world/simulation.

// mustHoldBack reports whether messages to a contact wait for the user.
func (d *Device) mustHoldBack(p *peer) bool {
	return !d.AtOnce && p != nil && p.compared != nil && *p.compared != *p.identity
}

// holdBack keeps a message for a contact until the user has looked, and says so once.
func (d *Device) holdBack(o *outgoing, name string) []world.Packet {
	o.held = append(o.held, name)
	p := d.peers[name]
	if p.asked {
		return nil
	}
	p.asked = true
	return d.toUser(world.KindHeldBack, []byte(name))
}

// number answers the user who wants to compare safety numbers. Of a contact whom the
// device has not met there is none, and the own half is all that can be shown.
func (d *Device) number(data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindAskNumber, 1)
	if err != nil || d.keys == nil {
		return nil
	}
	own, number := d.keys.Identity.Public(), ""
	if p := d.peers[string(f[0])]; p != nil && p.identity != nil {
		number = d.safetyNumber(*p.identity)
	}
	return d.toUser(world.KindNumber, f[0], []byte(number), []byte(pqxdh.HalfOf(own)))
}

// safetyNumber takes thousands of hashes, so runs share it.
func (d *Device) safetyNumber(with pqxdh.IdentityPublic) string {
	own := d.keys.Identity.Public()
	n, _ := memo.Compute(d.Memo, "safety number", func() (string, error) {
		return pqxdh.SafetyNumber(own, with), nil
	}, own.Bytes(), with.Bytes())
	return n
}

// confirm remembers that the user has compared numbers and found them equal, and sends
// what has waited for it. A number that is not the present one confirms nothing.
func (d *Device) confirm(data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindConfirm, 2)
	if err != nil || d.keys == nil {
		return nil
	}
	name := string(f[0])
	p := d.peers[name]
	if p == nil || p.identity == nil || d.safetyNumber(*p.identity) != string(f[1]) {
		return nil
	}
	p.compared, p.asked = p.identity, false
	var out []world.Packet
	for _, o := range slices.Clone(d.outbox) {
		if i := slices.Index(o.held, name); i >= 0 {
			o.held = slices.Delete(o.held, i, i+1)
			out = append(out, d.send(o, []string{name})...)
		}
	}
	return out
}

func (p *peer) facts(name string) []world.Fact {
	if p.compared == nil {
		return nil
	}
	return []world.Fact{{Kind: wire.VerifiedContact, Ref: name,
		Data: wire.Fingerprint(*p.compared)}}
}
