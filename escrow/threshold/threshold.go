// Package threshold is end-to-end encryption with an escrow that any t of n
// trustees open together: the design "threshold".
//
// Devices and provider are those of package e2ee. Beside each message travels an
// escrow field: its seed under the committee's key, by TDH2 (package tdh2), bound
// to a label of sender, recipients, time, message id and body. A recipient
// computes the field again and refuses any other; the provider checks the proof,
// the label against its own routing and clock, and that no message id comes
// twice. It cannot check what the field encrypts, so a field of garbage passes
// the provider and is stopped by an honest recipient, or not at all.
//
// The committee's key is made by a ceremony over a public log (package ceremony),
// so that no dealer knows it; a client accepts it only with a certificate by t
// trustees over a checkpoint that witnesses cosigned. A trustee answers a request
// under an order that the court signed and the log shows, for messages in its
// scope, with a partial decryption sealed to the agency. t of them open that one
// message. The agency believes an answer that is to its own request, and verifies
// under the committee that the board shows (package request); it names whoever sends
// anything else.
//
// # Two clocks
//
// With Settings.Refresh trustees deal each other new shares of every live key after
// that many messages: a new share epoch, "key 1/epoch 3". The key stays, old shares
// are erased, and shares of two epochs do not add up (Herzberg, Jarecki, Krawczyk
// and Yung, "Proactive secret sharing", CRYPTO 1995). With Settings.Rotate they hold
// a whole ceremony for a new key, "key 2". The key before it lives on for messages
// under way and for orders about older ones; at the next rotation it is destroyed,
// and then nobody can open it again, not even under an order. That is the point,
// and its price.
//
// Each of these is a ceremony of package ceremony over the principal "log", which
// orders the posts, has witnesses cosign, and tells all trustees and the monitor. A
// trustee believes only records that make up a cosigned checkpoint ([ledger.Reader]).
// One message ahead it posts its one-use key. A thief who comes then finds the old
// share and the one-use key, and with the board the new share: whoever is corrupted
// during a refresh counts in both epochs. After the next message the rest of the
// ceremony runs to its end, and then the other ceremonies that are due. The trustees
// wait for a silent one until the next message or midnight; then they go on without
// it, and it gets a share again at the next refresh. Packets get lost, so a trustee
// posts again what the board does not show. Whoever reads the board convicts cheats,
// and the monitor reports them. If too few trustees are left, shares and keys stay
// what they were.
//
// # Identities, and which key a client accepts
//
// The keys with which trustees sign end like those that decrypt. Each ceremony that
// completes appends a certificate to a chain (package committee): it names the one
// before, lists everybody's new identity, and is signed with the ones that end, which
// are then erased. So ceremonies are held one after another. Signatures count only with
// proof that the public log holds them. Without refresh and rotation there is only the
// ceremony of set-up, and identities do not change after it: t of them, once stolen,
// certify any key for as long as people talk, in public.
//
// What counts is the log's board. Devices read it through the provider, which reads it
// itself, from the identity keys, t, log and witnesses that ship with the program; of each
// number the first valid certificate counts. A certificate that somebody offers says only
// that there is more to read, up to its checkpoint. The log takes signatures of identities
// that ended long ago, and a device that was kept from the board since would take these for
// the ones in force (package committee, TestKeptFromThePresent). So a device depends on the log and
// a quorum of its witnesses, and each checkpoint that it accepts continues what it has read.
// It warns its user of what it refuses. It sends nothing without a key. It reads what is
// under its newest key or the one before, and so does the provider. Trustees deliver
// certificates until the provider acknowledges them, and the provider offers them to the
// device until that uses the key (distribution.go). A device cannot tell that newer records
// are being kept from it, and acknowledgements are not signed: it goes on under an old key,
// which others refuse.
//
// Whoever holds a trustee's identity can speak for it on the board. The owner reads that,
// says so, and takes its seat out of the ceremony (seat.go): a thief can block a seat, or
// take it if the owner is kept from the board, and is seen.
//
// Devices take no part in gossip: they believe the checkpoint under a certificate because
// enough witnesses cosigned it, and a provider that is controlled can show them one that
// others never see, if it has the keys of that many witnesses.
//
// What this cannot do: t trustees, or a thief of t shares of one epoch, or one
// jurisdiction over t of them, open every message under the key, past and future, with
// no trace; no cryptography makes them use the log, or erase what they should. Nor does
// it outlast quantum computers: the ratchet takes a secret of ML-KEM-768, the field
// beside it rests on discrete logarithms alone, and both carry the same seed (package
// rules).
//
// # Tests
//
// TestConformance runs the suite of world/worldtest, also with both clocks;
// TestFieldRefusals feeds in stripped, replayed, relabelled, re-randomised,
// backdated and garbage fields; TestShareEpochs follows what trustees hold, TestThefts
// what it is worth; TestSilence, TestTooFew and TestCheats are ceremonies that do
// not go well; TestSubstitutedAtSetUp is a provider with a committee of its own.
package threshold

