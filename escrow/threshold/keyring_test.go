package threshold

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/publiclog"
)

// fakeCommittee makes a committee of the adversary's own, and the packet that offers it.
func fakeCommittee(t *testing.T, text, device string) ([]world.Derived, world.Packet) {
	t.Helper()
	random := make([]byte, 64)
	random[0] = 7
	made, err := applyRule(rules.MakeCommittee, world.Input{Text: []byte(text), Random: random})
	require.NoError(t, err)
	offered, err := applyRule(rules.OfferKey, world.Input{Facts: []world.Fact{made[0].Fact}, Text: []byte(device)})
	require.NoError(t, err)
	p, _, err := world.ParsePacket(offered[0].Data)
	require.NoError(t, err)
	return made, p
}

// TestSubstitutedAtSetUp has a provider hand out a committee of its own before
// anything was said: the devices refuse it and warn, and send nothing under it.
func TestSubstitutedAtSetUp(t *testing.T) {
	s := preparedStage(t, config(2, 3), 4)
	_, p := fakeCommittee(t, "key 1\n2\n3", "device:A")
	s.sim.Intercept = func(q world.Packet) bool {
		if q.From == "provider" && (q.Kind() == committee.KindKey || q.Kind() == publiclog.KindUpdate) && q.To == p.To {
			s.sim.Net.Deliver(p)
			return true
		}
		return false
	}
	s.advance(4)
	require.Empty(t, s.shown, "A sends nothing, and reads nothing under a key that it does not know")
	require.NotEmpty(t, s.warned)
	require.Contains(t, s.warned[0], "device:A: a committee key was refused: too few of the log's witnesses")
	require.Contains(t, s.warned[2], "device:A: the message was not sent: there is no committee key with a valid certificate")
}

// TestSubstitutedLater offers a false, an old and a damaged key to a device that
// has one.
func TestSubstitutedLater(t *testing.T) {
	s := renewing(t, 2, 3, 0, 2, 6)
	s.advance(5)
	first := s.of(committee.KindKey)[0]
	for _, text := range []string{"key 9\n2\n3", "key 1\n1\n1"} {
		_, p := fakeCommittee(t, text, "device:A")
		before := len(s.warned)
		s.post(p)
		require.Len(t, s.warned, before+1, text)
		require.Contains(t, s.warned[before], "device:A: a committee key was refused: too few of the log's witnesses")
	}
	before := len(s.warned)
	s.post(world.Packet{From: "provider", To: "device:A", Data: first.Data})
	require.Len(t, s.warned, before, "a key that is destroyed by now, and that was once told of")
	require.Equal(t, "key 3", s.sim.Net.Node("device:A").(*e2ee.Device).Extensions[0].(*envelope).Newest().ID)
	s.post(world.Packet{From: world.Outsider, To: "device:A", Data: first.Data},
		world.Packet{From: "provider", To: "device:A", Data: []byte{committee.KindKey, 1}},
		world.Packet{From: world.Outsider, To: "provider", Data: []byte{committee.KindKey, 1}})
	require.Len(t, s.warned, before)
	s.advance(6)
	require.Len(t, s.shown, 6)
}

// TestFakeCommitteeIsReal: what the devices refuse is a committee in every
// respect but one.
func TestFakeCommitteeIsReal(t *testing.T) {
	made, p := fakeCommittee(t, "key 1\n2\n3", "device:A")
	require.Equal(t, "device:A", p.To)
	e, err := madeEnvelope(world.Seed(1).Stream("x"), []world.Fact{made[1].Fact})
	require.NoError(t, err)
	m := world.Meta{ID: "1", From: "A", To: []string{"B"}, Sent: start}
	_, public, err := e.Seal(m, []byte("text"))
	require.NoError(t, err)
	field, err := applyRule("read an escrow field", world.Input{Facts: []world.Fact{{Data: public}, m.Fact()}})
	require.NoError(t, err)
	seed, err := applyRule("open an escrow field", world.Input{Facts: []world.Fact{made[2].Fact, field[0].Fact}})
	require.NoError(t, err)
	text, err := applyRule("open a body", world.Input{Facts: []world.Fact{seed[0].Fact, field[1].Fact}})
	require.NoError(t, err)
	require.Equal(t, "text", string(text[0].Data))
	for _, bad := range []string{"", "key 1", "key 0\n1\n1", "key 1\n2\n1", "key 1\n1\n101", "key 01\n1\n1", "key 1\nx\n1"} {
		_, err := applyRule(rules.MakeCommittee, world.Input{Text: []byte(bad), Random: make([]byte, 64)})
		require.Error(t, err, bad)
	}
}

// TestReinstalledDevice gets both keys, and reads on.
func TestReinstalledDevice(t *testing.T) {
	s := renewing(t, 2, 3, 0, 2, 8)
	s.advance(5)
	s.post(world.Packet{From: world.UserOf("A"), To: "device:A", Data: world.Pack(world.KindReinstall)})
	s.advance(8)
	require.Len(t, s.shown, 8)
	require.Equal(t, []string{"key 1/epoch 0", "key 2/epoch 0", "key 3/epoch 0", "key 4/epoch 0", "key 5/epoch 0"},
		s.refs("provider", committee.Certificate))
	require.Equal(t, []string{"device:B: the safety number with A has changed"}, s.warned)
}

// TestUnderWay: a message that was under way while the key changed is accepted, and
// one under a destroyed key is not.
func TestUnderWay(t *testing.T) {
	s := renewing(t, 2, 3, 0, 2, 6)
	s.advance(1)
	var late []world.Packet
	s.sim.Intercept = func(p world.Packet) bool {
		if p.Kind() == wire.KindUpload {
			late = append(late, p)
		}
		return p.Kind() == wire.KindUpload
	}
	s.advance(2)
	s.sim.Intercept = nil
	require.Len(t, s.shown, 1)
	s.post(late...)
	require.Len(t, s.shown, 2, "under key 1, while key 2 is the newest")
	s.advance(4)
	s.post(late...)
	require.Empty(t, s.warned, "the provider has it already, and knows that it has not changed")
	u, err := wire.ParseUpload(late[0].Data)
	require.NoError(t, err)
	u.Meta.ID += "0"
	s.post(world.Packet{From: late[0].From, To: late[0].To, Data: u.Encode()})
	require.Contains(t, strings.Join(s.warned, "\n"), `its escrow field is for the key "key 1", which is not in use`)
}

// TestNewKeyReachesEverybody: each message is under the newest key.
func TestNewKeyReachesEverybody(t *testing.T) {
	s := renewing(t, 2, 3, 0, 2, 6)
	s.advance(6)
	var ids []string
	for _, upload := range s.uploads {
		i, err := request.NewItem(upload)
		require.NoError(t, err)
		ids = append(ids, i.KeyID)
	}
	require.Equal(t, []string{"key 1", "key 1", "key 2", "key 2", "key 3", "key 3"}, ids)
}
