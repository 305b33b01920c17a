// Package backup is end-to-end encryption with backups: a phone that is lost takes its messages
// with it, which people do not accept, so messengers keep a copy elsewhere. Whoever can open that
// copy reads the chat, however well its messages were encrypted on the way. Two designs differ in
// nothing but who can:
//
//   - [ByProvider], "backup-provider": the provider makes the key of each backup, keeps it, and
//     gives it to the account's next phone. It loses nothing and nobody has to remember anything.
//     WhatsApp's backups before 2021 and iCloud's without Advanced Data Protection are of this kind.
//   - [ByUser], "backup-user": the phone makes the key and a vault of n servers releases it for a PIN,
//     any t of them together (package vault). WhatsApp's end-to-end encrypted backups and Signal's
//     secure value recovery work like this.
//
// # What is backed up
//
// Each message that a device keeps, written or received, goes to the backup store at once, and so
// does each file that is complete. What the device deletes because of its retention it has the
// store delete. An item is sealed under the key of the account's backup with a nonce that is a MAC
// of its content (a synthetic nonce, as in RFC 5297), which is also its name there: the store sees
// an account, how many items it has, their sizes and times. The key stays the same for the life of
// the backup. That ends forward secrecy and healing for whoever has the items and comes by the key:
// TestBackupsUndoErasure.
//
// A device that is set up anew asks for the key, fetches the items and puts what opens into its
// history. What does not open is left out.
//
// # The channel
//
// Links are not encrypted in this program, so requests for keys are sealed to the key of whom they
// are for (package vault, HPKE with X25519). It travels through the provider, which says whose the
// request is: vault servers count guesses for the account that the provider names. A provider can
// thus guess, and burn guesses, in anybody's name. X25519 falls to a quantum computer, and with it
// the key of the backup, although the messages themselves were sent under ML-KEM.
//
// # Orders
//
// Under an order the store hands over the items that came in within its window, of the accounts
// named; the provider its keys of their backups, if it has them; a vault server what it keeps of
// them. One key opens an account's whole backup: that only the window was handed over is the
// store's doing.
//
// TestConformance runs the suite of world/worldtest over both designs, TestRestore shows what a new
// phone has again, TestVaultLocked what happens to a backup whose guesses somebody burnt,
// TestOrders what is handed over, TestFalseStore and TestLostAnswers what hostile ones change.
package backup

import (
	"fmt"
	"io"
	"slices"

	"doormat/e2ee"
	"doormat/e2ee/rules"
	"doormat/e2ee/vault"
	"doormat/world"
	"doormat/world/law"
)

// Store is the principal that keeps the sealed backups.
const Store = world.BackupStore

// Vault is the name of vault server i, counted from 1.
func Vault(i int) string { return fmt.Sprintf("%s:%d", world.VaultName, i) }

// Limit is how many guesses a vault server answers before it erases its share. Digits is the
// length of a PIN.
const (
	Limit  = 10
	Digits = 4
)

// Emergency is the parameter that says what the backup store asks for where a life is said to be
// in danger, and its values.
const (
	Emergency      = "emergency"
	EmergencyOrder = "order" // a court's, as always
	EmergencyWord  = "word"  // the agency's
)

func emergencyParameter() world.Parameter {
	return world.OwnWord(Emergency, "what the backup store asks for in an emergency: an order of "+
		"the court, as always, or the word of an agency", EmergencyOrder, EmergencyWord)
}

// ByProvider is the design in which the provider has the keys. It implements [world.Design].
type ByProvider struct{}

// Info implements [world.Design].
func (ByProvider) Info() world.Info {
	info := e2ee.Design{}.Info()
	info.ID, info.Name, info.Classes = "backup-provider", "Backup, key with provider",
		[]string{"backup", "e2ee"}
	info.Restores, info.KeysWith = true, "the provider has the key of every backup"
	info.Doc = "Messages are end-to-end encrypted, and each phone backs up what it keeps, " +
		"sealed, to a backup store. The provider has the key of each backup, so that a new phone " +
		"can restore it and nobody has to remember anything. Provider and store together read " +
		"all that is backed up, whoever makes them: a thief, an insider, a court."
	info.Trusts = append(slices.Clone(info.Trusts), "the provider, with the key of every backup",
		"the network, for bringing requests for a key from the phone alone: they are not signed",
		"that provider and backup store are not robbed or ordered together")
	info.Packets = append(slices.Clone(info.Packets), packetKinds()...)
	info.Parameters = append(slices.Clone(info.Parameters), emergencyParameter())
	info.Principals = append(slices.Clone(info.Principals),
		world.SharedPrincipals(world.BackupStore)...)
	return info
}

// Rules implements [world.Design].
func (ByProvider) Rules() []world.Rule { return append(plainRules(), ownRules()...) }

// plainRules are those of end-to-end encryption, on whose devices there are keys of backups now.
func plainRules() []world.Rule { return rules.FoundBesides(e2ee.Design{}.Rules(), BackupKey) }

// Setup implements [world.Design].
func (ByProvider) Setup(config world.Config) (world.Deploy, error) {
	return setup(config, func(d *deployment) error {
		channel, err := newChannel(config.Stream(world.Provider + " backup"))
		if err != nil {
			return err
		}
		d.provider.Extensions = append(d.provider.Extensions, &keyKeeper{channel: channel,
			random: config.Stream(world.Provider + " backup keys"), keys: map[string][]byte{}})
		for _, agency := range d.agencies {
			agency.Produced = append(slices.Clone(agency.Produced), BackupKey)
		}
		d.custody = func(c *client) custody {
			return &fromProvider{client: c, provider: channel.public()}
		}
		return nil
	})
}

