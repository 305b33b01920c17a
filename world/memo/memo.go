// Package memo lets runs that repeat each other share what is costly to compute. Every
// attack that acts lives through the same conversation once more, and until it acts its
// nodes compute what those of the run before computed: the same keys from the same random
// bytes, the same checks of the same signatures.
//
// Only functions of their inputs belong here, so that a result is the same whether it was
// remembered or not; TestForgotten in package demo runs attacks without. A memo is the
// harness's: nodes ask it, and none gives it away, for it is in no holdings and in no packet.
// So it may still know a key that every node has erased. No rule uses it, since what a thief
// has to compute is measured.
package memo

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"sync"
)

// generation is how many new values make a [Memo] forget those that nobody used meanwhile:
// enough for the conversations of a lab. A value is some hundred bytes, a KEM key 10 KB.
const generation = 1 << 13

// A Memo keeps the values that were used last, at most 2^14. What is kept is shared between
// deployments and must not be changed. The nil Memo keeps nothing.
type Memo struct {
	mu        sync.Mutex
	new, used map[any]func() (any, error)
}

// Recall returns what m keeps under key, which make computes the first time. The
// type of key belongs to the caller, as that of a context's key does, and holds
// everything that make depends on.
func Recall[V any](m *Memo, key any, make func() (V, error)) (V, error) {
	if m == nil {
		return make()
	}
	v, err := m.get(key, func() (any, error) { return make() })()
	if err != nil {
		var none V
		return none, err
	}
	return v.(V), nil
}

// get finds the function that computes a value once. Values that nobody asked for while
// half as many others were new are forgotten.
func (m *Memo) get(key any, make func() (any, error)) func() (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if get := m.new[key]; get != nil {
		return get
	}
	get := m.used[key]
	if get == nil {
		get = sync.OnceValues(make)
	}
	if m.new == nil || len(m.new) >= generation {
		m.used, m.new = m.new, map[any]func() (any, error){}
	}
	m.new[key] = get
	return get
}

// Compute is [Recall] of the computation of that name with these inputs, which are all that
// make depends on. The nil Memo does not look at them.
func Compute[V any](m *Memo, of string, make func() (V, error), inputs ...[]byte) (V, error) {
	if m == nil {
		return make()
	}
	return Recall(m, keyOf(of, inputs...), make)
}

// Draw is [Compute] of a computation that also draws from random. Who asks again draws as many bytes,
// and is given what was computed of the same ones; of others it computes its own.
func Draw[V any](m *Memo, of string, random io.Reader, make func(io.Reader) (V, error),
	inputs ...[]byte) (V, error) {
	type result struct {
		drawn []byte
		value V
	}
	first := m == nil
	known, err := Compute(m, of, func() (r result, err error) {
		first = true
		var drawn bytes.Buffer
		r.value, err = make(io.TeeReader(random, &drawn))
		r.drawn = drawn.Bytes()
		return r, err
	}, inputs...)
	if first {
		return known.value, err
	}
	if err != nil { // that of another random
		return make(random)
	}
	drawn := append([]byte{}, known.drawn...)
	n, err := io.ReadFull(random, drawn)
	if err == nil && bytes.Equal(drawn, known.drawn) {
		return known.value, nil
	}
	return make(io.MultiReader(bytes.NewReader(drawn[:n]), random))
}

// key names the inputs of a computation by their hash.
type key struct {
	of  string
	sum [sha256.Size]byte
}

func keyOf(of string, inputs ...[]byte) key {
	h := sha256.New()
	for _, in := range inputs {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(in))))
		h.Write(in)
	}
	return key{of, [sha256.Size]byte(h.Sum(nil))}
}
