package orders_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/attacks/orders"
	"doormat/world"
)

// What is got by a capability that an order allows counts until the order expires, and what
// was stolen never does.
func TestWarrant(t *testing.T) {
	start := time.Unix(1_000, 0)
	phone := world.Capability{Principal: "device:A", Surface: world.Control}
	texts := map[string]int{"one": 1, "two": 2, "three": 3}
	message := func(b []byte) int { return texts[string(b)] }
	know := deduce.New(nil, deduce.Budget{})
	d := orders.New(know, nil, deduce.Budget{})
	claims := map[int]int{}
	loot := func(text, origin string, at time.Time) {
		e := deduce.Entry{Fact: world.Fact{Kind: world.Plaintext, Data: []byte(text)}, Origin: origin, Loot: true}
		id := know.Add(e)
		d.Looted(e, id, at)
		claims[texts[text]] = id
	}
	loot("one", "provider.store", start)
	d.Allow([]world.Capability{phone}, start.Add(time.Hour))
	loot("two", phone.String(), start.Add(time.Minute))
	loot("three", phone.String(), start.Add(2*time.Hour))
	yielded, err := d.Yielded(t.Context(), message, claims)
	require.NoError(t, err)
	require.Equal(t, map[int]int64{2: start.Add(time.Minute).Unix()}, yielded)
}
