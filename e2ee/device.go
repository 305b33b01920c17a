package e2ee

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"doormat/e2ee/lock"
	"doormat/e2ee/othermessenger"
	"doormat/e2ee/pqxdh"
	"doormat/e2ee/registration"
	"doormat/e2ee/sealedsender"
	"doormat/e2ee/senderkey"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
)

// Device is the program of a user's device. Its secrets are its [Device.Holdings]
// and nothing else: keys that were used, ratcheted past or replaced are gone.
type Device struct {
	// Programs are what a modified client may put in the place of the honest
	// envelope; text is the script's.
	Programs map[string]func(honest wire.Envelope, text []byte) (wire.Envelope, error)
	// Extensions are what the design adds, in the order in which their hooks are called.
	Extensions []DeviceExtension
	// AtOnce sends to a contact under a changed key although the users had compared
	// safety numbers, see contacts.go.
	AtOnce bool
	// Sealed hides the account's name from the provider; may be nil.
	Sealed *sealedsender.Phone
	// Receipts has authors told of messages that have come, see package receipts.
	Receipts bool
	// RegistrationLock has a new account locked by a PIN.
	RegistrationLock bool
	// Memo is what devices of other runs computed; may be nil.
	Memo *memo.Memo
	// Lock seals what a thief finds, see package lock; nil if the device is found open.
	Lock *lock.Lock

	account   string
	random    io.Reader
	envelope  wire.Envelope
	retention int

	keys      *store.Keys
	peers     map[string]*peer
	outbox    []*outgoing
	history   []keptMessage
	opened    [][32]byte // sealedHash of the newest deliveries that were opened
	shown     [][32]byte // the newest messages that were shown, see markShown
	groups    map[string]*group
	left      map[string]store.Stamp    // groups that the account has left, and since when
	downloads map[string]*download      // attachments on their way, by message id
	call      *liveCall                 // that it takes part in, nil if none
	answered  map[string]uint32         // initial messages to a KEM key of last resort, and its number
	vendor    ed25519.PublicKey         // who signs its programs, see updates.go
	pinned    bool                      // runs the program NeverUpdate
	elsewhere *othermessenger.Messenger // of the program OtherMessenger, nil if it does not run
	links     *linker                   // which devices the account has linked; may be nil
	reporting reporting
	installed time.Time // when its keys were made
	replaced  int       // periods after that, at the last prekey rotation
	locked    bool      // its account has a PIN, which its user knows
	gone      bool      // the account has been registered on another phone
}

type peer struct {
	identity *pqxdh.IdentityPublic // the one seen last
	compared *pqxdh.IdentityPublic // the one of which the user knows that it is right, nil if none
	asked    bool                  // the user has been told that messages to it are held back
	sessions []*store.Session      // newest first
}

// outgoing is a message that the provider has not confirmed.
type outgoing struct {
	meta           world.Meta
	secret, public []byte
	content        *wire.Content // what is in the two
	waiting        []string      // recipients whose bundle has been asked for
	held           []string      // recipients whose changed key the user has to confirm first
	uploads        int           // how many uploads of it the provider has not confirmed

	// Of a message to a group:
	group *senderkey.Message  // the ciphertext for all
	key   []byte              // the sender key as of this message, for members who lack it
	chain *store.OwnSenderKey // the sender key under which the message is sealed
}

const sessionsPerPeer = 4

// NewDevice makes a device that keeps the newest retention messages, 0 for all.
func NewDevice(account string, random io.Reader, retention int, envelope wire.Envelope) *Device {
	return &Device{account: account, random: random, envelope: envelope, retention: retention,
		peers: map[string]*peer{}}
}

// Name implements [world.Node].
func (d *Device) Name() string { return world.DeviceOf(d.account) }

// Reprogram implements [world.Reprogrammable].
func (d *Device) Reprogram(program string, text []byte) error {
	if program == NeverUpdate {
		d.pinned = true
		return nil
	}
	if program == OtherMessenger {
		other, err := othermessenger.New(text)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", d.Name(), program, err)
		}
		d.elsewhere = other
		return nil
	}
	modified, ok := d.Programs[program]
	if !ok {
		return fmt.Errorf("%s: no program %q", d.Name(), program)
	}
	e, err := modified(d.envelope, text)
	if err == nil {
		d.envelope = e
	}
	return err
}

