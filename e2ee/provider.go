package e2ee

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"doormat/e2ee/blobs"
	"doormat/e2ee/directory"
	"doormat/e2ee/linked"
	"doormat/e2ee/lock"
	"doormat/e2ee/registration"
	"doormat/e2ee/sealedsender"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
)

// Provider is directory, mailbox and blob store: it hands out prekey bundles,
// routes messages and stores them and the chunks of attachments. It answers an
// order with the envelopes and chunks in its scope, those still to come included.
type Provider struct {
	// Extensions are what the design adds, in the order in which their hooks are called.
	Extensions []ProviderExtension

	law         *law.Register // of courts and agencies
	mailbox     string
	willing     bool
	anyIdentity bool // runs the program AnyIdentity
	looksAway   bool // runs the program LookAway

	Memo   *memo.Memo           // of bundles that were verified; may be nil
	Issuer *sealedsender.Issuer // of sender certificates; may be nil

	accounts *registration.Register // which phone each account is registered at; may be nil
	links    *linkKeeper            // which devices each account has linked; may be nil
	pending  map[string][]byte      // registrations that wait for the PIN of a lock, by account

	directory directory.Directory
	stored    []*wire.Upload
	index     map[string]*wire.Upload // by message id
	used      map[string][32]byte     // by the note of a message id, the hash of what went with it
	seen      directory.LastSeen
	blobs     blobs.Store
	standing  directory.Standing // orders
}

// NewProvider makes a provider under the jurisdiction of a court. mailbox is what it keeps:
// [world.MailboxAll] or [world.MailboxDelivered].
func NewProvider(register *law.Register, mailbox string) *Provider {
	return &Provider{law: register.For(world.Home), mailbox: mailbox,
		directory: directory.Directory{}, index: map[string]*wire.Upload{},
		used: map[string][32]byte{}, seen: directory.LastSeen{}, pending: map[string][]byte{},
		blobs: blobs.Store{}}
}

// Name implements [world.Node].
func (*Provider) Name() string { return world.Provider }

// AnyIdentity is the modified provider that routes messages for identities other
// than those in its directory, as one does that hands out keys of its own.
const AnyIdentity = "route for any identity"

// LookAway is the modified provider that passes on what an honest one refuses: messages with a
// false date, or without what a design wants beside them.
const LookAway = "look away"

// Reprogram implements [world.Reprogrammable].
func (p *Provider) Reprogram(program string, _ []byte) error {
	switch program {
	case AnyIdentity:
		p.anyIdentity = true
	case LookAway:
		p.looksAway = true
	default:
		return fmt.Errorf("provider: no program %q", program)
	}
	return nil
}

// Programs publishes what a modified provider, or a modified secure element, may run.
func Programs() []world.Program {
	return append([]world.Program{
		{Name: AnyIdentity,
			Doc: "a provider that routes messages sealed to keys which its users never registered"},
		{Name: LookAway, Doc: "a provider that passes on messages which it should refuse"},
		{Name: lock.NoGuessLimit,
			Doc: "a phone's secure element that goes on answering after ten wrong passcodes, and " +
				"tries all if asked"},
		{Name: ReportCopies, Doc: "a phone that sends what it shows to whom its vendor's update says"},
		{Name: OtherMessenger,
			Doc: "phones whose owners, the accounts in text, write to each other with another " +
				"messenger"},
		{Name: NeverUpdate, Doc: "a phone that runs no update, whoever signed it"},
	}, append(registration.Programs(), linked.Programs()...)...)
}

// Register is the register as the provider has it, who keeps in mind what courts forbid.
func (p *Provider) Register() *law.Register { return p.law }

