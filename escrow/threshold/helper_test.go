package threshold

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/sharing"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
	"doormat/world/publiclog"
	"doormat/world/simulation"
)

// stage is a small conversation under escrow, 2 of 3, that a test can interfere
// with.
type stage struct {
	t       *testing.T
	sim     *simulation.Simulation
	genesis *committee.Genesis
	shares  []sharing.Share // of the first key
	uploads [][]byte        // by devices, as they were
	sent    []world.Packet
	shown   []string // bodies
	warned  []string // who: what
}

var start = time.Date(2017, 3, 26, 19, 0, 0, 0, time.UTC)

func config(t, n int) world.Config {
	return world.Config{Accounts: []string{"A", "B"}, Seed: 1, Memo: computed, Settings: world.Settings{Threshold: t, Trustees: n,
		Jurisdictions: world.RoundRobin(n), Target: "A", At: 1, Mailbox: world.MailboxAll}}
}

func newStage(t *testing.T) *stage {
	t.Helper()
	return stageFor(t, config(2, 3), 4)
}

// stageFor lets A and B write to each other in turn, under the given configuration.
func stageFor(t *testing.T, env world.Config, messages int) *stage {
	t.Helper()
	s := preparedStage(t, env, messages)
	require.NoError(t, s.sim.Start())
	return s
}

// preparedStage is a stage on which nothing is switched on yet.
func preparedStage(t *testing.T, env world.Config, messages int) *stage {
	t.Helper()
	return stageOf(t, env, messages, deploy)
}

// stageOf is a stage with the nodes that a deployment gives.
func stageOf(t *testing.T, env world.Config, messages int, deploy func(world.Config, *setup) ([]world.Node, error)) *stage {
	t.Helper()
	c, said := smallTalk(env, messages)
	s := &stage{t: t}
	setup, err := setUpOnce(env)
	require.NoError(t, err)
	s.genesis, s.shares = setup.genesis, sharesOf(t, setup)
	nodes, err := deploy(env, setup)
	require.NoError(t, err)
	s.sim, err = simulation.New(context.Background(), c, said, nodes, s.watch)
	require.NoError(t, err)
	return s
}

var setups sync.Map // of setupKey, for tests that run alone and share what nobody writes into

// setUpOnce is runSetup, whose result stages of the same key share, as the runs of a lab do.
func setUpOnce(env world.Config) (*setup, error) {
	key := setupKey{env.Seed, env.Settings.Threshold, env.Settings.Trustees}
	if s, ok := setups.Load(key); ok {
		return s.(*setup), nil
	}
	s, err := runSetup(env)
	if err == nil {
		setups.Store(key, s)
	}
	return s, err
}

// smallTalk is what A and B write in turn.
func smallTalk(env world.Config, messages int) (*world.Conversation, []world.Payload) {
	c := &world.Conversation{Title: "stage", Accounts: env.Accounts, Target: "A"}
	var said []world.Payload
	for i := range messages {
		from, to := env.Accounts[i%2], env.Accounts[1-i%2]
		c.Messages = append(c.Messages, world.Message{From: from, To: []string{to},
			Sent: start.Add(time.Duration(i) * time.Hour)})
		said = append(said, world.Payload{Body: []byte(strconv.Itoa(i + 1))})
	}
	return c, said
}

func sharesOf(t *testing.T, s *setup) (shares []sharing.Share) {
	for _, state := range s.trustees {
		own, err := parseTrusteeState(state)
		require.NoError(t, err)
		shares = append(shares, own.share)
	}
	return shares
}

func (s *stage) watch(p world.Packet) {
	s.sent = append(s.sent, p)
	switch p.Kind() {
	case wire.KindUpload:
		s.uploads = append(s.uploads, slices.Clone(p.Data))
	case world.KindShown:
		f, err := world.Unpack(p.Data, world.KindShown, 2)
		require.NoError(s.t, err)
		s.shown = append(s.shown, string(f[1]))
	case world.KindWarning:
		f, err := world.Unpack(p.Data, world.KindWarning, 1)
		require.NoError(s.t, err)
		s.warned = append(s.warned, p.From+": "+string(f[0]))
	}
}

func (s *stage) advance(m int) { require.NoError(s.t, s.sim.Advance(m)) }

// post sends packets from outside and lets the network come to rest.
func (s *stage) post(packets ...world.Packet) {
	s.sim.Net.Post(packets...)
	require.NoError(s.t, s.sim.Settle())
}

// comply makes principals answer lawful process.
func (s *stage) comply(names ...string) {
	for _, name := range names {
		s.post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
	}
}

