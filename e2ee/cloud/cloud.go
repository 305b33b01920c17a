// Package cloud is messaging in which the provider holds the keys: the design "cloud", which is
// how cloud chats work, and mail, and most of what people call the cloud.
//
// A message is encrypted twice, and neither time from end to end. In transit a channel protects
// it between a device and the provider (channel.go): the provider decrypts it, looks where it
// goes, and encrypts it again for each device that is to have it. At rest it lies with the
// provider under a key that the provider holds (storage.go). In between it is in the provider's
// memory. What that gives is what users know of such chats: a new phone loads the history after
// a login, an account has several devices, and whoever joins a group of thousands costs its
// members nothing. What it costs is that whoever is, owns, robs or orders the provider can read.
//
// Nothing here is end-to-end encrypted. The package stands beside those whose messages are because
// it is what the debate compares them with, and because it is made of their parts: the handshake,
// the chains, the elements that lock phones, the limits of messages and files, and the names of
// what is found on a device, so that attacks on devices run unchanged.
//
// # Where the storage key lies
//
// The design's own parameter keys says it. With "beside" it is in the same store as the messages,
// which keeps out whoever gets hold of a discarded disk and nobody else. With "apart" only the
// principal keystore has it (a key management service); the provider asks for the key of one
// message at a time, so that a thief has to rob both. But the key store answers every question of
// the provider's program, so that who runs that program needs to rob nobody.
//
// # Channels
//
// A handshake is PQXDH (package pqxdh) with keys that the server makes for it alone, to the
// identity of the provider with which the app is shipped. Two chains of keys follow from it, one
// in each direction (package ratchet, its symmetric half). A recording stays closed to who copies
// a store later, and to a quantum computer; who copies the keys of a live channel follows it until
// the next handshake, at most seven days. Metadata travel beside the ciphertext in the clear, as
// in every design of doormat: a real channel would hide them from a wiretap, under a cloud and
// under end-to-end encryption alike, and a row that showed it here alone would be unfair.
//
// # Logins
//
// Who knows the account's password logs in a device. From then on the device's own key is enough
// (as with a session token), and on no device the password is kept. Who copies that key can log in
// from anywhere and load everything ([LogIn]); the account's other devices are told.
//
// # Groups
//
// The provider keeps the lists of members and sends a message to whoever is on them. A member's
// device changes a list. There are no safety numbers, since no key belongs to two users.
//
// # Calls and locks
//
// What is said in a call goes through the provider in the same channels, to the devices that have
// answered (call.go). Nobody keeps it. A phone can be found locked, as in package e2ee.
//
// # What differs from deployed services
//
// Telegram's MTProto and the TLS of others are replaced by the handshake above. An account that is
// logged in nowhere finds what was sent meanwhile in its history, without a notification. Answers
// of the key store and to an agency come one message at a time. Who copies the provider's login at
// the key store and can also speak at the provider's address may ask as the provider does; no rule
// here does so. The agency cannot prove to others what the provider handed over. Devices take no
// updates: there is no vendor in this design, so the rows about one do not apply to it.
//
// TestConformance runs the suite of world/worldtest under both values of keys. TestForwardSecrecy
// and TestRenewal show what copied keys of a channel open, TestApart that neither store opens
// anything alone, TestNewPhone what a login loads, TestCopiedLogin who is told of one, TestOrder
// what a court gets, TestCall that no call is left anywhere, TestRefusals what the provider
// delivers to nobody. FuzzParse feeds the parsers.
//
// The package stands beside e2ee and not below it: the folders at the top say who holds the keys.
// It takes from e2ee what is not about that (kinds of facts, handshake, chains, limits, locks).
package cloud

