package world

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/rand/v2"
)

// A Seed decides every random choice of a run. Only the harness holds it.
type Seed uint64

// Stream returns the generator of the named principal: ChaCha8 keyed by
// SHA-256(seed, name). Streams of different names are independent, so that one
// more draw by one node changes nothing for another.
//
// It makes runs repeat. A real system must draw from the operating system.
func (s Seed) Stream(name string) io.Reader {
	key := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, uint64(s)), name...))
	return rand.NewChaCha8(key)
}

// Derive returns a seed whose streams are independent of those of s.
func (s Seed) Derive(name string) Seed {
	key := sha256.Sum256(append(binary.BigEndian.AppendUint64([]byte("seed "), uint64(s)), name...))
	return Seed(binary.BigEndian.Uint64(key[:8]))
}
