package ghost

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/copies"
	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
	"doormat/world/simulation"
)

var start = time.Date(2018, 11, 29, 9, 0, 0, 0, time.UTC)

// stage is a chat of three, one message a day, with which a test can interfere.
type stage struct {
	*simulation.Simulation
	t        *testing.T
	conv     *world.Conversation
	sent     map[byte][]world.Packet
	obtained []world.Fact
	warned   []string
}

func newStage(t *testing.T, d world.Design, events ...world.Event) *stage {
	t.Helper()
	return stageUnder(t, d, world.LockOff, events...)
}

func stageUnder(t *testing.T, d world.Design, lock string, events ...world.Event) *stage {
	t.Helper()
	c := &world.Conversation{Title: "stage", Accounts: []string{"Ana", "Ben", "Cy"}, Target: "Ana", Events: events}
	for i, pair := range []string{"Ana Ben", "Ben Ana", "Ben Cy", "Cy Ana", "Ana Ben", "Ben Ana"} {
		from, to, _ := strings.Cut(pair, " ")
		c.Messages = append(c.Messages, world.Message{From: from, To: []string{to}, Text: fmt.Sprint("message ", i+1),
			Sent: start.AddDate(0, 0, i)})
	}
	require.NoError(t, c.Check())
	var said []world.Payload
	for _, m := range c.Messages {
		said = append(said, world.Payload{Body: []byte(m.Text)})
	}
	deploy, err := d.Setup(world.Config{Accounts: c.Accounts, Seed: 1, Memo: computed, Settings: world.Settings{
		Threshold: 1, Trustees: 1, Target: "Ana", At: 1, Mailbox: world.MailboxDelivered, Lock: lock}})
	require.NoError(t, err)
	s := &stage{t: t, conv: c, sent: map[byte][]world.Packet{}}
	s.Simulation, err = simulation.New(context.Background(), c, said, deploy(), s.watch)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	return s
}

func (s *stage) watch(p world.Packet) {
	s.sent[p.Kind()] = append(s.sent[p.Kind()], p)
	switch p.Kind() {
	case world.KindObtained:
		f, err := world.Unpack(p.Data, world.KindObtained, 1)
		require.NoError(s.t, err)
		facts, err := world.ParseFacts(f[0])
		require.NoError(s.t, err)
		s.obtained = append(s.obtained, facts...)
	case world.KindWarning:
		s.warned = append(s.warned, p.From)
	}
}

// order has these principals answer lawful process, and the agency apply for messages about
// Ana from one moment to another.
func (s *stage) order(from, until int, willing ...string) {
	s.t.Helper()
	for _, name := range willing {
		s.Net.Post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
	}
	s.Net.Post(world.Packet{From: world.Law, To: world.Agency, Data: world.Pack(world.KindCase, world.Strings([]string{"Ana"}),
		world.Time(s.conv.Messages[from-1].Sent), world.Time(s.conv.Messages[until-1].Sent))})
	require.NoError(s.t, s.Settle())
}

// read lists the texts that the agency has.
func (s *stage) read() (texts []string) {
	for _, f := range s.obtained {
		if f.Kind == wire.Contents {
			c, err := wire.ParseContent(f.Data)
			require.NoError(s.t, err)
			texts = append(texts, string(c.Body))
		}
	}
	return texts
}

func messages(numbers ...int) (texts []string) {
	for _, n := range numbers {
		texts = append(texts, fmt.Sprint("message ", n))
	}
	return texts
}

func (s *stage) apply(rule, text string, facts ...world.Fact) []world.Fact {
	s.t.Helper()
	random := make([]byte, 64)
	random[0] = 7
	for _, r := range (Design{}).Rules() {
		if r.Name == rule {
			got, err := r.Apply(world.Input{Facts: facts, Text: []byte(text), Random: random, Now: s.Net.Now()})
			require.NoError(s.t, err)
			var out []world.Fact
			for _, d := range got {
				out = append(out, d.Fact)
			}
			return out
		}
	}
	s.t.Fatalf("no rule %q", rule)
	return nil
}

var forms = map[string]world.Design{ByProvider: Design{}, ByClient: byClient{}}

