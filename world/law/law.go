// Package law is the lawful process that every design lives under: an agency
// applies for an order, a court signs it, and principals answer it.
//
// An [Order] names accounts, a window of time and the agency that asks, which signs it first
// ([Apply]). A [Court] signs what a registered agency asks it to sign if, and only if, it answers
// lawful process in this run; it keeps a docket. Whoever answers orders checks both signatures,
// and for how long the order is valid, by one [Register]. Where a design has a log, the court first has a hiding commitment
// to the order logged. When the [SealingPeriod] is over it publishes the order, logged or
// not, and serves notice on the accounts that it names. An [Agency]
// presents the order to the provider, to the users named in it, and to whomever
// else the design gives it to present to; what they hand over is its file.
//
// In an emergency an agency may ask a provider without a court ([KindEmergency]), and a provider
// that answers lawful process at all answers at once, as companies do where life is in danger: it
// checks that a registered agency asks, hands over what it has by then, and nobody else is told. A
// request is good for a day ([MaxUrgency]). Whoever else answers orders, such as trustees, answers
// none, unless a design says so ([Urgent]): there is no court's signature to check, and no record
// in a log.
//
// Nothing here is specific to one design: package attacks counts what an agency
// obtained in the same way for all. TestOrder, FuzzParseOrder and FuzzParseSigned
// prove the encoding, TestRecord the commitment, TestSeal and FuzzOpen the sealed
// answers, TestRegister what is refused, TestCourtRefuses, TestCourtWithLog,
// TestSecondJudge, TestExamine and TestAgency the process. [Rules]
// says how its papers are read by whoever sees them (TestPapersNameTheirTargets).
package law

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/world"
)

// Kinds of packets.
const (
	KindApply     byte = 64 + iota // agency to court: application
	KindSigned                     // court to agency: signed order, nonce, record, evidence or ""
	KindProduce                    // agency to provider: signed order
	KindProduced                   // provider to agency: facts
	KindAppend                     // court to log: record
	KindLogged                     // log to whoever appended and to the monitor: record, evidence
	KindInquire                    // monitor to court: record
	KindDocketed                   // court to monitor: record, 1 if it is the court's, 0 if not
	KindPublished                  // court to Public, when no longer sealed: order, nonce, record
	KindCompel                     // agency to vendor: signed order
	KindReport                     // device with a compelled or false program to whom it serves: facts
	KindEmergency                  // agency to provider: an application that no court has seen
)

// PacketKinds names them.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindApply, Name: "application for an order"},
		{Kind: KindSigned, Name: "signed order"},
		{Kind: KindProduce, Name: "order to produce"},
		{Kind: KindProduced, Name: "produced"},
		{Kind: KindAppend, Name: "record to log"},
		{Kind: KindLogged, Name: "logged record"},
		{Kind: KindInquire, Name: "inquiry about a record"},
		{Kind: KindDocketed, Name: "answer to an inquiry"},
		{Kind: KindPublished, Name: "published order"},
		{Kind: KindCompel, Name: "order to a vendor"},
		{Kind: KindReport, Name: "report of a phone"},
		{Kind: KindEmergency, Name: "emergency request"},
	}
}

// Kinds of facts.
const (
	CourtKey  world.Kind = "court key"    // Ed25519 seed, 32 bytes
	AgencyKey world.Kind = "agency key"   // see [SigningKey]; Ref its X25519 public key in hexadecimal
	OrderFact world.Kind = "signed order" // what KindSigned carries; Ref "order"
)

// An Order is what a court signs.
type Order struct {
	Case     string
	Accounts []string // messages that one of these sent or received
	From     time.Time
	Until    time.Time // inclusive
	Expiry   time.Time
	Agency   []byte // X25519 public key, 32 bytes: answers are sealed to it
	Program  string // that the vendor has to publish for the accounts' phones; "" for none
	Court    int    // the number of the court that is to sign it, from 1; 0 is the first, too
	Forbids  bool   // it is an injunction, see [Register.For]
}

const (
	orderTag       = 'O'
	injunctionTag  = 'I'
	applicationTag = 'A'
	signedTag      = 'S'
	recordTag      = 'R'
)

// court is the number of the court that is to sign the order, from 1.
func (o *Order) court() int { return max(1, o.Court) }

// CourtName is the principal that is to sign the order.
func (o *Order) CourtName() string { return world.Numbered(world.Court, o.Court) }

// AgencyName is the principal that applies for it and is answered: that of the court's country.
func (o *Order) AgencyName() string { return world.Numbered(world.Agency, o.Court) }

// Encode is canonical: Accounts is a sorted set, times are to the millisecond, and of Program and
// Court what says nothing is left out at the end.
func (o Order) Encode() []byte {
	accounts := slices.Compact(slices.Sorted(slices.Values(o.Accounts)))
	fields := [][]byte{[]byte(o.Case), world.Strings(accounts),
		world.Time(o.From), world.Time(o.Until), world.Time(o.Expiry), o.Agency}
	if o.Program != "" || o.Court > 1 {
		fields = append(fields, []byte(o.Program))
	}
	if o.Court > 1 {
		fields = append(fields, world.Int(int64(o.Court)))
	}
	if o.Forbids {
		return world.Pack(injunctionTag, fields...)
	}
	return world.Pack(orderTag, fields...)
}

