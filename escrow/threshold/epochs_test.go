package threshold

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
	"doormat/world/worldtest"
)

// renewing is a stage whose shares and keys change.
func renewing(t *testing.T, threshold, n, refresh, rotate, messages int) *stage {
	t.Helper()
	env := config(threshold, n)
	env.Settings.Refresh, env.Settings.Rotate = refresh, rotate
	return stageFor(t, env, messages)
}

func (s *stage) trustee(i int) *trustee { return s.sim.Net.Node(world.Trustee(i)).(*trustee) }

// refs lists the refs of the facts of a kind that a principal holds.
func (s *stage) refs(name string, kind world.Kind) []string {
	refs := []string{}
	for _, f := range s.sim.Net.Node(name).Holdings() {
		if f.Kind == kind {
			refs = append(refs, f.Ref)
		}
	}
	return refs
}

// TestShareEpochs follows both clocks: which shares each trustee holds at each moment,
// that one-use keys lie beside them one message ahead, and that nothing else does.
func TestShareEpochs(t *testing.T) {
	tests := []struct {
		refresh, rotate int
		shares          map[int][]string // from a moment on
		oneUse          map[int][]string // at a moment; none otherwise
	}{
		{2, 0, map[int][]string{0: {"key 1/epoch 0"}, 2: {"key 1/epoch 1"}, 4: {"key 1/epoch 2"}, 6: {"key 1/epoch 3"}},
			map[int][]string{1: {"key 1/epoch 1"}, 3: {"key 1/epoch 2"}, 5: {"key 1/epoch 3"}}},
		{0, 2, map[int][]string{0: {"key 1/epoch 0"}, 2: {"key 1/epoch 0", "key 2/epoch 0"}, 4: {"key 2/epoch 0", "key 3/epoch 0"},
			6: {"key 3/epoch 0", "key 4/epoch 0"}},
			map[int][]string{1: {"key 2/epoch 0"}, 3: {"key 3/epoch 0"}, 5: {"key 4/epoch 0"}}},
		{2, 3, map[int][]string{0: {"key 1/epoch 0"}, 2: {"key 1/epoch 1"}, 3: {"key 1/epoch 1", "key 2/epoch 0"},
			4: {"key 1/epoch 2", "key 2/epoch 1"}, 6: {"key 2/epoch 2", "key 3/epoch 0"}},
			map[int][]string{1: {"key 1/epoch 1"}, 2: {"key 2/epoch 0"}, 3: {"key 1/epoch 2"}, // and, after it, key 2/epoch 1
				5: {"key 1/epoch 3"}}},
		{1, 0, map[int][]string{0: {"key 1/epoch 0"}, 1: {"key 1/epoch 1"}, 2: {"key 1/epoch 2"}, 3: {"key 1/epoch 3"},
			4: {"key 1/epoch 4"}, 5: {"key 1/epoch 5"}, 6: {"key 1/epoch 6"}},
			map[int][]string{0: {"key 1/epoch 1"}, 1: {"key 1/epoch 2"}, 2: {"key 1/epoch 3"}, 3: {"key 1/epoch 4"},
				4: {"key 1/epoch 5"}, 5: {"key 1/epoch 6"}, 6: {"key 1/epoch 7"}}},
	}
	for _, c := range tests {
		s := renewing(t, 2, 3, c.refresh, c.rotate, 6)
		var want []string
		for m := range 7 {
			s.advance(m)
			if c.shares[m] != nil {
				want = c.shares[m]
			}
			for i := 1; i <= 3; i++ {
				name := world.Trustee(i)
				require.Equal(t, want, s.refs(name, committee.Share), "refresh %d, rotate %d, at %d", c.refresh, c.rotate, m)
				require.Equal(t, want, s.refs(name, committee.Committee))
				require.Equal(t, append([]string{}, c.oneUse[m]...), s.refs(name, committee.OneUseKey), "refresh %d, rotate %d, at %d", c.refresh, c.rotate, m)
				require.Len(t, s.sim.Net.Node(name).Holdings(), 1+2*len(want)+len(c.oneUse[m]), "and nothing else")
			}
		}
		require.Equal(t, []string{"1", "2", "3", "4", "5", "6"}, s.shown)
		require.Empty(t, s.warned)
		require.Less(t, len(s.sent), 2400, "packets: trustees do not shout at each other")
	}
}

