package restraint

import (
	"crypto/sha256"
	"slices"
	"time"
)

// A Cap counts the orders that a trustee has answered. The zero Cap bounds nothing.
type Cap struct {
	Most     int // orders in thirty days, 0 for any number
	answered []answered
}

type answered struct {
	order [32]byte // hash of it, as signed
	since time.Time
}

// capPeriod is the time over which orders are counted.
const capPeriod = 30 * 24 * time.Hour

// Allows counts an order, once, and reports whether it is among those that the cap allows.
func (c *Cap) Allows(now time.Time, order []byte) bool {
	if c.Most == 0 {
		return true
	}
	c.answered = slices.DeleteFunc(c.answered, func(a answered) bool {
		return now.Sub(a.since) >= capPeriod
	})
	hash := sha256.Sum256(order)
	if slices.ContainsFunc(c.answered, func(a answered) bool { return a.order == hash }) {
		return true
	}
	if len(c.answered) >= c.Most {
		return false
	}
	c.answered = append(c.answered, answered{hash, now})
	return true
}
