package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
	"doormat/demo/story"
	"doormat/e2ee/backup"
	"doormat/e2ee/cloud"
	"doormat/e2ee/receipts"
	"doormat/e2ee/rules"
	"doormat/e2ee/sealedsender"
	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
	"doormat/world/publiclog"
	"doormat/world/simulation"
	"doormat/world/worldtest"
)

// worthless says of each kind of fact that no rule takes why nothing follows from it.
// The key is the kind, for every design, or "design: kind", or "class: kind".
var worthless = map[string]string{
	"key change":            "the hash of a public key, and whose: that somebody has a new phone, which everybody may read",
	"former identity":       "the hash of a public key that was replaced, to tell its messages from others",
	"verified contact":      "says whose key the owner has compared, and the key is public; whom to leave alone scripts know from the conversation",
	"used message number":   "a hash of what passed, to refuse another message under the same number",
	"receipt":               "that a message has come, which the metadata of the receipt say as well",
	"certificate key":       "signs whose an identity is, for phones that have not met it; safety numbers show the rest",
	"group update":          "who is in a group from then on, which each message to the group shows as its recipients",
	"last seen":             "when an account last wrote, and not to whom: it opens nothing, and what it means people have to judge",
	"order target":          "who is under investigation, and for which time: it is the end of what can be learned of an order",
	"cloud: call under way": "who takes part in a call, which its packets show as well",
	"cloud: group members":  "who is in a group, which each message to it shows as its recipients",
	"cloud: logged in":      "a public key, and whose devices it belongs to",
	"cloud: login verifier": "a hash of a password that was drawn at random, so that nobody guesses it",
	"cloud: password": "would log in a device, as a copied login key does in copied-login; it is typed in a channel whose keys open " +
		"the chats themselves, and no rule logs in with it",
	"e2ee: public part": "empty in this design: nothing travels beside the ratchet",
	"packet to send":    "for a script to send, made with keys that it had; the log's record of a forged order, say",
	"commitment salt":   "hides commitments that are revealed one phase later; the trustee's old share and one-use key are beside it",
	"polynomial": "the old share of the trustee is beside it, and gives the same key; of a founding all dealers' would be needed, " +
		"beside which lie as many one-use keys, which open all shares on the board",
	"received share": "the one-use key that opened it is beside it, and opens it again from the board (rule \"open a sealed share\")",
	"phrase key": "of a client that is the adversary's own program; its owner's phone shows what was typed before it was encrypted, " +
		"as long as it keeps it",
}

// unread says the same of packets, by their kind.
var unread = map[byte]string{
	wire.KindRegister:            "bundles are public: the directory hands the same to everybody",
	wire.KindFetch:               "asks for somebody's bundle, which is public",
	wire.KindReceipt:             "a number, and whose key has changed",
	wire.KindGot:                 "a number",
	sealedsender.KindCertificate: "whose an identity is, which the directory says to everybody",
	wire.KindGet:                 "asks for a chunk, without which it is of no use",
	law.KindAppend:               "a commitment that hides the order, and a signature",
	law.KindInquire:              "a record of the log, which is public",
	law.KindDocketed:             "a record of the log, which is public, and whether it is the court's",
	law.KindPending:              "a record of the log, which is public, and a hash of what opens it",
	publiclog.KindCosign:         "a checkpoint of the log, which is public",
	publiclog.KindCosigned:       "a checkpoint of the log, which is public, with a signature that makes it believed",
	publiclog.KindPost:           "a post, which is in the public log a moment later",
	publiclog.KindReadBoard:      "a number",
	publiclog.KindSeen:           "a checkpoint of the log, which is public",
	publiclog.KindProve:          "two sizes of the log, which are public",
	publiclog.KindProof:          "a proof about the log, which is public",
	cloud.KindConnect:            "asks for a channel",
	backup.KindLoad:              "a number",
	backup.KindErase:             "names of sealed items, by which nothing is opened",
	committee.KindFetchBoard:     "a number",
	committee.KindHaveKey:        "a number",
	request.KindRelay:            "what the machine was sent itself, where a rule reads it; an order in it is read as well",
	request.KindSpeak:            "what the machine sends itself, where a rule reads it; an answer in it is read as well",
	request.KindRenew:            "a credential sealed to a key that the hardware drew for it: who solves discrete logarithms has the escrow fields without it",
}

