package threshold

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/request"
	"doormat/escrow/sharing"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
)

var everybody = []string{"court", "provider", "trustee:1", "trustee:2", "trustee:3"}

func countKinds(facts []world.Fact) map[world.Kind]int {
	count := map[world.Kind]int{}
	for _, f := range facts {
		count[f.Kind]++
	}
	return count
}

func TestOrderIsServed(t *testing.T) {
	s := newStage(t)
	s.advance(4)
	s.comply(everybody...)
	got := countKinds(s.order())
	require.Equal(t, 4, got[wire.Envelopes])
	require.Equal(t, 12, got[request.Partial], "three trustees, four messages")
	require.Empty(t, s.warned)
}

func TestNobodyAnswersWithoutConsent(t *testing.T) {
	s := newStage(t)
	s.advance(4)
	require.Empty(t, s.order(), "the court refuses")
	s.comply("court")
	require.Empty(t, s.order(), "the provider refuses")
	s.comply("provider")
	require.Zero(t, countKinds(s.order())[request.Partial], "the trustees refuse")
}

// TestRefusals presents requests that differ from a good one in one thing.
func TestRefusals(t *testing.T) {
	s := newStage(t)
	s.advance(4)
	s.comply(everybody...)
	s.order()
	good := s.signed()
	first, err := request.NewItem(s.uploads[0])
	require.NoError(t, err)
	stranger := lawtest.New("stranger")

	ask := func(order law.Signed, i request.Item) (answers int, warnings []string) {
		before, warned := len(s.of(request.KindAnswer)), len(s.warned)
		s.post(world.Packet{From: world.Outsider, To: "trustee:1", Data: request.Encode(order.Encode(), []*request.Item{&i})})
		return len(s.of(request.KindAnswer)) - before, s.warned[warned:]
	}
	answers, warnings := ask(good, *first)
	require.Equal(t, 1, answers)
	require.Empty(t, warnings)

	orders := []struct {
		name, warning string
		change        func(o *law.Signed)
	}{
		{"signed by another", "the signature is not the court's", func(o *law.Signed) { o.Bytes = stranger.Sign(o.Order) }},
		{"another nonce", "the record is not of this order", func(o *law.Signed) { o.Nonce = make([]byte, 32) }},
		{"no record", "the record is not of this order", func(o *law.Signed) { o.Record = nil }},
		{"no evidence", "without evidence that it is logged", func(o *law.Signed) { o.Evidence = nil }},
		{"evidence of another record", "not in the log", func(o *law.Signed) {
			s.order() // a second order, with evidence of its own
			o.Evidence = s.signed().Evidence
		}},
	}
	for _, c := range orders {
		o := good
		c.change(&o)
		answers, warnings := ask(o, *first)
		require.Zero(t, answers, c.name)
		require.Len(t, warnings, 1, c.name)
		require.Contains(t, warnings[0], c.warning)
	}

	other, err := request.NewItem(s.uploads[1])
	require.NoError(t, err)
	items := []struct {
		name, warning string
		change        func(i *request.Item)
	}{
		{"of strangers", "outside the order's scope", func(i *request.Item) { i.Meta.From, i.Meta.To = "C", []string{"D"} }},
		{"from before the window", "outside the order's scope", func(i *request.Item) { i.Meta.Sent = start.Add(-time.Second) }},
		{"with another sender", "not bound to it", func(i *request.Item) { i.Meta.From, i.Meta.To = "A", []string{"C"} }},
		{"with the body of another", "not bound to it", func(i *request.Item) { i.BodyHash = other.BodyHash }},
		{"with the seed of another", "not bound to it", func(i *request.Item) { i.Seed = other.Seed }},
		{"under another key", "under another key", func(i *request.Item) { i.KeyID = "key 2" }},
		{"short", "malformed", func(i *request.Item) { i.Seed = i.Seed[:10] }},
	}
	for _, c := range items {
		i := *first
		c.change(&i)
		answers, warnings := ask(good, i)
		require.Zero(t, answers, c.name)
		require.Len(t, warnings, 1, c.name)
		require.Contains(t, warnings[0], c.warning, c.name)
	}

	require.NoError(t, s.sim.Rest(31))
	answers, warnings = ask(good, *first)
	require.Zero(t, answers)
	require.Contains(t, warnings[0], "expired")
}

