package backup

import (
	"io"
	"maps"
	"slices"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// Kinds of packets.
const (
	KindSave        byte = 176 + iota // device to store: items
	KindErase                         // device to store: names of items
	KindLoad                          // device to store: from which item on
	KindLoaded                        // store to device: from which on, how many there are, items
	KindAsk                           // device to provider: for whom, its public key, sealed request
	KindForward                       // provider to vault server: account, public key, sealed request
	KindForwarded                     // vault server to provider: account, id of the request, sealed answer
	KindTold                          // provider to device: id of the request, sealed answer
	KindSurrender                     // agency to store and vault server: signed order
	KindSurrendered                   // store or vault server to agency: facts, sealed
)

// packetKinds name the kinds, for either design.
func packetKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindSave, Name: "save in backup"},
		{Kind: KindErase, Name: "erase from backup"},
		{Kind: KindLoad, Name: "load backup"},
		{Kind: KindLoaded, Name: "loaded backup"},
		{Kind: KindAsk, Name: "key request"},
		{Kind: KindForward, Name: "key request forwarded"},
		{Kind: KindForwarded, Name: "key answer forwarded"},
		{Kind: KindTold, Name: "key answer"},
		{Kind: KindSurrender, Name: "surrender backup"},
		{Kind: KindSurrendered, Name: "backup surrendered"},
	}
}

// page is how many items the store sends at a time.
const page = 256

// An archive is the backup store: items by account, in the order in which they came.
type archive struct {
	answerer
	random   io.Reader
	accounts map[string]*items
}

type items struct {
	order []string // names
	at    map[string]item
}

type item struct {
	sealed []byte
	came   time.Time
}

// Name implements [world.Node].
func (*archive) Name() string { return Store }

// Holdings implements [world.Node].
func (a *archive) Holdings() []world.Fact {
	return a.facts(slices.Sorted(maps.Keys(a.accounts)), func(item) bool { return true })
}

func (a *archive) facts(accounts []string, wanted func(item) bool) []world.Fact {
	var facts []world.Fact
	for _, account := range accounts {
		list := a.accounts[account]
		if list == nil {
			continue
		}
		for _, name := range list.order {
			if i, ok := list.at[name]; ok && wanted(i) {
				facts = append(facts, world.Fact{Kind: SealedBackup, Ref: account, Data: i.sealed})
			}
		}
	}
	return facts
}

// Handle implements [world.Node].
func (a *archive) Handle(now time.Time, p world.Packet) []world.Packet {
	if out, done := a.surrender(Store, now, p, a.random, func(o law.Order) []world.Fact {
		return a.facts(o.Accounts, func(i item) bool {
			return !i.came.Before(o.From) && !i.came.After(o.Until)
		})
	}); done {
		return out
	}
	account, ok := world.AccountOf(p.From)
	if !ok || p.From != world.DeviceOf(account) {
		return nil
	}
	switch p.Kind() {
	case KindSave:
		a.save(now, account, p.Data)
	case KindErase:
		a.erase(account, p.Data)
	case KindLoad:
		return a.load(account, p)
	}
	return nil
}

func (a *archive) save(now time.Time, account string, data []byte) {
	list, err := world.UnpackList(data, KindSave)
	if err != nil {
		return
	}
	if a.accounts[account] == nil {
		a.accounts[account] = &items{at: map[string]item{}}
	}
	to := a.accounts[account]
	for _, sealed := range list {
		if len(sealed) < nameSize {
			continue
		}
		name := string(sealed[:nameSize])
		if _, there := to.at[name]; !there {
			to.order = append(to.order, name)
			to.at[name] = item{slices.Clone(sealed), now}
		}
	}
}

// erase forgets items. Their places in the order go with the first half of them, so that erasing
// one at a time stays cheap.
func (a *archive) erase(account string, data []byte) {
	list, err := world.UnpackList(data, KindErase)
	from := a.accounts[account]
	if err != nil || from == nil {
		return
	}
	for _, name := range list {
		delete(from.at, string(name))
	}
	if len(from.order) > 2*len(from.at)+page {
		from.order = slices.DeleteFunc(from.order,
			func(name string) bool { _, there := from.at[name]; return !there })
	}
}

