package threshold

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/world"
	"doormat/world/law"
)

// stage is a small conversation under escrow, 2 of 3, that a test can interfere
// with.
type stage struct {
	t        *testing.T
	play     *world.Play
	founding *founding
	uploads  [][]byte // by devices, as they were
	sent     []world.Packet
	shown    []string // bodies
	warned   []string // who: what
}

var start = time.Date(2017, 3, 26, 19, 0, 0, 0, time.UTC)

func environment(t, n int) world.Environment {
	return world.Environment{Accounts: []string{"A", "B"}, Seed: 1, Settings: world.Settings{Threshold: t, Trustees: n,
		Jurisdictions: world.RoundRobin(n), Target: "A", At: 1, Mailbox: world.MailboxAll}}
}

func newStage(t *testing.T) *stage {
	t.Helper()
	env := environment(2, 3)
	c := &world.Conversation{Title: "stage", Accounts: env.Accounts, Target: "A"}
	var said []world.Said
	for i, fromTo := range []string{"AB", "BA", "AB", "BA"} {
		c.Messages = append(c.Messages, world.Message{From: fromTo[:1], To: []string{fromTo[1:]}, Sent: start.Add(time.Duration(i) * time.Hour)})
		said = append(said, world.Said{Body: []byte{byte('1' + i)}})
	}
	s := &stage{t: t}
	var err error
	s.founding, err = found(env)
	require.NoError(t, err)
	nodes, err := deploy(env, s.founding)
	require.NoError(t, err)
	s.play, err = world.NewPlay(context.Background(), c, said, nodes, s.watch)
	require.NoError(t, err)
	require.NoError(t, s.play.Start())
	return s
}

func (s *stage) watch(p world.Packet) {
	s.sent = append(s.sent, p)
	switch p.Kind() {
	case e2ee.KindUpload:
		s.uploads = append(s.uploads, slices.Clone(p.Data))
	case world.KindShown:
		f, err := world.Unpack(p.Data, world.KindShown, 2)
		require.NoError(s.t, err)
		s.shown = append(s.shown, string(f[1]))
	case world.KindWarning:
		f, err := world.Unpack(p.Data, world.KindWarning, 1)
		require.NoError(s.t, err)
		s.warned = append(s.warned, p.From+": "+string(f[0]))
	}
}

func (s *stage) advance(m int) { require.NoError(s.t, s.play.Advance(m)) }

// post sends packets from outside and lets the network come to rest.
func (s *stage) post(packets ...world.Packet) {
	s.play.Net.Post(packets...)
	require.NoError(s.t, s.play.Settle())
}

// comply makes principals answer lawful process.
func (s *stage) comply(names ...string) {
	for _, name := range names {
		s.post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
	}
}

// order has the agency execute an order for A, and gives what it obtained.
func (s *stage) order() []world.Fact {
	s.post(world.Packet{From: world.Law, To: "agency", Data: world.Pack(world.KindCase,
		world.Strings([]string{"A"}), world.Time(start), world.Time(start.AddDate(1, 0, 0)))})
	var facts []world.Fact
	for _, p := range s.of(world.KindObtained) {
		f, err := world.Unpack(p.Data, world.KindObtained, 1)
		require.NoError(s.t, err)
		more, err := world.ParseFacts(f[0])
		require.NoError(s.t, err)
		facts = append(facts, more...)
	}
	return facts
}

func (s *stage) of(kind byte) (out []world.Packet) {
	for _, p := range s.sent {
		if p.Kind() == kind {
			out = append(out, p)
		}
	}
	return out
}

// signed is the last order that the court handed out.
func (s *stage) signed() law.Signed {
	handed := s.of(law.KindSigned)
	require.NotEmpty(s.t, handed)
	order, err := law.ParseSigned(handed[len(handed)-1].Data)
	require.NoError(s.t, err)
	return order
}

// ring is the keyring of a client that knows the first key.
func ring(f *founding) keyring { return keyring{newAnchor(f), []*committee{f.committee}} }