// TestNoOrderIsSaidInPublic has an order that somebody made up presented to
// trustees: willing or not, each refuses and says so.
func TestNoOrderIsSaidInPublic(t *testing.T) {
	s := newStage(t)
	s.advance(4)
	s.comply("trustee:1")
	random := make([]byte, 64)
	made, err := applyRule(rules.MakeUpOrder, world.Input{Text: []byte("A\nB"), Random: random})
	require.NoError(t, err)
	require.Len(t, made, 2)
	signed, err := law.ParseSigned(made[0].Data)
	require.NoError(t, err)
	require.Equal(t, []string{"A", "B"}, signed.Order.Accounts)
	first, err := request.NewItem(s.uploads[0])
	require.NoError(t, err)
	for _, name := range []string{"trustee:1", "trustee:2"} {
		s.post(world.Packet{From: "trustee:3", To: name, Data: request.Encode(made[0].Data, []*request.Item{first})})
	}
	require.Empty(t, s.of(request.KindAnswer))
	refused := ": refused a request: signed order: the signature is not the court's"
	require.Equal(t, []string{"trustee:1" + refused, "trustee:2" + refused}, s.warned)

	// The record of an order that was made up never comes into the log.
	s.post(world.Packet{From: world.Outsider, To: "log", Data: world.Pack(law.KindAppend, signed.Record)})
	require.Empty(t, s.of(law.KindLogged))
}

// TestHoldings says what a thief of a trustee finds: after the ceremony the share
// is the only secret besides the identity.
func TestHoldings(t *testing.T) {
	s := newStage(t)
	got := countKinds(s.sim.Net.Node("trustee:2").Holdings())
	require.Equal(t, map[world.Kind]int{committee.Identity: 1, committee.Share: 1, committee.Committee: 1}, got)
}

func TestCommitteeKeyNeedsItsCertificate(t *testing.T) {
	s, err := runSetup(config(2, 3))
	require.NoError(t, err)
	g := s.genesis
	certificate := g.FirstKey().Certificate
	require.NoError(t, g.CheckFirst(certificate))

	cosignatures := bytes.Index(certificate, []byte("\n\n"))
	for at := 0; at < len(certificate); at += 7 {
		bad := slices.Clone(certificate)
		bad[at] ^= 1
		if g.CheckFirst(bad) == nil { // in a cosignature that is not needed
			c, err := ceremony.ParseCertificate(bad)
			require.NoError(t, err)
			require.Equal(t, g.FirstKey().Commitments.Bytes(), c.Commitments.Bytes(), "byte %d", at)
			require.Greater(t, at, cosignatures, "byte %d", at)
		}
	}
	smaller := *g.Roster
	smaller.Threshold = 1
	require.Error(t, (&committee.Genesis{Roster: &smaller, Policy: g.Policy}).CheckFirst(certificate), "the client's t is another one")

	stranger, err := committee.NewFirstCeremony(world.Seed(2), g.Roster)
	require.NoError(t, err)
	err = stranger.Genesis.CheckFirst(certificate)
	require.ErrorContains(t, err, "checkpoint", "cosigned by witnesses that the client does not know")
}

// TestCombineShares is the thief's arithmetic: t shares give the key whose public
// half everybody knows, and fewer, or bad ones, give nothing.
func TestCombineShares(t *testing.T) {
	f, err := runSetup(config(3, 5))
	require.NoError(t, err)
	shares, key := sharesOf(t, f), f.genesis.FirstKey()
	share := func(i int) world.Fact {
		return world.Fact{Kind: committee.Share, Ref: committee.EpochName(1, 0), Data: ceremony.EncodeShare(shares[i-1])}
	}
	open := func(facts ...world.Fact) (kyberSecret []byte, from []int) {
		out, err := applyRule("combine shares", world.Input{Facts: append([]world.Fact{key.Fact()}, facts...)})
		if err != nil {
			return nil, nil
		}
		return out[0].Data, out[0].From
	}
	secret, from := open(share(5), share(1), share(3))
	require.Equal(t, []int{0, 1, 2, 3}, from)
	x, err := group.DecodeScalar(suite, secret)
	require.NoError(t, err)
	require.True(t, suite.Point().Mul(x, nil).Equal(key.Commitments.Key()))

	bad := share(2)
	bad.Data[5] ^= 1
	again, from := open(bad, share(1), share(1), world.Fact{Kind: committee.Share, Data: []byte("short")}, share(4), share(2), share(3))
	require.Equal(t, secret, again)
	require.Equal(t, []int{0, 2, 5, 6}, from, "only what it rests on")

	none, _ := open(share(1), share(2))
	require.Nil(t, none, "t-1")
	none, _ = open(share(1), share(2), share(2))
	require.Nil(t, none, "a share twice is one share")
	_, err = sharing.DecodeCommitments(suite, 2, key.Commitments.Bytes())
	require.Error(t, err)
}
