package cloud

import (
	"encoding/hex"
	"slices"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// Answer is what the provider hands over under an order, sealed to the agency: Ref is the
// agency's public key in hexadecimal.
const Answer world.Kind = "answer of the provider"

// answerInfo binds an answer to its use.
var answerInfo = []byte("doormat cloud answer v1")

// produce answers an order with what it covers, and remembers it if its time is not over.
func (p *Provider) produce(now time.Time, data []byte) []world.Packet {
	order, err := p.register.VerifyPacket(data, law.KindProduce, now)
	if err != nil || !p.willing {
		return law.Refused(p.Name(), err)
	}
	if order.Until.After(now) {
		p.standing = append(p.standing, order)
	}
	return p.covered(order)
}

// produceAtOnce answers an emergency request, which no court has signed, with the text of what is
// stored: that a registered agency asks is all that the provider can check.
func (p *Provider) produceAtOnce(now time.Time, data []byte) []world.Packet {
	order, err := p.register.VerifyEmergency(data, now)
	if err != nil || !p.willing {
		return nil
	}
	return p.covered(order)
}

// covered hands over the text of every stored message that an order covers.
func (p *Provider) covered(order law.Order) []world.Packet {
	var named []*Envelope
	for _, e := range p.stored {
		if order.Covers(e.Meta) {
			named = append(named, e)
		}
	}
	return p.opened(named, func(c *Content) []world.Packet { return p.handOver(order, c.Encode()) })
}

func (p *Provider) handOver(order law.Order, plain []byte) []world.Packet {
	data, err := law.Seal(p.random, order.Agency, answerInfo, plain)
	if err != nil {
		return nil
	}
	return []world.Packet{{From: world.Provider, To: order.AgencyName(),
		Data: world.Pack(KindAnswer, order.Agency, data)}}
}

// dropExpiredOrders forgets orders whose time is over, or which the court here forbids by now.
func (p *Provider) dropExpiredOrders(now time.Time) {
	p.standing = slices.DeleteFunc(p.standing, func(o law.Order) bool {
		return now.After(o.Until) || now.After(o.Expiry) || p.register.Forbidden(o, now)
	})
}

// intercept hands over what passes, a message or something said, to every open order that covers
// it. No copy is kept, so it does not matter what the mailbox keeps.
func (p *Provider) intercept(now time.Time, m world.Meta, plain []byte) (out []world.Packet) {
	p.dropExpiredOrders(now)
	for _, o := range p.standing {
		if o.Covers(m) {
			out = append(out, p.handOver(o, plain)...)
		}
	}
	return out
}

// agencyExtension opens and files what the provider hands over.
type agencyExtension struct{}

// Execute implements [law.AgencyExtension]: the provider has been asked already.
func (agencyExtension) Execute(law.Signed) []world.Packet { return nil }

// Present implements [law.AgencyExtension].
func (agencyExtension) Present(law.Signed, []world.Fact) []world.Packet { return nil }

// Holdings implements [law.AgencyExtension].
func (agencyExtension) Holdings() []world.Fact { return nil }

// Handle implements [law.AgencyExtension].
func (agencyExtension) Handle(private []byte, p world.Packet) ([]world.Fact, []world.Packet) {
	if p.Kind() != KindAnswer || p.From != world.Provider {
		return nil, nil
	}
	f, err := openAnswer(private, p.Data)
	if err != nil {
		return nil, nil
	}
	return []world.Fact{f}, nil
}

func openAnswer(private, data []byte) (world.Fact, error) {
	f, err := world.Unpack(data, KindAnswer, 2)
	if err != nil {
		return world.Fact{}, err
	}
	plain, err := law.Open(private, answerInfo, f[1])
	if err != nil {
		return world.Fact{}, err
	}
	return overheard(plain)
}

func answerFact(data []byte) (world.Fact, error) {
	f, err := world.Unpack(data, KindAnswer, 2)
	if err != nil {
		return world.Fact{}, err
	}
	return world.Fact{Kind: Answer, Ref: hex.EncodeToString(f[0]), Data: data}, nil
}
