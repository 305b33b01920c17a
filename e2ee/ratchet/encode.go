package ratchet

import (
	"crypto/ecdh"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// stateVersion is the first byte of an encoded State.
const stateVersion = 2

// Marshal encodes the state, keys in the clear: this is what a device stores and
// what a thief of its storage finds. Integers are big-endian.
//
//	version 1 ‖ phase 1 ‖ root 32 ‖ own private 32
//	from phase 1 on:  remote public 32 ‖ sending chain key 32 ‖ its N 4
//	in phase 2:       receiving chain key 32 ‖ its N 4 ‖ PN 4 ‖
//	                  length 3 ‖ skipped keys, oldest first: ratchet public 32 ‖ N 4 ‖ key 32 ‖
//	                  1 if more was dropped than is listed, else 0 ‖
//	                  length 3 ‖ what had a key that was dropped, oldest first: ratchet public 32 ‖ N 4
//
// Phase 0 is a responder that waits for its first message, 1 an initiator
// without an answer, 2 everything after.
func (s *State) Marshal() []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(stateVersion)
	b.AddUint8(uint8(s.phase))
	b.AddBytes(s.root[:])
	b.AddBytes(s.private.Bytes())
	if s.phase >= opening {
		b.AddBytes(s.remote[:])
		b.AddBytes(s.send.Key[:])
		b.AddUint32(s.send.N)
	}
	if s.phase == complete {
		b.AddBytes(s.recv.Key[:])
		b.AddUint32(s.recv.N)
		b.AddUint32(s.previous)
		b.AddUint24LengthPrefixed(s.addSkipped)
		b.AddUint8(map[bool]uint8{true: 1}[s.forgot])
		b.AddUint24LengthPrefixed(s.addDropped)
	}
	return b.BytesOrPanic() // MaxStored keys are 136,000 bytes: the lists always fit
}

func (s *State) addDropped(b *cryptobyte.Builder) {
	for i := range s.dropped {
		b.AddBytes(s.dropped[i].Ratchet[:])
		b.AddUint32(s.dropped[i].N)
	}
}

func (s *State) addSkipped(b *cryptobyte.Builder) {
	for i := range s.skipped {
		k := &s.skipped[i]
		b.AddBytes(k.Ratchet[:])
		b.AddUint32(k.N)
		b.AddBytes(k.Key[:])
	}
}

// Unmarshal decodes what Marshal wrote, and nothing else: another version, an
// unknown phase, missing or trailing bytes, more than MaxStored keys skipped or
// dropped, one message twice and a key that the receiving chain has yet to reach are
// errors. It costs one X25519 operation, for the own public key.
func Unmarshal(b []byte) (*State, error) {
	var (
		s       = new(State)
		in      = cryptobyte.String(b)
		version uint8
		private Key
	)
	if !in.ReadUint8(&version) || version != stateVersion {
		return nil, fmt.Errorf("ratchet: state does not start with version %d", stateVersion)
	}
	if !in.ReadUint8((*uint8)(&s.phase)) || s.phase > complete {
		return nil, errors.New("ratchet: state has no known phase")
	}
	if !in.CopyBytes(s.root[:]) || !in.CopyBytes(private[:]) || !s.readChains(&in) || !in.Empty() {
		return nil, fmt.Errorf("ratchet: state of %d bytes is cut short, too long or has bad "+
			"skipped keys", len(b))
	}
	if err := s.setPrivate(private); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *State) readChains(in *cryptobyte.String) bool {
	if s.phase >= opening &&
		!(in.CopyBytes(s.remote[:]) && in.CopyBytes(s.send.Key[:]) && in.ReadUint32(&s.send.N)) {
		return false
	}
	if s.phase < complete {
		return true
	}
	s.recv.Ratchet = s.remote
	var skipped, gone cryptobyte.String
	var forgot uint8
	seen := make(map[dropped]bool)
	ok := in.CopyBytes(s.recv.Key[:]) && in.ReadUint32(&s.recv.N) && in.ReadUint32(&s.previous) &&
		in.ReadUint24LengthPrefixed(&skipped) && s.readSkipped(skipped, seen) &&
		in.ReadUint8(&forgot) && forgot <= 1 && in.ReadUint24LengthPrefixed(&gone) &&
		s.readDropped(gone, seen)
	s.forgot = forgot == 1
	return ok && (!s.forgot || len(s.dropped) == MaxStored)
}

func (s *State) readDropped(list cryptobyte.String, seen map[dropped]bool) bool {
	for !list.Empty() {
		var d dropped
		if !list.CopyBytes(d.Ratchet[:]) || !list.ReadUint32(&d.N) {
			return false
		}
		stillToCome := d.Ratchet == s.remote && d.N >= s.recv.N
		if seen[d] || stillToCome || len(s.dropped) == MaxStored {
			return false
		}
		seen[d] = true
		s.dropped = append(s.dropped, d)
	}
	return true
}

func (s *State) readSkipped(list cryptobyte.String, seen map[dropped]bool) bool {
	for !list.Empty() {
		var k MessageKey
		if !list.CopyBytes(k.Ratchet[:]) || !list.ReadUint32(&k.N) || !list.CopyBytes(k.Key[:]) {
			return false
		}
		m := dropped{k.Ratchet, k.N}
		stillToCome := k.Ratchet == s.remote && k.N >= s.recv.N
		if seen[m] || stillToCome || len(seen) == MaxStored {
			return false
		}
		seen[m] = true
		s.skipped = append(s.skipped, k)
	}
	return true
}

func (s *State) setPrivate(private Key) error {
	own, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		return fmt.Errorf("ratchet: own private key: %w", err)
	}
	s.private = own
	if s.phase >= opening {
		s.send.Ratchet = public(own)
	}
	return nil
}