import (
	"fmt"
	"slices"

	"doormat/e2ee"
	"doormat/e2ee/linked"
	"doormat/e2ee/receipts"
	"doormat/e2ee/registration"
	e2eerules "doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/supplier"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
	"doormat/world/memo"
	"doormat/world/publiclog"
)

// The parameter that says who gives notice of an order, and its values.
const (
	Notice         = "notice"
	NoticeCourt    = "court"
	NoticeTrustees = "trustees"
)

// Design is threshold escrow. It implements [world.Design].
type Design struct{}

// Info implements [world.Design].
func (Design) Info() world.Info {
	return world.Info{
		ID: "threshold", Name: "Threshold escrow", Classes: []string{"escrow"},
		Doc: "Messages are end-to-end encrypted as in e2ee, and each carries a field from which any t of n " +
			"trustees together can open it. Trustees answer an order that the court signed and a public log " +
			"shows, for the messages in its scope. The committee's key is made by a ceremony; no " +
			"one person ever holds it. Its shares may be renewed, and the key replaced and " +
			"destroyed, while people go on talking. The escrow field rests on discrete logarithms " +
			"alone: what is recorded today opens to whoever has a quantum computer tomorrow, " +
			"although the sessions beside the field are protected by ML-KEM-768.",
		Trusts: []string{
			"whomever e2ee asks one to trust",
			"that fewer than t trustees collude, are robbed within one share epoch, or sit under " +
				"one government, or several that agree, which takes in secret what they hold",
			"that trustees have no supplier of programs, cloud or hardware maker in common: where t of them do, they are one",
			"trustees, for erasing old shares and destroyed keys",
			"the court, and whoever holds its key",
			"the log's witnesses, of whom at most one of four may be dishonest, for cosigning one history",
			"the log's monitor and other readers, for telling each other what they were shown, " +
				"and the public of orders that nobody should have signed",
			"the agency, with everything that it opens",
			"that nobody who records messages today ever computes discrete logarithms: the " +
				"escrow field, unlike the sessions, has no ML-KEM",
		},
		Principals: append(e2ee.Principals(), append(world.SharedPrincipals(world.TrusteeName, world.Log, world.WitnessName, world.Monitor),
			supplier.Principal())...),
		Programs: append(e2ee.Programs(),
			world.Program{Name: GarbageFields,
				Doc: "a client whose escrow fields are proved and bound as they should be, and " +
					"open to nothing, to everybody or to the accounts in text only"},
			world.Program{Name: BackdateLabels, Doc: "a client whose labels are dated 1970, so that no order covers them"},
			world.Program{Name: OmitRecipient,
				Doc: "a client whose labels leave out the account in text, so that no order for " +
					"it covers them"},
			world.Program{Name: EncryptUnderneath,
				Doc: "clients of accomplices who encrypt once more under a phrase agreed in person"},
			world.Program{Name: AcceptEverything,
				Doc: "a client that shows what it can read, whatever the field beside it opens to"},
			world.Program{Name: CoverText,
				Doc: "clients of accomplices whose field opens to the text in the last line, and who " +
					"send what was typed behind the seed, inside the ratchet"},
			world.Program{Name: LeaveOutField,
				Doc: "clients of accomplices who send each other messages without any field"},
			world.Program{Name: BadShare, Doc: "a trustee that deals another one a share which does not open"},
			world.Program{Name: StayAway, Doc: "a trustee that takes no part when new shares or a new key are made"},
			world.Program{Name: ChooseKey,
				Doc: "a trustee that waits for all others' commitments, then reveals one that " +
					"would make the key its own"},
			world.Program{Name: supplier.HandOver, Doc: "a trustee that sends what it holds to whom its update serves"},
		),
		Packets: slices.Concat(wire.PacketKinds(), registration.PacketKinds(), linked.PacketKinds(), law.PacketKinds(), publiclog.PacketKinds(), committee.PacketKinds(), request.PacketKinds()),
		Parameters: []world.Parameter{registration.Parameter(), linked.Parameter(), receipts.Parameter(), supplier.Parameter(), law.Parameter(),
			world.OwnWord(Notice, "who gives notice when an order has been secret for ninety days: the "+
				"court, to whom it names, or each trustee that answered it as well, to whoever wrote or "+
				"received what it was asked about", NoticeCourt, NoticeTrustees)},
		KeyLife: committee.KeyLife,
		Keys:    append(e2eerules.KeyKinds(), rules.Ristretto255()),
	}
}