// inventory is what a design's programs held and sent in some runs.
type inventory struct {
	held map[world.Kind]bool
	// found are the kinds on phones, searched those that the agency files of one.
	found    map[world.Kind]bool
	searched []world.Kind
	sent     map[byte][]world.Fact // packets by their kind, a few of each
}

// take notes what a node holds.
func (v *inventory) take(n world.Node) {
	for _, f := range n.Holdings() {
		v.held[f.Kind] = true
	}
}

// search compares what a phone holds with what an agency files of one that is unlocked. A
// thief of a locked one finds a sealed store and nothing else.
func (v *inventory) search(t *testing.T, lock string, searched []world.Kind, phone world.Node) {
	t.Helper()
	if found := phone.Holdings(); lock == world.LockOn {
		require.Len(t, found, 1)
		require.Equal(t, wire.SealedStore, found[0].Kind)
	}
	for _, f := range world.InUse(phone) {
		require.Contains(t, searched, f.Kind, "found on a phone")
		v.found[f.Kind] = true
	}
	v.searched = searched
}

// live plays the story under settings, with orders, and a client that encrypts
// underneath where there is one. Trustees are looked at after each packet that they
// sent, so that what they hold in the middle of a ceremony is seen; others at moments.
func (v *inventory) live(t *testing.T, d world.Design, s world.Settings) {
	t.Helper()
	c := story.Conversation()
	var said []world.Payload
	for _, m := range c.Messages {
		said = append(said, world.Payload{Body: []byte(m.Text), Files: m.Attachments})
	}
	s.Threshold, s.Trustees, s.Jurisdictions, s.Target = 2, 3, world.RoundRobin(3), c.Target
	deploy, err := d.Setup(world.Config{Settings: s, Accounts: c.Accounts, Seed: 5, Memo: computed})
	require.NoError(t, err)
	p, err := simulation.New(context.Background(), c, said, deploy(), func(q world.Packet) {
		if !q.Private() && len(v.sent[q.Kind()]) < 20 {
			v.sent[q.Kind()] = append(v.sent[q.Kind()], world.Fact{Kind: world.Observed, Ref: "1", Data: q.Encode(c.Messages[0].Sent)})
		}
	})
	require.NoError(t, err)
	p.Intercept = func(q world.Packet) bool {
		if strings.HasPrefix(q.From, "trustee:") {
			v.take(p.Net.Node(q.From))
		}
		return false
	}
	require.NoError(t, p.Start())
	for _, program := range d.Info().Programs {
		for _, account := range []string{"Marco", "Jo"} {
			if program.Name == "encrypt underneath" {
				require.NoError(t, p.Net.Node(world.DeviceOf(account)).(world.Reprogrammable).Reprogram(program.Name, []byte("Marco\nJo\nheron")))
			}
		}
	}
	for m := 1; m <= len(c.Messages); m++ {
		require.NoError(t, p.Advance(m))
		if m == 30 {
			for _, name := range p.Net.Names() {
				p.Net.Post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
			}
			p.Net.Post(world.Packet{From: world.Law, To: "agency", Data: world.Pack(world.KindCase,
				world.Strings([]string{c.Target}), world.Time(c.Messages[0].Sent), world.Time(c.Messages[60].Sent))})
			require.NoError(t, p.Settle())
		}
		for _, name := range p.Net.Names() {
			v.take(p.Net.Node(name))
			if world.KindOf(name) == world.DeviceName {
				v.search(t, s.Lock, p.Net.Node("agency").(*law.Agency).Searched, p.Net.Node(name))
			}
		}
	}
	require.NoError(t, p.Rest(int(law.SealingPeriod.Hours()/24)+1))
}

// underWay is on a phone only while a message or a call is under way.
var underWay = []world.Kind{wire.Secret, wire.Public, wire.SealedChunk, wire.AttachmentKey,
	wire.CallKey, wire.Contents, cloud.CallNow, cloud.Spoken, world.Metadata}

