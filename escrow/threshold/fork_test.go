package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
)

// heist is what a thief of court, log and witnesses has.
type heist struct {
	*stage
	log     world.Fact
	witness []world.Fact
	order   world.Fact // signed with the court's key, for everybody
}

func newHeist(t *testing.T) *heist {
	s := newStage(t)
	s.advance(4)
	s.comply(everybody...)
	h := &heist{stage: s, log: s.play.Net.Node("log").Holdings()[0]}
	require.Equal(t, escrow.LogState, h.log.Kind)
	for i := range witnesses {
		h.witness = append(h.witness, s.play.Net.Node(witnessName(i)).Holdings()[0])
	}
	made, err := signOrder(world.Input{Facts: s.play.Net.Node("court").Holdings(), Text: []byte("A"), Random: make([]byte, 64)})
	require.NoError(t, err)
	h.order = made[0].Fact
	return h
}

func (h *heist) fork(text string, states ...world.Fact) ([]world.Derived, error) {
	return forkLog(world.Input{Facts: append([]world.Fact{h.log, h.order}, states...), Text: []byte(text)})
}

// ask presents the order with the fork's evidence and counts answers and warnings.
func (h *heist) ask(fork world.Fact) (answers, warnings int) {
	done, err := attachEvidence(world.Input{Facts: []world.Fact{h.order, fork}})
	require.NoError(h.t, err)
	first, err := newItem(h.uploads[0])
	require.NoError(h.t, err)
	before, warned := len(h.of(KindAnswer)), len(h.warned)
	h.post(world.Packet{From: world.Outsider, To: "trustee:1", Data: request(done[0].Data, []*item{first})})
	return len(h.of(KindAnswer)) - before, len(h.warned) - warned
}

// TestForkNeedsAQuorumOfWitnesses: the court's key and the log's are not enough,
// and witnesses' keys are as good as the witnesses.
func TestForkNeedsAQuorumOfWitnesses(t *testing.T) {
	h := newHeist(t)
	w := h.witness
	for _, c := range []struct {
		name   string
		states []world.Fact
		taken  bool
	}{
		{"no witness", nil, false},
		{"one", w[:1], false},
		{"two", w[:2], true},
		{"another two", []world.Fact{w[2], w[0]}, true},
		{"all", w, true},
	} {
		made, err := h.fork("", c.states...)
		require.NoError(t, err, c.name)
		require.Len(t, made, 1)
		answers, warnings := h.ask(made[0].Fact)
		require.Equal(t, c.taken, answers == 1, c.name)
		require.Equal(t, !c.taken, warnings == 1, c.name)
	}
	require.Empty(t, h.of(law.KindInquire), "the monitor never hears of it")

	// A witness of somebody else's log, or one under a name that is taken.
	stranger, err := ledger.NewWitness("doormat.witness.3", mustLog(t, h.log).VerifierKey(), world.Seed(9).Stream("x"))
	require.NoError(t, err)
	made, err := h.fork("", w[0], world.Fact{Data: stranger.Encode()})
	require.NoError(t, err)
	answers, _ := h.ask(made[0].Fact)
	require.Zero(t, answers, "one of two keys is nobody's")
}

func mustLog(t *testing.T, f world.Fact) *ledger.Log {
	l, err := ledger.ParseLog(f.Data)
	require.NoError(t, err)
	return l
}

// TestHonestWitnessesSeeAFork shows them one in the log's name.
func TestHonestWitnessesSeeAFork(t *testing.T) {
	h := newHeist(t)
	made, err := h.fork("witness:1\nwitness:3")
	require.NoError(t, err)
	require.Len(t, made, 3)
	for _, d := range made[1:] {
		p, _, err := world.ParsePacket(d.Data)
		require.NoError(t, err)
		h.post(p)
	}
	require.Empty(t, h.of(escrow.KindCosigned))
	require.Len(t, h.warned, 2)
	require.Contains(t, h.warned[0], "witness:1: the log does not add up")
}

// TestForkRefuses feeds the rule what it does not take.
func TestForkRefuses(t *testing.T) {
	h := newHeist(t)
	other, err := ledger.New("another.log", world.Seed(9).Stream("other"))
	require.NoError(t, err)
	elsewhere, err := ledger.NewWitness("w", other.VerifierKey(), world.Seed(9).Stream("w"))
	require.NoError(t, err)
	for name, facts := range map[string][]world.Fact{
		"no log":                   {{}, h.order},
		"log cut short":            {{Data: h.log.Data[:len(h.log.Data)-1]}, h.order},
		"a witness as log":         {h.witness[0], h.order},
		"no order":                 {h.log, {}},
		"order cut short":          {h.log, {Data: h.order.Data[:50]}},
		"a log as witness":         {h.log, h.order, h.log},
		"witness cut short":        {h.log, h.order, {Data: h.witness[0].Data[:20]}},
		"the same witness twice":   {h.log, h.order, h.witness[0], h.witness[0]},
		"a witness of another log": {h.log, h.order, {Data: elsewhere.Encode()}},
	} {
		out, err := forkLog(world.Input{Facts: facts})
		require.Error(t, err, name)
		require.Empty(t, out, name)
	}
}
