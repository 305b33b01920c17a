package group

import (
	"crypto/sha512"
	"encoding/binary"

	"go.dedis.ch/kyber/v3"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

// Expand hashes the parts to 64 bytes that are uniform to whoever cannot guess the input:
// expand_message_xmd with SHA-512 (RFC 9380, section 5.3.1). Each part is preceded by its length in
// 8 bytes, big endian, so that different lists of parts never give one message. The domain
// separates uses: no two uses may share one. Parts may be secret: the copies that it makes are
// overwritten.
func Expand(domain string, parts ...[]byte) [64]byte {
	message := frame(parts)
	defer clear(message)
	return expand(domain, message)
}

// HashToScalar hashes the parts to a scalar of g: the bytes of [Expand] as a little-endian integer
// modulo the order.
func HashToScalar(g kyber.Group, domain string, parts ...[]byte) kyber.Scalar {
	wide := Expand(domain, parts...)
	defer clear(wide[:])
	return g.Scalar().SetBytes(wide[:])
}

// HashToPoint hashes the parts to a point of g of which nobody knows the logarithm. Over
// ristretto255 it is hash_to_ristretto255 (RFC 9380, appendix B): the one-way map on the bytes of
// [Expand]. Over another group the point is kyber's Pick from a BLAKE2Xb stream seeded with them.
func HashToPoint(g kyber.Group, domain string, parts ...[]byte) kyber.Point {
	wide := Expand(domain, parts...)
	p := g.Point()
	if ours, ok := p.(*point); ok {
		oneWayMap(&ours.p, &wide)
		return p
	}
	return p.Pick(blake2xb.New(wide[:]))
}

// HashMessageToPoint is hash_to_ristretto255 (RFC 9380, appendix B) of one message, which is not
// preceded by its length: what other specifications ask for. Protocols that hash several parts take
// [HashToPoint].
func HashMessageToPoint(domain string, message []byte) kyber.Point {
	wide := expand(domain, message)
	p := new(point)
	oneWayMap(&p.p, &wide)
	return p
}

func frame(parts [][]byte) []byte {
	size := 0
	for _, part := range parts {
		size += 8 + len(part)
	}
	message := make([]byte, 0, size) // which does not grow, and so leaves no copy
	for _, part := range parts {
		message = binary.BigEndian.AppendUint64(message, uint64(len(part)))
		message = append(message, part...)
	}
	return message
}

// expand is expand_message_xmd for exactly one block of SHA-512, so len_in_bytes = 64 and ell = 1.
func expand(domain string, message []byte) [64]byte {
	if len(domain) > 255 {
		long := sha512.Sum512([]byte("H2C-OVERSIZE-DST-" + domain))
		domain = string(long[:])
	}
	first := make([]byte, sha512.BlockSize, sha512.BlockSize+len(message)+3+len(domain)+1)
	first = append(append(first, message...), 0, 64, 0)
	first = append(append(first, domain...), byte(len(domain)))
	defer clear(first)
	b0 := sha512.Sum512(first)
	second := append(make([]byte, 0, len(b0)+1+len(domain)+1), b0[:]...)
	second = append(append(append(second, 1), domain...), byte(len(domain)))
	defer clear(second)
	return sha512.Sum512(second)
}
