package threshold

import (
	"crypto/ed25519"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/escrow"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/request"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/law"
)

// liar is trustee 3 of 3 in the hands of somebody who answers as it likes. Its threshold
// is 2, and the order is for what A and B wrote.
type liar struct {
	*stage
	t       *testing.T
	order   law.Signed
	items   []*request.Item // that the agency asked about
	own     *sharing.Polynomial
	genuine *sharing.Commitments
	share   sharing.Share
}

func newLiar(t *testing.T) *liar {
	s := newStage(t)
	s.advance(2)
	s.comply("court", "provider")
	s.order()
	l := &liar{stage: s, t: t, order: s.signed(), genuine: s.genesis.FirstKey().Commitments, share: s.shares[2]}
	_, items, err := request.Parse(s.of(request.KindRequest)[0].Data)
	require.NoError(t, err)
	require.Len(t, items, 2)
	l.items = items
	l.own, err = sharing.NewPolynomial(suite, 1, nil, world.Seed(7).Stream("mine"))
	require.NoError(t, err)
	return l
}

// planted is the item with a seed that the liar chose, under a committee of its own.
func (l *liar) planted(i *request.Item) *request.Item {
	pk, err := tdh2.NewPublicKey(suite, []byte(i.KeyID), l.own.Commit().Key())
	require.NoError(l.t, err)
	var chosen [escrow.SeedSize]byte
	copy(chosen[:], "a seed that the trustee chose...")
	fake := *i
	fake.Seed = pk.Encrypt(fake.Label(), chosen).Bytes()
	return &fake
}

// partial answers for an item with a share, and says that it is under the committee c.
func (l *liar) partial(i *request.Item, key, c *sharing.Commitments, share sharing.Share) world.Fact {
	checked, err := request.CheckItem(i, key.Key())
	require.NoError(l.t, err)
	p, err := checked.Partial(share, world.Seed(8).Stream("x"))
	require.NoError(l.t, err)
	return world.Fact{Kind: request.Partial, Ref: i.Meta.ID, Data: request.EncodePartial(committee.Fact("key 1/epoch 0", c).Data, i, p)}
}

func (l *liar) ownShare() sharing.Share {
	share, err := l.own.Share(3)
	require.NoError(l.t, err)
	return share
}

func (l *liar) good(i int) world.Fact { return l.partial(l.items[i], l.genuine, l.genuine, l.share) }

// info is what an answer of trustee 3 to the agency's request is sealed for.
func (l *liar) info() []byte { return request.Info("trustee:3", l.order.Bytes, l.items) }

// answers has trustee 3 answer the agency, and gives what was filed and warned of.
func (l *liar) answers(info []byte, facts ...world.Fact) (filed []world.Fact, warned []string) {
	data, err := request.SealAnswer(world.Seed(9).Stream("y"), l.identityOf(3), l.order.Order.Agency, info, facts)
	require.NoError(l.t, err)
	return l.deliver("trustee:3", data)
}

// unproven is how the agency tells of an answer that nobody can be blamed for.
const unproven = "nobody: "

func (l *liar) deliver(from string, data []byte) (filed []world.Fact, warned []string) {
	before, heard := len(l.sim.Net.Node("agency").Holdings()), len(l.warned)
	l.post(world.Packet{From: from, To: "agency", Data: data})
	for _, w := range l.warned[heard:] {
		what, blamed := strings.CutPrefix(w, "agency: refused an answer of "+from+": ")
		if !blamed {
			prefix := "agency: refused an answer that claims to be " + from + "'s and is not signed by it for this request: "
			require.True(l.t, strings.HasPrefix(w, prefix), w)
			what = unproven + strings.TrimPrefix(w, prefix)
		}
		warned = append(warned, what)
	}
	return l.sim.Net.Node("agency").Holdings()[before:], warned
}