// Holdings implements [world.Node]: what [Device.InUse] lists, or if the device is locked a
// sealed store.
func (d *Device) Holdings() []world.Fact {
	return d.Lock.Found(d.account, d.InUse())
}

// InUse implements [world.Sealer]: keys, sessions, groups with their sender keys,
// what is still to be sent or fetched, and the history.
func (d *Device) InUse() []world.Fact {
	if d.keys == nil {
		return nil
	}
	facts := []world.Fact{{Kind: wire.DeviceKeys, Ref: d.account, Data: d.keys.Encode()}}
	for _, name := range sortedKeys(d.peers) {
		for _, s := range d.peers[name].sessions {
			facts = append(facts, s.Fact())
		}
		facts = append(facts, d.peers[name].facts(name)...)
	}
	for _, name := range sortedKeys(d.groups) {
		facts = append(facts, d.groups[name].facts(name)...)
	}
	for _, name := range sortedKeys(d.left) {
		facts = append(facts, store.ViewFact(name, nil, d.left[name]))
	}
	for _, o := range d.outbox {
		facts = append(facts, o.facts()...)
	}
	for _, id := range sortedKeys(d.downloads) {
		facts = append(facts, d.downloads[id].facts()...)
	}
	if d.call != nil {
		facts = append(facts, d.call.fact())
	}
	facts = append(facts, d.History()...)
	facts = append(facts, call(d.Extensions, DeviceExtension.Holdings)...)
	if e, ok := d.envelope.(interface{ Holdings() []world.Fact }); ok { // a modified client's own secrets
		facts = append(facts, e.Holdings()...)
	}
	return facts
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// Handle implements [world.Node].
func (d *Device) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.Kind() == wire.KindUpdate {
		d.runUpdate(now, p)
		return d.report(now)
	}
	return append(d.handle(now, p), d.report(now)...)
}

func (d *Device) handle(now time.Time, p world.Packet) []world.Packet {
	switch p.From {
	case world.UserOf(d.account):
		return d.fromUser(now, p)
	case world.Provider:
		return d.fromProvider(now, p)
	case world.Environment:
		switch p.Kind() {
		case world.KindStart:
			return d.install(now)
		case world.KindMembers:
			return d.members(now, p.Data, false)
		}
	case world.Operator:
		return d.text(p)
	case world.Clock:
		return append(d.tick(now), call(d.Extensions, func(x DeviceExtension) []world.Packet {
			return x.Tick(now)
		})...)
	default:
		if p.Kind() == wire.KindElsewhere {
			return d.fromElsewhere(p)
		}
		return d.handleByExtensions(now, p)
	}
	return nil
}

// handleByExtensions leaves a packet that the device does not know to the extensions.
func (d *Device) handleByExtensions(now time.Time, p world.Packet) []world.Packet {
	return call(d.Extensions, func(x DeviceExtension) []world.Packet { return x.Handle(now, p) })
}

func (d *Device) fromUser(now time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case world.KindTyped:
		return d.typed(now, p.Data)
	case world.KindDial:
		return d.dial(now, p.Data)
	case world.KindSpeak:
		return d.speak(p.Data)
	case world.KindHangUp:
		d.hangUp()
	case world.KindMembers:
		return d.members(now, p.Data, true)
	case world.KindAskNumber:
		return d.number(p.Data)
	case world.KindConfirm:
		return d.confirm(p.Data)
	case world.KindReinstall:
		return d.install(now)
	case world.KindRecalled:
		if out, ok := d.recalled(p.Data); ok {
			return out
		}
	case world.KindUnlock:
		return d.toUser(world.KindHoldings, world.EncodeFacts(d.InUse()))
	}
	return d.handleByExtensions(now, p)
}

func (d *Device) fromProvider(now time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case wire.KindBundle:
		return d.bundle(now, p.Data)
	case wire.KindReceipt:
		return d.receipt(p.Data)
	case wire.KindDeliver:
		return d.deliver(now, p.Data)
	case wire.KindBlob:
		return d.blob(p.Data)
	case wire.KindFrame:
		return d.hear(p.Data)
	case sealedsender.KindCertificate:
		d.Sealed.Take(p.Data, d.Identity())
	case registration.KindRefused:
		return d.warn("this phone could not be registered")
	case registration.KindMoved:
		return d.moved()
	}
	return d.handleByExtensions(now, p)
}

