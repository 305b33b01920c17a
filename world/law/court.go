package law

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"doormat/world"
)

// Court signs the orders that it is asked for, if it answers lawful process at
// all, and tells a monitor that asks whether a record in the log is on its docket.
type Court struct {
	number   int // from 1
	key      ed25519.PrivateKey
	register *Register // of the agencies that may apply
	random   io.Reader
	logged   bool // orders go through the log
	willing  bool
	docket   map[string]bool   // the records of all orders that this court signed
	waiting  map[string]string // record to the agency that applied, until the log has the record
	sealed   []filing          // orders that are signed and not yet published, oldest first
	second   ed25519.PublicKey // of the judge who signs orders as well, nil if none does
	asked    []filing          // orders that this judge has not signed yet
}

// A filing is a signed order that the court still keeps secret.
type filing struct {
	order, nonce, record []byte
	signed               time.Time
	second               []byte // the second judge's signature, if there is one
	released             bool   // the agency has the order
}

// encode gives the order as its agency gets it, with evidence if it is logged.
func (f *filing) encode(evidence []byte) []byte {
	return Signed{Bytes: f.order, Nonce: f.nonce, Record: f.record,
		Evidence: evidence, Second: f.second}.Encode()
}

// due is when the court publishes the order.
func (f *filing) due() time.Time { return f.signed.Add(SealingPeriod) }

// SealingPeriod is how long an order stays secret: then the court publishes what
// opens its record in the log, and serves notice on the accounts that it names. For
// wiretaps in the United States 18 U.S.C. § 2518(8)(d) sets ninety days from their
// end, which a court may extend; here they count from the signing.
const SealingPeriod = 90 * 24 * time.Hour

// SealedUntil is when the last order that is still secret is due to be published,
// the zero time if there is none.
func (c *Court) SealedUntil() time.Time {
	if len(c.sealed) == 0 {
		return time.Time{}
	}
	return c.sealed[len(c.sealed)-1].due()
}

// NewCourt makes a court with a key of its own, at which no agency is registered yet. With logged, an order is released
// only once the principal "log" has its record.
func NewCourt(random io.Reader, logged bool) (*Court, error) { return numberedCourt(random, logged, 1) }

func numberedCourt(random io.Reader, logged bool, number int) (*Court, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("court: %w", err)
	}
	return &Court{number: number, key: ed25519.NewKeyFromSeed(seed), random: random, logged: logged,
		register: &Register{}, docket: map[string]bool{}, waiting: map[string]string{}}, nil
}

// Register is what whoever answers this court's orders was given at set-up.
func (c *Court) Register() *Register { return c.register }

// Public is the key under which orders are verified.
func (c *Court) Public() ed25519.PublicKey { return c.key.Public().(ed25519.PublicKey) }

// Name implements [world.Node].
func (c *Court) Name() string { return world.Numbered(world.Court, c.number) }

// Holdings implements [world.Node]: the key, and the orders that are not published
// yet. The docket is the list of records, which the log publishes.
func (c *Court) Holdings() []world.Fact {
	ref := hex.EncodeToString(c.Public())
	if c.number > 1 {
		ref = strconv.Itoa(c.number) + "/" + ref
	}
	facts := []world.Fact{{Kind: CourtKey, Ref: ref, Data: c.key.Seed()}}
	for _, f := range slices.Concat(c.sealed, c.asked) {
		facts = append(facts, world.Fact{Kind: OrderFact, Ref: "order", Data: f.encode(nil)})
	}
	return facts
}

// Handle implements [world.Node].
func (c *Court) Handle(now time.Time, p world.Packet) []world.Packet {
	return inName(c.Name(), c.handle(now, p))
}

// inName has packets that were written in the first court's or agency's name come from the one of
// that name.
func inName(name string, packets []world.Packet) []world.Packet {
	for i := range packets {
		packets[i].From = name
	}
	return packets
}

func (c *Court) handle(now time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case world.KindTick:
		return c.publish(now, p)
	case world.KindComply:
		c.willing = c.willing || p.From == world.Law
	case KindApply:
		return c.apply(now, p)
	case KindSeconded:
		return c.seconded(p)
	case KindLogged:
		return c.release(p)
	case KindInquire:
		return c.inquire(p)
	case KindPending:
		return c.examine(p)
	}
	return nil
}

