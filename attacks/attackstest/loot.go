package attackstest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/world"
	"doormat/world/simulation"
	"doormat/world/worldtest"
)

// checkProofs proves the conclusion of every proof from its loot, and fails to
// prove it from all of the loot but one piece.
func checkProofs(t *testing.T, l *attacks.Lab, res *attacks.Result) {
	for _, c := range res.Cells {
		p := c.Trace.Proof
		require.Equal(t, len(c.Trace.Opened) > 0, len(p) > 0, "%s: a proof for what was opened",
			name(&c))
		if len(p) > 0 {
			t.Run(name(&c), func(t *testing.T) { checkProof(t, designOf(l, c.Design).Rules(), p) })
		}
	}
}

func checkProof(t *testing.T, rules []world.Rule, p deduce.Proof) {
	made := slices.ContainsFunc(p, func(s deduce.Step) bool {
		return slices.ContainsFunc(rules, func(r world.Rule) bool {
			return r.Make && r.Name == s.Rule
		})
	})
	used := map[int]bool{len(p) - 1: true}
	var loot []world.Fact
	for i, s := range p {
		if s.Rule == "" {
			require.True(t, made || s.Taken(), "step %d is neither loot nor a conclusion", i+1)
			loot = append(loot, s.Fact)
		}
		for _, parent := range s.Parents {
			require.Less(t, parent, i)
			used[parent] = true
		}
	}
	require.Len(t, used, len(p), "a step serves nothing")
	if made {
		return // what the adversary made does not follow by itself
	}
	goal := p[len(p)-1].Fact
	require.True(t, has(saturate(t, rules, loot), goal), "the proof does not prove")
	for i := range loot {
		less := slices.Delete(slices.Clone(loot), i, i+1)
		require.False(t, has(saturate(t, rules, less), goal), "%s %q can be left out", loot[i].Kind,
			loot[i].Ref)
	}
}

func saturate(t *testing.T, rules []world.Rule, loot []world.Fact) map[string]bool {
	t.Helper()
	facts, err := deduce.Saturate(context.Background(), rules, loot)
	require.NoError(t, err)
	set := map[string]bool{}
	for _, f := range facts {
		set[key(f)] = true
	}
	return set
}

func key(f world.Fact) string { return string(world.EncodeFacts([]world.Fact{f})) }

func has(set map[string]bool, f world.Fact) bool { return set[key(f)] }

// scene is a design living through the conversation of package worldtest.
type scene struct {
	*simulation.Simulation
	conv *world.Conversation
	said []world.Payload
	seen []world.Fact // packets that a tap would see
}

func newScene(t *testing.T, d world.Design, retention int) *scene {
	t.Helper()
	s := &scene{conv: worldtest.Conversation()}
	s.said = worldtest.Payloads(s.conv)
	settings := worldtest.Settings(s.conv, 2, 3, 1)
	settings.Resend, settings.Retention = world.ResendAtOnce, retention
	deploy, err := d.Setup(world.Config{Settings: settings, Accounts: s.conv.Accounts, Seed: 1})
	require.NoError(t, err)
	s.Simulation, err = simulation.New(context.Background(), s.conv, s.said, deploy(),
		func(p world.Packet) {
			if !p.Private() {
				s.seen = append(s.seen, world.Fact{Kind: world.Observed,
					Ref:  string(world.Int(int64(len(s.seen)))),
					Data: p.Encode(s.conv.Messages[0].Sent)})
			}
		})
	require.NoError(t, err)
	require.NoError(t, s.Start())
	return s
}