import (
	"io"
	"slices"

	"doormat/e2ee/directory"
	"doormat/e2ee/lock"
	"doormat/e2ee/pqxdh"
	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// The design's own parameter, and its values.
const (
	Keys   = "keys"
	Beside = "beside"
	Apart  = "apart"
)

// Design is the cloud. It implements [world.Design].
type Design struct{}

// Info implements [world.Design].
func (Design) Info() world.Info {
	return world.Info{
		ID: "cloud", Name: "Cloud chats", Classes: []string{}, Restores: true,
		KeysWith: "the keys are with the provider",
		Doc: "The provider holds the keys, as with mail and with chats that every device of an " +
			"account can load. A message is encrypted in transit, between a device and the " +
			"provider, by a handshake with X25519 and ML-KEM-768 and by keys that change with " +
			"each record; and at rest, in the provider's store, under a key of the provider's. " +
			"In between the provider reads it, and it hears what is said in calls. A court " +
			"orders the messages from the provider and gets them, in the scope that it wrote; " +
			"nobody else has to be asked.",
		Trusts: []string{
			"the provider, with every message, and everybody who works there or owns it",
			"whoever can order the provider to hand over messages, or to hand over all",
			"the key store, where the storage key lies apart",
			"the devices, and whoever writes their software",
			"oneself, with a password that nobody else has",
		},
		Principals: append(world.SharedPrincipals(world.Provider, world.DeviceName,
			world.ElementName,
			world.UserName, world.Court, world.Agency), world.Principal{Name: KeyStoreName,
			Doc:      "keeps the provider's storage key",
			Surfaces: []world.Surface{world.Store, world.Control}, Placed: world.Home,
			Absent: "no key store exists"}),
		Parameters: []world.Parameter{law.Parameter(), world.OwnWord(Keys,
			"where the key of the provider's store lies: beside the messages, or apart, in a key "+
				"store",
			Beside, Apart)},
		Kinds:    []world.Kind{CallNow, Verifier, LoggedIn, wire.GroupView, wire.LastSeen},
		Packets:  slices.Concat(packetKinds(), law.PacketKinds()),
		Programs: Programs(),
		Keys:     rules.KeyKinds(),
	}
}

// Rules implements [world.Design].
func (Design) Rules() []world.Rule {
	list := slices.Concat(openingRules(), quantumRules(), rules.LockRules(searched()...),
		law.Rules())
	return append(slices.Concat(list, makingRules(), law.MakingRules()), rules.GuessRule())
}

// setUp is what is made once: keys with which programs are shipped, and passwords.
type setUp struct {
	config  world.Config
	storage []byte
}

// Setup implements [world.Design].
func (Design) Setup(config world.Config) (world.Deploy, error) {
	storage, err := drawn(config.Stream("storage key"), 32)
	if err != nil {
		return nil, err
	}
	s := &setUp{config, storage}
	if _, err := s.nodes(); err != nil {
		return nil, err
	}
	return func() []world.Node {
		nodes, _ := s.nodes() // as before
		return nodes
	}, nil
}

func (s *setUp) nodes() ([]world.Node, error) {
	by, err := law.Setup(s.config, false)
	if err != nil {
		return nil, err
	}
	for _, agency := range by.Agencies {
		agency.Extensions = []law.AgencyExtension{agencyExtension{}}
		agency.Produced, agency.Searched = []world.Kind{}, searched()
	}
	provider, keystore, err := s.servers()
	if err != nil {
		return nil, err
	}
	provider.register = by.For(world.Home)
	nodes := append(by.Nodes(), provider, keystore)
	for _, name := range s.config.Accounts {
		a, password, err := newAccount(s.config.Stream("password of " + name))
		if err != nil {
			return nil, err
		}
		provider.accounts[name] = a
		device := world.DeviceOf(name)
		d := NewDevice(name, s.config.Stream(device), s.config.Settings.Retention, password,
			provider.identity.Public())
		element, sealed, err := lock.NewElement(name, s.config.Stream(world.ElementOf(name)), nil)
		if err != nil {
			return nil, err
		}
		if s.config.Settings.Lock == world.LockOn {
			d.Lock = sealed
		}
		nodes = append(nodes, d, element)
	}
	return nodes, nil
}

// servers makes the provider and the key store, who know each other's identity.
func (s *setUp) servers() (*Provider, *KeyStore, error) {
	random := s.config.Stream(world.Provider)
	front, err := newListener(random)
	if err != nil {
		return nil, nil, err
	}
	back, err := newListener(s.config.Stream(KeyStoreName))
	if err != nil {
		return nil, nil, err
	}
	login, err := pqxdh.NewIdentity(random) // of the provider at the key store
	if err != nil {
		return nil, nil, err
	}
	k := &KeyStore{listener: *back, key: s.storage, provider: login.Public()}
	p := &Provider{listener: *front, mailbox: s.config.Settings.Mailbox,
		accounts: map[string]*account{},
		sessions: map[string]*session{}, groups: map[string][]string{}, used: map[string]bool{},
		seen:  directory.LastSeen{},
		calls: map[string]*call{}}
	if s.config.Settings.Own.Value(Keys) == Apart {
		p.storage.dialer = dialer{random: random, identity: login, server: back.identity.Public()}
	} else {
		p.storage.key = s.storage
	}
	return p, k, nil
}

func newAccount(random io.Reader) (*account, []byte, error) {
	b, err := drawn(random, 32)
	if err != nil {
		return nil, nil, err
	}
	salt, password := b[:16], b[16:]
	return &account{salt: salt, hash: verifier(salt, password)}, password, nil
}

// searched lists the kinds of facts that are found on a device.
func searched() []world.Kind {
	return []world.Kind{LoginKey, ChannelKey, wire.GroupView, wire.Contents, wire.KeptMessage,
		wire.KeptFile,
		CallNow, Spoken}
}
