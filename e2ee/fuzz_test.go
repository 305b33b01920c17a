package e2ee

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/copies"
	"doormat/e2ee/linked"
	"doormat/e2ee/receipts"
	"doormat/e2ee/registration"
	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// real is a conversation with groups and a reinstallation, and all that anybody
// could see or take of it: seeds for the fuzz targets. Its keys are not those of
// the nodes under test.
func real(t testing.TB) *stage {
	return scene{seed: 1, groups: []world.Group{{Name: "crew", Members: []string{"Ana", "Ben", "Cem"}}},
		messages: []string{"Ana>Ben", "Ben@crew>Ana,Cem", "Ana>Ben,Cem+9", "Cem>Ben", "Ana@crew>Ben,Cem+0", "Ben>Ana", "Ana@crew>Ben"},
		calls:    []string{"1 Ana>Ben"},
		events:   []world.Event{{After: 4, Kind: world.Reinstall, Account: "Ben"}, {After: 6, Kind: world.Leave, Account: "Cem", Group: "crew"}}}.start(t)
}

var addresses = []string{"provider", world.Outsider, "device:Cem", "device:Dee", "court", "agency", "log", "user:Cem", "device:", ""}

// hostile posts a packet at a moment when the last message is on its way, then
// lets life go on, and expects that everything else is shown as ever.
func hostile(t *testing.T, to string, from uint8, data []byte) {
	s := scene{groups: crew("Ana", "Ben", "Dee"), messages: []string{"Ana>Ben", "Ben>Ana", "Ana@crew>Ben,Dee+9", "Ben@crew>Ana,Dee", "Dee>Ana"}}.start(t)
	bad := world.Packet{From: addresses[int(from)%len(addresses)], To: to, Data: data}
	s.post(bad)
	s.advance(2)
	late := s.hold(func(p world.Packet) bool { return p.From == "provider" })
	s.advance(3)
	s.post(bad)
	s.release(*late...)
	s.post(bad)
	s.end()
	for _, node := range s.sim.Net.Names() {
		s.sim.Net.Node(node).Holdings()
	}
	s.each(1, 5)
	require.Len(t, s.files, 2)
}

func FuzzDevicePacket(f *testing.F) {
	s := real(f).end()
	for i := range s.wire {
		p, _, err := world.ParsePacket(s.wire[i].Data)
		require.NoError(f, err)
		if p.From == "provider" {
			f.Add(uint8(i%3), p.Data)
			f.Add(uint8(0), p.Data)
		}
	}
	f.Add(uint8(0), world.Pack(wire.KindReceipt, nil, world.Strings([]string{"Ben"})))
	f.Add(uint8(0), world.Pack(wire.KindBundle, []byte("Ben"), nil))
	f.Add(uint8(0), []byte{world.KindShown})
	f.Fuzz(func(t *testing.T, from uint8, data []byte) { hostile(t, "device:Ana", from, data) })
}

func FuzzProviderPacket(f *testing.F) {
	s := real(f).end()
	for i := range s.wire {
		p, _, err := world.ParsePacket(s.wire[i].Data)
		require.NoError(f, err)
		if p.To == "provider" {
			f.Add(uint8(1+i%5), p.Data)
			f.Add(uint8(slices.Index(addresses, "device:Cem")), p.Data)
		}
	}
	f.Add(uint8(slices.Index(addresses, "device:")), []byte{world.KindShown})
	f.Fuzz(func(t *testing.T, from uint8, data []byte) {
		if addresses[int(from)%len(addresses)] == "device:Dee" {
			from++ // who speaks as an account's device may change that account's keys
		}
		hostile(t, "provider", from, data)
	})
}

// taken lists the kinds of facts that a rule is given here.
func taken(r world.Rule) []world.Kind {
	if r.All == "" {
		return r.Takes
	}
	return append(slices.Clone(r.Takes), r.All)
}

