package publiclog

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/ledger"
)

// fork is a log with the same key and another history from the record keep on.
func (o *office) fork(keep int64, names ...string) *ledger.Log {
	f, err := o.ledger.Fork(keep)
	require.NoError(o.t, err)
	for _, name := range names {
		f.Append(o.record(name))
	}
	return f
}

// show has somebody show the reader a checkpoint.
func (o *office) show(note []byte) { o.send(o.reader.Show(note, "somebody")...) }

func (o *office) warnings() (all []string) {
	for _, p := range o.answers(world.KindWarning) {
		f, err := world.Unpack(p.Data, world.KindWarning, 1)
		require.NoError(o.t, err)
		all = append(all, p.From+": "+string(f[0]))
	}
	return all
}

// TestGossipProvesAFork: two readers who were shown different trees of one size learn
// of it from each other, and publish what convicts the log.
func TestGossipProvesAFork(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	o.show(o.ledger.Checkpoint())
	other := o.fork(1, "hidden")
	o.append(o.record("two"))
	o.show(other.Checkpoint())
	require.Len(t, o.warnings(), 6, "four witnesses and the monitor were told; they tell the reader")
	require.Contains(t, o.warnings()[0], "signed two checkpoints of size 2 with different roots")
	proofs := 0
	for _, p := range o.answers(KindForked) {
		f, err := world.Unpack(p.Data, KindForked, 2)
		require.NoError(t, err)
		require.Equal(t, world.Public, p.To)
		require.NoError(t, o.policy.Forked(f[0], f[1]))
		proofs++
	}
	require.Equal(t, 6, proofs)
	require.False(t, o.reader.Knows(other.Checkpoint()))
	for range 4 {
		o.midnight()
	}
	o.show(other.Checkpoint())
	require.Len(t, o.warnings(), 6, "said once")
}

// TestGossipWarnsAtAnotherSize: where the sizes differ nobody can prove a fork. The log
// is asked, and asked again, and then the reader says so.
func TestGossipWarnsAtAnotherSize(t *testing.T) {
	for size, other := range map[string][]string{"larger": {"x", "y", "z"}, "smaller": {"x"}} {
		o := newOffice(t)
		o.append(o.record("one"))
		o.append(o.record("two"))
		o.show(o.ledger.Checkpoint())
		require.True(t, o.reader.Knows(o.ledger.Checkpoint()))
		hidden := o.fork(0, other...)
		o.drop = func(p world.Packet) bool { return p.Kind() == KindSeen } // the others have not got it
		o.show(hidden.Checkpoint())
		require.True(t, o.reader.Doubts(hidden.Checkpoint()), size)
		o.midnight()
		o.midnight()
		require.Empty(t, o.warnings(), size)
		o.midnight()
		require.Len(t, o.warnings(), 1, size)
		require.Contains(t, o.warnings()[0], "reader: the log does not show that the checkpoint shown by somebody")
		require.False(t, o.reader.Doubts(hidden.Checkpoint()))
		require.False(t, o.reader.Knows(hidden.Checkpoint()))
		o.midnight()
		require.Len(t, o.warnings(), 1, "once")
		require.Empty(t, o.answers(KindForked), "no proof of anything")
	}
}

// TestGossipLearnsOfASplitLater: a checkpoint that nobody could prove wrong is
// remembered. Once the public log has its size, the two are a proof.
func TestGossipLearnsOfASplitLater(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	o.show(o.fork(1, "hidden").Checkpoint())
	for range 3 {
		o.midnight()
	}
	require.Empty(t, o.answers(KindForked))
	before := len(o.warnings())
	o.append(o.record("two"))
	require.NotEmpty(t, o.answers(KindForked))
	require.Greater(t, len(o.warnings()), before)
}

// TestGossipOfWhoIsBehind: readers that lost packets ask until they know, and accuse
// nobody.
func TestGossipOfWhoIsBehind(t *testing.T) {
	for _, kind := range []byte{KindSeen, KindProve, KindProof, KindCosign, KindCosigned} {
		o := newOffice(t)
		o.append(o.record("one"))
		lost := 0
		o.drop = func(p world.Packet) bool {
			if p.Kind() != kind || lost > 2 {
				return false
			}
			lost++
			return true
		}
		o.append(o.record("two"))
		o.show(o.ledger.Checkpoint())
		o.midnight()
		o.append(o.record("three"))
		for range 4 {
			o.midnight()
		}
		require.NotZero(t, lost)
		require.Empty(t, o.warnings(), "kind %d", kind)
		require.True(t, o.nodes["monitor"].(*Monitor).gossip.Knows(o.ledger.Checkpoint()), "kind %d", kind)
		require.Empty(t, o.reader.doubts, "kind %d", kind)
	}
}

