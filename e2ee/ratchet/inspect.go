package ratchet

import "slices"

// The methods here read a State. They are what a thief of its bytes sees after
// [Unmarshal]; nothing in them needs the other party or this one's consent.

// Root is the root key.
func (s *State) Root() Key { return s.root }

// Private is the own ratchet private key: with [StepRoot] and the other party's
// next ratchet key it gives the other party's next chain.
func (s *State) Private() Key { return Key(s.private.Bytes()) }

// Public is the own ratchet public key.
func (s *State) Public() Key { return public(s.private) }

// Remote is the other party's ratchet public key. A responder that has opened
// nothing yet has none, and false is returned.
func (s *State) Remote() (Key, bool) { return s.remote, s.phase != waiting }

// Sending is the sending chain; false before there is one. Stepping it yields
// the keys of the messages that this party sends next.
func (s *State) Sending() (Chain, bool) { return s.send, s.phase != waiting }

// Receiving is the receiving chain; false before there is one.
func (s *State) Receiving() (Chain, bool) { return s.recv, s.phase == complete }

// Skipped are the keys of messages that were passed over and have not arrived,
// oldest first, at most MaxStored.
func (s *State) Skipped() []MessageKey { return slices.Clone(s.skipped) }
