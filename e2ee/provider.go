package e2ee

import (
	"bytes"
	"crypto/ed25519"
	"maps"
	"slices"
	"time"

	"doormat/e2ee/pqxdh"
	"doormat/world"
	"doormat/world/law"
)

// Provider is directory and mailbox: it hands out prekey bundles, routes messages
// and stores them. It answers an order with the envelopes in its scope.
type Provider struct {
	court   ed25519.PublicKey
	mailbox string
	accept  func(now time.Time, m world.Meta, public []byte) error
	public  []world.Fact
	willing bool

	directory map[string]*entry
	stored    []*Upload
	index     map[string]*Upload // by message id
}

type entry struct {
	identity []byte          // fingerprint
	bundles  [][]byte        // the last one stays
	given    map[string]bool // bundles handed out: each but the last goes out once
}

// NewProvider makes a provider under the jurisdiction of a court. accept, if not
// nil, is what an escrow design lets a provider check of a message; public are
// facts of the design that the provider has besides.
func NewProvider(court ed25519.PublicKey, mailbox string, accept func(time.Time, world.Meta, []byte) error, public []world.Fact) *Provider {
	return &Provider{court: court, mailbox: mailbox, accept: accept, public: public,
		directory: map[string]*entry{}, index: map[string]*Upload{}}
}

// Name implements [world.Node].
func (*Provider) Name() string { return "provider" }

// Holdings implements [world.Node]: the mailbox and the directory.
func (p *Provider) Holdings() []world.Fact {
	var facts []world.Fact
	for _, u := range p.stored {
		facts = append(facts, envelope(u))
	}
	for _, account := range slices.Sorted(maps.Keys(p.directory)) {
		for _, b := range p.directory[account].bundles {
			facts = append(facts, world.Fact{Kind: Bundle, Ref: account, Data: b})
		}
	}
	return append(facts, p.public...)
}

func envelope(u *Upload) world.Fact {
	return world.Fact{Kind: Envelopes, Ref: u.Meta.ID, Data: u.Encode()}
}

// Handle implements [world.Node].
func (p *Provider) Handle(now time.Time, in world.Packet) []world.Packet {
	account, isDevice := world.AccountOf(in.From)
	isDevice = isDevice && in.From == world.DeviceOf(account)
	switch {
	case in.From == world.Law && in.Kind() == world.KindComply:
		p.willing = true
	case in.From == "agency" && in.Kind() == law.KindProduce:
		return p.produce(now, in.Data)
	case in.Kind() == KindFetch:
		return p.fetch(in)
	case isDevice && in.Kind() == KindRegister:
		p.register(account, in.Data)
	case isDevice && in.Kind() == KindUpload:
		return p.upload(now, account, in)
	case isDevice && in.Kind() == KindGot:
		p.got(account, in.Data)
	}
	return nil
}

// register replaces an account's bundles. Whoever speaks as the device is
// believed, as after a registration by text message.
func (p *Provider) register(account string, data []byte) {
	bundles, err := world.UnpackList(data, KindRegister)
	if err != nil || len(bundles) == 0 {
		return
	}
	b, err := pqxdh.ParseBundle(bundles[len(bundles)-1])
	if err != nil || b.Verify() != nil {
		return
	}
	e := &entry{identity: fingerprint(b.Identity), given: map[string]bool{}}
	if before := p.directory[account]; before != nil && bytes.Equal(before.identity, e.identity) {
		e.given = before.given
	}
	last := len(bundles) - 1
	for _, one := range bundles[:last] {
		if !e.given[string(one)] {
			e.bundles = append(e.bundles, one)
		}
	}
	e.bundles = append(e.bundles, bundles[last])
	p.directory[account] = e
}

// fetch hands out a bundle, each but the last one once.
func (p *Provider) fetch(in world.Packet) []world.Packet {
	f, err := world.Unpack(in.Data, KindFetch, 1)
	if err != nil {
		return nil
	}
	var bundle []byte
	if e := p.directory[string(f[0])]; e != nil {
		bundle = e.bundles[0]
		if len(e.bundles) > 1 {
			e.given[string(bundle)] = true
			e.bundles = e.bundles[1:]
		}
	}
	return []world.Packet{{From: "provider", To: in.From, Data: world.Pack(KindBundle, f[0], bundle)}}
}

// upload stores and delivers the parts of a message for recipients whose identity
// is still the one that the sender knows.
func (p *Provider) upload(now time.Time, account string, in world.Packet) []world.Packet {
	u, err := ParseUpload(in.Data)
	if err != nil || u.Meta.From != account {
		return nil
	}
	if p.accept != nil {
		if err := p.accept(now, u.Meta, u.Public); err != nil {
			return []world.Packet{world.Warn("provider", "refused a message of "+account+": "+err.Error())}
		}
	}
	before := p.index[u.Meta.ID]
	if before != nil && (!bytes.Equal(before.Public, u.Public) || !bytes.Equal(before.Meta.Encode(), u.Meta.Encode())) {
		return []world.Packet{world.Warn("provider", "refused a message of "+account+": its number was used before")}
	}
	var fresh []Part
	var stale []string
	var out []world.Packet
	for i, part := range u.Parts {
		e := p.directory[part.To]
		switch {
		case e == nil || !slices.Contains(u.Meta.To, part.To) || (before != nil && before.has(part.To)):
			continue
		case !bytes.Equal(e.identity, part.Identity):
			stale = append(stale, part.To)
			continue
		}
		fresh = append(fresh, part)
		out = append(out, world.Packet{From: "provider", To: world.DeviceOf(part.To), Data: u.Delivery(i).Encode()})
	}
	p.store(before, u, fresh)
	return append(out, world.Packet{From: "provider", To: in.From,
		Data: world.Pack(KindReceipt, []byte(u.Meta.ID), world.Strings(stale))})
}

func (u *Upload) has(to string) bool {
	return slices.ContainsFunc(u.Parts, func(p Part) bool { return p.To == to })
}

func (p *Provider) store(before, u *Upload, fresh []Part) {
	switch {
	case before != nil:
		before.Parts = append(before.Parts, fresh...)
	case len(fresh) > 0:
		u.Parts = fresh
		p.stored = append(p.stored, u)
		p.index[u.Meta.ID] = u
	}
}

// got erases what has been delivered, where the mailbox keeps no more.
func (p *Provider) got(account string, data []byte) {
	f, err := world.Unpack(data, KindGot, 1)
	if err != nil || p.mailbox != world.MailboxDelivered {
		return
	}
	u := p.index[string(f[0])]
	if u == nil {
		return
	}
	u.Parts = slices.DeleteFunc(u.Parts, func(part Part) bool { return part.To == account })
	if len(u.Parts) == 0 {
		delete(p.index, u.Meta.ID)
		p.stored = slices.DeleteFunc(p.stored, func(s *Upload) bool { return s == u })
	}
}

// produce answers an order with the stored messages that it covers.
func (p *Provider) produce(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, law.KindProduce, 1)
	if err != nil || !p.willing {
		return nil
	}
	order, err := law.Verify(f[0], p.court, now)
	if err != nil {
		return nil
	}
	var facts []world.Fact
	for _, u := range p.stored {
		if order.Covers(u.Meta) {
			facts = append(facts, envelope(u))
		}
	}
	return []world.Packet{{From: "provider", To: "agency", Data: world.Pack(law.KindProduced, world.EncodeFacts(facts))}}
}
