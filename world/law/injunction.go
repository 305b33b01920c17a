package law

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/world"
)

// ErrInjunction is what [Register.Verify] says of an injunction: it orders nothing.
var ErrInjunction = errors.New("signed order: it is an injunction, which nobody answers")

// A Conflict is why somebody does not answer an order that is good otherwise: the court of the own
// country forbids it. Whoever answers breaks the injunction, and whoever does not breaks the order.
// TestConflict shows whom an injunction binds, and against whom.
type Conflict struct{ Orders, Forbids string }

func (c *Conflict) Error() string {
	return fmt.Sprintf("the order is of the %s, and the %s forbids to answer it: to keep one is to "+
		"break the other", c.Orders, c.Forbids)
}

// Refused is what somebody says who was shown a signed order and does not answer it: where two
// courts contradict each other, it says so in public, and otherwise nothing.
func Refused(who string, err error) []world.Packet {
	if c := new(Conflict); errors.As(err, &c) {
		return []world.Packet{world.Warn(who, "refused an order: "+c.Error())}
	}
	return nil
}

// For is the register as it is for somebody in a country, who keeps in mind what the court there
// forbids: to answer other courts about the accounts that the injunction names, while it is in
// force. An injunction is an order in form, applied for, signed, logged and published in time as
// orders are. It takes one signature, since it discloses nothing.
func (r *Register) For(country string) *Register {
	if r == nil {
		return nil
	}
	own := &Register{Courts: r.Courts, Agencies: r.Agencies}
	for i := range r.Courts {
		if world.Country(i+1) == country {
			own.home = i + 1
		}
	}
	return own
}

// Court is the key of a court, nil if there is none of that number.
func (r *Register) Court(number int) ed25519.PublicKey {
	if number < 1 || number > len(r.Courts) {
		return nil
	}
	return r.Courts[number-1]
}

// Forbidden tells whether the court of the own country forbids to answer an order of another's
// now. Whoever hands over what passes asks again each time.
func (r *Register) Forbidden(o Order, now time.Time) bool {
	return !o.Forbids && o.court() != r.home && slices.ContainsFunc(r.forbids, func(i Order) bool {
		return !now.After(i.Expiry) && slices.ContainsFunc(i.Accounts,
			func(account string) bool { return slices.Contains(o.Accounts, account) })
	})
}

// anothers tells whether another court than this one has signed a record.
func (r *Register) anothers(record []byte, number int) bool {
	for i, key := range r.Courts {
		if i+1 != number && CheckRecord(record, key) {
			return true
		}
	}
	return false
}
