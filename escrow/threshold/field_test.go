package threshold

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/escrow"
	"doormat/escrow/group"
	"doormat/world"
)

// change alters the next upload that concerns message 3, in transit.
func (s *stage) change(alter func(u *wire.Upload, f *escrow.Field)) {
	s.advance(2)
	s.sim.Intercept = func(p world.Packet) bool {
		if p.Kind() != wire.KindUpload {
			return false
		}
		u, err := wire.ParseUpload(p.Data)
		require.NoError(s.t, err)
		f, err := escrow.ParseField(u.Public)
		require.NoError(s.t, err)
		f = &escrow.Field{KeyID: f.KeyID, Seed: bytes.Clone(f.Seed), Body: bytes.Clone(f.Body)}
		u.Public = nil
		alter(u, f)
		if u.Public == nil {
			u.Public = f.Encode()
		}
		p.Data = u.Encode()
		s.sim.Net.Deliver(p)
		return true
	}
	s.advance(3)
	s.sim.Intercept = nil
}

// TestFieldRefusals feeds in each kind of bad field. Whoever can see it refuses
// it and says so, and the message is not shown.
func TestFieldRefusals(t *testing.T) {
	tests := []struct {
		name, warning string
		alter         func(s *stage) func(u *wire.Upload, f *escrow.Field)
	}{
		{"stripped", "provider: refused a message of A: it carries no escrow field",
			func(*stage) func(*wire.Upload, *escrow.Field) {
				return func(u *wire.Upload, _ *escrow.Field) { u.Public = []byte{} }
			}},
		{"relabelled: the field of another message", "not bound to it",
			func(s *stage) func(*wire.Upload, *escrow.Field) {
				return func(u *wire.Upload, _ *escrow.Field) {
					before, err := wire.ParseUpload(s.uploads[0])
					require.NoError(s.t, err)
					u.Public = before.Public
				}
			}},
		{"re-randomised", "not bound to it",
			func(*stage) func(*wire.Upload, *escrow.Field) {
				return func(_ *wire.Upload, f *escrow.Field) {
					u, err := group.DecodePoint(suite, f.Seed[32:64])
					if err == nil {
						copy(f.Seed[32:64], group.Bytes(u.Add(u, suite.Point().Base())))
					}
				}
			}},
		{"another body", "not bound to it",
			func(*stage) func(*wire.Upload, *escrow.Field) {
				return func(_ *wire.Upload, f *escrow.Field) { f.Body[0] ^= 1 }
			}},
		{"short", "malformed",
			func(*stage) func(*wire.Upload, *escrow.Field) {
				return func(_ *wire.Upload, f *escrow.Field) { f.Seed = f.Seed[1:] }
			}},
		{"under another key", "which is not in use",
			func(*stage) func(*wire.Upload, *escrow.Field) {
				return func(_ *wire.Upload, f *escrow.Field) { f.KeyID = "key 2" }
			}},
		{"backdated", "it is dated 2017-03-26 18:59:59",
			func(s *stage) func(*wire.Upload, *escrow.Field) {
				return func(u *wire.Upload, _ *escrow.Field) {
					u.Meta.Sent = start.Add(-time.Second)
					u.Public = mustField(s, u.Meta).Encode()
				}
			}},
		{"with an omitted recipient", "not bound to it",
			func(*stage) func(*wire.Upload, *escrow.Field) {
				return func(u *wire.Upload, _ *escrow.Field) { u.Meta.To = []string{"C"} }
			}},
		{"its message number used before", "its number was used before",
			func(s *stage) func(*wire.Upload, *escrow.Field) {
				return func(u *wire.Upload, _ *escrow.Field) {
					before, err := wire.ParseUpload(s.uploads[0])
					require.NoError(s.t, err)
					u.Meta.ID = before.Meta.ID
					f := mustField(s, u.Meta)
					u.Public = f.Encode()
				}
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			s.change(test.alter(s))
			require.Len(t, s.warned, 1, "%v", s.warned)
			require.Contains(t, s.warned[0], test.warning)
			require.Contains(t, s.warned[0], "provider: refused")
			require.Equal(t, []string{"1", "2"}, s.shown)
		})
	}
}

// mustField makes a field that is right in itself for other metadata.
func mustField(s *stage, m world.Meta) *escrow.Field {
	e := &envelope{Keyring: ring(s.genesis), random: world.Seed(9).Stream("test")}
	seed, err := e.seed()
	require.NoError(s.t, err)
	f, err := e.field(m, seed, []byte("body"))
	require.NoError(s.t, err)
	return f
}

// TestReplay delivers an upload twice: it is shown once.
func TestReplay(t *testing.T) {
	s := newStage(t)
	s.advance(1)
	s.post(world.Packet{From: "device:A", To: "provider", Data: s.uploads[0]})
	require.Equal(t, []string{"1"}, s.shown)
}

// TestRecipientRefusesGarbage has A's phone run the modified program: the
// provider accepts the field, the recipient does not.
func TestRecipientRefusesGarbage(t *testing.T) {
	s := newStage(t)
	s.advance(2)
	require.NoError(t, s.sim.Net.Node("device:A").(world.Reprogrammable).Reprogram(GarbageFields, nil))
	s.advance(4)
	require.Equal(t, []string{"1", "2", "4"}, s.shown, "3 is from A")
	require.Len(t, s.warned, 1)
	require.Contains(t, s.warned[0], "device:B: a message from A was refused: its escrow field does not open to the message")
}

func TestUnderneath(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{"device:A", "device:B"} {
		node := s.sim.Net.Node(name).(world.Reprogrammable)
		require.Error(t, node.Reprogram(EncryptUnderneath, []byte("A")), "no phrase")
		require.Error(t, node.Reprogram("no such program", nil))
		require.NoError(t, node.Reprogram(EncryptUnderneath, []byte("A\nB\nphrase")))
	}
	s.advance(4)
	require.Equal(t, []string{"1", "2", "3", "4"}, s.shown)
	require.Empty(t, s.warned)
	require.Equal(t, 1, countKinds(s.sim.Net.Node("device:A").Holdings())[PhraseKey], "a thief of the phone finds the phrase's hash")
}

func FuzzAccept(f *testing.F) {
	env := config(1, 1)
	g, err := runSetup(env)
	if err != nil {
		f.Fatal(err)
	}
	e := &envelope{Keyring: ring(g.genesis), random: env.Seed.Stream("test")}
	m := world.Meta{ID: "1", From: "A", To: []string{"B"}, Sent: start}
	secret, public, err := e.Seal(m, []byte("text"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(secret, public)
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, s, p []byte) {
		accepted := e.CheckField(m, p) == nil
		text, err := e.Open(m, s, p)
		if err == nil {
			require.True(t, accepted, "a recipient takes nothing that the provider would refuse")
			require.True(t, bytes.Equal(p, public) == (string(text) == "text"))
		}
	})
}