// checkMonotone draws some of what there is to take, adds more and spoilt copies,
// and finds all conclusions again.
func checkMonotone(t *testing.T, d world.Design, thorough bool) {
	s := newScene(t, d, 0)
	var piles [][]world.Fact // what one principal holds at one moment; a few packets
	for _, moment := range []int{3, 8, len(s.conv.Messages)} {
		require.NoError(t, s.Advance(moment))
		for _, name := range s.Net.Names() {
			if facts := s.Net.Node(name).Holdings(); len(facts) > 0 {
				piles = append(piles, facts)
			}
		}
	}
	piles = slices.AppendSeq(piles, slices.Chunk(s.seen, 10))
	dice := dice{world.Seed(5).Stream("monotone")}
	draws := 5
	if thorough {
		draws = 12
	}
	for range draws {
		var some, more []world.Fact
		for _, pile := range piles {
			switch dice.roll(3) {
			case 0:
				some, more = append(some, pile...), append(more, pile...)
			case 1:
				more = append(more, pile...)
			}
		}
		require.Empty(t, lost(t, d.Rules(), some, dice.spoil(more)),
			"more loot, and no longer concluded")
	}
}

// lost names what follows from some loot and not from more, "" if nothing is.
func lost(t *testing.T, rules []world.Rule, some, more []world.Fact) string {
	t.Helper()
	few, many := saturate(t, rules, some), saturate(t, rules, more)
	for fact := range few {
		if !many[fact] {
			return fmt.Sprintf("%.200q", fact)
		}
	}
	return ""
}

type dice struct{ io.Reader }

func (d dice) roll(n int) int {
	var b [4]byte
	_, _ = io.ReadFull(d, b[:]) // the stream never fails
	return (int(b[0])<<16 | int(b[1])<<8 | int(b[2])) % n
}

// spoil adds copies with a bit turned, cut short, and under another's ref, and
// puts all in another order.
func (d dice) spoil(facts []world.Fact) []world.Fact {
	out := slices.Clone(facts)
	for range len(facts) / 5 {
		f, g := facts[d.roll(len(facts))], facts[d.roll(len(facts))]
		data := slices.Clone(f.Data)
		if len(data) > 0 {
			data[d.roll(len(data))] ^= 1 << d.roll(8)
			out = append(out, world.Fact{Kind: f.Kind, Ref: f.Ref,
				Data: f.Data[:d.roll(len(data))]})
		}
		out = append(out, world.Fact{Kind: f.Kind, Ref: f.Ref, Data: data},
			world.Fact{Kind: f.Kind, Ref: g.Ref, Data: f.Data})
	}
	for i := range out {
		j := d.roll(i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// checkRetention reads devices by the design's own rules: with retention K each
// gives at most the newest K messages, and exactly those unless it was set up
// anew; with all, all of them. Where there is a backup store, a device that is set up anew has
// again what the last one had.
func checkRetention(t *testing.T, d world.Design) {
	restores := d.Info().Restores
	for _, retention := range []int{0, 2} {
		s := newScene(t, d, retention)
		for moment := range len(s.conv.Messages) + 1 {
			require.NoError(t, s.Advance(moment))
			for _, account := range s.conv.Accounts {
				found := s.readable(t, d, account)
				want := s.kept(account, moment, retention, restores)
				require.Equal(t, want, found, "device:%s at %d, retention %d", account, moment,
					retention)
			}
		}
	}
}

// readable lists the messages that a device gives away by itself.
func (s *scene) readable(t *testing.T, d world.Design, account string) []int {
	facts, err := deduce.Saturate(context.Background(), d.Rules(),
		s.Net.Node(world.DeviceOf(account)).Holdings())
	require.NoError(t, err)
	found := []int{}
	for k, said := range s.said {
		if slices.ContainsFunc(facts, func(f world.Fact) bool {
			return f.Kind == world.Plaintext && string(f.Data) == string(said.Body)
		}) {
			found = append(found, k+1)
		}
	}
	return found
}

// kept lists the messages that a device should have: those since it was set up, or since the
// account's first one was.
func (s *scene) kept(account string, moment, retention int, restores bool) []int {
	since := 0
	for _, e := range s.conv.Events {
		if !restores && e.Kind == world.Reinstall && e.Account == account && e.After <= moment {
			since = e.After
		}
	}
	all := []int{}
	for k := since + 1; k <= moment; k++ {
		if s.conv.Messages[k-1].Concerns(account) {
			all = append(all, k)
		}
	}
	if retention > 0 && len(all) > retention {
		all = all[len(all)-retention:]
	}
	return all
}
