package threshold

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
	"doormat/world/ledger"
	"doormat/world/publiclog"
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
	h := &heist{stage: s, log: s.sim.Net.Node("log").Holdings()[0]}
	require.Equal(t, publiclog.LogState, h.log.Kind)
	for i := range committee.Witnesses {
		h.witness = append(h.witness, s.sim.Net.Node(committee.WitnessName(i)).Holdings()[0])
	}
	keys := lawtest.Of(s.sim.Net.Node(world.Court), s.sim.Net.Node(world.Agency))
	forged := law.ForgeOrder(world.Input{Text: []byte("A"), Random: make([]byte, 64), Now: s.sim.Net.Now()}, keys.Court, keys.Agency)
	h.order = forged.Fact()
	return h
}

func (h *heist) fork(text string, states ...world.Fact) ([]world.Derived, error) {
	return applyRule(rules.ForkLog, world.Input{Facts: append([]world.Fact{h.log, h.order}, states...), Text: []byte(text)})
}

// ask presents the order with the fork's evidence and counts answers and warnings.
func (h *heist) ask(fork world.Fact) (answers, warnings int) {
	done, err := applyRule(rules.AttachEvidence, world.Input{Facts: []world.Fact{h.order, fork}})
	require.NoError(h.t, err)
	first, err := request.NewItem(h.uploads[0])
	require.NoError(h.t, err)
	before, warned := len(h.of(request.KindAnswer)), len(h.warned)
	h.post(world.Packet{From: world.Outsider, To: "trustee:1", Data: request.Encode(done[0].Data, []*request.Item{first})})
	return len(h.of(request.KindAnswer)) - before, len(h.warned) - warned
}

// TestQuorum: two quorums share an honest witness, and the log goes on without the
// faulty ones.
func TestQuorum(t *testing.T) {
	require.Greater(t, 2*committee.Quorum, committee.Witnesses+committee.Faulty)
	require.LessOrEqual(t, committee.Quorum, committee.Witnesses-committee.Faulty)
}

// TestForkNeedsAQuorumOfWitnesses: the court's key and the log's are not enough, and
// witnesses' keys are as good as the witnesses. Then the trustee asks the log how the
// tree continues what it knows, and it depends on who speaks for the log.
func TestForkNeedsAQuorumOfWitnesses(t *testing.T) {
	h := newHeist(t)
	w := h.witness
	require.Len(t, w, committee.Witnesses)
	for _, c := range []struct {
		name   string
		states []world.Fact
		taken  bool
	}{
		{"no witness", nil, false},
		{"one less", w[:committee.Quorum-1], false},
		{"a quorum", w[:committee.Quorum], true},
		{"another quorum", w[committee.Witnesses-committee.Quorum:], true},
		{"all", w, true},
	} {
		h := newHeist(t)
		made, err := h.fork("trustee:1", c.states...)
		require.NoError(t, err, c.name)
		require.Len(t, made, 2)
		answers, warnings := h.ask(made[0].Fact)
		require.Zero(t, answers, c.name)
		require.Equal(t, !c.taken, warnings == 1, c.name)
		p, _, err := world.ParsePacket(made[1].Data)
		require.NoError(t, err)
		h.post(p) // in the log's name
		require.Equal(t, c.taken, len(h.of(request.KindAnswer)) == 1, c.name)
	}

	// A witness of somebody else's log, or one under a name that is taken.
	stranger, err := ledger.NewWitness("doormat.witness.3", mustLog(t, h.log).VerifierKey(), world.Seed(9).Stream("x"))
	require.NoError(t, err)
	made, err := h.fork("", append(slices.Clone(w[:committee.Quorum-1]), world.Fact{Data: stranger.Encode()})...)
	require.NoError(t, err)
	answers, _ := h.ask(made[0].Fact)
	require.Zero(t, answers, "one of these keys is nobody's")
}

// TestStolenTreeIsNotTheLogs: a tree that the thief of all keys signed by itself the log
// knows nothing of. Nobody answers under it, and readers tell.
func TestStolenTreeIsNotTheLogs(t *testing.T) {
	h := newHeist(t)
	made, err := h.fork("", h.witness...)
	require.NoError(t, err)
	answers, warnings := h.ask(made[0].Fact)
	require.Zero(t, answers)
	require.Zero(t, warnings, "the trustee asks the log, and tells the other readers")
	require.NotEmpty(t, h.of(publiclog.KindProve))
	require.NotEmpty(t, h.of(publiclog.KindSeen))
	require.NoError(t, h.sim.Rest(4))
	require.Zero(t, len(h.of(request.KindAnswer)))
	require.Contains(t, strings.Join(h.warned, "\n"), "trustee:1: the log does not show")
	require.Contains(t, strings.Join(h.warned, "\n"), "monitor: the log does not show")
	require.Empty(t, h.of(publiclog.KindForked), "of different sizes: no proof")
	before := len(h.of(request.KindAnswer))
	h.stage.order() // the public log comes to have the size of the hidden tree
	require.NotEmpty(t, h.of(publiclog.KindForked), "now there is one")
	require.Len(t, h.of(request.KindAnswer), before+3, "lawful orders are answered")
}

