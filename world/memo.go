package world

import "sync"

// A Memo keeps what is costly to compute and depends on little, so that set-ups
// under many settings share it: a key ceremony, say, which retention does not
// change. What is kept is shared between deployments and must not be changed. The
// nil Memo keeps nothing.
type Memo struct {
	mu   sync.Mutex
	kept map[any]func() (any, error)
}

// Recall returns what m keeps under key, which make computes the first time. The
// type of key belongs to the caller, as that of a context's key does, and holds
// everything that make depends on.
func Recall[V any](m *Memo, key any, make func() (V, error)) (V, error) {
	if m == nil {
		return make()
	}
	m.mu.Lock()
	if m.kept == nil {
		m.kept = map[any]func() (any, error){}
	}
	get := m.kept[key]
	if get == nil {
		get = sync.OnceValues(func() (any, error) { return make() })
		m.kept[key] = get
	}
	m.mu.Unlock()
	v, err := get()
	if err != nil {
		var none V
		return none, err
	}
	return v.(V), nil
}