// seeds are those that follow from all that the agency holds, and from more.
func (l *liar) seeds(more ...world.Fact) (found []string) {
	for _, f := range saturate(append(l.sim.Net.Node("agency").Holdings(), more...)) {
		if f.Kind == rules.Seed {
			found = append(found, string(f.Data))
		}
	}
	return found
}

// TestAgencyRefuses has a trustee answer in every way but the right one. Nothing of it is
// filed, no seed follows from it, and the trustee is named.
func TestAgencyRefuses(t *testing.T) {
	l := newLiar(t)
	key := l.genuine.Bytes()[:group.Size] // the constant term
	constant, err := sharing.DecodeCommitments(suite, 1, key)
	require.NoError(t, err)
	later, err := sharing.DecodeCommitments(suite, 2, append(append([]byte{}, key...), l.own.Commit().Bytes()...))
	require.NoError(t, err)
	altered := func(change func(*request.Item)) world.Fact {
		i := *l.planted(l.items[0])
		change(&i)
		return l.partial(l.planted(&i), l.own.Commit(), l.own.Commit(), l.ownShare())
	}
	neverAsked, err := request.NewItem(l.uploads[0])
	require.NoError(t, err)
	neverAsked.Meta.ID = "another"
	swapped := l.good(0)
	swapped.Ref = l.items[1].Meta.ID
	badProof := l.good(0)
	badProof.Data = changed(t, badProof, func(p []byte) { p[len(p)-1] ^= 1 })
	ofTwo := l.partial(l.items[0], l.genuine, l.genuine, l.shares[1])

	cases := []struct {
		name, warning string
		fact          world.Fact
	}{
		{"a committee and an item of its own", "did not ask", l.partial(l.planted(l.items[0]), l.own.Commit(), l.own.Commit(), l.ownShare())},
		{"a committee of its own for the agency's item", "not that of key 1",
			world.Fact{Kind: request.Partial, Ref: l.items[0].Meta.ID, Data: under(t, l.good(0), committee.Fact("", l.own.Commit()).Data)}},
		{"a threshold of 1 under the right key", "threshold is 1", world.Fact{Kind: request.Partial, Ref: l.items[0].Meta.ID,
			Data: under(t, l.good(0), committee.Fact("", constant).Data)}},
		{"shares of another epoch", "another epoch", world.Fact{Kind: request.Partial, Ref: l.items[0].Meta.ID,
			Data: under(t, l.good(0), committee.Fact("", later).Data)}},
		{"no committee", "malformed", world.Fact{Kind: request.Partial, Ref: l.items[0].Meta.ID, Data: under(t, l.good(0), []byte("key 1"))}},
		{"another sender in the item", "did not ask", altered(func(i *request.Item) { i.Meta.From, i.Meta.To = "B", []string{"A"} })},
		{"another hash of the body", "did not ask", altered(func(i *request.Item) { i.BodyHash[0] ^= 1 })},
		{"another key id", "did not ask", altered(func(i *request.Item) { i.KeyID = "key 2" })},
		{"an item of no request", "did not ask", l.partial(l.planted(neverAsked), l.own.Commit(), l.own.Commit(), l.ownShare())},
		{"the answer for one message as that for another", "did not ask", swapped},
		{"a proof that is wrong", "no sound proof", badProof},
		{"the answer of another trustee", "in the name of trustee:2", ofTwo},
		{"something else", "holds more than partial decryptions", world.Fact{Kind: rules.Seed, Ref: l.items[0].Meta.ID, Data: make([]byte, 32)}},
		{"nothing that can be read", "malformed", world.Fact{Kind: request.Partial, Ref: l.items[0].Meta.ID, Data: []byte("short")}},
	}
	for _, c := range cases {
		filed, warned := l.answers(l.info(), c.fact)
		require.Empty(t, filed, c.name)
		require.Len(t, warned, 1, c.name)
		require.Contains(t, warned[0], c.warning, c.name)
		require.NotContains(t, warned[0], unproven, c.name)
		if c.fact.Kind == request.Partial {
			require.Empty(t, l.seeds(c.fact), "%s: from what was not filed either", c.name)
		}
	}

	filed, warned := l.answers(l.info(), badProof, l.good(0), ofTwo, l.good(1))
	require.Equal(t, []world.Kind{committee.CertifiedKey, request.Partial, request.Partial}, kindsOf(filed), "what is good of an answer is kept")
	require.Len(t, warned, 2)
	filed, warned = l.answers(l.info(), l.good(0), l.good(0))
	require.Empty(t, filed, "once each")
	require.Empty(t, warned)
	require.Empty(t, l.seeds(), "one answer of two that are needed")
}