// apply signs what a registered agency asks for. Its reasons are not examined: how
// good a court's judgement is, no protocol can show.
func (c *Court) apply(now time.Time, p world.Packet) []world.Packet {
	if !c.willing || p.From != world.Numbered(world.Agency, c.number) {
		return nil
	}
	f, err := world.Unpack(p.Data, KindApply, 1)
	if err != nil {
		return nil
	}
	order, err := ParseApplication(f[0])
	if err != nil || order.court() != c.number {
		return nil
	}
	if _, err := c.register.VerifyApplication(f[0], now); err != nil {
		return []world.Packet{world.Warn(world.Court, "refused an application: "+err.Error())}
	}
	nonce := make([]byte, 32)
	if _, err := io.ReadFull(c.random, nonce); err != nil {
		return nil
	}
	signedOrder := Sign(f[0], c.key)
	record := Record(signedOrder, nonce, c.key)
	signed := filing{order: signedOrder, nonce: nonce, record: record, signed: now,
		released: !c.logged}
	if c.second != nil && !order.Forbids {
		c.asked = append(c.asked, signed)
		return []world.Packet{{From: world.Court, To: JudgeName,
			Data: world.Pack(KindSecond, signedOrder)}}
	}
	return c.enter(signed)
}

// AskSecond has a second judge sign every order before it is logged and released.
func (c *Court) AskSecond(judge ed25519.PublicKey) { c.second = judge }

// seconded goes on with an order that the second judge has signed.
func (c *Court) seconded(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindSeconded, 2)
	if err != nil || p.From != JudgeName {
		return nil
	}
	at := slices.IndexFunc(c.asked, func(a filing) bool { return bytes.Equal(a.order, f[0]) })
	if at < 0 || CheckSecond(Signed{Bytes: f[0], Second: f[1]}, c.second) != nil {
		return nil
	}
	filed := c.asked[at]
	filed.second = f[1]
	c.asked = slices.Delete(c.asked, at, at+1)
	return c.enter(filed)
}

// enter puts an order on the docket, and releases it or has the log take it first. The one
// principal that applies for orders is the agency of this court's country.
func (c *Court) enter(f filing) []world.Packet {
	c.docket[string(f.record)] = true
	c.sealed = append(c.sealed, f)
	if !c.logged {
		return []world.Packet{{From: world.Court, To: world.Numbered(world.Agency, c.number),
			Data: f.encode(nil)}}
	}
	c.waiting[string(f.record)] = world.Numbered(world.Agency, c.number)
	return []world.Packet{{From: world.Court, To: world.Log, Data: world.Pack(KindAppend, f.record)}}
}

// release sends an order to its agency once the log proves that it has the record.
func (c *Court) release(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindLogged, 2)
	if err != nil || p.From != world.Log {
		return nil
	}
	to, ok := c.waiting[string(f[0])]
	at := slices.IndexFunc(c.sealed, func(s filing) bool { return bytes.Equal(s.record, f[0]) })
	if !ok || at < 0 {
		return nil
	}
	delete(c.waiting, string(f[0]))
	c.sealed[at].released = true
	return []world.Packet{{From: world.Court, To: to, Data: c.sealed[at].encode(f[1])}}
}

// Wakes implements [world.Waker]: an order is published on the first night after
// its sealing period.
func (c *Court) Wakes() time.Time {
	if len(c.sealed) == 0 {
		return time.Time{}
	}
	return c.sealed[0].due()
}

// publish opens to the public the records whose sealing period is over, and tells
// those whom the orders name. An order that was never released gave no access, so there
// is nothing to tell.
func (c *Court) publish(now time.Time, p world.Packet) []world.Packet {
	if p.From != world.Clock {
		return nil
	}
	var out []world.Packet
	for len(c.sealed) > 0 && !now.Before(c.sealed[0].due()) {
		f := c.sealed[0]
		c.sealed = c.sealed[1:]
		data := world.Pack(KindPublished, f.order, f.nonce, f.record)
		out = append(out, world.Packet{From: world.Court, To: world.Public, Data: data})
		if f.released {
			out = append(out, notices(f)...)
		}
		if c.logged {
			out = append(out, world.Packet{From: world.Court, To: world.Monitor, Data: data})
		}
	}
	return out
}

// notices tells every user whom a published order names.
func notices(f filing) []world.Packet {
	s, err := ParseSigned(world.Pack(KindSigned, f.order, f.nonce, f.record, nil))
	if err != nil {
		return nil
	}
	what := "order"
	if s.Order.Forbids {
		what = "injunction"
	}
	var out []world.Packet
	for _, account := range s.Order.Accounts {
		out = append(out, world.Notice(world.Court, world.UserOf(account),
			"the court gave notice of its "+what+" in "+s.Order.Case+", which names this account",
			f.signed))
	}
	return out
}

// inquire answers whether a record is on the docket. Of one that another court has signed it says
// nothing.
func (c *Court) inquire(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindInquire, 1)
	if err != nil {
		return nil
	}
	if c.register.anothers(f[0], c.number) {
		return nil
	}
	mine := []byte{0}
	if c.docket[string(f[0])] {
		mine[0] = 1
	}
	return []world.Packet{{From: world.Court, To: p.From,
		Data: world.Pack(KindDocketed, f[0], mine)}}
}