// Holdings implements [world.Node]: the mailbox, the blob store and the directory.
func (p *Provider) Holdings() []world.Fact {
	var facts []world.Fact
	for _, u := range p.stored {
		facts = append(facts, u.Fact())
	}
	facts = append(facts, p.blobs.Facts(func(*blobs.Message) bool { return true })...)
	facts = append(facts, p.standing.Facts()...)
	facts = append(facts, p.directory.Facts()...)
	for _, note := range slices.Sorted(maps.Keys(p.used)) {
		hash := p.used[note]
		facts = append(facts, world.Fact{Kind: wire.UsedNumber, Ref: note, Data: hash[:]})
	}
	facts = append(facts, p.seen.Facts()...)
	facts = append(facts, append(p.accounts.Locks(), p.Issuer.Facts()...)...)
	facts = append(facts, call(p.Extensions, ProviderExtension.Holdings)...)
	return facts
}

// Handle implements [world.Node].
func (p *Provider) Handle(now time.Time, in world.Packet) []world.Packet {
	account, isDevice := p.accounts.AccountAt(in.From)
	if isDevice {
		p.accounts.Heard(now, account)
	}
	switch {
	case in.From == world.Law && in.Kind() == world.KindComply:
		p.willing = true
	case in.From == world.Clock:
		p.blobs.Midnight()
		p.standing.DropExpired(now, p.law)
		return call(p.Extensions, func(x ProviderExtension) []world.Packet { return x.Tick(now) })
	case world.KindOf(in.From) == world.Agency && in.Kind() == law.KindProduce:
		return p.produce(now, in.Data)
	case world.KindOf(in.From) == world.Agency && in.Kind() == law.KindEmergency:
		return p.produceAtOnce(now, in.Data)
	case in.Kind() == wire.KindFetch:
		return p.fetch(in)
	case isDevice && in.Kind() == wire.KindRegister:
		return p.admit(now, account, in.Data)
	case isDevice && in.Kind() == registration.KindLock:
		p.setLock(now, account, in.Data)
	case isDevice && in.Kind() == registration.KindProve:
		return p.prove(now, account, in)
	case in.Kind() == registration.KindAskCode:
		return p.accounts.AskCode(now, in.Data)
	case in.Kind() == registration.KindClaim:
		return p.claim(now, in)
	case isDevice && in.Kind() == wire.KindUpload:
		return p.upload(now, account, in)
	case isDevice && in.Kind() == wire.KindGot:
		p.eraseDelivered(account, in.Data)
	case isDevice && in.Kind() == wire.KindPut:
		p.blobs.Put(account, in.Data, p.isUsed)
	case isDevice && in.Kind() == wire.KindGet:
		return p.sendChunk(account, in)
	case isDevice && in.Kind() == wire.KindFrame:
		return p.relayFrame(now, account, in)
	default:
		return call(p.Extensions, func(x ProviderExtension) []world.Packet {
			return x.Handle(now, in)
		})
	}
	return nil
}

// register replaces an account's bundles.
func (p *Provider) register(now time.Time, account string, data []byte) []world.Packet {
	e, same := p.directory.Read(p.Memo, account, data)
	if same {
		p.directory[account] = e
	}
	if e == nil || same {
		return nil
	}
	return p.enter(now, account, e)
}

// enter puts an account's new identity into the directory.
func (p *Provider) enter(now time.Time, account string, e *directory.Entry) []world.Packet {
	p.directory[account] = e
	return append(p.Issuer.Certify(account, p.DeviceOf(account), e.Identity), call(p.Extensions, func(x ProviderExtension) []world.Packet {
		return x.Registered(now, account, e.Identity)
	})...)
}

// fetch hands out a bundle, an empty one if there is no such account.
func (p *Provider) fetch(in world.Packet) []world.Packet {
	f, err := world.Unpack(in.Data, wire.KindFetch, 1)
	if err != nil {
		return nil
	}
	return []world.Packet{{From: world.Provider, To: in.From,
		Data: world.Pack(wire.KindBundle, f[0], p.directory.Take(string(f[0])))}}
}

// sendChunk answers who asks for a chunk in an account's name.
func (p *Provider) sendChunk(account string, in world.Packet) []world.Packet {
	data := p.blobs.Answer(account, in.Data)
	if data == nil {
		return nil
	}
	return []world.Packet{{From: world.Provider, To: in.From, Data: data}}
}