// TestOwnCommittee is the whole of the fraud: one trustee alone, with a committee of one
// and a field for it, says what the seed of somebody's message is.
func TestOwnCommittee(t *testing.T) {
	l := newLiar(t)
	fake := l.planted(l.items[0])
	fact := l.partial(fake, l.own.Commit(), l.own.Commit(), l.ownShare())
	filed, warned := l.answers(l.info(), fact)
	require.Empty(t, filed)
	require.Len(t, warned, 1)

	// A thief who knows the message's field and the certified key is not fooled either,
	// whatever committee and certificate of the liar's own lie beside them.
	upload := world.Fact{Kind: wire.Envelopes, Ref: fake.Meta.ID, Data: l.uploads[0]}
	made, err := applyRule(rules.MakeCommittee, world.Input{Text: []byte("key 1\n1\n3"), Random: make([]byte, 64)})
	require.NoError(t, err)
	more := []world.Fact{upload, fact, l.genesis.FirstKey().CertifiedFact(), committee.Fact("key 1/epoch 0", l.own.Commit())}
	for _, d := range made {
		if d.Kind != committee.CommitteeKey {
			more = append(more, d.Fact)
		}
	}
	require.Empty(t, l.seeds(more...))
	// And with t honest answers it gets the one seed that is true.
	more = append(more, l.good(0), l.partial(l.items[0], l.genuine, l.genuine, l.shares[0]))
	honest := l.seeds(more...)
	require.Len(t, honest, 1)
	// A wrong answer in the name of one of them does not take its place.
	wrong := l.partial(l.items[0], l.genuine, l.genuine, sharing.Share{Index: l.share.Index, Value: l.shares[0].Value})
	require.Equal(t, honest, l.seeds(append([]world.Fact{wrong}, more...)...))
}

// TestAnswerToAnotherRequest replays answers: under another order, for other items, as
// another trustee's, and once more.
func TestAnswerToAnotherRequest(t *testing.T) {
	l := newLiar(t)
	other := *l
	l.stage.order() // another one for the same messages
	other.order = l.signed()
	require.NotEqual(t, l.order.Bytes, other.order.Bytes)
	for name, info := range map[string][]byte{
		"made up":              []byte("info"),
		"as another trustee's": request.Info("trustee:1", l.order.Bytes, l.items),
		"for fewer items":      request.Info("trustee:3", l.order.Bytes, l.items[:1]),
		"for no order":         request.Info("trustee:3", nil, l.items),
	} {
		filed, warned := l.answers(info, l.good(0))
		require.Empty(t, filed, name)
		require.Len(t, warned, 1, name)
		require.Contains(t, warned[0], unproven+"it is to a request that the agency did not make", name)
	}

	// Sealed under the first order, and said to be to the second.
	data, err := request.SealAnswer(world.Seed(9).Stream("y"), l.identityOf(3), l.order.Order.Agency, l.info(), []world.Fact{l.good(0)})
	require.NoError(t, err)
	a, err := request.ParseAnswer(data)
	require.NoError(t, err)
	a.Info = other.info()
	filed, warned := l.deliver("trustee:3", a.Encode())
	require.Empty(t, filed)
	require.Contains(t, warned[0], unproven+"it does not open")
	filed, warned = l.deliver("trustee:2", data)
	require.Empty(t, filed)
	require.Contains(t, warned[0], "did not make", "trustee 2 sends what trustee 3 sealed")

	filed, warned = l.deliver("trustee:3", data)
	require.Len(t, filed, 2, "the certified key, and the partial decryption")
	require.Empty(t, warned)
	filed, warned = l.deliver("trustee:3", data)
	require.Empty(t, filed, "nothing new")
	require.Empty(t, warned)
}

