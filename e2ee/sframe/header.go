package sframe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// Header says which key a frame takes and which frame under it this is. Its encoding (section 4.3)
// is one byte, 0bXKKKYCCC, and up to sixteen more. X and Y say of KID and CTR in turn: 0, the
// number is the three bits beside it; 1, these are one less than how many bytes it takes, which
// follow, first KID and then CTR.
type Header struct {
	KID, CTR uint64
}

// Append appends the encoding, which has 1 to 17 bytes, to b.
func (h Header) Append(b []byte) []byte {
	kidBits, kid := compact(h.KID)
	ctrBits, ctr := compact(h.CTR)
	return append(append(append(b, kidBits<<4|ctrBits), kid...), ctr...)
}

// compact returns the four bits of a number in the first byte, and its further bytes.
func compact(v uint64) (byte, []byte) {
	if v < 8 {
		return byte(v), nil
	}
	n := (bits.Len64(v) + 7) / 8
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	return 8 | byte(n-1), b[8-n:]
}

// ParseHeader reads the header that b begins with and returns its length. The RFC asks senders for
// the shortest encoding; here any other is refused, so that each header has one.
func ParseHeader(b []byte) (h Header, n int, err error) {
	if len(b) == 0 {
		return Header{}, 0, errors.New("sframe: a frame has a header, this one is empty")
	}
	rest := b[1:]
	if h.KID, rest, err = expand(b[0]>>4, rest); err != nil {
		return Header{}, 0, fmt.Errorf("sframe: KID of a header: %w", err)
	}
	if h.CTR, rest, err = expand(b[0]&15, rest); err != nil {
		return Header{}, 0, fmt.Errorf("sframe: CTR of a header: %w", err)
	}
	return h, len(b) - len(rest), nil
}

func expand(four byte, b []byte) (v uint64, rest []byte, err error) {
	if four < 8 {
		return uint64(four), b, nil
	}
	n := int(four&7) + 1
	if len(b) < n {
		return 0, nil, fmt.Errorf("%d bytes are announced and %d are left", n, len(b))
	}
	for _, c := range b[:n] {
		v = v<<8 | uint64(c)
	}
	if again, shortest := compact(v); again != four || len(shortest) != n {
		return 0, nil, fmt.Errorf("%d takes fewer bytes than %d", v, n)
	}
	return v, b[n:], nil
}