// opened gives the messages that follow from facts, by number.
func (s *stage) opened(facts ...world.Fact) []string {
	s.t.Helper()
	texts := []string{}
	for _, f := range saturate(facts) {
		if f.Kind == world.Plaintext {
			texts = append(texts, string(f.Data))
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// at takes what trustees hold now.
func (s *stage) take(names ...string) (facts []world.Fact) {
	for _, name := range names {
		facts = append(facts, s.sim.Net.Node(name).Holdings()...)
	}
	return facts
}

// TestThefts is the arithmetic of both clocks: t shares of one epoch open what is
// under their key; fewer of each of many epochs open nothing, unless a one-use key
// was copied beside one of them.
func TestThefts(t *testing.T) {
	all := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	t.Run("refresh", func(t *testing.T) {
		s := renewing(t, 2, 3, 3, 0, 8)
		s.advance(2)
		early := s.take("trustee:1")
		s.advance(3)
		new1, new2 := s.take("trustee:1"), s.take("trustee:2")
		s.advance(7)
		late := s.take("trustee:3")
		s.advance(8)
		mail, log := s.take("provider"), s.take("log")
		require.Equal(t, all, s.opened(slices.Concat(mail, new1, new2)...))
		require.Empty(t, s.opened(slices.Concat(mail, new1, late, log)...), "two epochs, after erasure")
		require.Empty(t, s.opened(slices.Concat(mail, early, new2)...), "without the board")
		require.Empty(t, s.opened(slices.Concat(mail, early, log)...), "one trustee, in two epochs")
		require.Equal(t, all, s.opened(slices.Concat(mail, early, log, new2)...), "a one-use key counts in both epochs")
		require.Equal(t, all, s.opened(slices.Concat(mail, early, new2, s.taped())...), "a tape is as good as the log")
	})
	t.Run("rotation", func(t *testing.T) {
		s := renewing(t, 2, 3, 0, 2, 8)
		s.advance(5) // keys 2 and 3 live, 3 to 4 and 5 to 6 are under them
		stolen := s.take("trustee:1", "trustee:2")
		s.advance(8)
		mail := s.take("provider")
		require.Equal(t, []string{"3", "4", "5", "6"}, s.opened(slices.Concat(mail, stolen)...))
		require.Equal(t, all, s.opened(slices.Concat(mail, stolen, s.take("trustee:1", "trustee:2"), s.genesisShares())...))
		require.Equal(t, []string{"3", "4", "5", "6", "7", "8"}, s.opened(slices.Concat(mail, stolen, s.take("log"))...),
			"at 5 the one-use keys for key 4 were there")
	})
}

// taped gives what a wiretap saw.
func (s *stage) taped() (facts []world.Fact) {
	for i, p := range s.sent {
		if !p.Private() {
			facts = append(facts, world.Fact{Kind: world.Observed, Ref: string(world.Int(int64(i))), Data: p.Encode(start)})
		}
	}
	return facts
}

func (s *stage) genesisShares() []world.Fact {
	facts := []world.Fact{s.genesis.FirstKey().Fact()}
	for i, share := range s.shares {
		if i < s.genesis.Roster.Threshold {
			facts = append(facts, world.Fact{Kind: committee.Share, Ref: committee.EpochName(1, 0), Data: ceremony.EncodeShare(share)})
		}
	}
	return facts
}

// TestOrderAcrossKeys: an order opens what is under live keys, with shares of the
// present epoch, and never again what is under a destroyed one.
func TestOrderAcrossKeys(t *testing.T) {
	s := renewing(t, 2, 3, 3, 4, 12)
	s.advance(12)
	s.comply(everybody...)
	got := s.order()
	partials := map[string]int{}
	for _, f := range got {
		if f.Kind == request.Partial {
			partials[f.Ref]++
		}
	}
	require.Len(t, partials, 4, "9 to 12 are under key 3; key 4 is new; 5 to 8 were under key 2, destroyed when key 4 was made")
	for _, n := range partials {
		require.Equal(t, 3, n)
	}
	require.Equal(t, []string{"10", "11", "12", "9"}, s.opened(got...))
	require.Empty(t, s.warned, "there is nothing wrong with having been asked")
}

// TestSilence: a trustee that is silent from some moment on, or whose packets are
// lost, stops nothing. It is left out, and gets a share again when it is back.
func TestSilence(t *testing.T) {
	for silentFrom := range 4 {
		if silentFrom%3 > 0 && !*worldtest.All {
			continue // from the beginning, and from the first renewal
		}
		s := renewing(t, 2, 4, 3, 5, 14)
		s.advance(silentFrom)
		s.sim.Intercept = func(p world.Packet) bool { return p.To == "trustee:2" || p.From == "trustee:2" }
		s.advance(8) // two ceremonies were due at 6, each one message late
		require.Equal(t, []string{"key 1/epoch 2", "key 2/epoch 1"}, s.refs("trustee:1", committee.Share), "silent from %d", silentFrom)
		require.Equal(t, []string{committee.EpochName(1, silentFrom/3)}, s.refs("trustee:2", committee.Share), "it knows no better")
		require.NotEmpty(t, s.warned)
		require.Contains(t, s.warned[0], ", trustee 2: absent")
		s.sim.Intercept = nil
		s.advance(14)
		require.Equal(t, s.refs("trustee:1", committee.Share), s.refs("trustee:2", committee.Share), "silent from %d", silentFrom)
		require.Len(t, s.shown, 14)
	}
}

// TestUnconfirmed: in 2 of 3 all must confirm new shares. Where one does not, all keep the old
// ones, erase the new, and try again next time.
func TestUnconfirmed(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 7)
	s.sim.Intercept = func(p world.Packet) bool {
		f, err := world.Unpack(p.Data, publiclog.KindPost, 2)
		if err != nil || p.From != "trustee:2" || string(f[0]) != committee.EpochName(1, 1) {
			return false
		}
		phase, _, _, err := ceremony.Split(f[1])
		return err == nil && phase == ceremony.PhaseConfirm
	}
	s.advance(4)
	for i := 1; i <= 3; i++ {
		require.Equal(t, []string{committee.EpochName(1, 0)}, s.refs(world.Trustee(i), committee.Share))
		require.Empty(t, s.refs(world.Trustee(i), committee.OneUseKey))
	}
	require.Len(t, s.warned, 2)
	require.Contains(t, s.warned[0], "trustee 2: absent in the confirm phase")
	require.Contains(t, s.warned[1], "too few trustees confirmed")
	s.advance(7)
	require.Equal(t, []string{committee.EpochName(1, 2)}, s.refs("trustee:1", committee.Share))
	require.Len(t, s.warned, 2)
}

// TestTooFew: where fewer than t are left, what was before stays.
func TestTooFew(t *testing.T) {
	s := renewing(t, 2, 3, 3, 4, 8)
	s.sim.Intercept = func(p world.Packet) bool { return p.To == "trustee:2" || p.From == "trustee:3" }
	s.advance(8)
	require.Equal(t, []string{"key 1/epoch 0"}, s.refs("trustee:1", committee.Share))
	require.Len(t, s.shown, 8)
	require.Len(t, s.warned, 3, "1 and 3, once each, and 3 that it has no part in it: %v", s.warned)
	require.Equal(t, "trustee:1: the ceremony for key 1/epoch 1 stands still in the key phase, and what was before stays: "+
		"the board shows nothing of trustee:2, trustee:3 there", s.warned[0])

	s = renewing(t, 3, 3, 3, 4, 8)
	require.NoError(t, s.trustee(2).Reprogram(BadShare, nil))
	s.advance(6)
	for i := 1; i <= 3; i++ {
		require.Equal(t, []string{"key 1/epoch 0"}, s.refs(world.Trustee(i), committee.Share))
		require.Empty(t, s.refs(world.Trustee(i), committee.OneUseKey))
	}
	require.Len(t, s.warned, 3, "once each: %v", s.warned)
	require.Contains(t, s.warned[0], "monitor: the ceremony for key 1/epoch 1 failed, and what was before stays: too few were left")
	require.Contains(t, s.warned[0], "trustee 2: bad share")
	require.Len(t, s.shown, 6)
}

// TestConfirmedAndSilent: too many trustees confirm and do not certify. That holds up this
// ceremony and those after it. Nobody can prove that they are not just slow, and everybody
// names them.
func TestConfirmedAndSilent(t *testing.T) {
	s := renewing(t, 2, 4, 3, 0, 9)
	s.sim.Intercept = func(p world.Packet) bool {
		f, err := world.Unpack(p.Data, publiclog.KindPost, 2)
		if err != nil || p.From != "trustee:3" && p.From != "trustee:4" {
			return false
		}
		phase, _, _, err := ceremony.Split(f[1])
		return err == nil && phase == ceremony.PhaseCertify
	}
	s.advance(9)
	require.Equal(t, "key 1/epoch 0", s.trustee(1).findKey("key 1").Epoch, "no new shares at 3, 6 and 9")
	require.Equal(t, []string{"key 1/epoch 0", "key 1/epoch 1"}, s.refs("trustee:1", committee.Share), "both, until it is known which is good")
	for i := 1; i <= 4; i++ {
		require.Contains(t, s.warned, world.Trustee(i)+": the ceremony for key 1/epoch 1 stands still in the certify phase, "+
			"and what was before stays: the board shows nothing of trustee:3, trustee:4 there")
	}
	require.Len(t, s.warned, 4, "once each: %v", s.warned)
}

// TestConfirmedUnderNoCheckpoint: who confirms under something that the witnesses did not
// cosign, or a checkpoint of another log, has not looked. It is named, and does not count.
func TestConfirmedUnderNoCheckpoint(t *testing.T) {
	for name, c := range map[string]struct {
		note func(*stage) []byte
		want string
	}{
		"made up": {func(*stage) []byte { return []byte("x") }, "too few of the log's witnesses cosigned it"},
		"of another log": {func(*stage) []byte {
			other, err := runSetup(world.Config{Seed: 9, Settings: config(2, 4).Settings})
			require.NoError(t, err)
			return other.genesis.Checkpoint
		}, "too few of the log's witnesses cosigned it"},
		"of later": {func(s *stage) []byte {
			l := mustLog(t, s.sim.Net.Node("log").Holdings()[0])
			for range 99 {
				l.Append([]byte("later"))
			}
			proof, err := l.Consistency(0, l.Size())
			require.NoError(t, err)
			notes := [][]byte{l.Checkpoint()}
			for i := range committee.Witnesses {
				w, err := ledger.ParseWitness(s.sim.Net.Node(committee.WitnessName(i)).Holdings()[0].Data)
				require.NoError(t, err)
				note, err := w.Fresh().Cosign(l.Checkpoint(), proof, start)
				require.NoError(t, err)
				notes = append(notes, note)
			}
			joined, err := s.genesis.Policy.Join(notes...)
			require.NoError(t, err)
			return joined
		}, "it is not of the log that holds the posts"},
	} {
		s := renewing(t, 2, 4, 3, 0, 5)
		s.sim.Intercept = func(p world.Packet) bool {
			f, err := world.Unpack(p.Data, publiclog.KindPost, 2)
			if err != nil || p.From != "trustee:4" {
				return false
			}
			phase, _, body, err := ceremony.Split(f[1])
			if err != nil || phase != ceremony.PhaseConfirm || len(body) < 200 {
				return false
			}
			x := s.trustee(4).board.State().Open[string(f[0])]
			raw, err := ceremony.Forge(x.Roster, s.trustee(4).identity, phase, 4, slices.Concat(body[:128], c.note(s)))
			require.NoError(t, err)
			s.trustee(4).ownPosts[sha256.Sum256(raw)] = true
			p.Data = world.Pack(publiclog.KindPost, f[0], raw)
			s.sim.Net.Deliver(p)
			return true
		}
		s.advance(5)
		require.Equal(t, []int{1, 2, 3}, s.trustee(1).findKey("key 1").Holders, name)
		require.Equal(t, []int{4}, s.newestCertificate().Stale, name)
		require.Contains(t, strings.Join(s.warned, "\n"), "trustee 4: wrong checkpoint in the confirm phase: "+c.want, name)
	}
}

// TestMidnight: time is called at midnight, too.
func TestMidnight(t *testing.T) {
	s := renewing(t, 2, 4, 4, 0, 4)
	s.sim.Intercept = func(p world.Packet) bool { return p.To == "trustee:2" && p.Kind() == publiclog.KindUpdate }
	s.advance(4)
	require.Equal(t, []string{"key 1/epoch 0"}, s.refs("trustee:1", committee.Share), "trustee 2 has posted a key and says nothing more")
	require.NoError(t, s.sim.Rest(3))
	require.Equal(t, []string{"key 1/epoch 1"}, s.refs("trustee:1", committee.Share))
}

// TestCheats: whoever reads the board convicts a cheat and says so once; the others
// go on.
func TestCheats(t *testing.T) {
	tests := []struct{ program, refresh, rotation string }{
		{BadShare, "trustee 2: bad share in the complain phase", "trustee 2: bad share in the complain phase"},
		{StayAway, "trustee 2: absent in the key phase", "trustee 2: absent in the key phase"},
		{ChooseKey, "trustee 2: commitments do not match their hash in the reveal phase", "trustee 2: commitments do not match their hash in the reveal phase"},
	}
	for _, c := range tests {
		s := renewing(t, 2, 4, 3, 4, 8)
		require.NoError(t, s.trustee(2).Reprogram(c.program, nil))
		s.advance(5)
		require.Equal(t, []string{"key 1/epoch 1", "key 2/epoch 0"}, s.refs("trustee:1", committee.Share), c.program)
		require.Empty(t, s.refs("trustee:2", committee.Share), c.program)
		require.Len(t, s.warned, 2, "%s: %v", c.program, s.warned)
		require.Contains(t, s.warned[0], "monitor: in the ceremony for key 1/epoch 1, "+c.refresh)
		require.Contains(t, s.warned[1], "monitor: in the ceremony for key 2/epoch 0, "+c.rotation)
		s.advance(8)
		require.Len(t, s.shown, 8)
	}
	require.Error(t, renewing(t, 2, 3, 0, 0, 1).trustee(1).Reprogram("dance", nil))
}
