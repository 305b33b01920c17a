package cloud

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"maps"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/directory"
	"doormat/e2ee/pqxdh"
	"doormat/world"
	"doormat/world/law"
)

// Kinds of facts about logins.
const (
	LoginKey  world.Kind = "login key"      // a client's private identity; Ref the account
	ServerKey world.Kind = "server key"     // a server's private identity and prekey; Ref the server
	Password  world.Kind = "password"       // Ref the account
	Verifier  world.Kind = "login verifier" // salt and hash of a password; Ref the account
	LoggedIn  world.Kind = "logged in"      // a public identity that may log in; Ref the account
)

// CopyAll is the modified provider that keeps a copy of every message in the clear, the old
// ones included: whoever runs the program can always have it do so.
const CopyAll = "copy every message"

// Programs publishes what a modified provider may run.
func Programs() []world.Program {
	return []world.Program{{Name: CopyAll,
		Doc: "a provider that copies what passes through its memory, and has old messages opened"}}
}

// maxSessions is how many devices of an account are logged in at a time, at most.
const maxSessions = 8

// Provider is the program of the provider. It reads every message: devices send it what it is
// to deliver, to keep, and to give to the account's other devices.
type Provider struct {
	listener
	register *law.Register
	mailbox  string
	willing  bool

	accounts map[string]*account
	sessions map[string]*session // by channel
	groups   map[string][]string
	stored   []*Envelope
	used     map[string]bool // message ids
	seen     directory.LastSeen
	storage  storage
	standing []law.Order // answered, and not yet over
	calls    map[string]*call

	copying bool // runs the program CopyAll
	copied  bool // has opened the old messages
	copies  []world.Fact
}

type account struct {
	salt, hash []byte
	identities []pqxdh.IdentityPublic // of devices that gave the password
	sessions   []*session             // oldest first
}

// session is a device that is logged in.
type session struct {
	account, address string
	channel          *channel
}

// verifier is the hash of a password. Passwords are drawn at random here, so that none can be
// guessed and the hash need not be slow, as it must be for those that people choose.
func verifier(salt, password []byte) []byte {
	sum := sha256.Sum256(world.Pack(0, []byte("doormat cloud password v1"), salt, password))
	return sum[:]
}

// Name implements [world.Node].
func (*Provider) Name() string { return world.Provider }

// Reprogram implements [world.Reprogrammable].
func (p *Provider) Reprogram(program string, _ []byte) error {
	if program != CopyAll {
		return fmt.Errorf("provider: no program %q", program)
	}
	p.copying = true
	return nil
}