// TestGossipComparesRoots: an order is hidden in a second tree of the size that the
// public one has, with cosignatures of a quorum. Trustees who have seen the public
// tree convict the log; one who has not yet tells those who have.
func TestGossipComparesRoots(t *testing.T) {
	for name, informed := range map[string]bool{"a trustee who has seen the public tree": true, "one who has not": false} {
		h := newHeist(t)
		made, err := h.fork("trustee:1", h.witness[:committee.Quorum]...)
		require.NoError(t, err)
		if !informed {
			h.sim.Intercept = func(p world.Packet) bool { return p.To == "trustee:1" }
		}
		h.stage.order() // lawful, logged, and answered
		h.sim.Intercept = nil
		require.Empty(t, h.warned, name)
		require.Equal(t, h.size(), mustLog(t, h.log).Size()+1)
		answers, _ := h.ask(made[0].Fact)
		require.Zero(t, answers, name)
		if !informed { // and the log answers for the other tree
			p, _, err := world.ParsePacket(made[1].Data)
			require.NoError(t, err)
			h.post(p)
		}
		require.NotEmpty(t, h.of(publiclog.KindForked), name)
		require.Contains(t, strings.Join(h.warned, "\n"), "monitor: the log forked", name)
		for _, p := range h.of(publiclog.KindForked) {
			f, err := world.Unpack(p.Data, publiclog.KindForked, 2)
			require.NoError(t, err)
			require.NoError(t, h.genesis.Policy.Forked(f[0], f[1]))
		}
	}
}

// TestGossipIsCutOff is what gossip cannot do: whoever holds the network drops it, and
// answers in the log's name. Nobody notices, until the public log has the size of the hidden
// tree, and those who saw both publish the proof.
func TestGossipIsCutOff(t *testing.T) {
	h := newHeist(t)
	made, err := h.fork("trustee:1", h.witness[:committee.Quorum]...)
	require.NoError(t, err)
	h.sim.Intercept = func(p world.Packet) bool { return p.Kind() == publiclog.KindSeen || p.Kind() == publiclog.KindProve }
	h.ask(made[0].Fact)
	p, _, err := world.ParsePacket(made[1].Data)
	require.NoError(t, err)
	h.post(p)
	require.Len(t, h.of(request.KindAnswer), 1)
	require.NoError(t, h.sim.Rest(7))
	require.Empty(t, h.warned)
	h.sim.Intercept = nil
	h.stage.order()
	require.Contains(t, strings.Join(h.warned, "\n"), "trustee:1: the log forked: it signed two checkpoints of size")
}

// size is that of the public log.
func (h *heist) size() int64 { return mustLog(h.t, h.sim.Net.Node("log").Holdings()[0]).Size() }

// TestForksOfAnySize: the rule forks wherever it is told to, and what honest witnesses
// say depends on whether that continues what they saw.
func TestForksOfAnySize(t *testing.T) {
	h := newHeist(t)
	w, err := ledger.ParseWitness(h.witness[0].Data)
	require.NoError(t, err)
	public := mustLog(t, h.log).Size()
	for keep := int64(0); keep <= public; keep++ {
		h := newHeist(t)
		made, err := h.fork(fmt.Sprintf("keep %d\nwitness:2", keep), h.witness[0])
		require.NoError(t, err)
		f, err := world.Unpack(made[0].Data, law.KindLogged, 2)
		require.NoError(t, err)
		e, err := ledger.ParseEvidence(f[1])
		require.NoError(t, err)
		require.Equal(t, keep, e.Index)
		p, _, err := world.ParsePacket(made[1].Data)
		require.NoError(t, err)
		h.post(p)
		if keep >= w.Size() {
			require.Len(t, h.of(publiclog.KindCosigned), 1, "keep %d", keep)
			require.Empty(t, h.warned)
		} else {
			require.Empty(t, h.of(publiclog.KindCosigned), "keep %d", keep)
			require.NotEmpty(t, h.warned)
		}
	}
	for _, text := range []string{"keep -1", "keep x", "keep ", fmt.Sprint("keep ", public+1)} {
		_, err := h.fork(text)
		require.Error(t, err, text)
	}
}

// TestCosignaturesAreAdded: an honest witness's cosignature, read off the wire, makes
// up for a key that was not stolen.
func TestCosignaturesAreAdded(t *testing.T) {
	h := newHeist(t)
	made, err := h.fork("witness:4", h.witness[:committee.Quorum-1]...)
	require.NoError(t, err)
	p, _, err := world.ParsePacket(made[1].Data)
	require.NoError(t, err)
	h.post(p)
	var read []world.Fact
	for _, p := range h.of(publiclog.KindCosigned) {
		derived, err := applyRule("read an escrow packet", world.Input{Facts: []world.Fact{{Data: p.Encode(start)}}})
		require.NoError(t, err)
		read = append(read, derived[0].Fact)
	}
	require.Len(t, read, 1)
	other := read[0]
	other.Data = mustLog(t, h.log).Checkpoint() // of another checkpoint: left out
	done, err := applyRule(rules.AttachEvidence, world.Input{Facts: []world.Fact{h.order, made[0].Fact, other, read[0]}})
	require.NoError(t, err)
	s, err := law.ParseSigned(done[0].Data)
	require.NoError(t, err)
	e, err := ledger.ParseEvidence(s.Evidence)
	require.NoError(t, err)
	_, err = e.Verify(h.genesis.Policy, s.Record)
	require.NoError(t, err)
}

func mustLog(t *testing.T, f world.Fact) *ledger.Log {
	l, err := ledger.ParseLog(f.Data)
	require.NoError(t, err)
	return l
}

// TestHonestWitnessesSeeAFork shows them one in the log's name.
func TestHonestWitnessesSeeAFork(t *testing.T) {
	h := newHeist(t)
	made, err := h.fork("keep 0\nwitness:1\nwitness:3")
	require.NoError(t, err)
	require.Len(t, made, 3)
	for _, d := range made[1:] {
		p, _, err := world.ParsePacket(d.Data)
		require.NoError(t, err)
		h.post(p)
	}
	require.Empty(t, h.of(publiclog.KindCosigned))
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
		out, err := applyRule(rules.ForkLog, world.Input{Facts: facts})
		require.Error(t, err, name)
		require.Empty(t, out, name)
	}
}