// note is under what the provider remembers a message id: its hash, never the id. The hash of
// what went with it covers the id, 16 random bytes that the sender chose, so whoever copies the
// notes cannot try who wrote to whom, and when, against them. A salt would be copied, too.
func note(id string) string {
	sum := sha256.Sum256(world.Pack('N', []byte(id)))
	return hex.EncodeToString(sum[:])
}

// isUsed reports whether a message id is taken.
func (p *Provider) isUsed(id string) bool { _, used := p.used[note(id)]; return used }

// Devices lists those that have registered, sorted by account.
func (p *Provider) Devices() []string {
	var names []string
	for _, account := range slices.Sorted(maps.Keys(p.directory)) {
		names = append(names, p.accounts.DeviceOf(account))
	}
	return names
}

// DeviceOf is the address of the phone that an account is registered at.
func (p *Provider) DeviceOf(account string) string { return p.accounts.DeviceOf(account) }

// upload stores and delivers the parts of a message for recipients whose identity
// is still the one that the sender knows.
func (p *Provider) upload(now time.Time, account string, in world.Packet) []world.Packet {
	u, err := wire.ParseUpload(in.Data)
	if err != nil || !p.Issuer.Accepts(u, account) {
		return nil
	}
	full := u.SentBy(world.DeviceOf(account)).Meta // whose name the link shows; it is not kept
	out := call(p.Extensions, func(x ProviderExtension) []world.Packet {
		return x.Uploaded(now, in.From, u.Public)
	})
	open := wire.OpenHash(u.Meta, u.Public, u.Group)
	before, known := p.used[note(u.Meta.ID)]
	if err := p.check(now, u); err != nil && (!known || before != open) {
		p.blobs.Refused(full)
		return append(out, world.Warn(world.Provider,
			"refused a message of "+account+": "+err.Error()))
	}
	if known && before != open {
		return append(out, world.Warn(world.Provider,
			"refused a message of "+account+": its number was used before"))
	}
	fresh, stale := p.splitParts(u)
	for _, part := range fresh {
		d := &wire.Delivery{Meta: u.Meta, Public: u.Public, Group: u.Group, Part: part}
		out = append(out, world.Packet{From: world.Provider, To: p.accounts.DeviceOf(part.To),
			Data: d.Encode()})
	}
	p.blobs.Bind(full)
	announced := len(u.Parts) == 0 && !known // the part of its recipient is held back
	if announced || len(fresh) > 0 {
		p.used[note(u.Meta.ID)] = open
		out = append(out, p.links.accepted(full)...)
		p.seen.Note(now, account)
		if announced && p.mailbox == world.MailboxDelivered {
			return append(out, append(p.intercept(now, u, account), receipt(in.From, u, nil))...)
		}
		p.store(u, fresh)
		out = append(out, p.intercept(now, p.index[u.Meta.ID], account)...)
	}
	return append(out, receipt(in.From, u, stale))
}

// intercept hands over a message that has just come, with its chunks, to each agency with an open
// order that covers it. Where it names no sender, the account whose link it came by is said as well.
func (p *Provider) intercept(now time.Time, u *wire.Upload, from string) (out []world.Packet) {
	named := u.SentBy(world.DeviceOf(from))
	facts := []world.Fact{u.Fact()}
	if named != u {
		facts = append(facts, named.Fact())
	}
	for _, agency := range p.standing.Agencies(now, p.law, named.Meta) {
		out = append(out, directory.Produced(agency, append(slices.Clone(facts),
			p.blobs.Under(func(m world.Meta) bool { return m.ID == u.Meta.ID })...)))
	}
	return out
}

func receipt(to string, u *wire.Upload, stale []string) world.Packet {
	return world.Packet{From: world.Provider, To: to,
		Data: world.Pack(wire.KindReceipt, []byte(u.Meta.ID), world.Strings(stale))}
}

// ClockSkew is how far a message's time may be from the provider's clock, and how
// far ahead of a device's the time of a change of a group.
const ClockSkew = 10 * time.Minute