// Setup implements [world.Design]: it runs the key ceremony.
func (Design) Setup(config world.Config) (world.Deploy, error) {
	key := setupKey{config.Seed, config.Settings.Threshold, config.Settings.Trustees}
	s, err := memo.Recall(config.Memo, key, func() (*setup, error) { return runSetup(config) })
	if err != nil {
		return nil, fmt.Errorf("threshold: %w", err)
	}
	if _, err := deploy(config, s); err != nil {
		return nil, fmt.Errorf("threshold: %w", err)
	}
	return func() []world.Node {
		nodes, _ := deploy(config, s) // the same inputs as above
		return nodes
	}, nil
}

// deploy builds the nodes of one run, each from what set-up left to it.
func deploy(config world.Config, s *setup) ([]world.Node, error) {
	by, err := law.Setup(config, true)
	if err != nil {
		return nil, err
	}
	cache := committee.NewCache(s.genesis, config.Memo)
	provider := e2ee.NewProvider(by.Register, config.Settings.Mailbox)
	extension := newProviderExtension(cache, provider.Devices)
	extension.deviceOf = provider.DeviceOf
	provider.Extensions, provider.Memo = []e2ee.ProviderExtension{extension}, config.Memo
	nodes := append(by.Nodes(), provider)
	var names []string
	var trustees []*trustee
	for _, own := range s.trustees {
		t, err := newTrustee(own, cache, by.Register, config)
		if err != nil {
			return nil, err
		}
		names, nodes, trustees = append(names, t.name), append(nodes, t), append(trustees, t)
	}
	suppliers, programs, err := supplier.Supply(config, len(trustees))
	if err != nil {
		return nil, err
	}
	for i, t := range trustees {
		t.Programs = programs[i]
	}
	nodes = append(nodes, suppliers...)
	for _, agency := range by.Agencies {
		work := request.NewAgency(s.genesis, names)
		agency.Extensions = []law.AgencyExtension{work, registration.Listener{}}
		agency.Produced = wire.Produced()
		agency.Searched = append(wire.Searched(), PhraseKey)
		if config.Settings.Refresh > 0 || config.Settings.Rotate > 0 {
			work.Board = cache.NewView()
		}
	}
	audit, err := auditors(s, config.Memo, cache, by, names)
	if err != nil {
		return nil, err
	}
	nodes = append(nodes, audit...)
	var devices []*e2ee.Device
	for _, a := range config.Accounts {
		devices = append(devices, device(config, cache, a))
	}
	equipped, err := e2ee.Equip(config, provider, devices...)
	return append(nodes, equipped...), err
}

