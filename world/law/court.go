package law

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"doormat/world"
)

// Court signs the orders that it is asked for, if it answers lawful process at
// all, and says of each log entry whether it is on its docket.
type Court struct {
	key     ed25519.PrivateKey
	random  io.Reader
	logged  bool // orders go through the log
	willing bool
	docket  map[string]bool   // records
	waiting map[string]filing // by record, until the log has it
}

type filing struct {
	to           string
	order, nonce []byte
}

// NewCourt makes a court with a key of its own. With logged, an order is handed
// out only once the principal "log" has its record.
func NewCourt(random io.Reader, logged bool) (*Court, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("court: %w", err)
	}
	return &Court{key: ed25519.NewKeyFromSeed(seed), random: random, logged: logged,
		docket: map[string]bool{}, waiting: map[string]filing{}}, nil
}

// Public is the key under which orders are verified.
func (c *Court) Public() ed25519.PublicKey { return c.key.Public().(ed25519.PublicKey) }

// Name implements [world.Node].
func (*Court) Name() string { return "court" }

// Holdings implements [world.Node]: the key, and the orders that wait for the log.
// The docket is the list of records, which the log publishes.
func (c *Court) Holdings() []world.Fact {
	facts := []world.Fact{{Kind: CourtKey, Ref: hex.EncodeToString(c.Public()), Data: c.key.Seed()}}
	for _, record := range slices.Sorted(maps.Keys(c.waiting)) {
		w := c.waiting[record]
		facts = append(facts, world.Fact{Kind: OrderFact, Ref: "order",
			Data: world.Pack(KindSigned, w.order, w.nonce, []byte(record), nil)})
	}
	return facts
}

// Handle implements [world.Node].
func (c *Court) Handle(_ time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case world.KindComply:
		c.willing = c.willing || p.From == world.Law
	case KindApply:
		return c.apply(p)
	case KindLogged:
		return c.hand(p)
	case KindInquire:
		return c.inquire(p)
	}
	return nil
}

// apply signs what the agency asks for. The application is not examined: how
// good a court's judgement is, no protocol can show.
func (c *Court) apply(p world.Packet) []world.Packet {
	if !c.willing || p.From != "agency" {
		return nil
	}
	f, err := world.Unpack(p.Data, KindApply, 1)
	if err != nil {
		return nil
	}
	order, err := ParseOrder(f[0])
	if err != nil {
		return nil
	}
	nonce := make([]byte, 32)
	if _, err := io.ReadFull(c.random, nonce); err != nil {
		return nil
	}
	signedOrder := Sign(order, c.key)
	record := Record(signedOrder, nonce, c.key)
	c.docket[string(record)] = true
	if !c.logged {
		return []world.Packet{{From: "court", To: p.From, Data: world.Pack(KindSigned, signedOrder, nonce, record, nil)}}
	}
	c.waiting[string(record)] = filing{p.From, signedOrder, nonce}
	return []world.Packet{{From: "court", To: "log", Data: world.Pack(KindAppend, record)}}
}

// hand gives out an order once the log proves that it has the record.
func (c *Court) hand(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindLogged, 2)
	if err != nil || p.From != "log" {
		return nil
	}
	w, ok := c.waiting[string(f[0])]
	if !ok {
		return nil
	}
	delete(c.waiting, string(f[0]))
	return []world.Packet{{From: "court", To: w.to, Data: world.Pack(KindSigned, w.order, w.nonce, f[0], f[1])}}
}

func (c *Court) inquire(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindInquire, 1)
	if err != nil {
		return nil
	}
	mine := []byte{0}
	if c.docket[string(f[0])] {
		mine[0] = 1
	}
	return []world.Packet{{From: "court", To: p.From, Data: world.Pack(KindDocketed, f[0], mine)}}
}