// ByUser is the design in which a vault releases the keys for PINs. It implements [world.Design].
type ByUser struct{}

// Info implements [world.Design].
func (ByUser) Info() world.Info {
	info := e2ee.Design{}.Info()
	info.ID, info.Name, info.Classes = "backup-user", "Backup, key for a PIN",
		[]string{"backup", "e2ee"}
	info.Restores, info.KeysWith = true, "a vault has the key of every backup"
	info.Doc = "Messages are end-to-end encrypted, and each phone backs up what it keeps, " +
		"sealed, to a backup store. Any t of n vault servers release the key for a PIN of four " +
		"digits, by a threshold OPRF; each counts guesses and erases its share after ten. A " +
		"quorum that changes gives up to ten n / t guesses, success resets the counts, and " +
		"anybody who speaks for an account can burn them. Servers of which t collude, are " +
		"robbed, or are set back to an old copy try all PINs. (The settings t and n, which count " +
		"trustees in escrow designs, count vault servers here.)"
	info.Trusts = append(slices.Clone(info.Trusts),
		"that fewer than t vault servers collude, are robbed, set back, or ordered",
		"the vault servers, for counting guesses and erasing what is locked",
		"the provider, for asking the vault in nobody's name who does not ask")
	info.Packets = append(slices.Clone(info.Packets), packetKinds()...)
	info.Parameters = append(slices.Clone(info.Parameters), emergencyParameter())
	info.Principals = append(slices.Clone(info.Principals),
		world.SharedPrincipals(world.BackupStore, world.VaultName)...)
	return info
}

// Rules implements [world.Design].
func (ByUser) Rules() []world.Rule {
	return slices.Concat(plainRules(), ownRules(VaultRecord), vaultRules())
}

// Setup implements [world.Design].
func (ByUser) Setup(config world.Config) (world.Deploy, error) {
	params := vault.Params{Need: config.Settings.Threshold, Servers: config.Settings.Trustees,
		Limit: Limit}
	if err := params.Check(); err != nil {
		return nil, err
	}
	seats, err := config.Settings.Seats()
	if err != nil {
		return nil, err
	}
	return setup(config, func(d *deployment) error {
		var publics [][]byte
		for i := 1; i <= params.Servers; i++ {
			channel, err := newChannel(config.Stream(Vault(i)))
			if err != nil {
				return err
			}
			publics = append(publics, channel.public())
			d.nodes = append(d.nodes, &vaultServer{index: i, channel: channel,
				answerer: answerer{register: d.register.For(seats[i-1])},
				server:   vault.NewServer(i, config.Stream(Vault(i)+" nonces")),
				random:   config.Stream(Vault(i) + " answers")})
			d.seeker.asks = append(d.seeker.asks, Vault(i))
		}
		d.provider.Extensions = append(d.provider.Extensions, relay{})
		d.custody = func(c *client) custody {
			return &fromVault{client: c, params: params, servers: publics}
		}
		return nil
	})
}

// deployment is what a run of either design has of its own.
type deployment struct {
	nodes    []world.Node
	register *law.Register
	provider *e2ee.Provider
	agencies []*law.Agency
	seeker   *seeker
	custody  func(*client) custody
}

// setup adds to the nodes of plain end-to-end encryption the store, and what is special to where
// keys are kept.
func setup(config world.Config, special func(*deployment) error) (world.Deploy, error) {
	plain, err := e2ee.Design{}.Setup(config)
	if err != nil {
		return nil, err
	}
	deploy := func() ([]world.Node, error) {
		d := &deployment{nodes: plain(), seeker: &seeker{asks: []string{Store}}}
		var devices []*e2ee.Device
		for _, n := range d.nodes {
			switch n := n.(type) {
			case *law.Court:
				d.register = n.Register()
			case *law.Agency:
				d.agencies = append(d.agencies, n)
			case *e2ee.Provider:
				d.provider = n
			case *e2ee.Device:
				devices = append(devices, n)
			}
		}
		for _, agency := range d.agencies {
			agency.Extensions = append(agency.Extensions, d.seeker)
			agency.Searched = append(slices.Clone(agency.Searched), BackupKey)
		}
		word := config.Settings.Own.Value(Emergency) == EmergencyWord
		if word {
			d.seeker.atOnce = []string{Store}
		}
		d.nodes = append(d.nodes, &archive{answerer: answerer{register: d.register.For(world.Home), word: word},
			random:   config.Stream(Store),
			accounts: map[string]*items{}})
		if err := special(d); err != nil {
			return nil, err
		}
		for _, device := range devices {
			d.attach(device, config)
		}
		return d.nodes, nil
	}
	if _, err := deploy(); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return func() []world.Node {
		nodes, _ := deploy() // the same inputs as above
		return nodes
	}, nil
}

func (d *deployment) attach(device *e2ee.Device, config world.Config) {
	account, _ := world.AccountOf(device.Name())
	c := &client{device: device, account: account, random: config.Stream(device.Name() + " backup"),
		retention: config.Settings.Retention}
	c.custody = d.custody(c)
	device.Extensions = append(device.Extensions, c)
}

// read draws bytes.
func read(random io.Reader, size int) ([]byte, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("draw %d bytes: %w", size, err)
	}
	return b, nil
}
