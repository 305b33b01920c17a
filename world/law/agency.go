package law

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"doormat/world"
)

// An AgencyExtension is what a design adds to an agency: it asks principals of the design
// that answer orders beside the provider and the users, such as trustees or a backup store,
// and judges what they answer.
type AgencyExtension interface {
	// Execute builds the packets that ask those who need nothing but the order, such as
	// whoever keeps copies of keys. It is called when the court has signed.
	Execute(s Signed) []world.Packet
	// Present builds the packets that ask those who need what the provider produced under
	// the order, such as trustees, who open one message at a time.
	Present(s Signed, produced []world.Fact) []world.Packet
	// Handle takes a packet of a kind that the agency does not know, with the agency's
	// private key. It returns the facts that the agency files, and packets in its name.
	Handle(private []byte, p world.Packet) (obtained []world.Fact, out []world.Packet)
	// Holdings are what a thief of the agency finds besides.
	Holdings() []world.Fact
}

// Urgent is an AgencyExtension of a design in which others than the provider take an agency's word
// in an emergency.
type Urgent interface {
	// AskedAtOnce names them.
	AskedAtOnce() []string
}

// Agency applies for orders, presents them and keeps what it is given.
type Agency struct {
	Extensions []AgencyExtension // those whom the design has besides to answer orders, asked in turn
	// Produced are the kinds of facts that a provider produces. What else it sends is not
	// filed: it might be what only the agency itself may conclude, such as that it has
	// checked a key. Nil lets everything pass.
	Produced []world.Kind
	// Searched are the kinds of facts that are found on a device. What else a user hands
	// over as an unlocked one is not filed either. Nil lets everything pass.
	Searched []world.Kind

	number int // from 1: it applies to the court of that number
	key    *ecdh.PrivateKey
	order  *Signed      // the order being executed, without bytes if no court has signed it
	cases  int          // how many orders it applied for
	file   []world.Fact // what it was given, in all cases
}

// Signed is an order as an agency holds it.
type Signed struct {
	Order    Order
	Bytes    []byte // as signed by the court
	Nonce    []byte // opens the record
	Record   []byte // what the log holds
	Evidence []byte // that the record is logged, empty without a log
	Second   []byte // a second judge's signature, empty where none signs
}

// Encode gives what [KindSigned] carries.
func (s Signed) Encode() []byte {
	fields := [][]byte{s.Bytes, s.Nonce, s.Record, s.Evidence}
	if len(s.Second) > 0 {
		fields = append(fields, s.Second)
	}
	return world.Pack(KindSigned, fields...)
}

// Fact states that somebody has the order.
func (s Signed) Fact() world.Fact {
	return world.Fact{Kind: OrderFact, Ref: "order", Data: s.Encode()}
}

// ParseSigned decodes [Signed.Encode]; no signature is checked.
func ParseSigned(data []byte) (Signed, error) {
	f, err := world.UnpackList(data, KindSigned)
	if err != nil {
		return Signed{}, err
	}
	if len(f) != 4 && (len(f) != 5 || len(f[4]) == 0) {
		return Signed{}, fmt.Errorf("signed order: %d fields, want 4, or 5 with a second signature",
			len(f))
	}
	o, err := ParseOrderIn(f[0])
	s := Signed{Order: o, Bytes: f[0], Nonce: f[1], Record: f[2], Evidence: f[3]}
	if len(f) == 5 {
		s.Second = f[4]
	}
	return s, err
}

// NewAgency makes an agency with a key of its own.
func NewAgency(random io.Reader) (*Agency, error) { return numberedAgency(random, 1) }

func numberedAgency(random io.Reader, number int) (*Agency, error) {
	seed := make([]byte, 32)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("agency: %w", err)
	}
	key, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, fmt.Errorf("agency: %w", err)
	}
	return &Agency{number: number, key: key}, nil
}