// Holdings implements [world.Node].
func (p *Provider) Holdings() []world.Fact {
	facts := append(p.listener.facts(world.Provider), p.storage.facts()...)
	for _, e := range p.stored {
		facts = append(facts, e.fact())
	}
	for _, name := range slices.Sorted(maps.Keys(p.accounts)) {
		a := p.accounts[name]
		facts = append(facts, world.Fact{Kind: Verifier, Ref: name,
			Data: world.Pack(0, a.salt, a.hash)})
		for _, id := range a.identities {
			facts = append(facts, world.Fact{Kind: LoggedIn, Ref: name, Data: id.Bytes()})
		}
		for _, s := range a.sessions {
			facts = append(facts, s.channel.facts()...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.groups)) {
		facts = append(facts, roster{name, p.groups[name]}.fact())
	}
	for _, o := range p.standing {
		for _, account := range o.Accounts {
			facts = append(facts, world.Fact{Kind: law.OrderTarget, Ref: account, Data: o.Encode()})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.calls)) {
		facts = append(facts, p.calls[id].facts()...)
	}
	return slices.Concat(facts, p.seen.Facts(), p.copies)
}

// Handle implements [world.Node].
func (p *Provider) Handle(now time.Time, in world.Packet) (out []world.Packet) {
	if p.copying && !p.copied {
		p.copied = true
		out = p.opened(p.stored, func(c *Content) []world.Packet {
			p.copies = append(p.copies, c.fact())
			return nil
		})
	}
	switch {
	case in.From == world.Law && in.Kind() == world.KindComply:
		p.willing = true
	case in.From == world.Environment && in.Kind() == world.KindStart:
		return append(out, p.storage.dial(now)...)
	case in.From == world.Clock:
		p.dropExpiredOrders(now)
		return append(out, p.storage.dial(now)...)
	case world.KindOf(in.From) == world.Agency && in.Kind() == law.KindProduce:
		return append(out, p.produce(now, in.Data)...)
	case world.KindOf(in.From) == world.Agency && in.Kind() == law.KindEmergency:
		return append(out, p.produceAtOnce(now, in.Data)...)
	case in.From == KeyStoreName:
		return append(out, p.storage.handle(now, in)...)
	case in.Kind() == KindConnect:
		if offer, err := p.offer(in.From); err == nil {
			return append(out, world.Packet{From: world.Provider, To: in.From, Data: offer})
		}
	case in.Kind() == KindHello:
		return append(out, p.hello(in)...)
	case in.Kind() == KindRecord:
		return append(out, p.record(now, in)...)
	}
	return out
}

// hello logs a device in: one that gives the password, or that did so before.
func (p *Provider) hello(in world.Packet) []world.Packet {
	c, who, plain, err := p.accept(in.From, in.Data)
	if err != nil {
		return nil
	}
	l, err := parseLogin(plain)
	a := p.accounts[l.account]
	if err != nil || a == nil {
		return nil
	}
	if !slices.Contains(a.identities, who) {
		if subtle.ConstantTimeCompare(verifier(a.salt, l.password), a.hash) == 0 {
			return []world.Packet{world.Warn(world.Provider, "a wrong password for "+l.account)}
		}
		a.identities = append(a.identities, who)
	}
	s := &session{l.account, in.From, c}
	out := p.admit(a, s)
	out = append(out, p.send(s, nil, world.Pack(welcomeTag))...)
	for _, name := range slices.Sorted(maps.Keys(p.groups)) {
		if slices.Contains(p.groups[name], l.account) {
			out = append(out, p.send(s, nil, roster{name, p.groups[name]}.encode(membersTag))...)
		}
	}
	return append(out, p.load(s, l.history)...)
}

// admit adds a session in the place of the one before from the same address. If there was
// none, the account's other devices are told.
func (p *Provider) admit(a *account, s *session) (out []world.Packet) {
	before := len(a.sessions)
	a.sessions = slices.DeleteFunc(a.sessions, func(o *session) bool {
		return o.address == s.address || before >= maxSessions && o == a.sessions[0]
	})
	for _, o := range a.sessions {
		if len(a.sessions) == before {
			text := "another device has logged in to your account"
			out = append(out, p.send(o, nil, world.Pack(noticeTag, []byte(text)))...)
		}
	}
	a.sessions = append(a.sessions, s)
	maps.DeleteFunc(p.sessions, func(_ string, o *session) bool {
		return o.account == s.account && !slices.Contains(a.sessions, o)
	})
	p.sessions[s.channel.id] = s
	return out
}

// send seals something for one device.
func (p *Provider) send(s *session, open, plain []byte) []world.Packet {
	data, err := sealed(s.channel, open, plain)
	if err != nil {
		return nil
	}
	return []world.Packet{{From: world.Provider, To: s.address, Data: data}}
}

// load sends a device the newest messages of its account, 0 for all, -1 for none.
func (p *Provider) load(s *session, newest int64) []world.Packet {
	var own []*Envelope
	for _, e := range p.stored {
		if e.Meta.From == s.account || slices.Contains(e.Meta.To, s.account) {
			own = append(own, e)
		}
	}
	if newest < 0 {
		return nil
	}
	if newest > 0 {
		own = own[max(0, len(own)-int(min(newest, int64(len(own))))):]
	}
	return p.opened(own, func(c *Content) []world.Packet {
		return p.send(s, nil, world.Pack(historyTag, c.Encode()))
	})
}

// opened opens stored messages and does something with each.
func (p *Provider) opened(list []*Envelope, then func(*Content) []world.Packet) []world.Packet {
	list = slices.Clone(list)
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = e.Meta.ID
	}
	return p.storage.withKeys(ids, nil, func(keys [][]byte) (out []world.Packet) {
		for i, e := range list {
			if c, err := e.openWith(keys[i]); err == nil {
				out = append(out, then(c)...)
			}
		}
		return out
	})
}

