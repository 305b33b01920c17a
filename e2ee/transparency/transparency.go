// Package transparency is end-to-end encryption whose provider cannot hand out keys in
// secret: the design "e2ee-transparent".
//
// Devices and provider are those of package e2ee. When an account registers an identity, its
// first or another one, the provider appends an entry to a public log: the account, and the
// fingerprint of the identity. A list of linked devices that an identity signs is an entry, too. Four witnesses cosign the log, of whom three must, and a
// monitor reads it (package publiclog). A device reads every entry since its last visit on
// each night that it lives through, and when it meets an identity that its view of the log
// does not show. It tells its owner
//
//   - of a key in the owner's name that it did not make,
//   - of a contact whose key is not the one that the log shows last for that account, when the
//     key is met, and when messages go on under it after the log has shown a newer one,
//   - of a device that is linked to the account: it is listed as well, and its key is one that this
//     phone did not make, although it signed it (package linked),
//   - of a contact's linked devices that are not those which the log shows,
//   - of a list of its own devices that the log has not shown for two nights,
//   - of a log that shows another history than before, that too few witnesses signed, or that
//     has not answered for three nights with anything that they signed in the last two days, or
//     that they signed for a time to come.
//
// So a provider that swaps keys has two ways. It puts the false key into the log, and its
// owner is told, or it does not, and whoever is given the key is told. The idea is that of
// Laurie, Langley and Kasper, "Certificate Transparency" (RFC 6962, 2013), for keys of people:
// Melara, Blankstein, Bonneau, Felten and Freedman, "CONIKS: Bringing Key Transparency to End
// Users" (USENIX Security 2015).
//
// # What it does not do
//
// It detects and does not prevent: a message is sent before anybody has looked. An owner whose
// phone is off, or who is dead, notices nothing. A phone that was set up anew does not know
// what the one before it made, so a true new phone looks like a swap, to its owner and to
// everybody; the warning says so. Who has the log and keys of a quorum of its witnesses shows
// a phone a tree of its own; 2k - n keys, two of four, and a witness who was shown one tree
// only are enough to split the view, and then witnesses who tell each other find out. Phones tell
// each other nothing. And the log is public: whoever reads it knows who has a new phone, and when.
// CONIKS hides names behind a verifiable random function, which is left out here.
//
// TestConformance runs the suite of world/worldtest. TestSwappedInSecret,
// TestSwappedInTheLog and TestReinstall show who is told, TestForkedDirectory what keys of
// witnesses are worth, TestSilentLog that silence is told, TestFrozenLog that old answers are,
// TestFutureSignatures that a time to come is, TestListedAgain that a key is looked up again, TestLinked
// that a linked device is told, TestSecretList and TestListKeptBack that a list which is not in the
// log is, by contacts and by its owner, TestListBeforeItsIdentity that the order of entries does not
// matter, and TestLostEntry that the provider posts again what was lost.
package transparency

import (
	"fmt"
	"time"

	"doormat/e2ee"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/memo"
	"doormat/world/publiclog"
)

// Design is end-to-end encryption with a directory that is a public log. It implements
// [world.Design].
type Design struct{ e2ee.Design }

// Info implements [world.Design].
func (d Design) Info() world.Info {
	info := d.Design.Info()
	info.ID, info.Name, info.Classes = "e2ee-transparent", "End-to-end, keys in a public log",
		[]string{"transparent", "e2ee"}
	info.Doc = "End-to-end encryption as in e2ee, and the provider's directory of keys is a " +
		"public log with witnesses, and so are the lists of linked devices. Each phone reads it, and " +
		"tells its owner of a key in the owner's name that it did not make, a linked device's among " +
		"them, and of a contact's key that the log does not show. " +
		"So a swapped key is found out by one end or the other, although nobody compares safety " +
		"numbers, and after the fact: it is detected and not prevented. An owner whose phone is " +
		"off notices nothing, a true new phone looks like a swap, and the log tells everybody " +
		"who has a new phone, or another device, and when."
	info.Trusts = []string{
		"the devices at both ends, and whoever writes their software",
		"the log with a quorum of its witnesses, for showing everybody the same keys; two dishonest " +
			"witnesses of four can split the view",
		"oneself, for reading what the phone warns of, and for knowing which phones were one's own",
		"the provider, with the metadata, and everybody with who has a new phone, and when",
	}
	info.Principals = append(info.Principals,
		world.SharedPrincipals(world.Log, world.WitnessName, world.Monitor)...)
	info.Packets = append(info.Packets, publiclog.PacketKinds()...)
	return info
}

// Rules implements [world.Design].
func (d Design) Rules() []world.Rule { return append(d.Design.Rules(), ownRules()...) }

// Setup implements [world.Design].
func (d Design) Setup(config world.Config) (world.Deploy, error) {
	deploy, err := d.Design.Setup(config)
	if err != nil {
		return nil, err
	}
	if _, _, err := newAuditors(config, config.Memo); err != nil {
		return nil, fmt.Errorf("e2ee-transparent: %w", err)
	}
	return func() []world.Node {
		policy, auditors, _ := newAuditors(config, config.Memo) // the same inputs as above
		nodes := deploy()
		for _, n := range nodes {
			switch n := n.(type) {
			case *e2ee.Provider:
				n.Extensions = append(n.Extensions, newPublisher(n, policy))
			case *e2ee.Device:
				n.Extensions = append(n.Extensions, newWatcher(n, policy))
			}
		}
		return append(nodes, auditors...)
	}, nil
}

// newAuditors makes the log, which is empty, with its witnesses and its monitor.
func newAuditors(source world.Source, shared *memo.Memo) (*ledger.Policy, []world.Node, error) {
	log, err := ledger.New("doormat.directory", source.Stream(world.Log))
	if err != nil {
		return nil, nil, err
	}
	var witnesses []*ledger.Witness
	var keys []string
	names := publiclog.WitnessNames()
	for i, name := range names {
		w, err := ledger.NewWitness(fmt.Sprintf("doormat.witness.%d", i+1), log.VerifierKey(),
			source.Stream(name))
		if err != nil {
			return nil, nil, err
		}
		witnesses, keys = append(witnesses, w), append(keys, w.VerifierKey())
	}
	policy, err := ledger.NewPolicy(log.VerifierKey(), publiclog.Quorum, keys...)
	if err != nil {
		return nil, nil, err
	}
	policy.Remember(shared)
	log.Remember(shared)
	view, err := ledger.NewView(policy, nil)
	if err != nil {
		return nil, nil, err
	}
	var nodes []world.Node
	for i, w := range witnesses {
		w.Remember(shared)
		gossip := publiclog.NewGossip(names[i], policy, view.Clone(), []string{world.Monitor},
			names)
		nodes = append(nodes, publiclog.NewWitness(w, gossip))
	}
	served := publiclog.NewLog(log, nil, policy, map[string]int64{}, names)
	served.Open(nil, []string{world.Provider})
	served.Renew = 24 * time.Hour // phones ask every night
	monitor := publiclog.NewMonitor(publiclog.NewGossip(world.Monitor, policy, view.Clone(), nil,
		names), 0)
	monitor.Follow = follow(publiclog.NewReader(policy))
	return policy, append(nodes, served, monitor), nil
}

// follow reads entries for the monitor, which knows of none whether its owner made it. What
// it does for the others is to compare the log that it is shown with theirs.
func follow(r *publiclog.Reader) func([]byte) (int64, [][]byte, []string, error) {
	return func(update []byte) (int64, [][]byte, []string, error) {
		first := r.Size()
		records, err := r.Read(update)
		return first, records, nil, err
	}
}