// TestWarrant: with both sign-offs the agency reads what is in scope and still to come, in both
// forms, and nobody is warned. With one of them, or a provider that refuses, it reads nothing.
func TestWarrant(t *testing.T) {
	for form, d := range forms {
		for _, c := range []struct {
			willing []string
			want    []string
		}{
			{[]string{world.Court, Minister, world.Provider}, messages(4, 5, 6)},
			{[]string{world.Court, world.Provider}, nil},
			{[]string{Minister, world.Provider}, nil},
			{[]string{world.Court, Minister}, nil},
		} {
			s := newStage(t, d)
			require.NoError(t, s.Advance(2))
			s.order(1, 6, c.willing...)
			require.NoError(t, s.Advance(6))
			require.Equal(t, c.want, s.read(), "%s: %v", form, c.willing)
			require.Empty(t, s.warned)
			require.NoError(t, s.Rest(2))
			for _, account := range s.conv.Accounts {
				device := s.Net.Node(world.DeviceOf(account))
				knows := slices.ContainsFunc(device.Holdings(), func(f world.Fact) bool { return f.Kind == SilentDevice })
				require.False(t, knows, "the last message is over, and so is the warrant")
			}
		}
	}
}

// TestSignOffs: a client that believes the provider copies under a made-up warrant; one that
// looks for itself does not, nor under a warrant with one good signature.
func TestSignOffs(t *testing.T) {
	for form, d := range forms {
		for _, good := range []string{"", world.Court, Minister, "both"} {
			s := newStage(t, d)
			require.NoError(t, s.Advance(1))
			warrant := s.apply(MakeUpWarrant, "Ana\nBen")[0]
			made, err := parseWarrant(warrant.Data)
			require.NoError(t, err)
			if good == world.Court || good == "both" {
				made.signed = s.apply(law.SignOrder, "Ana\nBen", s.Net.Node(world.Court).Holdings()[0],
					s.Net.Node(world.Agency).Holdings()[0])[0].Data
				signed, err := law.ParseSigned(made.signed)
				require.NoError(t, err)
				made.signed = signed.Bytes
			}
			if good == Minister || good == "both" {
				order := law.Signed{Bytes: made.signed}
				made, err = parseWarrant(s.apply(Countersign, "", order.Fact(), s.Net.Node(Minister).Holdings()[0])[0].Data)
				require.NoError(t, err)
			}
			warrant.Data = made.encode()
			for _, f := range s.apply(AddDevice, "device:Ana\ndevice:Ben\ndevice:Cy", warrant) {
				p, _, err := world.ParsePacket(f.Data)
				require.NoError(t, err)
				s.Net.Post(p)
			}
			require.NoError(t, s.Advance(6))
			want := 5 // all that is left to be written
			if form == ByClient && good != "both" {
				want = 0
			}
			require.Len(t, s.sent[KindCopy], want, "%s: %q", form, good)
			require.Empty(t, s.sent[KindPassed], "the honest provider knows of no such warrant")
			require.Empty(t, s.warned)
		}
	}
}

// TestNewPhone: a phone that was set up anew is told of the silent device again.
func TestNewPhone(t *testing.T) {
	s := newStage(t, Design{}, world.Event{After: 3, Kind: world.Reinstall, Account: "Ben"})
	require.NoError(t, s.Advance(1))
	s.order(1, 6, world.Court, Minister, world.Provider)
	require.NoError(t, s.Advance(6))
	require.Equal(t, messages(2, 4, 5, 6), s.read())
}

// TestWindow: what is written outside the window is not copied, and an order for the past
// adds no silent device.
func TestWindow(t *testing.T) {
	s := newStage(t, Design{})
	require.NoError(t, s.Advance(1))
	s.order(4, 5, world.Court, Minister, world.Provider)
	require.NoError(t, s.Advance(6))
	require.Equal(t, messages(4, 5), s.read())

	s = newStage(t, Design{})
	require.NoError(t, s.Advance(4))
	s.order(1, 4, world.Court, Minister, world.Provider)
	require.NoError(t, s.Advance(6))
	require.Empty(t, s.sent[KindAdd])
	require.Empty(t, s.read())
}

// TestCall: of a call that an account under a warrant makes or takes, the key is copied, and
// the provider hands over the frames.
func TestCall(t *testing.T) {
	s := newStage(t, Design{})
	require.NoError(t, s.Advance(1))
	s.order(1, 6, world.Court, Minister, world.Provider)
	say := func(from string, data []byte) {
		s.Net.Post(world.Packet{From: world.UserOf(from), To: world.DeviceOf(from), Data: data})
		require.NoError(t, s.Settle())
	}
	say("Ben", world.Pack(world.KindDial, world.Strings([]string{"Ana"})))
	say("Ana", world.Pack(world.KindSpeak, []byte("is anybody else on the line?")))
	say("Ben", world.Pack(world.KindHangUp))
	know := deduceAll(t, s.obtained)
	require.Contains(t, know, "is anybody else on the line?")
	require.Empty(t, s.warned)
}