func (d *Device) toUser(kind byte, fields ...[]byte) []world.Packet {
	return []world.Packet{{From: d.Name(), To: world.UserOf(d.account),
		Data: world.Pack(kind, fields...)}}
}

func (d *Device) warn(format string, args ...any) []world.Packet {
	return d.toUser(world.KindWarning, fmt.Appendf(nil, format, args...))
}

func (d *Device) toProvider(data []byte) world.Packet {
	return world.Packet{From: d.Name(), To: world.Provider, Data: data}
}

// install begins anew: nothing of what was there remains.
func (d *Device) install(now time.Time) []world.Packet {
	d.peers, d.outbox, d.history, d.opened, d.answered = map[string]*peer{}, nil, nil, nil,
		map[string]uint32{}
	d.installed, d.replaced, d.shown = now, 0, nil
	d.Sealed.Forget()
	d.groups, d.left, d.downloads, d.call = map[string]*group{}, map[string]store.Stamp{},
		map[string]*download{}, nil
	var err error
	if d.keys, err = store.NewKeys(d.random, d.Memo); err != nil {
		return d.warn("the device could not be set up: %v", err)
	}
	return append(append([]world.Packet{d.register()}, d.lockAccount()...),
		call(d.Extensions, func(x DeviceExtension) []world.Packet { return x.Begin(now) })...)
}

func (d *Device) register() world.Packet {
	return d.toProvider(world.Pack(wire.KindRegister, d.keys.Bundles()...))
}

// Wakes implements [world.Waker]: what a device fetches it asks for again at night. Its
// prekeys can wait until somebody is going to write.
func (d *Device) Wakes() (next time.Time) {
	if len(d.downloads) > 0 {
		return world.Tonight
	}
	for _, x := range d.Extensions {
		if w := x.Wakes(); !w.IsZero() && (next.IsZero() || w.Before(next)) {
			next = w
		}
	}
	return next
}

// rotationDays is after how many days the signed prekey is replaced.
const rotationDays = 7

// tick replaces the signed prekey every rotationDays midnights after the installation. After a
// silence in which it was not ticked, it replaces the key once for each of the last two times,
// since keys of earlier times would be gone by now.
func (d *Device) tick(now time.Time) []world.Packet {
	out := d.retryDownloads()
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	periods := int(day(now).Sub(day(d.installed))/(24*time.Hour)) / rotationDays
	if periods <= d.replaced || d.keys == nil {
		return out
	}
	for range min(periods-d.replaced, store.KeptPrekeys) {
		if err := d.keys.Rotate(d.random); err != nil {
			return append(out, d.warn("prekeys could not be replaced: %v", err)...)
		}
	}
	d.replaced = periods
	maps.DeleteFunc(d.answered, func(_ string, kem uint32) bool { return !d.keys.Has(kem) })
	return append(out, d.register())
}

// recordIdentity records the identity under which a peer appears. If it has changed since
// the last time, the device warns, and ends its own sender keys that a thief of the old
// phone may have.
func (d *Device) recordIdentity(now time.Time, name string,
	id pqxdh.IdentityPublic) []world.Packet {
	p := d.peers[name]
	if p == nil {
		p = &peer{}
		d.peers[name] = p
	}
	before := p.identity
	p.identity, p.asked = &id, p.asked && before != nil && *before == id
	if before != nil && *before == id {
		return nil
	}
	out := call(d.Extensions, func(x DeviceExtension) []world.Packet {
		return x.IdentitySeen(now, name, wire.Fingerprint(id))
	})
	if before == nil {
		return out
	}
	p.sessions = slices.DeleteFunc(p.sessions, func(s *store.Session) bool {
		return s.Identity != id
	})
	d.dropSenderKeys(name)
	return append(d.warn("the safety number with %s has changed", name), out...)
}

// addSession makes s the session that is tried and used first with its peer.
func (d *Device) addSession(s *store.Session) {
	p := d.peers[s.Peer]
	p.sessions = append([]*store.Session{s}, p.sessions...)
	p.sessions = p.sessions[:min(len(p.sessions), sessionsPerPeer)]
}
