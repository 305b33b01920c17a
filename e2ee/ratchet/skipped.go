package ratchet

import "slices"

// MessageKey is the key of one skipped message, and which message it is for.
type MessageKey struct {
	Ratchet Key // names the chain
	N       uint32
	Key     Key
}

// dropped is the number of a message whose key was dropped. The number is public.
type dropped struct {
	Ratchet Key
	N       uint32
}

// store adds keys, newest last, and drops the oldest beyond MaxStored. It keeps the
// numbers of what it dropped last.
func (s *State) store(keys []MessageKey) {
	s.skipped = append(s.skipped, keys...)
	extra := len(s.skipped) - MaxStored
	if extra <= 0 {
		return
	}
	for _, k := range s.skipped[:extra] {
		s.dropped = append(s.dropped, dropped{k.Ratchet, k.N})
	}
	s.skipped = slices.Delete(s.skipped, 0, extra)
	if more := len(s.dropped) - MaxStored; more > 0 {
		s.dropped, s.forgot = slices.Delete(s.dropped, 0, more), true
	}
}

// gone reports whether the key for h is known to have been dropped.
func (s *State) gone(h Header) bool { return slices.Contains(s.dropped, dropped{h.Ratchet, h.N}) }

// erase removes key i; slices.Delete zeroes what it vacates.
func (s *State) erase(i int) {
	s.skipped = slices.Delete(s.skipped, i, i+1)
}

// find returns the index of the key for h, or -1. Chain and number are public,
// so the search may take variable time.
func (s *State) find(h Header) int {
	for i := range s.skipped {
		if k := &s.skipped[i]; k.N == h.N && k.Ratchet == h.Ratchet {
			return i
		}
	}
	return -1
}

// knows says whether a key of this chain is stored or was dropped. Then the chain is an old one:
// taking it for new would let a party that repeats its ratchet keys leave two
// keys for one message.
func (s *State) knows(ratchet Key) bool {
	return slices.ContainsFunc(s.skipped, func(k MessageKey) bool {
		return k.Ratchet == ratchet
	}) ||
		slices.ContainsFunc(s.dropped, func(d dropped) bool { return d.Ratchet == ratchet })
}
