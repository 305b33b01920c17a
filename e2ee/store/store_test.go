package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/senderkey"
	"doormat/e2ee/wire"
	"doormat/world"
)

// pair is a session between two devices, at both ends, after the first message.
func pair(t testing.TB) (ana, ben *Keys, from, to *Session) {
	random := world.Seed(1).Stream("pair")
	ana, err := NewKeys(random, nil)
	require.NoError(t, err)
	ben, err = NewKeys(random, nil)
	require.NoError(t, err)
	from, err = ana.Initiate(random, "Ana", "Ben", ben.Bundles()[0])
	require.NoError(t, err)
	d := &wire.Delivery{Meta: world.Meta{ID: "1", From: "Ana", To: []string{"Ben"}}}
	d.Part, err = from.Seal(d.OpenHash(), []byte("secret"))
	require.NoError(t, err)
	to, m, err := ben.Respond("Ben", "Ana", d.Initial)
	require.NoError(t, err)
	require.True(t, to.StartedBy(d.Initial))
	secret, err := to.Open(random, d)
	require.NoError(t, err)
	require.Equal(t, "secret", string(secret))
	ben.Spend(m)
	_, _, err = ben.Respond("Ben", "Ana", d.Initial)
	require.Error(t, err, "a one-time prekey serves once")
	return ana, ben, from, to
}

func FuzzParseKeys(f *testing.F) {
	ana, ben, _, _ := pair(f)
	for _, k := range []*Keys{ana, ben} {
		data := k.Encode()
		f.Add(data)
		f.Add(append(data[:len(data)-8:len(data)-8], world.Int(1<<40+5)...))
		f.Add(append(data[:len(data)-8:len(data)-8], world.Int(-1)...))
		got, err := ParseKeys(data)
		require.NoError(f, err)
		require.Equal(f, k.Bundles(), got.Bundles())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if k, err := ParseKeys(data); err == nil {
			require.Equal(t, data, k.Encode())
		}
	})
}

func FuzzParseSession(f *testing.F) {
	_, _, from, to := pair(f)
	for _, s := range []*Session{from, to} {
		f.Add(s.Encode())
		_, err := ParseSession(s.Encode())
		require.NoError(f, err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := ParseSession(data); err == nil {
			require.Equal(t, data, s.Encode())
		}
	})
}

// What is kept of a group, and of the history, comes back as it was.
func TestKept(t *testing.T) {
	sender, err := senderkey.NewSender(world.Seed(1).Stream("sender"))
	require.NoError(t, err)
	own := &OwnSenderKey{Sender: sender, Given: map[string][]byte{"Ben": {1}, "Cem": {2}}}
	group, got, err := ParseOwnSenderKey(own.Encode("crew"))
	require.NoError(t, err)
	require.Equal(t, "crew", group)
	require.Equal(t, own.Encode("crew"), got.Encode("crew"))

	sent := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	theirs := SenderKey{Receiver: senderkey.NewReceiver(sender.Distribution()), Sent: sent}
	group, key, err := ParseSenderKey(theirs.Fact("crew", "Ana").Data)
	require.NoError(t, err)
	require.Equal(t, "crew", group)
	require.Equal(t, theirs.Marshal(), key.Marshal())

	members, err := ParseView(ViewFact("crew", []string{"Ana", "Ben"}, Stamp{Sent: sent, Author: "Ana", ID: "1"}).Data)
	require.NoError(t, err)
	require.Equal(t, []string{"Ana", "Ben"}, members)

	m := world.Meta{ID: "1", From: "Ana", To: []string{"Ben"}, Sent: sent}
	meta, body, err := ParseKept(KeptFact(m, []byte("text")).Data)
	require.NoError(t, err)
	require.Equal(t, m, meta)
	require.Equal(t, "text", string(body))
	for _, bad := range [][]byte{nil, {0}, own.Encode("crew")[1:]} {
		_, _, err1 := ParseOwnSenderKey(bad)
		_, _, err2 := ParseSenderKey(bad)
		_, err3 := ParseView(bad)
		_, _, err4 := ParseKept(bad)
		for _, err := range []error{err1, err2, err3, err4} {
			require.Error(t, err)
		}
	}
}

// Changes of a group have one order: by their time to the millisecond, then by author and number.
func TestStamps(t *testing.T) {
	sent := time.UnixMilli(1000)
	order := []Stamp{{}, {Sent: sent, Author: "Ana", ID: "2"}, {Sent: sent.Add(1), Author: "Ben", ID: "1"},
		{Sent: sent, Author: "Ben", ID: "2"}, {Sent: sent.Add(time.Millisecond), Author: "Ana", ID: "1"}}
	for i, s := range order {
		for j, other := range order {
			require.Equal(t, i < j, s.Before(other), "%d and %d", i, j)
		}
	}
}