// TestFramed has somebody on the network, who holds no key of trustee 3, make the agency
// refuse answers in its name. None is laid to trustee 3.
func TestFramed(t *testing.T) {
	l := newLiar(t)
	bad := l.good(0)
	bad.Data = changed(t, bad, func(p []byte) { p[len(p)-1] ^= 1 })
	seal := func(signer int, facts ...world.Fact) *request.SealedAnswer {
		data, err := request.SealAnswer(world.Seed(9).Stream("y"), l.identityOf(signer), l.order.Order.Agency, l.info(), facts)
		require.NoError(t, err)
		a, err := request.ParseAnswer(data)
		require.NoError(t, err)
		return a
	}
	unsigned, another, taken, foreign := seal(3, bad), seal(1, bad), seal(1, bad), seal(3, bad)
	unsigned.Signature = nil
	taken.Signature = seal(3, l.good(0)).Signature
	foreign.Agency = make([]byte, 32)
	for name, a := range map[string]*request.SealedAnswer{"unsigned": unsigned, "signed by trustee 1": another,
		"with a true answer's signature": taken, "said to be to another agency": foreign} {
		filed, warned := l.deliver("trustee:3", a.Encode())
		require.Empty(t, filed, name)
		require.Equal(t, []string{unproven + "a partial decryption has no sound proof"}, warned, name)
	}
	_, warned := l.deliver("trustee:3", seal(3, bad).Encode())
	require.Equal(t, []string{"a partial decryption has no sound proof"}, warned, "it signed that")

	good := seal(3, l.good(0))
	good.Signature = nil
	filed, warned := l.deliver("trustee:3", good.Encode())
	require.Equal(t, []world.Kind{committee.CertifiedKey, request.Partial}, kindsOf(filed), "its proof says whose it is")
	require.Empty(t, warned)
}

// TestAnswersUnderPastIdentities: after a refresh the agency knows the new signing keys, and
// blames nobody for what a former one signs.
func TestAnswersUnderPastIdentities(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 4)
	s.advance(1)
	former := s.identityOf(3)
	s.advance(4)
	s.comply("court", "provider")
	s.order()
	order := s.signed()
	_, items, err := request.Parse(s.of(request.KindRequest)[0].Data)
	require.NoError(t, err)
	for _, c := range []struct {
		key  ed25519.PrivateKey
		want string
	}{{former, "that claims to be trustee:3's and is not signed by it"}, {s.identityOf(3), "of trustee:3: it does not open"}} {
		data, err := request.SealAnswer(world.Seed(9).Stream("y"), c.key, order.Order.Agency, request.Info("trustee:3", order.Bytes, items),
			[]world.Fact{{Kind: rules.Seed, Ref: "x"}})
		require.NoError(t, err)
		s.post(world.Packet{From: "trustee:3", To: "agency", Data: data})
		require.Contains(t, s.warned[len(s.warned)-1], "agency: refused an answer "+c.want)
	}
}

