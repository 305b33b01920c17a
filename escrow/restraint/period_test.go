package restraint

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/law"
)

var noon = time.Date(2020, 2, 28, 12, 0, 0, 0, time.UTC)

func keyOf(name string) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	return ed25519.NewKeyFromSeed(seed)
}

// public knows court and two trustees.
func public(by string) ed25519.PublicKey {
	if by != world.Court && by != "trustee:1" && by != "trustee:2" {
		return nil
	}
	return keyOf(by).Public().(ed25519.PublicKey)
}

// TestPeriod: what an objection is worth depends on who makes it and when, and nothing that is
// not signed for this record counts.
func TestPeriod(t *testing.T) {
	order := &law.Signed{Record: []byte("record"), Bytes: []byte("order"),
		Order: law.Order{Expiry: noon.AddDate(0, 0, 30)}}
	asked := world.Packet{From: "agency", To: "trustee:3", Data: []byte("request")}
	good := func(by string) []byte { return law.Object(order.Record, by, keyOf(by)) }
	for name, c := range map[string]struct {
		after time.Duration
		data  []byte
		warns bool
		due   time.Duration // 0 for never
	}{
		"nobody":                 {0, nil, false, 7 * time.Hour},
		"the court":              {6 * time.Hour, good(world.Court), true, 0},
		"the court, too late":    {7 * time.Hour, good(world.Court), false, 7 * time.Hour},
		"a trustee":              {time.Hour, good("trustee:1"), true, 14 * time.Hour},
		"who has no say":         {time.Hour, good("agency"), false, 7 * time.Hour},
		"in the court's name":    {time.Hour, law.Object(order.Record, world.Court, keyOf("trustee:1")), false, 7 * time.Hour},
		"against another record": {time.Hour, law.Object([]byte("other"), world.Court, keyOf(world.Court)), false, 7 * time.Hour},
		"garbage":                {time.Hour, []byte{law.KindObjection, 1, 2}, false, 7 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			p := &Period{Length: 7 * time.Hour, Asked: []string{world.Court}}
			require.Zero(t, p.Alarm())
			now, out := p.Admit(noon, "trustee:3", order, asked)
			require.False(t, now)
			require.Equal(t, []world.Packet{{From: "trustee:3", To: world.Court, Data: law.Pending(order.Record, order.Bytes)}}, out)
			now, out = p.Admit(noon.Add(time.Minute), "trustee:3", order, asked)
			require.False(t, now)
			require.Empty(t, out, "it tells once, and keeps what is asked once")
			for range 2 { // a second objection changes nothing
				out = append(out, p.Hear(noon.Add(c.after), "trustee:3", c.data, public)...)
			}
			require.Equal(t, c.warns, len(out) == 1, "%v", out)
			if c.due == 0 {
				require.Zero(t, p.Alarm())
				require.Empty(t, p.Due(order.Order.Expiry))
				now, out = p.Admit(noon.AddDate(0, 0, 29), "trustee:3", order, asked)
				require.False(t, now)
				require.Len(t, out, 1, "and it says so to whoever asks")
				return
			}
			require.Equal(t, noon.Add(c.due), p.Alarm())
			require.Empty(t, p.Due(noon.Add(c.due-1)))
			require.Equal(t, []world.Packet{asked}, p.Due(noon.Add(c.due)))
			require.Zero(t, p.Alarm())
			now, out = p.Admit(noon.Add(c.due), "trustee:3", order, asked)
			require.True(t, now)
			require.Empty(t, out)
		})
	}
	var none *Period
	now, _ := none.Admit(noon, "trustee:3", order, asked)
	require.True(t, now, "who has no period waits for nobody")
	require.Empty(t, none.Hear(noon, "trustee:3", good(world.Court), public))
	require.Empty(t, none.Due(noon))
	require.Zero(t, none.Alarm())
}