// TestGossipRefusesHostileProofs: a proof that is wrong, between other sizes, or not
// from the log leaves the doubt as it is.
func TestGossipRefusesHostileProofs(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	o.append(o.record("two"))
	o.show(o.ledger.Checkpoint())
	o.append(o.record("three"))
	hidden := o.fork(1, "a", "b", "c", "d")
	o.drop = func(world.Packet) bool { return true }
	o.show(hidden.Checkpoint())
	o.drop = nil
	good := func(l *ledger.Log, old, size int64) []byte {
		proof, err := l.Consistency(old, size)
		require.NoError(t, err)
		return proof
	}
	for name, p := range map[string]world.Packet{
		"of the other tree":   Proof("reader", 2, 5, good(hidden, 2, 5)),
		"from where it forks": Proof("reader", 1, 5, good(hidden, 1, 5)),
		"of the true tree":    Proof("reader", 2, 3, good(o.ledger, 2, 3)),
		"between equal sizes": Proof("reader", 5, 5, good(hidden, 5, 5)),
		"negative":            Proof("reader", -2, 5, good(hidden, 2, 5)),
		"empty":               Proof("reader", 2, 5, nil),
		"cut short":           {From: "log", To: "reader", Data: world.Pack(KindProof, world.Int(2))},
	} {
		require.Empty(t, o.reader.Handle(now, p), name)
		require.True(t, o.reader.Doubts(hidden.Checkpoint()), name)
		require.False(t, o.reader.Knows(hidden.Checkpoint()), name)
	}
	honest := o.fork(3, "four")
	o.drop = func(world.Packet) bool { return true }
	o.show(honest.Checkpoint())
	o.drop = nil
	right := Proof("reader", 2, 4, good(honest, 2, 4))
	right.From = world.Outsider
	o.reader.Handle(now, right)
	require.False(t, o.reader.Knows(honest.Checkpoint()), "only the log is asked")
	right.From = "log"
	o.reader.Handle(now, right)
	require.True(t, o.reader.Knows(honest.Checkpoint()))
	require.False(t, o.reader.Doubts(honest.Checkpoint()))
}

// TestGossipIsBounded: whoever holds the log's key cannot fill a reader's memory.
func TestGossipIsBounded(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	o.show(o.ledger.Checkpoint())
	o.drop = func(world.Packet) bool { return true }
	other := o.fork(0)
	for range 500 {
		other.Append([]byte("x"))
		o.show(other.Checkpoint())
	}
	require.LessOrEqual(t, len(o.reader.doubts), maxDoubts)
	require.True(t, o.reader.Knows(o.ledger.Checkpoint()))
}

// TestWitnessCosignsForTheLogAlone: whoever else asks gets no cosignature, though what
// it brings would do.
func TestWitnessCosignsForTheLogAlone(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	next := o.fork(1, "two")
	proof, err := next.Consistency(1, 2)
	require.NoError(t, err)
	ask := world.Packet{To: "witness:1", Data: world.Pack(KindCosign, next.Checkpoint(), proof)}
	for _, from := range []string{world.Outsider, "monitor", "witness:2", "court", "trustee:1", world.Clock, ""} {
		ask.From = from
		require.Empty(t, o.nodes["witness:1"].Handle(now, ask), from)
	}
	ask.From = "log"
	require.NotEmpty(t, o.nodes["witness:1"].Handle(now, ask))
}

// TestWitnessRemembersWhatItHeard: it cosigns no tree beside one of which others told
// it, though it has cosigned neither.
func TestWitnessRemembersWhatItHeard(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	o.drop = func(p world.Packet) bool { return p.To == "witness:1" && p.Kind() == KindCosign }
	o.append(o.record("two"))
	o.drop = nil
	o.midnight() // the others tell witness 1
	other := o.fork(1, "hidden")
	proof, err := other.Consistency(1, 2)
	require.NoError(t, err)
	o.send(world.Packet{From: "log", To: "witness:1", Data: world.Pack(KindCosign, other.Checkpoint(), proof)})
	require.Empty(t, o.answers(KindCosigned))
	require.Contains(t, o.warnings()[0], "witness:1: the log forked")
}