// TestAgencyReadsTheBoard serves orders after refreshes and rotations: the agency knows
// of each new key and epoch from the board, and of no other.
func TestAgencyReadsTheBoard(t *testing.T) {
	env := config(2, 3)
	env.Settings.Refresh, env.Settings.Rotate = 1, 2
	s := stageFor(t, env, 5)
	s.advance(5)
	s.comply(everybody...)
	got := countKinds(s.order())
	require.Equal(t, 3, got[request.Partial]/3, "what is under a destroyed key opens to nobody")
	require.Empty(t, s.warned)
	work := s.sim.Net.Node("agency").(*law.Agency).Extensions[0].(*request.Agency)
	require.Nil(t, work.Committee("key 1"), "destroyed")
	now := work.Committee("key 3")
	require.NotNil(t, now)
	require.ErrorContains(t, now.CheckSame(now.InEpoch("", s.genesis.FirstKey().Commitments).Fact().Data), "not that of key 3")
}

func kindsOf(facts []world.Fact) (list []world.Kind) {
	for _, f := range facts {
		list = append(list, f.Kind)
	}
	return list
}

// under is a partial decryption that says it is under another committee.
func under(t *testing.T, f world.Fact, polynomial []byte) []byte {
	p, err := request.ParsePartial(f.Data)
	require.NoError(t, err)
	return world.Pack(request.PartialTag, polynomial, p.Item, p.Partial)
}

func changed(t *testing.T, f world.Fact, change func([]byte)) []byte {
	p, err := request.ParsePartial(f.Data)
	require.NoError(t, err)
	bytes := append([]byte{}, p.Partial...)
	change(bytes)
	return world.Pack(request.PartialTag, p.Committee, p.Item, bytes)
}

// TestProviderPlants has a provider, or whoever speaks in its name on the wire, produce what
// only the agency may conclude: a certified key of its own, and answers under it.
func TestProviderPlants(t *testing.T) {
	l := newLiar(t)
	fake := l.planted(l.items[0])
	facts := []world.Fact{l.partial(fake, l.own.Commit(), l.own.Commit(), l.ownShare()),
		{Kind: request.EscrowField, Ref: "key 1", Data: fake.Encode()},
		{Kind: committee.CertifiedKey, Ref: "key 1", Data: committee.CertifiedData(l.own.Commit())}}
	require.Contains(t, seedsOf(facts), "a seed that the trustee chose...", "if it were filed")
	before, heard := len(l.sim.Net.Node("agency").Holdings()), len(l.warned)
	l.post(world.Packet{From: "provider", To: "agency", Data: world.Pack(law.KindProduced, world.EncodeFacts(facts))})
	require.Len(t, l.sim.Net.Node("agency").Holdings(), before)
	require.Empty(t, l.seeds())
	require.Equal(t, []string{`agency: refused what the provider produced: a fact of kind "partial decryption"`,
		`agency: refused what the provider produced: a fact of kind "escrow field"`,
		`agency: refused what the provider produced: a fact of kind "certified key"`}, l.warned[heard:])
}

// TestUserPlants has a user hand over, as an unlocked phone, what no phone holds.
func TestUserPlants(t *testing.T) {
	l := newLiar(t)
	facts := []world.Fact{{Kind: committee.CertifiedKey, Ref: "key 1", Data: committee.CertifiedData(l.own.Commit())},
		{Kind: rules.Seed, Ref: l.items[0].Meta.ID, Data: make([]byte, escrow.SeedSize)}, {Kind: wire.KeptMessage, Ref: "1"}}
	before, heard := len(l.sim.Net.Node("agency").Holdings()), len(l.warned)
	l.post(world.Packet{From: "user:A", To: "agency", Data: world.Pack(world.KindHoldings, world.EncodeFacts(facts))})
	require.Equal(t, []world.Kind{wire.KeptMessage}, kindsOf(l.sim.Net.Node("agency").Holdings()[before:]))
	require.Equal(t, []string{`agency: refused what user:A handed over: a fact of kind "certified key"`,
		`agency: refused what user:A handed over: a fact of kind "message seed"`}, l.warned[heard:])
}

func seedsOf(facts []world.Fact) (found []string) {
	for _, f := range saturate(facts) {
		if f.Kind == rules.Seed {
			found = append(found, string(f.Data))
		}
	}
	return found
}
