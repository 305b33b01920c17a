package e2ee

import (
	"maps"
	"slices"
	"time"

	"doormat/e2ee/senderkey"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// group is one device's view of a group that its account is in.
type group struct {
	members []string                     // sorted, the own account among them
	since   store.Stamp                  // of the change that the view comes from
	own     *store.OwnSenderKey          // nil until it is needed
	chains  map[string][]store.SenderKey // by member, newest first
}

// chainsPerMember is how many sender keys of a member are kept: the newest, and
// the one before for messages that come late.
const chainsPerMember = 2

// members takes what the environment tells of a group, or a change that the user makes, of
// which the device tells all old and new members.
func (d *Device) members(now time.Time, data []byte, change bool) []world.Packet {
	m, err := wire.ParseMembers(data, world.KindMembers)
	if err != nil || d.keys == nil {
		return nil
	}
	to := d.oldAndNewMembers(m)
	if !change || len(to) == 0 {
		d.applyMembers(m, store.Stamp{Sent: now})
		return nil
	}
	meta, err := d.newMeta(now, to, "")
	if err != nil {
		return d.warn("the group %s was not changed: %v", m.Group, err)
	}
	// A change by a clock that is ahead must not stand, nor may the numbers, which are drawn,
	// decide between two changes that one account makes at one time.
	if known := d.newestChange(m.Group); store.StampOf(meta).Before(known) ||
		known.Author == d.account &&
			!meta.Sent.After(known.Sent) {
		meta.Sent = known.Sent.Add(world.Instant)
	}
	d.applyMembers(m, store.StampOf(meta))
	out, err := d.dispatch(meta, &wire.Content{Update: m})
	if err != nil {
		return d.warn("the group %s was not told of the change: %v", m.Group, err)
	}
	return out
}

// oldAndNewMembers lists the others who are in a group before or after a change.
func (d *Device) oldAndNewMembers(m *wire.Members) []string {
	all := slices.Clone(m.Accounts)
	if g := d.groups[m.Group]; g != nil {
		all = append(all, g.members...)
	}
	return others(all, d.account)
}

// others sorts accounts, each once, without one.
func others(accounts []string, without string) []string {
	list := slices.Compact(slices.Sorted(slices.Values(accounts)))
	return slices.DeleteFunc(list, func(a string) bool { return a == without })
}

// applyMembers changes the view of a group. The own sender key is forgotten, so that the
// next message comes under a new one, and so are the keys of those who left; who
// leaves forgets the group, but not when, lest an older change take it in again.
func (d *Device) applyMembers(m *wire.Members, since store.Stamp) {
	if !slices.Contains(m.Accounts, d.account) {
		delete(d.groups, m.Group)
		d.left[m.Group] = since
		return
	}
	delete(d.left, m.Group)
	g := d.groups[m.Group]
	if g == nil {
		g = &group{chains: map[string][]store.SenderKey{}}
		d.groups[m.Group] = g
	}
	g.members, g.since, g.own = m.Accounts, since, nil
	maps.DeleteFunc(g.chains, func(member string, _ []store.SenderKey) bool {
		return !slices.Contains(g.members, member)
	})
}

// update takes a change that another member tells of. It must come from a member,
// go to everybody concerned, and be neither older than what is known nor of the
// future: a date that never comes would keep all others from changing the group.
// A new member believes any member; what concerns a group that the device is not in is
// ignored.
func (d *Device) update(now time.Time, from world.Meta, m *wire.Members) []world.Packet {
	g := d.groups[m.Group]
	members := m.Accounts
	if g != nil {
		members = g.members
	} else if !slices.Contains(m.Accounts, d.account) {
		return nil
	}
	why := ""
	switch {
	case from.Group != "":
		why = "it travels inside a group"
	case !slices.Contains(members, from.From):
		why = "it is from nobody in the group"
	case g != nil && !slices.Equal(from.To, others(append(d.oldAndNewMembers(m), d.account),
		from.From)),
		g == nil && !containsAll(from.To, others(m.Accounts, from.From)):
		why = "it was not sent to all members"
	case from.Sent.After(now.Add(ClockSkew)):
		why = "it is dated " + from.Sent.Format(time.DateTime)
	case store.StampOf(from).Before(d.newestChange(m.Group)):
		why = "it is older than another one"
	default:
		d.applyMembers(m, store.StampOf(from))
		return nil
	}
	return d.warn("a change of the group %s by %s was refused: %s", m.Group, from.From, why)
}

func containsAll(list, what []string) bool {
	return !slices.ContainsFunc(what, func(a string) bool { return !slices.Contains(list, a) })
}

// sealGroup seals the ciphertext for a group, under a new sender key if there is
// none or it has ended.
func (d *Device) sealGroup(o *outgoing) error {
	g := d.groups[o.meta.Group]
	if g.own == nil || g.own.Sender.Full() {
		sender, err := senderkey.NewSender(d.random)
		if err != nil {
			return err
		}
		g.own = &store.OwnSenderKey{Sender: sender, Given: map[string][]byte{}}
	}
	key := wire.Distribution{Group: o.meta.Group, Chain: g.own.Sender.Distribution()}
	o.key, o.chain = key.Encode(), g.own
	var err error
	o.group, err = g.own.Sender.Seal(o.secret,
		wire.Associated(wire.GroupData(o.meta.Group), wire.OpenHash(o.meta, o.public, nil)))
	return err
}

// dropSenderKeys ends the own sender keys of the groups that an account is in.
func (d *Device) dropSenderKeys(account string) {
	for _, g := range d.groups {
		if slices.Contains(g.members, account) {
			g.own = nil
		}
	}
}

// hasSenderKey reports whether a peer's device has an own sender key.
func hasSenderKey(c *store.OwnSenderKey, name string, p *peer) bool {
	return p != nil && p.identity != nil && slices.Equal(c.Given[name],
		wire.Fingerprint(*p.identity))
}

// openGroup opens a message to a group, after storing the sender key that may come with it.
func (d *Device) openGroup(now time.Time, in *wire.Delivery) ([]byte, []world.Packet, error) {
	var notes []world.Packet
	if !in.Bare() {
		data, more, err := d.decrypt(now, in)
		if err != nil {
			return nil, more, err
		}
		notes = more
		if err := d.addSenderKey(in.Meta, data); err != nil {
			return nil, notes, err
		}
	}
	g := d.groups[in.Meta.Group]
	if g == nil {
		return nil, notes, refusal("it is to a group that you are not in")
	}
	if !slices.Equal(g.members, slices.Sorted(slices.Values(append([]string{in.Meta.From},
		in.Meta.To...)))) {
		return nil, notes, refusal("it was not sent to the members of the group " + in.Meta.Group)
	}
	ad := wire.Associated(wire.GroupData(in.Meta.Group), wire.OpenHash(in.Meta, in.Public, nil))
	for _, chain := range g.chains[in.Meta.From] {
		if chain.Name() == in.Group.Header.Ratchet {
			secret, err := chain.Open(in.Group, ad)
			return secret, notes, err
		}
	}
	return nil, notes, errNoSession
}

// addSenderKey stores the sender key of a member. A key that the device has already is left
// as it is, because it has been ratcheted on since. One that comes late does not replace a
// newer one.
func (d *Device) addSenderKey(from world.Meta, data []byte) error {
	key, err := wire.ParseDistribution(data)
	if err != nil {
		return refusal("it carries something else than a sender key")
	}
	g := d.groups[from.Group]
	if key.Group != from.Group || g == nil || !slices.Contains(g.members, from.From) {
		return refusal("its sender key is not for a group that you are both in")
	}
	known := g.chains[from.From]
	if slices.ContainsFunc(known, func(c store.SenderKey) bool {
		return c.Name() == key.Chain.Ratchet
	}) {
		return nil
	}
	at := slices.IndexFunc(known, func(c store.SenderKey) bool { return !c.Sent.After(from.Sent) })
	if at < 0 {
		at = len(known)
	}
	receiver := senderkey.NewReceiver(key.Chain)
	receiver.Memo = d.Memo
	known = slices.Insert(slices.Clone(known), at,
		store.SenderKey{Receiver: receiver, Sent: from.Sent})
	g.chains[from.From] = known[:min(len(known), chainsPerMember)]
	return nil
}

// refusal is why a message is refused, in words for the user.
type refusal string

func (r refusal) Error() string { return string(r) }

// facts are what a device keeps of a group.
func (g *group) facts(name string) []world.Fact {
	facts := []world.Fact{store.ViewFact(name, g.members, g.since)}
	if g.own != nil {
		facts = append(facts, world.Fact{Kind: wire.OwnSenderKey, Ref: name,
			Data: g.own.Encode(name)})
	}
	for _, member := range sortedKeys(g.chains) {
		for _, c := range g.chains[member] {
			facts = append(facts, c.Fact(name, member))
		}
	}
	return facts
}

// newestChange stamps the newest change of a group that the device knows of.
func (d *Device) newestChange(name string) store.Stamp {
	if g := d.groups[name]; g != nil {
		return g.since
	}
	return d.left[name] // the zero stamp is before all others
}