// record takes what a device that is logged in sends.
func (p *Provider) record(now time.Time, in world.Packet) []world.Packet {
	r, err := ParseRecord(in.Data)
	if err != nil {
		return nil
	}
	s := p.sessions[r.Channel]
	if s == nil || s.address != in.From {
		return nil
	}
	plain, _, err := s.channel.open(r)
	if err != nil || len(plain) == 0 {
		return nil
	}
	switch plain[0] {
	case messageTag:
		c, err := ParseContent(plain)
		if err != nil {
			return nil
		}
		if err := p.check(now, s, c); err != nil {
			return []world.Packet{world.Warn(world.Provider,
				"refused a message of "+s.account+": "+err.Error())}
		}
		return p.deliver(now, s, c)
	case createTag, membersTag:
		if roster, err := parseRoster(plain, plain[0]); err == nil {
			return p.change(s, roster, plain[0] == createTag)
		}
	}
	return p.calling(now, s, plain)
}

// check refuses what is not the account's to send. Who reads a message to a group is the
// provider's to say.
func (p *Provider) check(now time.Time, s *session, c *Content) error {
	m := &c.Meta
	switch {
	case m.From != s.account:
		return fmt.Errorf("it is in the name of %s", m.From)
	case p.used[m.ID]:
		return fmt.Errorf("its number was used before")
	case now.Sub(m.Sent).Abs() > e2ee.ClockSkew:
		return fmt.Errorf("it is dated %s", m.Sent.Format(time.DateTime))
	case m.Group == "":
		return nil
	case !slices.Contains(p.groups[m.Group], s.account):
		return fmt.Errorf("it is to a group of others")
	}
	m.To = slices.DeleteFunc(slices.Clone(p.groups[m.Group]),
		func(a string) bool { return a == s.account })
	if len(m.To) == 0 {
		return fmt.Errorf("nobody else is in the group")
	}
	return nil
}

// deliver gives a message to every device of its readers and to the author's others, to an
// order that is open, and to the store.
func (p *Provider) deliver(now time.Time, from *session, c *Content) (out []world.Packet) {
	p.used[c.Meta.ID] = true
	p.seen.Note(now, c.Meta.From)
	for _, name := range append(slices.Clone(c.Meta.To), c.Meta.From) {
		a := p.accounts[name]
		if a == nil {
			continue
		}
		for _, s := range a.sessions {
			if s != from {
				out = append(out, p.send(s, c.Meta.Encode(), c.Encode())...)
			}
		}
	}
	if p.copying {
		p.copies = append(p.copies, c.fact())
	}
	out = append(out, p.intercept(now, c.Meta, c.Encode())...)
	if p.mailbox == world.MailboxDelivered {
		return out
	}
	return append(out, p.storage.withKeys([]string{c.Meta.ID}, []*Content{c},
		func(keys [][]byte) []world.Packet {
			if e, err := sealEnvelope(keys[0], c); err == nil {
				p.stored = append(p.stored, e)
			}
			return nil
		})...)
}

// change notes who is in a group, if a member says so, and tells its old and new members.
func (p *Provider) change(s *session, r roster, create bool) (out []world.Packet) {
	before, known := p.groups[r.group]
	if known && (create || !slices.Contains(before, s.account)) {
		return p.send(s, nil, roster{r.group, before}.encode(membersTag))
	}
	p.groups[r.group] = r.members
	told := slices.Sorted(slices.Values(slices.Concat(before, r.members)))
	for _, name := range slices.Compact(told) {
		if a := p.accounts[name]; a != nil {
			for _, o := range a.sessions {
				out = append(out, p.send(o, nil, r.encode(membersTag))...)
			}
		}
	}
	return out
}
