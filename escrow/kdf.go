package escrow

import "crypto/sha256"

const (
	bodyInfo   = "doormat escrow body v1"
	commitInfo = "doormat escrow commit v1"
)

// bodyKeys derives the key of a body, and the commitment to the seed, by HKDF-SHA256
// (RFC 5869) without salt. It is written out because a thief of the escrow key does it
// for each message: crypto/hkdf takes more than twice as long for so short an input, most
// of it in 29 allocations, and misses the goal that docs/performance.md states.
// TestBodyKeys compares the two, BenchmarkBodyKeys times them.
func bodyKeys(seed [SeedSize]byte) (key, commitment [32]byte) {
	extracted := mac([32]byte{}, seed[:])
	return mac(extracted, append([]byte(bodyInfo), 1)),
		mac(extracted, append([]byte(commitInfo), 1))
}

// mac is HMAC-SHA256 (RFC 2104) of at most a block.
func mac(key [32]byte, data []byte) [32]byte {
	inner, outer := make([]byte, sha256.BlockSize, 2*sha256.BlockSize),
		make([]byte, sha256.BlockSize, 2*sha256.BlockSize)
	for i := range sha256.BlockSize {
		inner[i], outer[i] = 0x36, 0x5c
	}
	for i, b := range key {
		inner[i] ^= b
		outer[i] ^= b
	}
	sum := sha256.Sum256(append(inner, data...))
	return sha256.Sum256(append(outer, sum[:]...))
}
