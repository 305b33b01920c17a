package threshold

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// TestCatchingUp: a trustee that misses news of the board asks for it when it sees
// the gap, and keeps its place.
func TestCatchingUp(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 6)
	lost := 0
	s.sim.Intercept = func(p world.Packet) bool {
		if p.To == "trustee:2" && p.Kind() == publiclog.KindUpdate && lost < 1 {
			lost++
			return true
		}
		return false
	}
	s.advance(3)
	require.Equal(t, 1, lost)
	require.Equal(t, []string{"key 1/epoch 1"}, s.refs("trustee:2", committee.Share))
	require.Empty(t, s.warned)
	s.advance(6)
	require.Equal(t, s.trustee(1).board.State(), s.trustee(2).board.State())
}

// TestOwnState: a reader that lags behind computes for itself what it has read,
// and the same as others did then.
func TestOwnState(t *testing.T) {
	s := renewing(t, 2, 3, 2, 3, 8)
	lagging := s.trustee(1).board.NewView()
	for m := 1; m <= 8; m++ {
		before := len(s.sent)
		s.advance(m)
		for _, p := range s.sent[before:] {
			if p.Kind() == publiclog.KindUpdate && p.To == "trustee:1" {
				_, err := lagging.Read(p.Data)
				require.NoError(t, err)
			}
		}
		mine, theirs := lagging.Compute(), s.trustee(1).board.State()
		require.Equal(t, len(theirs.Live), len(mine.Live))
		for i, e := range theirs.Live {
			require.Equal(t, e.Epoch, mine.Live[i].Epoch)
			require.Equal(t, e.Holders, mine.Live[i].Holders)
			require.Equal(t, e.Commitments.Bytes(), mine.Live[i].Commitments.Bytes())
		}
		require.Equal(t, theirs.Tree.Size(), mine.Tree.Size())
	}
}

// TestHostileUpdates: what the witnesses did not cosign, or is not what they
// cosigned, moves nobody.
func TestHostileUpdates(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 6)
	s.advance(2)
	var held []world.Packet
	s.sim.Intercept = func(p world.Packet) bool {
		if p.To == "trustee:1" && p.Kind() == publiclog.KindUpdate {
			held = append(held, p)
			return true
		}
		return false
	}
	s.advance(3)
	s.sim.Intercept = nil
	u, err := publiclog.ParseUpdate(held[0].Data)
	require.NoError(t, err)
	at := s.trustee(1).board.Version
	other := slices.Clone(u.Records[0])
	other[len(other)-1] ^= 1
	for name, bad := range map[string]*publiclog.Update{
		"no checkpoint":    {First: u.First, Records: u.Records},
		"another record":   {First: u.First, Records: append([][]byte{other}, u.Records[1:]...), Checkpoint: u.Checkpoint},
		"too few records":  {First: u.First, Records: u.Records[1:], Checkpoint: u.Checkpoint},
		"a later position": {First: u.First + 1, Records: u.Records, Checkpoint: u.Checkpoint},
	} {
		alone := &committee.View{Cache: committee.NewCache(s.genesis, nil), Version: at} // with nobody to share with
		fresh, err := alone.Read(bad.Encode())
		require.Error(t, err, name)
		require.False(t, fresh)
		require.Equal(t, at, alone.Version)
	}
	s.post(held...)
	require.Equal(t, []string{"key 1/epoch 1"}, s.refs("trustee:1", committee.Share))
	s.post(held...) // replayed: nothing new
	require.Len(t, s.refs("trustee:1", committee.Share), 1)
}

// TestEarlyPost: a trustee that opens the next ceremony before its time, or another
// one, makes it late at most.
func TestEarlyPost(t *testing.T) {
	s := renewing(t, 2, 4, 3, 0, 6)
	s.advance(1)
	c := s.trustee(3).board.State()
	next := c.Refresh(c.Live[0])
	own, err := ceremony.NewTrustee(next.Roster, 3, s.trustee(3).identity)
	require.NoError(t, err)
	raw, err := own.Next(next.Audit, world.Seed(4).Stream("x"))
	require.NoError(t, err)
	for _, name := range []string{next.Name, "key 1/epoch 2", "key 1/epoch 0", "key 3/epoch 0", "key 1/epoch 01", "x"} {
		s.post(world.Packet{From: "trustee:3", To: "log", Data: world.Pack(publiclog.KindPost, []byte(name), raw)})
	}
	require.Len(t, c.Open, 1)
	s.advance(4)
	require.Equal(t, []string{"key 1/epoch 1"}, s.refs("trustee:1", committee.Share), "the others go on, one message late")
	s.advance(6)
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:3", committee.Share))
}