// check refuses what the provider can see to be wrong: metadata that do not match the
// public part of an escrow design, or a false date. A message that it knows may come again,
// unchanged, with the part of a recipient for whom it was held back.
func (p *Provider) check(now time.Time, u *wire.Upload) error {
	if p.looksAway {
		return nil
	}
	for _, x := range p.Extensions {
		if err := x.Accept(u.Meta, u.Public); err != nil {
			return err
		}
	}
	if now.Sub(u.Meta.Sent).Abs() > ClockSkew {
		return fmt.Errorf("it is dated %s", u.Meta.Sent.Format(time.DateTime))
	}
	return nil
}

// splitParts picks the parts to deliver, and the recipients who have another identity
// now. It leaves out whoever is unknown, not named in the metadata, or has a part
// of this message already.
func (p *Provider) splitParts(u *wire.Upload) (fresh []wire.Part, stale []string) {
	done := map[string]bool{}
	if before := p.index[u.Meta.ID]; before != nil {
		for _, part := range before.Parts {
			done[part.To] = true
		}
	}
	for _, part := range u.Parts {
		e := p.directory[part.To]
		_, named := slices.BinarySearch(u.Meta.To, part.To)
		if e == nil || !named || done[part.To] {
			continue
		}
		done[part.To] = true
		if e.Accepts(part.Identity, p.anyIdentity) {
			fresh = append(fresh, part)
		} else {
			stale = append(stale, part.To)
		}
	}
	return fresh, stale
}

func (p *Provider) store(u *wire.Upload, fresh []wire.Part) {
	if before := p.index[u.Meta.ID]; before != nil {
		before.Parts = append(before.Parts, fresh...)
		return
	}
	u.Parts = fresh
	p.stored = append(p.stored, u)
	p.index[u.Meta.ID] = u
}

// eraseDelivered erases the part that a device confirms, if the mailbox keeps only what is
// undelivered.
func (p *Provider) eraseDelivered(account string, data []byte) {
	f, err := world.Unpack(data, wire.KindGot, 1)
	if err != nil || p.mailbox != world.MailboxDelivered {
		return
	}
	p.blobs.Fetched(account, string(f[0]))
	u := p.index[string(f[0])]
	if u == nil {
		return
	}
	u.Parts = slices.DeleteFunc(u.Parts, func(part wire.Part) bool { return part.To == account })
	if len(u.Parts) == 0 {
		delete(p.index, u.Meta.ID)
		p.stored = slices.DeleteFunc(p.stored, func(s *wire.Upload) bool { return s == u })
	}
}

// produce answers an order with what it covers, and remembers it if its time is not over.
func (p *Provider) produce(now time.Time, data []byte) []world.Packet {
	order, err := p.law.VerifyPacket(data, law.KindProduce, now)
	if err != nil || !p.willing {
		return law.Refused(p.Name(), err)
	}
	facts := p.covered(now, order)
	p.standing.Add(now, order)
	return []world.Packet{directory.Produced(order.AgencyName(), facts)}
}

// produceAtOnce answers an emergency request, which no court has signed, with what it covers of
// what is stored. That a registered agency asks is all that the provider can check.
func (p *Provider) produceAtOnce(now time.Time, data []byte) []world.Packet {
	order, err := p.law.VerifyEmergency(data, now)
	if err != nil || !p.willing {
		return nil
	}
	if order.Until.After(now) { // an emergency is no wiretap
		order.Until = now
	}
	return []world.Packet{directory.Produced(order.AgencyName(), p.covered(now, order))}
}

// covered lists what the provider has of what an order covers.
func (p *Provider) covered(now time.Time, order law.Order) (facts []world.Fact) {
	for _, u := range p.stored {
		if order.Covers(u.Meta) {
			facts = append(facts, u.Fact())
		}
	}
	facts = append(facts, p.blobs.Under(order.Covers)...)
	facts = append(facts, p.seen.Under(order)...)
	return append(facts, call(p.Extensions, func(x ProviderExtension) []world.Fact {
		return x.Produce(now, order)
	})...)
}