// Each rule, making rules too, takes arbitrary bytes: no panic, and no conclusion
// of a kind that it does not announce.
func FuzzRules(f *testing.F) {
	s := real(f).advance(1)
	published := Design{}.Rules()
	loot := slices.Concat(s.copyOf("Ana"), s.copyOf("Ben"), s.end().wire)
	loot = append(loot, s.provider().Holdings()...)
	for _, account := range s.conv.Accounts {
		loot = append(loot, s.device(account).Holdings()...)
	}
	loot = append(loot, s.solve(saturate(published, s.wire))...)
	byKind := map[world.Kind][]byte{}
	for _, fact := range saturate(published, loot) {
		byKind[fact.Kind] = fact.Data
	}
	byKind[rules.OwnSession], byKind[registration.Code] = byKind[wire.Session], []byte("123456")
	_, locked, err := registration.NewLock(world.Seed(1).Stream("lock"))
	require.NoError(f, err)
	byKind[registration.LockFact], byKind[registration.PIN] = locked.Encode(), []byte("0000")
	equipped, err := Equip(world.Config{Settings: world.Settings{Lock: world.LockOn}, Seed: 1}, &Provider{}, s.device("Ben"))
	require.NoError(f, err)
	byKind[wire.SealedStore], byKind[wire.ElementKey] = equipped[0].Holdings()[0].Data, equipped[1].Holdings()[0].Data
	key, err := conclude(f, "search the passcode", equipped[0].Holdings()[0], equipped[1].Holdings()[0])
	require.NoError(f, err)
	byKind[wire.StoreKey] = key[0].Data
	byKind[wire.VendorKey] = equipped[2].Holdings()[0].Data
	byKind[law.CourtKey] = s.sim.Net.Node("court").Holdings()[0].Data
	byKind[law.AgencyKey] = s.sim.Net.Node("agency").Holdings()[0].Data
	order := law.Order{Case: "1", Accounts: []string{"Ben"}, From: begin, Until: begin, Expiry: begin}
	byKind[law.OrderFact] = law.Signed{Bytes: s.keys().Sign(order)}.Encode()
	random := world.Seed(1).Stream("linked")
	device, err := ruleNamed(f, linked.MakeDevice).Apply(world.Input{Random: bytes.Repeat([]byte{7}, 64)})
	require.NoError(f, err)
	byKind[linked.Key] = device[0].Data
	address, err := hex.DecodeString(device[0].Ref)
	require.NoError(f, err)
	byKind[linked.Sealed], err = copies.Seal(linked.Use, random, address, world.Meta{From: "Ana", To: []string{"Ben"}, Sent: begin},
		&wire.Content{Body: []byte("hello")})
	require.NoError(f, err)
	hidden := scene{messages: []string{"Ana>Ben", "Ana@crew>Ben,Dee"}, settings: sealedWith(receipts.On),
		groups: []world.Group{{Name: "crew", Members: []string{"Ana", "Ben", "Dee"}}}}.start(f).end()
	for _, fact := range saturate(published, hidden.provider().Holdings()) {
		if byKind[fact.Kind] == nil {
			byKind[fact.Kind] = fact.Data
		}
	}
	for i, r := range published {
		var data [3][]byte
		for j, kind := range taken(r) {
			require.True(f, byKind[kind] != nil, "no seed of kind %q", kind)
			data[j] = byKind[kind]
		}
		f.Add(uint8(i), "Ben", data[0], data[1], data[2])
	}
	f.Fuzz(func(t *testing.T, rule uint8, ref string, a, b, c []byte) {
		r := published[int(rule)%len(published)]
		in := world.Input{Text: []byte(ref), Random: make([]byte, 64)}
		for i, kind := range taken(r) {
			in.Facts = append(in.Facts, world.Fact{Kind: kind, Ref: ref, Data: [][]byte{a, b, c}[i]})
		}
		derived, err := r.Apply(in)
		if err != nil {
			require.Empty(t, derived)
		}
		for _, d := range derived {
			require.Contains(t, r.Gives, d.Kind)
		}
	})
}