// ParseOrder decodes [Order.Encode].
func ParseOrder(data []byte) (Order, error) {
	f, err := world.UnpackList(data, orderTag)
	forbids := len(data) > 0 && data[0] == injunctionTag
	if forbids {
		f, err = world.UnpackList(data, injunctionTag)
	}
	if err != nil {
		return Order{}, fmt.Errorf("order: %w", err)
	}
	if len(f) < 6 || len(f) > 8 {
		return Order{}, fmt.Errorf("order: %d fields, want 6 to 8", len(f))
	}
	o := Order{Case: string(f[0]), Agency: bytes.Clone(f[5]), Forbids: forbids}
	if len(f) > 6 {
		o.Program = string(f[6])
	}
	if len(f) > 7 {
		court, err := world.ParseInt(f[7])
		if err != nil || court > world.MaxCourts {
			return Order{}, errors.New("order: it names no court")
		}
		o.Court = int(court)
	}
	if o.Accounts, err = world.ParseStrings(f[1]); err != nil {
		return Order{}, fmt.Errorf("order: accounts: %w", err)
	}
	for i, t := range []*time.Time{&o.From, &o.Until, &o.Expiry} {
		if *t, err = world.ParseTime(f[2+i]); err != nil {
			return Order{}, fmt.Errorf("order: %w", err)
		}
	}
	if len(o.Agency) != 32 || len(o.Accounts) == 0 || !bytes.Equal(o.Encode(), data) {
		return Order{}, errors.New("order: not in canonical form, or without accounts or key")
	}
	return o, nil
}

// Covers reports whether a message is within the order's scope: sent by or to one of its accounts,
// and within its window, both ends of which count.
func (o *Order) Covers(m world.Meta) bool {
	return !m.Sent.Before(o.From) && !m.Sent.After(o.Until) &&
		slices.ContainsFunc(o.Accounts,
			func(a string) bool { return a == m.From || slices.Contains(m.To, a) })
}

// Apply gives the order with the signature of the agency that asks for it.
func Apply(o Order, agency ed25519.PrivateKey) []byte {
	body := o.Encode()
	return world.Pack(applicationTag, body, ed25519.Sign(agency, applied(body)))
}

// ApplyAtOnce is the same for an emergency request. Its signature is over another label, so that
// whoever sees what a court was asked for, or has refused, cannot send it as one.
func ApplyAtOnce(o Order, agency ed25519.PrivateKey) []byte {
	body := o.Encode()
	return world.Pack(applicationTag, body, ed25519.Sign(agency, urgent(body)))
}

// Sign gives an application, as [Apply] gives it, with the court's signature: a signed order.
func Sign(application []byte, court ed25519.PrivateKey) []byte {
	return world.Pack(signedTag, application, ed25519.Sign(court, signed(application)))
}

// applied and urgent are what an agency signs, and signed what a court signs. The labels keep
// one from passing as the other.
func applied(body []byte) []byte { return append([]byte("doormat application v1\x00"), body...) }

func urgent(body []byte) []byte { return append([]byte("doormat emergency v1\x00"), body...) }

func signed(application []byte) []byte {
	return append([]byte("doormat order v2\x00"), application...)
}

// ParseApplication decodes an application, as [Apply] gives it. The signature is not checked.
func ParseApplication(data []byte) (Order, error) {
	f, err := world.Unpack(data, applicationTag, 2)
	if err != nil {
		return Order{}, fmt.Errorf("application: %w", err)
	}
	return ParseOrder(f[0])
}

// ParseOrderIn decodes a signed order, as [Sign] gives it. No signature is checked.
func ParseOrderIn(signed []byte) (Order, error) {
	f, err := world.Unpack(signed, signedTag, 2)
	if err != nil {
		return Order{}, fmt.Errorf("signed order: %w", err)
	}
	return ParseApplication(f[0])
}

// Record is what the log holds of an order: a hiding commitment, signed by the
// court. nonce is 32 random bytes.
func Record(signedOrder, nonce []byte, court ed25519.PrivateKey) []byte {
	c := commitment(signedOrder, nonce)
	return world.Pack(recordTag, c, ed25519.Sign(court, committed(c)))
}

// committed is what the court signs of a commitment. The label keeps an order
// and its signature from passing as a record.
func committed(c []byte) []byte { return append([]byte("doormat order record v1\x00"), c...) }

func commitment(signedOrder, nonce []byte) []byte {
	sum := sha256.Sum256(world.Pack(recordTag, []byte("doormat order commitment v1"), nonce,
		signedOrder))
	return sum[:]
}

// OpensTo reports whether record commits to the signed order under the nonce.
func OpensTo(record, signedOrder, nonce []byte) bool {
	f, err := world.Unpack(record, recordTag, 2)
	return err == nil && len(nonce) == 32 && bytes.Equal(f[0], commitment(signedOrder, nonce))
}

// CheckRecord reports whether a record is signed by the court, which a log asks
// before it appends.
func CheckRecord(record []byte, court ed25519.PublicKey) bool {
	f, err := world.Unpack(record, recordTag, 2)
	return err == nil && len(f[0]) == sha256.Size && len(f[1]) == ed25519.SignatureSize &&
		ed25519.Verify(court, committed(f[0]), f[1])
}