// TestSealedShareIsMonotone adds hostile records to a theft: branches of the board
// that never were, records of no session, spoilt ones.
func TestSealedShareIsMonotone(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 4)
	s.advance(2)
	early := s.take("trustee:1")
	s.advance(4)
	key := early[slices.IndexFunc(early, func(f world.Fact) bool { return f.Kind == committee.OneUseKey })]
	posts, err := applyRule("read the log", world.Input{Facts: s.take("log")})
	require.NoError(t, err)
	facts := []world.Fact{key}
	for _, d := range posts {
		if d.Ref == key.Ref {
			facts = append(facts, d.Fact)
		}
	}
	want, err := applyRule("open a sealed share", world.Input{Facts: facts})
	require.NoError(t, err)
	require.Len(t, want, 2)
	require.Less(t, len(want[0].From), len(facts), "confirmations are not needed")
	hostile := []world.Fact{key, {Kind: committee.BoardPost, Ref: key.Ref, Data: []byte("x")}}
	for i, f := range facts[1:] {
		r, err := publiclog.ParseBoardRecord(f.Data)
		require.NoError(t, err)
		branch := *r
		branch.Post = facts[1+(i+1)%(len(facts)-1)].Data
		hostile = append(hostile, f, world.Fact{Kind: committee.BoardPost, Ref: key.Ref, Data: branch.Encode()})
	}
	slices.Reverse(hostile[1:])
	got, err := applyRule("open a sealed share", world.Input{Facts: hostile})
	require.NoError(t, err)
	for _, d := range want {
		require.True(t, slices.ContainsFunc(got, func(g world.Derived) bool { return g.Kind == d.Kind && string(g.Data) == string(d.Data) }))
	}
	_, err = applyRule("open a sealed share", world.Input{Facts: facts[:len(facts)/2]})
	require.Error(t, err, "half of the board is not enough")
}

// FuzzUpdate sends trustee and provider anything in the log's name and a trustee's.
func FuzzUpdate(f *testing.F) {
	s := renewing(&testing.T{}, 2, 3, 3, 4, 4)
	s.advance(4)
	for _, kind := range []byte{publiclog.KindUpdate, publiclog.KindPost, committee.KindKey} {
		f.Add(s.of(kind)[0].Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := s.refs("trustee:1", committee.Share)
		for _, from := range []string{"log", "trustee:2", world.Outsider} {
			for _, to := range []string{"trustee:1", "provider", "monitor", "log"} {
				s.sim.Net.Node(to).Handle(start, world.Packet{From: from, To: to, Data: data})
			}
		}
		require.Equal(t, before, s.refs("trustee:1", committee.Share))
	})
}

func FuzzOneUseKey(f *testing.F) {
	s := renewing(&testing.T{}, 2, 3, 1, 0, 1)
	for _, fact := range s.take("trustee:1") {
		if fact.Kind == committee.OneUseKey {
			f.Add(fact.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, key, err := committee.ParseOneUseKey(data)
		if err == nil {
			encoded, err := r.Encode()
			require.NoError(t, err)
			require.Equal(t, data, world.Pack(committee.OneUseTag, encoded, key))
		}
	})
}

// TestTwoBoards shows two readers of one process different boards, both cosigned by
// witnesses whose keys are stolen. Neither takes over what the other has read.
func TestTwoBoards(t *testing.T) {
	f, err := runSetup(config(2, 3))
	require.NoError(t, err)
	fork := func(records ...string) []byte {
		b := &committee.FirstCeremony{Genesis: &committee.Genesis{Policy: f.genesis.Policy}}
		b.Log, err = ledger.ParseLog(f.log)
		require.NoError(t, err)
		for _, state := range f.witnesses {
			w, err := ledger.ParseWitness(state)
			require.NoError(t, err)
			b.Witnesses = append(b.Witnesses, w)
		}
		u := &publiclog.Update{First: b.Log.Size()}
		for _, r := range records {
			b.Log.Append([]byte(r))
			u.Records = append(u.Records, []byte(r))
		}
		require.NoError(t, b.Cosign())
		u.Checkpoint = b.Genesis.Checkpoint
		return u.Encode()
	}
	short, long := fork("a"), fork("b", "c")
	common := committee.NewCache(f.genesis, nil)
	one, two := common.NewView(), common.NewView()
	_, err = one.Read(short)
	require.NoError(t, err)
	_, err = two.Read(long)
	require.NoError(t, err)
	at := one.Version
	_, err = one.Read(long)
	require.Error(t, err, "it does not continue what was read, though somebody else has read it")
	require.Equal(t, at, one.Version)
	require.NotEqual(t, one.State().Tree.Size(), two.State().Tree.Size())
	_, err = two.Read(short)
	require.ErrorContains(t, err, "not of the log that was read", "a smaller one is compared, too")
}
