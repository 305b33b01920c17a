package e2ee

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/updates"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
)

// equipped is a device that has written a message, its vendor, and a court.
func equipped(t *testing.T) (*Device, *updates.Vendor, lawtest.Keys) {
	t.Helper()
	config := world.Config{Seed: 7, Settings: world.Settings{Lock: world.LockOn}}
	keys := lawtest.New("law")
	d := NewDevice("Ada", config.Stream("device:Ada"), 0, plain{})
	nodes, err := Equip(config, &Provider{law: keys.Register()}, d)
	require.NoError(t, err)
	d.Handle(time.Unix(1, 0), world.Packet{From: world.Environment, To: d.Name(), Data: world.Pack(world.KindStart)})
	types(d, "a salt of 16 b. and the first")
	return d, nodes[2].(*updates.Vendor), keys
}

// keyOf is what a thief of a vendor has.
func keyOf(n world.Node) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(n.Holdings()[0].Data) }

// types lets the user type a text, and gives what the device sends.
func types(d *Device, text string) []world.Packet {
	typed := world.Typed{To: []string{"Ben"}, Body: []byte(text)}
	return d.Handle(time.Unix(2, 0), world.Packet{From: world.UserOf("Ada"), To: d.Name(), Data: typed.Encode()})
}

// reported are the facts that a device reports in these packets, by kind.
func reported(t *testing.T, out []world.Packet, to string) (facts []world.Fact) {
	t.Helper()
	for _, p := range out {
		if p.Kind() == law.KindReport {
			require.Equal(t, to, p.To)
			f, err := world.Unpack(p.Data, law.KindReport, 1)
			require.NoError(t, err)
			more, err := world.ParseFacts(f[0])
			require.NoError(t, err)
			facts = append(facts, more...)
		}
	}
	return facts
}

// TestUpdate: a device runs what its vendor signed for it or for everybody, whoever brings it,
// and nothing else; one that takes no updates runs nothing.
func TestUpdate(t *testing.T) {
	bring := func(d *Device, data []byte) []world.Packet {
		return d.Handle(time.Unix(3, 0), world.Packet{From: world.Outsider, To: d.Name(), Data: data})
	}
	report := wire.Update{Program: ReportCopies, Serves: world.Outsider}
	d, v, _ := equipped(t)
	other, err := updates.NewVendor(world.Seed(8).Stream("other"), nil)
	require.NoError(t, err)
	require.Empty(t, bring(d, report.Sign(keyOf(other))), "another's signature")
	require.Empty(t, bring(d, wire.Update{Program: ReportCopies, For: "device:Ben", Serves: world.Outsider}.Sign(keyOf(v))), "another's phone")
	require.Empty(t, d.ReportsTo())

	require.Len(t, reported(t, bring(d, report.Sign(keyOf(v))), world.Outsider), 1, "its history")
	require.Equal(t, world.Outsider, d.ReportsTo())
	facts := reported(t, types(d, "a salt of 16 b. and another"), world.Outsider)
	require.Len(t, facts, 1, "what is new")
	require.Contains(t, string(facts[0].Data), "another")
	require.Empty(t, reported(t, d.Handle(time.Unix(3, 0), world.Packet{From: world.Clock, To: d.Name()}), ""), "each once")

	d, v, _ = equipped(t)
	require.NoError(t, d.Reprogram(NeverUpdate, nil))
	require.Empty(t, bring(d, report.Sign(keyOf(v))))
	require.Empty(t, d.ReportsTo())
}

// TestCompelled: a vendor signs what an order of its court names, once it answers lawful
// process, for the phones of the accounts that the order names; the program ends with it.
func TestCompelled(t *testing.T) {
	d, v, keys := equipped(t)
	order := law.Order{Case: "1", Accounts: []string{"Ada"}, From: begin, Until: begin, Expiry: begin,
		Program: ReportCopies}
	compel := func(signed []byte) []world.Packet {
		return v.Handle(begin, world.Packet{From: world.Agency, To: world.Vendor, Data: world.Pack(law.KindCompel, signed)})
	}
	signed := keys.Sign(order)
	require.Empty(t, compel(signed), "it refuses")
	v.Handle(begin, world.Packet{From: world.Law, To: world.Vendor, Data: world.Pack(world.KindComply)})
	require.Empty(t, compel(lawtest.New("another").Sign(order)), "another court")
	out := compel(signed)
	require.Len(t, out, 2)
	require.Equal(t, []string{d.Name(), world.ElementOf("Ada")}, []string{out[0].To, out[1].To})
	require.Len(t, reported(t, d.Handle(begin, out[0]), world.Agency), 1)
	typed := world.Typed{To: []string{"Ben"}, Body: []byte("a salt of 16 b. and too late")}
	late := d.Handle(begin.Add(time.Second), world.Packet{From: world.UserOf("Ada"), To: d.Name(), Data: typed.Encode()})
	require.Empty(t, reported(t, late, ""), "the order has expired")

	order.Program = ""
	require.Empty(t, compel(keys.Sign(order)), "an order that names no program")
}
