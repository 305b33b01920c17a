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
		return []world.Packet{registration.Refused(in.From, c.Account,
			errors.New("there is no such account"))}
	}
	if err := p.accounts.Check(now, c, in.From); err != nil {
		return []world.Packet{registration.Refused(in.From, c.Account, err)}
	}
	e, same := p.directory.Read(p.Memo, c.Account, c.Registration)
	if e == nil || same {
		return []world.Packet{registration.Refused(in.From, c.Account,
			errors.New("a new phone has new keys"))}
	}
	var out []world.Packet
	if before := p.accounts.Move(c.Account, in.From); before != in.From {
		out = append(out, world.Packet{From: world.Provider, To: before,
			Data: world.Pack(registration.KindMoved)})
	}
	return append(out, p.enter(now, c.Account, e)...)
}

// MisledBy implements [world.Misled].
func (p *Provider) MisledBy(address string) []string {
	return append(p.accounts.MisledBy(address), p.links.misledBy(address)...)
}

// admit registers keys that a phone sends from its own address. New keys of a locked account wait
// for the PIN.
func (p *Provider) admit(now time.Time, account string, data []byte) []world.Packet {
	if p.accounts.Locked(now, account) && p.directory[account] != nil {
		if e, same := p.directory.Read(p.Memo, account, data); e != nil && !same {
			p.pending[account] = data
			return nil
		}
	}
	return p.register(now, account, data)
}

// prove registers the keys that waited, if the PIN is right.
func (p *Provider) prove(now time.Time, account string, in world.Packet) []world.Packet {
	f, err := world.Unpack(in.Data, registration.KindProve, 1)
	data := p.pending[account]
	if err != nil || data == nil {
		return nil
	}
	if err := p.accounts.Try(now, account, string(f[0])); err != nil {
		return []world.Packet{registration.Refused(in.From, account, err)}
	}
	delete(p.pending, account)
	return p.register(now, account, data)
}

// setLock locks an account.
func (p *Provider) setLock(now time.Time, account string, data []byte) {
	if l, err := registration.ParseLock(data); err == nil {
		p.accounts.SetLock(now, account, l)
	}
}

// lockAccount has the user remember a PIN, the first time, and asks for it when the device is set
// up anew.
func (d *Device) lockAccount() []world.Packet {
	if !d.RegistrationLock {
		return nil
	}
	purpose := []byte(registration.LockName)
	if d.locked {
		return d.toUser(world.KindRecall, purpose)
	}
	pin, l, err := registration.NewLock(d.random)
	if err != nil {
		return d.warn("the account could not be locked: %v", err)
	}
	d.locked = true
	return append(d.toUser(world.KindRemember, purpose, []byte(pin)), d.toProvider(l.Encode()))
}

// recalled takes the PIN that the user types; ok is false if it was asked for something else.
func (d *Device) recalled(data []byte) (out []world.Packet, ok bool) {
	f, err := world.Unpack(data, world.KindRecalled, 2)
	if err != nil || string(f[0]) != registration.LockName {
		return nil, false
	}
	return []world.Packet{d.toProvider(world.Pack(registration.KindProve, f[1]))}, true
}

// moved tells the user that the account is on another phone now.
func (d *Device) moved() []world.Packet {
	if d.gone {
		return nil
	}
	d.gone = true
	return d.warn("this phone is registered no more: somebody has registered its number on " +
		"another one")
}

// text shows a text message of the telephone operator's. It is a warning, since nobody in a run
// asks for a code on the phone that has the account.
func (d *Device) text(p world.Packet) []world.Packet {
	if p.Kind() != registration.KindText {
		return nil
	}
	return d.warn("a text message brought a code for registering this number on another phone")
}