// TestEveryKindIsOfUse: what a thief can hold, a rule can use, or a reason says why it
// is worth nothing. So it is with each kind of packet on the wire, and with what rules
// conclude. It takes seconds, and runs with -all, as in .ci/run.
func TestEveryKindIsOfUse(t *testing.T) {
	worldtest.OnlyAll(t)
	excuses := map[string]bool{}
	for _, d := range Designs() {
		v := &inventory{held: map[world.Kind]bool{}, found: map[world.Kind]bool{}, sent: map[byte][]world.Fact{}}
		for _, s := range []world.Settings{
			{Mailbox: world.MailboxAll, Refresh: 10, Own: world.Own("").With("objection", "1")},
			{Mailbox: world.MailboxAll, Lock: world.LockOn, Own: world.Own("").With(receipts.Name, receipts.On).With(sealedsender.Name, sealedsender.On)},
			{Mailbox: world.MailboxDelivered, Retention: 2, Resend: world.ResendAtOnce, Refresh: 25, Rotate: 15},
		} {
			v.live(t, d, s)
		}
		for _, k := range v.searched {
			if !slices.Contains(underWay, k) {
				require.True(t, v.found[k], "the agency files %q of phones, and none holds it", k)
			}
		}
		for _, r := range d.Rules() {
			require.True(t, r.Name != rules.OpenStore || len(r.Gives) == len(v.searched), "%s: a sealed store opens to what is found on a phone", d.Info().ID)
		}
		used := map[world.Kind]bool{world.Plaintext: true, world.File: true, world.Speech: true, world.Metadata: true}
		for _, r := range d.Rules() {
			for _, k := range append(slices.Clone(r.Takes), r.All) {
				used[k] = true
			}
			for _, k := range r.Gives {
				v.held[k] = v.held[k] || !r.Make
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v.held)) {
			if !used[k] {
				excused(t, excuses, d, string(k), worthless)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v.sent)) {
			if !reads(d.Rules(), v.sent[k]) {
				excused(t, excuses, d, fmt.Sprint("packet ", k), packets())
			}
		}
	}
	for _, list := range []map[string]string{worthless, packets()} {
		for name, why := range list {
			require.NotEmpty(t, why, name)
			require.True(t, excuses[name], "%s: a reason for what a rule takes, or nobody holds or sends", name)
		}
	}
}

func packets() map[string]string {
	list := map[string]string{}
	for k, why := range unread {
		list[fmt.Sprint("packet ", k)] = why
	}
	return list
}

// excused wants a reason for what no rule of a design uses.
func excused(t *testing.T, excuses map[string]bool, d world.Design, name string, list map[string]string) {
	t.Helper()
	keys := []string{name}
	for _, of := range technique.Keys(d.Info()) {
		keys = append(keys, of+": "+name)
	}
	for _, key := range keys {
		if list[key] != "" {
			excuses[key] = true
			return
		}
	}
	t.Errorf("%s: no rule takes it, and no reason says why it is worth nothing", keys[1])
}

// reads reports whether some rule reads something in one of these packets.
func reads(rules []world.Rule, packets []world.Fact) bool {
	for _, r := range rules {
		if !r.Make && slices.Equal(r.Takes, []world.Kind{world.Observed}) {
			for _, p := range packets {
				if found, err := r.Apply(world.Input{Facts: []world.Fact{p}}); err == nil && len(found) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// TestPacketKinds: one number of a packet means one thing in every design, so that whoever
// reads a wiretap need not know which design it is of.
func TestPacketKinds(t *testing.T) {
	names := map[byte]string{}
	for _, d := range Designs() {
		for _, k := range d.Info().Packets {
			if have, ok := names[k.Kind]; ok {
				require.Equal(t, have, k.Name, "%s: packet %d", d.Info().ID, k.Kind)
			}
			names[k.Kind] = k.Name
		}
	}
	require.Greater(t, len(names), 50)
}

// computed is what deployments of all tests share: most are of one seed.
var computed = new(memo.Memo)