// auditors are the log and its witnesses as they are after set-up, and the monitor.
func auditors(s *setup, m *memo.Memo, cache *committee.Cache, by *law.Authorities, trustees []string) ([]world.Node, error) {
	l, err := ledger.ParseLog(s.log)
	if err != nil {
		return nil, err
	}
	l.Remember(m)
	var nodes []world.Node
	names := committee.WitnessNames()
	sizes := map[string]int64{}
	for i, state := range s.witnesses {
		w, err := ledger.ParseWitness(state)
		if err != nil {
			return nil, err
		}
		w.Remember(m)
		sizes[names[i]] = w.Size()
		gossip, err := newGossip(s.genesis, names[i], []string{world.Monitor}, names)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, publiclog.NewWitness(w, gossip))
	}
	gossip, err := newGossip(s.genesis, world.Monitor, nil, slices.Concat(names, trustees))
	if err != nil {
		return nil, err
	}
	log := publiclog.NewLog(l, by.Register.Courts, s.genesis.Policy, sizes, names)
	monitor := publiclog.NewMonitor(gossip, l.Size())
	monitor.Courts = nil
	var agencies []string
	for i, agency := range by.Agencies {
		monitor.Courts, agencies = append(monitor.Courts, by.Courts[i].Name()), append(agencies, agency.Name())
	}
	log.Open(s.genesis.Checkpoint, trustees, agencies...)
	monitor.Follow = committee.NewObserver(cache.NewView()).Follow
	return append(nodes, log, monitor), nil
}

// newGossip begins for a reader of the log, which knows what the witnesses cosigned at set-up.
func newGossip(g *committee.Genesis, name string, near, far []string) (*publiclog.Gossip, error) {
	view, err := ledger.NewView(g.Policy, g.Checkpoint)
	if err != nil {
		return nil, err
	}
	return publiclog.NewGossip(name, g.Policy, view, near, far), nil
}

// device makes a device with the design's envelope and the modified programs.
func device(config world.Config, cache *committee.Cache, account string) *e2ee.Device {
	name := world.DeviceOf(account)
	random := config.Stream(name)
	honest := &envelope{Keyring: committee.Keyring{Cache: cache}, random: random}
	d := e2ee.NewDevice(account, random, config.Settings.Retention, honest)
	d.Memo, d.AtOnce = config.Memo, config.Settings.Resend == world.ResendAtOnce
	honest.device = d
	d.Extensions = []e2ee.DeviceExtension{honest}
	d.Programs = map[string]func(wire.Envelope, []byte) (wire.Envelope, error){
		GarbageFields:  func(_ wire.Envelope, text []byte) (wire.Envelope, error) { return newGarbageFields(honest, text), nil },
		BackdateLabels: func(wire.Envelope, []byte) (wire.Envelope, error) { return relabelled{honest, backdate}, nil },
		OmitRecipient: func(_ wire.Envelope, account []byte) (wire.Envelope, error) {
			return relabelled{honest, omitRecipient(string(account))}, nil
		},
		EncryptUnderneath: newUnderneath,
		AcceptEverything:  func(wire.Envelope, []byte) (wire.Envelope, error) { return acceptAny{honest}, nil },
		CoverText:         func(_ wire.Envelope, text []byte) (wire.Envelope, error) { return newCoverText(honest, text) },
		LeaveOutField:     func(_ wire.Envelope, text []byte) (wire.Envelope, error) { return newNoField(honest, text) },
	}
	return d
}

// Rules implements [world.Design].
func (Design) Rules() []world.Rule {
	return slices.Concat(e2eerules.FoundBesides(e2eerules.Opening(), PhraseKey), law.Rules(), rules.All(),
		e2eerules.Making(madeEnvelope, committee.Committee))
}