// load answers with a page of items.
func (a *archive) load(account string, p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindLoad, 1)
	if err != nil {
		return nil
	}
	from, err := world.ParseInt(f[0])
	facts := a.facts([]string{account}, func(item) bool { return true })
	if err != nil || from < 0 || from > int64(len(facts)) {
		return nil
	}
	var sealed [][]byte
	for _, f := range facts[from:min(from+page, int64(len(facts)))] {
		sealed = append(sealed, f.Data)
	}
	return []world.Packet{{From: Store, To: p.From,
		Data: world.Pack(KindLoaded, world.Int(from), world.Int(int64(len(facts))),
			world.Pack(0, sealed...))}}
}

// An answerer is who hands something over under an order that the court signed, once the law has
// said so.
type answerer struct {
	register *law.Register
	willing  bool
	word     bool // in an emergency the agency's word is enough
}

var surrenderInfo = []byte("doormat backup surrendered v1")

// surrender answers an order with what hand gives, sealed to the agency. The second result says that
// the packet was one of lawful process.
func (a *answerer) surrender(name string, now time.Time, p world.Packet, random io.Reader,
	hand func(law.Order) []world.Fact) ([]world.Packet, bool) {
	if p.From == world.Law && p.Kind() == world.KindComply {
		a.willing = true
		return nil, true
	}
	var order law.Order
	var err error
	switch {
	case world.KindOf(p.From) != world.Agency:
		return nil, false
	case p.Kind() == KindSurrender:
		order, err = a.register.VerifyPacket(p.Data, KindSurrender, now)
	case p.Kind() == law.KindEmergency && a.word:
		order, err = a.register.VerifyEmergency(p.Data, now)
	default:
		return nil, false
	}
	if err != nil || !a.willing {
		return law.Refused(name, err), true
	}
	sealed, err := law.Seal(random, order.Agency, surrenderInfo, world.EncodeFacts(hand(order)))
	if err != nil {
		return nil, true
	}
	return []world.Packet{{From: name, To: p.From,
		Data: world.Pack(KindSurrendered, order.Agency, sealed)}}, true
}

// A seeker is the agency's part: it asks those who answer orders besides provider and users.
type seeker struct {
	asks   []string
	atOnce []string // those of them who take its word in an emergency
}

// AskedAtOnce implements [law.Urgent].
func (s *seeker) AskedAtOnce() []string { return s.atOnce }

// Execute implements [law.AgencyExtension].
func (s *seeker) Execute(signed law.Signed) []world.Packet {
	var out []world.Packet
	for _, name := range s.asks {
		out = append(out, world.Packet{From: world.Agency, To: name,
			Data: world.Pack(KindSurrender, signed.Bytes)})
	}
	return out
}

// Present implements [law.AgencyExtension]: nobody here needs what the provider produces.
func (*seeker) Present(law.Signed, []world.Fact) []world.Packet { return nil }

// Holdings implements [law.AgencyExtension].
func (*seeker) Holdings() []world.Fact { return nil }

// Handle implements [law.AgencyExtension]: it files what those who were asked hand over.
func (s *seeker) Handle(private []byte, p world.Packet) ([]world.Fact, []world.Packet) {
	f, err := world.Unpack(p.Data, KindSurrendered, 2)
	if err != nil || !slices.Contains(s.asks, p.From) {
		return nil, nil
	}
	facts, err := surrendered(private, f[1])
	if err != nil {
		return nil, nil
	}
	return facts, nil
}

// surrendered opens what was sealed to an agency, and keeps what such answers consist of.
func surrendered(private, sealed []byte) ([]world.Fact, error) {
	plain, err := law.Open(private, surrenderInfo, sealed)
	if err != nil {
		return nil, err
	}
	facts, err := world.ParseFacts(plain)
	return world.KeepKinds(facts, SealedBackup, VaultRecord), err
}