// SigningKey is the key with which an agency signs its applications. It follows from the
// agency's private key by HKDF (RFC 5869), so that an agency has one secret to keep: an X25519
// key, to which answers are sealed, of 32 bytes. Who has it can read them and can ask for more;
// and the X25519 key does not follow from the other.
func SigningKey(private []byte) ed25519.PrivateKey {
	seed, err := hkdf.Key(sha256.New, private, nil, "doormat agency signing key v1",
		ed25519.SeedSize)
	if err != nil {
		panic(err) // 32 bytes are no more than HKDF gives
	}
	return ed25519.NewKeyFromSeed(seed)
}

// Registered are the agency's public keys.
func (a *Agency) Registered() Registered { return registered(a.key) }

func registered(key *ecdh.PrivateKey) Registered {
	return Registered{Answers: key.PublicKey().Bytes(),
		Signs: SigningKey(key.Bytes()).Public().(ed25519.PublicKey)}
}

// Name implements [world.Node].
func (a *Agency) Name() string { return world.Numbered(world.Agency, a.number) }

// Holdings implements [world.Node]: the key, what it knows of others' keys, and the
// file of all cases.
func (a *Agency) Holdings() []world.Fact {
	facts := []world.Fact{AgencyKeyFact(a.key)}
	for _, x := range a.Extensions {
		facts = append(facts, x.Holdings()...)
	}
	return append(facts, a.file...)
}

// Handle implements [world.Node].
func (a *Agency) Handle(now time.Time, p world.Packet) []world.Packet {
	return inName(a.Name(), a.handle(now, p))
}

func (a *Agency) handle(now time.Time, p world.Packet) (out []world.Packet) {
	switch p.Kind() {
	case world.KindCase:
		return a.applyForOrder(now, p)
	case world.KindUrgent:
		return a.askAtOnce(now, p)
	case KindSigned:
		return a.execute(p)
	case KindProduced:
		return a.produced(p)
	case world.KindHoldings, KindReport:
		return a.searched(p)
	default:
		for _, x := range a.Extensions {
			obtained, answers := x.Handle(a.key.Bytes(), p)
			out = append(append(out, a.fileFacts(obtained)...), answers...)
		}
	}
	return out
}

// applyForOrder opens a case, as the law asks, and sends the court an order to sign.
func (a *Agency) applyForOrder(now time.Time, p world.Packet) []world.Packet {
	f, err := world.UnpackList(p.Data, world.KindCase)
	if err != nil || p.From != world.Law || len(f) < 3 || len(f) > 5 {
		return nil
	}
	o, ok := a.openCase(now, "case", f)
	if !ok {
		return nil
	}
	if len(f) > 3 {
		o.Program = string(f[3])
	}
	o.Forbids = len(f) > 4
	return []world.Packet{{From: world.Agency, To: o.CourtName(),
		Data: world.Pack(KindApply, a.sign(o))}}
}

// askAtOnce asks the provider without a court, and whoever else takes the agency's word. Others
// check a court's signature and have none to check.
func (a *Agency) askAtOnce(now time.Time, p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, world.KindUrgent, 3)
	if err != nil || p.From != world.Law {
		return nil
	}
	o, ok := a.openCase(now, "emergency", f)
	if !ok {
		return nil
	}
	o.Expiry = now.Add(MaxUrgency)
	a.order = &Signed{Order: o}
	asked := []string{world.Provider}
	for _, x := range a.Extensions {
		if u, ok := x.(Urgent); ok {
			asked = append(asked, u.AskedAtOnce()...)
		}
	}
	data := world.Pack(KindEmergency, ApplyAtOnce(o, SigningKey(a.key.Bytes())))
	var out []world.Packet
	for _, name := range asked {
		out = append(out, world.Packet{From: world.Agency, To: name, Data: data})
	}
	return out
}

