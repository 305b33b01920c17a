package law

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/world"
)

// MaxValidity is how long an order may still be in force when it is shown: nobody answers one
// that says more. An American interception order runs for at most thirty days and has to be
// applied for anew (18 U.S.C. § 2518 (5)). A forger who writes the year 9000 is refused, and
// what a key signed before it was replaced does not last, unless it was dated for later: an order
// bears no day of issue.
const MaxValidity = 30 * 24 * time.Hour

// MaxUrgency is the same for an emergency request, which no court has seen: an emergency that has
// lasted a day has had time for a court.
const MaxUrgency = 24 * time.Hour

// A Register is what everybody who answers orders was given at set-up: the keys of the courts
// whose orders count, and of the agencies that may ask. It is the one check that provider,
// vendor, operator, backup store, vault servers, minister, second judge, trustees and their
// hardware make. So who has copied a court's key alone can have nothing answered: an order has
// to be applied for by a registered agency, which signs too, and what is sealed in an answer is
// sealed to that agency's key. TestRegister shows what it refuses,
// TestEverybodyWhoAnswersOrders in package demo that no principal makes an exception.
//
// Where there are several courts, each in a country, everybody answers the orders of all, as under
// a treaty. An order names its court, and is applied for by the agency of that country. A court
// can forbid those in its country to answer other courts about somebody ([Register.For]).
type Register struct {
	Courts   []ed25519.PublicKey // the first is "court", the next "court:2"
	Agencies []Registered        // of the same countries

	home    int     // the number of the court whose injunctions bind, 0 if none does
	forbids []Order // its injunctions
}

// Registered are the public keys of an agency.
type Registered struct {
	Answers []byte            // X25519, which orders name and answers are sealed to
	Signs   ed25519.PublicKey // under which its applications are verified
}

// NewRegister lists courts and agencies, and has the courts take applications of these
// agencies.
func NewRegister(courts []*Court, agencies []*Agency) *Register {
	r := &Register{}
	for _, c := range courts {
		r.Courts = append(r.Courts, c.Public())
		c.register = r
	}
	for _, a := range agencies {
		r.Agencies = append(r.Agencies, a.Registered())
	}
	return r
}

// Verify decodes a signed order that is in force now: signed by the court that it names, applied
// for by the registered agency that it names, not valid for longer than orders may be, and not
// forbidden here. An injunction of the own country's court it keeps in mind, and no injunction is
// an order to be answered.
func (r *Register) Verify(data []byte, now time.Time) (Order, error) {
	f, err := world.Unpack(data, signedTag, 2)
	if err != nil {
		return Order{}, fmt.Errorf("signed order: %w", err)
	}
	named, err := ParseApplication(f[0])
	if err != nil {
		return Order{}, err
	}
	court := r.Court(named.court())
	if len(f[1]) != ed25519.SignatureSize || court == nil ||
		!ed25519.Verify(court, signed(f[0]), f[1]) {
		return Order{}, errors.New("signed order: the signature is not the court's")
	}
	o, err := r.VerifyApplication(f[0], now)
	if err != nil || !o.Forbids {
		return o, err
	}
	if o.court() == r.home {
		r.forbids = append(slices.DeleteFunc(r.forbids, func(other Order) bool {
			return now.After(other.Expiry) || bytes.Equal(other.Encode(), o.Encode())
		}), o)
	}
	return Order{}, ErrInjunction
}

// VerifyApplication decodes an order that no court has signed: what an agency sends to a court.
func (r *Register) VerifyApplication(data []byte, now time.Time) (Order, error) {
	return r.verify(data, applied, now)
}

// verify checks an agency's signature over an order under a label.
func (r *Register) verify(data []byte, label func([]byte) []byte, now time.Time) (Order, error) {
	f, err := world.Unpack(data, applicationTag, 2)
	if err != nil {
		return Order{}, fmt.Errorf("application: %w", err)
	}
	o, err := ParseOrder(f[0])
	if err != nil {
		return Order{}, err
	}
	at := slices.IndexFunc(r.Agencies,
		func(a Registered) bool { return bytes.Equal(a.Answers, o.Agency) })
	switch {
	case at < 0:
		return o, errors.New("order: it names no registered agency")
	case len(r.Courts) > 1 && at+1 != o.court():
		return o, fmt.Errorf("order: it names an agency that does not apply to %s", o.CourtName())
	case len(f[1]) != ed25519.SignatureSize ||
		!ed25519.Verify(r.Agencies[at].Signs, label(f[0]), f[1]):
		return o, errors.New("order: the agency that it names has not signed it")
	case now.After(o.Expiry):
		return o, fmt.Errorf("order: %s expired at %s", o.Case,
			o.Expiry.Format(time.DateOnly))
	case o.Expiry.After(now.Add(MaxValidity)):
		return o, fmt.Errorf("order: %s is to be valid until %s, longer than %d days", o.Case,
			o.Expiry.Format(time.DateOnly), int(MaxValidity.Hours())/24)
	}
	if r.Forbidden(o, now) {
		return o, &Conflict{o.CourtName(), world.Numbered(world.Court, r.home)}
	}
	return o, nil
}

// VerifyPacket is [Register.Verify] of the one field of a packet of that kind.
func (r *Register) VerifyPacket(data []byte, kind byte, now time.Time) (Order, error) {
	f, err := world.Unpack(data, kind, 1)
	if err != nil {
		return Order{}, fmt.Errorf("signed order: %w", err)
	}
	return r.Verify(f[0], now)
}

// VerifyEmergency decodes an emergency request. No court has signed it; that it came from a
// registered agency is all that can be checked.
func (r *Register) VerifyEmergency(data []byte, now time.Time) (Order, error) {
	f, err := world.Unpack(data, KindEmergency, 1)
	if err != nil {
		return Order{}, fmt.Errorf("emergency request: %w", err)
	}
	o, err := r.verify(f[0], urgent, now)
	if err == nil && o.Expiry.After(now.Add(MaxUrgency)) {
		return o, fmt.Errorf("emergency request: %s is to be valid until %s, longer than %d hours",
			o.Case, o.Expiry.Format(time.DateTime), int(MaxUrgency.Hours()))
	}
	return o, err
}
