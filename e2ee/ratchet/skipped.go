package ratchet

import "slices"

// MessageKey is the key of one skipped message, and which message it is for.
type MessageKey struct {
	Ratchet Key // names the chain
	N       uint32
	Key     Key
}

// store adds keys, newest last, and drops the oldest beyond MaxStored.
func (s *State) store(keys []MessageKey) {
	s.skipped = append(s.skipped, keys...)
	if extra := len(s.skipped) - MaxStored; extra > 0 {
		s.skipped = slices.Delete(s.skipped, 0, extra)
	}
}

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

// knows says whether a key of this chain is stored. Then the chain is an old one:
// taking it for new would let a party that repeats its ratchet keys leave two
// keys for one message.
func (s *State) knows(ratchet Key) bool {
	return slices.ContainsFunc(s.skipped, func(k MessageKey) bool { return k.Ratchet == ratchet })
}