// order has the agency execute an order for A, and gives what it obtained.
func (s *stage) order() []world.Fact {
	s.post(world.Packet{From: world.Law, To: "agency", Data: world.Pack(world.KindCase,
		world.Strings([]string{"A"}), world.Time(start), world.Time(start.AddDate(1, 0, 0)))})
	var facts []world.Fact
	for _, p := range s.of(world.KindObtained) {
		f, err := world.Unpack(p.Data, world.KindObtained, 1)
		require.NoError(s.t, err)
		more, err := world.ParseFacts(f[0])
		require.NoError(s.t, err)
		facts = append(facts, more...)
	}
	return facts
}

func (s *stage) of(kind byte) (out []world.Packet) {
	for _, p := range s.sent {
		if p.Kind() == kind {
			out = append(out, p)
		}
	}
	return out
}

// boardNow is what the log tells anybody who asks for the whole board.
func (s *stage) boardNow() *publiclog.Update {
	s.post(world.Packet{From: world.Outsider, To: "log", Data: world.Pack(publiclog.KindReadBoard, world.Int(0))})
	answers := s.of(publiclog.KindUpdate)
	board, err := publiclog.ParseUpdate(answers[len(answers)-1].Data)
	require.NoError(s.t, err)
	return board
}

// stolenIdentities are the newest certificate and the keys with which trustees 1 and 2 will
// sign the next one.
func (s *stage) stolenIdentities() []world.Fact {
	encoded, err := s.newestCertificate().Encode()
	require.NoError(s.t, err)
	facts := []world.Fact{committee.CertificateFact(encoded)}
	for i := 1; i <= 2; i++ {
		facts = append(facts, world.Fact{Kind: committee.Identity, Ref: world.Trustee(i), Data: s.identityOf(i).Seed()})
	}
	return facts
}

// signed is the last order that the court handed out.
func (s *stage) signed() law.Signed {
	handed := s.of(law.KindSigned)
	require.NotEmpty(s.t, handed)
	order, err := law.ParseSigned(handed[len(handed)-1].Data)
	require.NoError(s.t, err)
	return order
}

// ring is the keyring of a client that knows the first key.
func ring(f *committee.Genesis) committee.Keyring {
	k := committee.Keyring{Cache: committee.NewCache(f, nil)}
	k.Board = k.Cache.NewView()
	k.Follow(f.FreshState(nil))
	return k
}

// applyRule applies a rule of the design by its name.
func applyRule(name string, in world.Input) ([]world.Derived, error) {
	for _, r := range (Design{}).Rules() {
		if r.Name == name {
			return r.Apply(in)
		}
	}
	return nil, fmt.Errorf("no rule %q", name)
}

// saturate draws all conclusions by the design's opening rules, in rounds.
func saturate(facts []world.Fact) []world.Fact {
	known, tried := map[string]bool{}, map[string]bool{}
	var all []world.Fact
	add := func(more ...world.Fact) {
		for _, f := range more {
			if key := string(world.EncodeFacts([]world.Fact{f})); !known[key] {
				known[key] = true
				all = append(all, f)
			}
		}
	}
	add(facts...)
	for before := 0; before < len(all); {
		before = len(all)
		at := map[world.Kind]map[string][]world.Fact{}
		for _, f := range all {
			if at[f.Kind] == nil {
				at[f.Kind] = map[string][]world.Fact{}
			}
			at[f.Kind][f.Ref] = append(at[f.Kind][f.Ref], f)
		}
		for _, r := range (Design{}).Rules() {
			for _, in := range inputs(r, at) {
				if key := r.Name + string(world.EncodeFacts(in)); !r.Make && !tried[key] {
					tried[key] = true
					derived, _ := r.Apply(world.Input{Facts: in})
					for _, d := range derived {
						add(d.Fact)
					}
				}
			}
		}
	}
	return all
}

// inputs lists all that a rule may be applied to, sorted by ref.
func inputs(r world.Rule, at map[world.Kind]map[string][]world.Fact) (list [][]world.Fact) {
	first := r.All
	if len(r.Takes) > 0 {
		first = r.Takes[0]
	}
	for _, ref := range slices.Sorted(maps.Keys(at[first])) {
		joined := [][]world.Fact{nil}
		for _, kind := range r.Takes {
			var longer [][]world.Fact
			for _, in := range joined {
				for _, f := range at[kind][ref] {
					longer = append(longer, append(slices.Clone(in), f))
				}
			}
			joined = longer
		}
		for _, in := range joined {
			list = append(list, append(in, at[r.All][ref]...))
		}
	}
	return list
}

// computed is what deployments of all tests share: most are of one seed.
var computed = new(memo.Memo)
