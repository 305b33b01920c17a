package group

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"go.dedis.ch/kyber/v3"
)

// stream makes a cipher.Stream, which kyber draws randomness from, out of an io.Reader. The lock is
// there because kyber lets several goroutines share one stream.
type stream struct {
	mu     sync.Mutex
	source io.Reader
}

// XORKeyStream sets dst to src XOR the next len(src) bytes of the source.
func (s *stream) XORKeyStream(dst, src []byte) {
	if s.source == nil {
		panic("group: RandomStream was read, but New was given no source of randomness")
	}
	pad := make([]byte, len(src))
	defer clear(pad)
	s.mu.Lock()
	_, err := io.ReadFull(s.source, pad)
	s.mu.Unlock()
	if err != nil {
		panic("group: the source of randomness failed: " + err.Error())
	}
	for i, b := range src {
		dst[i] = b ^ pad[i]
	}
}

// RandomScalar draws a uniform scalar of g from 64 bytes of random, which it overwrites afterwards.
// It fails when the reader does, and on zero, which only a broken reader gives.
func RandomScalar(g kyber.Group, random io.Reader) (kyber.Scalar, error) {
	if random == nil {
		return nil, errors.New("group: no source of randomness was given")
	}
	var wide [64]byte
	defer clear(wide[:])
	if _, err := io.ReadFull(random, wide[:]); err != nil {
		return nil, fmt.Errorf("group: the source of randomness failed: %w", err)
	}
	s := g.Scalar().SetBytes(wide[:])
	if s.Equal(g.Scalar().Zero()) {
		return nil, errors.New("group: the source of randomness gave zero")
	}
	return s, nil
}