// openCase writes down what is asked for: accounts, the beginning and the end of a window.
func (a *Agency) openCase(now time.Time, what string, f [][]byte) (Order, bool) {
	accounts, err := world.ParseStrings(f[0])
	from, err1 := world.ParseTime(f[1])
	until, err2 := world.ParseTime(f[2])
	if err != nil || err1 != nil || err2 != nil {
		return Order{}, false
	}
	a.cases++
	o := Order{Case: fmt.Sprintf("%s %d", what, a.cases), Accounts: accounts, From: from,
		Until: until, Expiry: now.Add(MaxValidity), Agency: a.key.PublicKey().Bytes()}
	if a.number > 1 {
		o.Court, o.Case = a.number, o.Case+" of "+a.Name()
	}
	return o, true
}

func (a *Agency) sign(o Order) []byte { return Apply(o, SigningKey(a.key.Bytes())) }

// execute presents the order to the provider and to the users whom it names, and if it says
// what a program has to do, to the vendor. An injunction it serves on all who answer orders.
func (a *Agency) execute(p world.Packet) []world.Packet {
	s, err := ParseSigned(p.Data)
	if err != nil || p.From != world.Numbered(world.Court, a.number) {
		return nil
	}
	if !s.Order.Forbids {
		a.order = &s
	}
	a.file = append(a.file, s.Fact())
	out := []world.Packet{{From: world.Agency, To: world.Provider,
		Data: world.Pack(KindProduce, s.Bytes)}}
	for _, account := range s.Order.Accounts {
		if !s.Order.Forbids {
			out = append(out, world.Packet{From: world.Agency, To: world.UserOf(account),
				Data: world.Pack(world.KindUnlock)})
		}
	}
	if s.Order.Program != "" || s.Order.Forbids {
		out = append(out, world.Packet{From: world.Agency, To: world.Vendor,
			Data: world.Pack(KindCompel, s.Bytes)})
	}
	for _, x := range a.Extensions {
		out = append(out, x.Execute(s)...)
	}
	return out
}

// produced files what the provider gave, and presents the order to the design's own
// principals, who need it. What was asked for in an emergency is no order, so it is not presented.
func (a *Agency) produced(p world.Packet) []world.Packet {
	facts, err := world.UnpackFacts(p.Data, KindProduced)
	if err != nil || p.From != world.Provider || a.order == nil {
		return nil
	}
	facts, out := filterKinds(facts, a.Produced, "the provider produced")
	out = append(out, a.fileFacts(facts)...)
	if a.order.Bytes == nil {
		return out
	}
	for _, x := range a.Extensions {
		out = append(out, x.Present(*a.order, facts)...)
	}
	return out
}

// filterKinds keeps the facts of the wanted kinds, and warns once of each other kind.
func filterKinds(facts []world.Fact, wanted []world.Kind,
	what string) (good []world.Fact, out []world.Packet) {
	told := map[world.Kind]bool{}
	for _, f := range facts {
		switch {
		case wanted == nil || slices.Contains(wanted, f.Kind):
			good = append(good, f)
		case !told[f.Kind]:
			told[f.Kind] = true
			out = append(out, world.Warn(world.Agency,
				fmt.Sprintf("refused what %s: a fact of kind %q", what, f.Kind)))
		}
	}
	return good, out
}

// searched files what is on a device that its user, named in the order, unlocked, or that
// reports because its vendor was compelled to have it do so.
func (a *Agency) searched(p world.Packet) []world.Packet {
	account, _ := world.AccountOf(p.From)
	from := world.UserOf(account)
	if p.Kind() == KindReport {
		from = world.DeviceOf(account)
	}
	facts, err := world.UnpackFacts(p.Data, p.Kind())
	if err != nil || p.From != from || a.order == nil || a.order.Bytes == nil ||
		!slices.Contains(a.order.Order.Accounts, account) {
		return nil
	}
	facts, out := filterKinds(facts, a.Searched, p.From+" handed over")
	return append(out, a.fileFacts(facts)...)
}

// fileFacts files facts and tells the law of them.
func (a *Agency) fileFacts(facts []world.Fact) []world.Packet {
	if len(facts) == 0 {
		return nil
	}
	a.file = append(a.file, facts...)
	return []world.Packet{{From: world.Agency, To: world.Law,
		Data: world.Pack(world.KindObtained, world.EncodeFacts(facts))}}
}
