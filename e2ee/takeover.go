package e2ee

import (
	"errors"
	"time"

	"doormat/e2ee/registration"
	"doormat/world"
)

// An account moves to another phone by a code (package registration). This file is what
// provider and devices do about it.

// claim registers an account at the address that a claim comes from, if its code is right.
func (p *Provider) claim(now time.Time, in world.Packet) []world.Packet {
	c, err := registration.ParseClaim(in.Data)
	if err != nil {
		return nil
	}
	if p.directory[c.Account] == nil {
		return []world.Packet{registration.Refused(in.From, c.Account, errors.New("there is no such account"))}
	}
	if err := p.accounts.Check(now, c, in.From); err != nil {
		return []world.Packet{registration.Refused(in.From, c.Account, err)}
	}
	e, same := p.newEntry(c.Account, c.Registration)
	if e == nil || same {
		return []world.Packet{registration.Refused(in.From, c.Account, errors.New("a new phone has new keys"))}
	}
	var out []world.Packet
	if before := p.accounts.Move(c.Account, in.From); before != in.From {
		out = append(out, world.Packet{From: world.Provider, To: before, Data: world.Pack(registration.KindMoved)})
	}
	return append(out, p.enter(now, c.Account, e)...)
}

// MisledBy implements [world.Misled].
func (p *Provider) MisledBy(address string) []string { return p.accounts.MisledBy(address) }

// moved tells the user that the account is on another phone now.
func (d *Device) moved() []world.Packet {
	if d.gone {
		return nil
	}
	d.gone = true
	return d.warn("this phone is registered no more: somebody has registered its number on another one")
}

// text shows a text message of the telephone operator's. It is a warning, since nobody in a run
// asks for a code on the phone that has the account.
func (d *Device) text(p world.Packet) []world.Packet {
	if p.Kind() != registration.KindText {
		return nil
	}
	return d.warn("a text message brought a code for registering this number on another phone")
}
