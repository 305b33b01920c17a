package pqxdh

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// SafetyIterations is how often SafetyNumber hashes each identity.
//
// Thirty digits are 99.7 bits. A middleman who wants to be taken for Bob needs an
// identity whose thirty digits equal Bob's, and each guess costs this many
// hashes: 2^99.7 hashes with one iteration, 2^112 with the 5,200 that Signal
// uses. The factor is worth most where people compare only some of the digits:
// four groups are 2^66 guesses, within reach of a large budget, and 5,200
// iterations make them 2^79. We take fewer, which adds 6.6 bits, because the
// demonstration computes these numbers often. Production should not.
const SafetyIterations = 100

// safetyVersion begins the first hash, so that a change of the rule changes all
// numbers.
const safetyVersion = 1

// SafetyNumber is what two users compare, aloud or by a code, to learn that
// nobody is between them: 60 decimal digits in 12 groups of 5 with single spaces,
// the same for (a, b) and (b, a). Each identity gives 30 digits by iterated
// SHA-512, like Signal's numeric fingerprint; the smaller half comes first.
// Unlike Signal's it covers the two keys of each identity and no phone number.
func SafetyNumber(a, b IdentityPublic) string {
	halves := []string{HalfOf(a), HalfOf(b)}
	slices.Sort(halves)
	return strings.Join(halves, " ")
}

// HalfOf is what an identity gives to each of its safety numbers: six groups of five
// digits, each from 5 bytes of the last hash. Whoever has no key of the other yet can
// still be told this half, and see whether it is the right one.
func HalfOf(p IdentityPublic) string {
	key := p.Bytes()
	hash := sha512.Sum512(slices.Concat([]byte{0, safetyVersion}, key))
	for range SafetyIterations - 1 {
		hash = sha512.Sum512(slices.Concat(hash[:], key))
	}
	groups := make([]string, 6)
	for i := range groups {
		var wide [8]byte
		copy(wide[3:], hash[5*i:5*i+5])
		groups[i] = fmt.Sprintf("%05d", binary.BigEndian.Uint64(wide[:])%100_000)
	}
	return strings.Join(groups, " ")
}
