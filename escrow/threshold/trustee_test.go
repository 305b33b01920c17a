package threshold

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/escrow/ceremony"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world"
	"doormat/world/law"
)

var everybody = []string{"court", "provider", "trustee:1", "trustee:2", "trustee:3"}

func kinds(facts []world.Fact) map[world.Kind]int {
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
	got := kinds(s.order())
	require.Equal(t, 4, got[e2ee.Envelopes])
	require.Equal(t, 12, got[Partial], "three trustees, four messages")
	require.Empty(t, s.warned)
}

func TestNobodyAnswersWithoutConsent(t *testing.T) {
	s := newStage(t)
	s.advance(4)
	require.Empty(t, s.order(), "the court refuses")
	s.comply("court")
	require.Empty(t, s.order(), "the provider refuses")
	s.comply("provider")
	require.Zero(t, kinds(s.order())[Partial], "the trustees refuse")
}

// TestRefusals presents requests that differ from a good one in one thing.
func TestRefusals(t *testing.T) {
	s := newStage(t)
	s.advance(4)
	s.comply(everybody...)
	s.order()
	good := s.signed()
	first, err := newItem(s.uploads[0])
	require.NoError(t, err)
	court := ed25519.NewKeyFromSeed(make([]byte, 32))

	ask := func(order law.Signed, i item) (answers int, warnings []string) {
		before, warned := len(s.of(KindAnswer)), len(s.warned)
		s.post(world.Packet{From: world.Outsider, To: "trustee:1", Data: request(order.Encode(), []*item{&i})})
		return len(s.of(KindAnswer)) - before, s.warned[warned:]
	}
	answers, warnings := ask(good, *first)
	require.Equal(t, 1, answers)
	require.Empty(t, warnings)

	orders := []struct {
		name, warning string
		change        func(o *law.Signed)
	}{
		{"signed by another", "the signature is not the court's", func(o *law.Signed) { o.Bytes = law.Sign(o.Order, court) }},
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

	other, err := newItem(s.uploads[1])
	require.NoError(t, err)
	items := []struct {
		name, warning string
		change        func(i *item)
	}{
		{"of strangers", "outside the order's scope", func(i *item) { i.meta.From, i.meta.To = "C", []string{"D"} }},
		{"from before the window", "outside the order's scope", func(i *item) { i.meta.Sent = start.Add(-time.Second) }},
		{"with another sender", "not bound to it", func(i *item) { i.meta.From, i.meta.To = "A", []string{"C"} }},
		{"with the body of another", "not bound to it", func(i *item) { i.bodyHash = other.bodyHash }},
		{"with the seed of another", "not bound to it", func(i *item) { i.seed = other.seed }},
		{"under another key", "under another key", func(i *item) { i.keyID = "key 2" }},
		{"short", "malformed", func(i *item) { i.seed = i.seed[:10] }},
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
	made, err := makeUpOrder(world.Input{Text: []byte("A\nB"), Random: random})
	require.NoError(t, err)
	require.Len(t, made, 2)
	signed, err := law.ParseSigned(made[0].Data)
	require.NoError(t, err)
	require.Equal(t, []string{"A", "B"}, signed.Order.Accounts)
	first, err := newItem(s.uploads[0])
	require.NoError(t, err)
	for _, name := range []string{"trustee:1", "trustee:2"} {
		s.post(world.Packet{From: "trustee:3", To: name, Data: request(made[0].Data, []*item{first})})
	}
	require.Empty(t, s.of(KindAnswer))
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
	got := kinds(s.sim.Net.Node("trustee:2").Holdings())
	require.Equal(t, map[world.Kind]int{Identity: 1, Share: 1, Committee: 1}, got)
}

func TestCommitteeKeyNeedsItsCertificate(t *testing.T) {
	s, err := runSetup(config(2, 3))
	require.NoError(t, err)
	g := s.genesis
	certificate := g.firstKey().certificate
	require.NoError(t, g.checkFirst(certificate))

	cosignatures := bytes.Index(certificate, []byte("\n\n"))
	for at := 0; at < len(certificate); at += 7 {
		bad := slices.Clone(certificate)
		bad[at] ^= 1
		if g.checkFirst(bad) == nil { // in a cosignature that is not needed
			c, err := ceremony.ParseCertificate(bad)
			require.NoError(t, err)
			require.Equal(t, g.firstKey().commitments.Bytes(), c.Commitments.Bytes(), "byte %d", at)
			require.Greater(t, at, cosignatures, "byte %d", at)
		}
	}
	smaller := *g.roster
	smaller.Threshold = 1
	require.Error(t, (&genesis{roster: &smaller, policy: g.policy}).checkFirst(certificate), "the client's t is another one")

	stranger, err := newBootstrap(world.Seed(2), g.roster)
	require.NoError(t, err)
	err = stranger.genesis.checkFirst(certificate)
	require.ErrorContains(t, err, "checkpoint", "cosigned by witnesses that the client does not know")
}

// TestCombineShares is the thief's arithmetic: t shares give the key whose public
// half everybody knows, and fewer, or bad ones, give nothing.
func TestCombineShares(t *testing.T) {
	f, err := runSetup(config(3, 5))
	require.NoError(t, err)
	shares, key := sharesOf(t, f), f.genesis.firstKey()
	share := func(i int) world.Fact {
		return world.Fact{Kind: Share, Ref: epochName(1, 0), Data: ceremony.EncodeShare(shares[i-1])}
	}
	open := func(facts ...world.Fact) (kyberSecret []byte, from []int) {
		out, err := combineShares(world.Input{Facts: append([]world.Fact{key.fact()}, facts...)})
		if err != nil {
			return nil, nil
		}
		return out[0].Data, out[0].From
	}
	secret, from := open(share(5), share(1), share(3))
	require.Equal(t, []int{0, 1, 2, 3}, from)
	x, err := group.DecodeScalar(suite, secret)
	require.NoError(t, err)
	require.True(t, suite.Point().Mul(x, nil).Equal(key.commitments.Key()))

	bad := share(2)
	bad.Data[5] ^= 1
	again, from := open(bad, share(1), share(1), world.Fact{Kind: Share, Data: []byte("short")}, share(4), share(2), share(3))
	require.Equal(t, secret, again)
	require.Equal(t, []int{0, 2, 5, 6}, from, "only what it rests on")

	none, _ := open(share(1), share(2))
	require.Nil(t, none, "t-1")
	none, _ = open(share(1), share(2), share(2))
	require.Nil(t, none, "a share twice is one share")
	_, err = sharing.DecodeCommitments(suite, 2, key.commitments.Bytes())
	require.Error(t, err)
}