// deduceAll applies the opening rules of one and of two facts until nothing new follows, and
// gives what was said in calls.
func deduceAll(t *testing.T, facts []world.Fact) (said []string) {
	t.Helper()
	known := map[string]bool{}
	for i := 0; i < len(facts); i++ {
		key := string(world.EncodeFacts(facts[i : i+1]))
		if known[key] {
			continue
		}
		known[key] = true
		if facts[i].Kind == world.Speech {
			said = append(said, string(facts[i].Data))
		}
		for _, r := range (Design{}).Rules() {
			if r.Make || r.All != "" || len(r.Takes) == 0 || len(r.Takes) > 2 {
				continue
			}
			for j := range facts[:i+1] {
				for _, in := range [][]world.Fact{{facts[i]}, {facts[j], facts[i]}, {facts[i], facts[j]}} {
					if fits(r, in) {
						got, _ := r.Apply(world.Input{Facts: in})
						for _, d := range got {
							facts = append(facts, d.Fact)
						}
					}
				}
			}
		}
	}
	return said
}

func fits(r world.Rule, in []world.Fact) bool {
	if len(r.Takes) != len(in) {
		return false
	}
	for k, f := range in {
		if f.Kind != r.Takes[k] || f.Ref != in[0].Ref {
			return false
		}
	}
	return true
}

// TestLockedPhone: what a locked phone holds of warrants is in its sealed store, and opens with
// that.
func TestLockedPhone(t *testing.T) {
	s := stageUnder(t, Design{}, world.LockOn)
	require.NoError(t, s.Advance(1))
	s.order(1, 6, world.Court, Minister, world.Provider)
	stores := s.Net.Node("device:Cy").Holdings()
	require.Len(t, stores, 1)
	key := s.apply("search the passcode", "", stores[0], s.Net.Node(world.ElementOf("Cy")).Holdings()[0])
	opened := s.apply(rules.OpenStore, "", stores[0], key[0])
	require.True(t, slices.ContainsFunc(opened, func(f world.Fact) bool { return f.Kind == SilentDevice && f.Ref == "Ana" }))
}

// TestForeignCopies: the provider passes on only a device's own message, under a warrant, for
// the agency's key.
func TestForeignCopies(t *testing.T) {
	s := newStage(t, Design{})
	require.NoError(t, s.Advance(1))
	s.order(1, 6, world.Court, Minister, world.Provider)
	require.NoError(t, s.Advance(2))
	require.Len(t, s.sent[KindPassed], 1)
	p := s.sent[KindCopy][0]
	f, err := world.Unpack(p.Data, KindCopy, 1)
	require.NoError(t, err)
	c, err := copies.Parse(f[0])
	require.NoError(t, err)
	other := c.Meta
	other.From, other.To = "Ben", []string{"Cy"}
	for _, bad := range []world.Packet{
		{From: "device:Cy", Data: p.Data},
		{From: world.Outsider, Data: p.Data},
		{From: p.From, Data: world.Pack(KindCopy, copies.Copy{Meta: c.Meta, Key: make([]byte, 32), Sealed: c.Sealed}.Encode())},
		{From: p.From, Data: world.Pack(KindCopy, copies.Copy{Meta: other, Key: c.Key, Sealed: c.Sealed}.Encode())},
		{From: p.From, Data: world.Pack(KindCopy, c.Sealed)},
	} {
		bad.To = world.Provider
		s.Net.Post(bad)
		require.NoError(t, s.Settle())
	}
	require.Len(t, s.sent[KindPassed], 1)
}

// FuzzParse: warrants and copies have one encoding, and others are refused.
func FuzzParse(f *testing.F) {
	made, err := makeUpWarrant(world.Input{Text: []byte("Ana"), Random: bytes.Repeat([]byte{7}, 64)})
	require.NoError(f, err)
	f.Add(made[0].Data)
	m := world.Meta{ID: strings.Repeat("0", 32), From: "Ana", To: []string{"Ben"}, Sent: start}
	f.Add(copies.Copy{Meta: m, Key: make([]byte, 32), Sealed: []byte("sealed")}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if w, err := parseWarrant(data); err == nil {
			require.Equal(t, data, w.encode())
		}
		if c, err := copies.Parse(data); err == nil {
			require.Equal(t, data, c.Encode())
		}
	})
}

// computed is what deployments of all tests share: most are of one seed.
var computed = new(memo.Memo)
