package e2ee

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
	"doormat/world/simulation"
)

// scene is a conversation to be played. A message reads "Ana>Ben,Cem"; one to a
// group and with two files of so many bytes, "Ana@crew>Ben,Cem+0,70000".
type scene struct {
	seed     world.Seed
	settings world.Settings
	events   []world.Event
	messages []string
	groups   []world.Group
	calls    []string      // "1 Ana>Ben,Cem": half a minute after message 1; all say something in turn, the caller twice
	pause    time.Duration // between messages, a minute if zero
}

// stage is a scene under way, and what was seen of it.
type stage struct {
	t      testing.TB
	sim    *simulation.Simulation
	said   []world.Payload
	conv   *world.Conversation
	wire   []world.Fact // what a tap sees
	shown  []string     // "Ben<Ana 3": message 3 of Ana on Ben's screen, 0 for an unknown body
	files  []string     // "Ben<Ana 3/1": the same of its first file
	heard  []string     // "Ben<Ana text"
	warned []string     // "Ben: text"
	draws  world.Draws  // what nodes drew
}

var begin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// body is long enough that finding it among keys and ciphertext is no accident.
func body(k int) []byte { return fmt.Appendf(nil, "the text of message number %03d", k) }

// speech is what is said as utterance j of call i, both from 1.
func speech(i, j int) string { return fmt.Sprintf("what is said in call %d as number %d", i, j) }

// file is n bytes like no others, but for the first few.
func file(k, j, n int) []byte {
	data := make([]byte, n)
	_, _ = world.Seed(k*100 + j).Stream("file").Read(data) // it never fails
	return data
}

// scenes is what they share of their computations: most are of one seed.
var scenes = &memo.Memo{}

func (sc scene) start(t testing.TB) *stage {
	s := &stage{t: t, conv: &world.Conversation{Accounts: []string{"Ana", "Ben", "Cem", "Dee"}, Target: "Ana", Events: sc.events, Groups: sc.groups}}
	for i, m := range sc.messages {
		from, to, ok := strings.Cut(m, ">")
		require.True(t, ok, m)
		from, group, _ := strings.Cut(from, "@")
		to, sizes, _ := strings.Cut(to, "+")
		said := world.Payload{Body: body(i + 1)}
		for j, size := range strings.FieldsFunc(sizes, func(r rune) bool { return r == ',' }) {
			n, err := strconv.Atoi(size)
			require.NoError(t, err)
			said.Files = append(said.Files, world.Attachment{Name: "file", Data: file(i+1, j+1, n)})
		}
		s.conv.Messages = append(s.conv.Messages, world.Message{From: from, To: strings.Split(to, ","), Group: group,
			Sent: begin.Add(time.Duration(i) * cmp.Or(sc.pause, time.Minute)), Attachments: said.Files})
		s.said = append(s.said, said)
	}
	for i, c := range sc.calls {
		after, from, to := 0, "", ""
		_, err := fmt.Sscanf(strings.ReplaceAll(c, ">", " "), "%d %s %s", &after, &from, &to)
		require.NoError(t, err)
		call := world.Call{From: from, To: strings.Split(to, ","), Begun: s.conv.Messages[after-1].Sent.Add(30 * time.Second)}
		for _, by := range append([]string{from}, append(call.To, from)...) {
			call.Said = append(call.Said, world.Utterance{By: by, Text: speech(i+1, len(call.Said)+1)})
		}
		s.conv.Calls = append(s.conv.Calls, call)
	}
	if len(sc.groups)+len(sc.calls) > 0 {
		require.NoError(t, s.conv.Check())
	}
	if sc.settings.Mailbox == "" {
		sc.settings.Mailbox = world.MailboxAll
	}
	deploy, err := Design{}.Setup(world.Config{Settings: sc.settings, Accounts: s.conv.Accounts, Seed: sc.seed, Draws: &s.draws, Memo: scenes})
	require.NoError(t, err)
	s.sim, err = simulation.New(context.Background(), s.conv, s.said, deploy(), s.watch)
	require.NoError(t, err)
	require.NoError(t, s.sim.Start())
	return s
}

func (s *stage) watch(p world.Packet) {
	if !p.Private() {
		s.wire = append(s.wire, world.Fact{Kind: world.Observed, Ref: fmt.Sprint(len(s.wire)), Data: p.Encode(begin)})
	}
	account, _ := world.AccountOf(p.To)
	switch own := p.To == world.UserOf(account) && p.From == world.DeviceOf(account); {
	case p.Kind() == world.KindShown && own:
		f, err := world.Unpack(p.Data, world.KindShown, 2)
		require.NoError(s.t, err)
		s.shown = append(s.shown, fmt.Sprintf("%s<%s %d", account, f[0], s.number(f[1])))
	case p.Kind() == world.KindHeard && own:
		f, err := world.Unpack(p.Data, world.KindHeard, 2)
		require.NoError(s.t, err)
		s.heard = append(s.heard, fmt.Sprintf("%s<%s %s", account, f[0], f[1]))
	case p.Kind() == world.KindFile && own:
		f, err := world.Unpack(p.Data, world.KindFile, 2)
		require.NoError(s.t, err)
		s.files = append(s.files, fmt.Sprintf("%s<%s %s", account, f[0], s.fileNumber(f[1])))
	case p.Kind() == world.KindWarning && (own || p.To == world.Public):
		f, err := world.Unpack(p.Data, world.KindWarning, 1)
		require.NoError(s.t, err)
		if p.To == world.Public {
			account = p.From
		}
		s.warned = append(s.warned, account+": "+string(f[0]))
	}
}

// number says which message a body is, 0 for none.
func (s *stage) number(body []byte) int {
	return 1 + slices.IndexFunc(s.said, func(m world.Payload) bool { return bytes.Equal(m.Body, body) })
}

// fileNumber says which file of which message data is, "0" for none.
func (s *stage) fileNumber(data []byte) string {
	for k, m := range s.said {
		for j, f := range m.Files {
			if bytes.Equal(f.Data, data) {
				return world.FileRef(fmt.Sprint(k+1), j)
			}
		}
	}
	return "0"
}

func (s *stage) advance(k int) *stage {
	require.NoError(s.t, s.sim.Advance(k))
	return s
}

func (s *stage) end() *stage { return s.advance(len(s.said)) }

// post delivers packets of a test's own making, and what follows from them.
func (s *stage) post(packets ...world.Packet) {
	s.sim.Net.Post(packets...)
	require.NoError(s.t, s.sim.Settle())
}

// hold keeps back the packets that match, until released.
func (s *stage) hold(match func(world.Packet) bool) *[]world.Packet {
	held := new([]world.Packet)
	s.sim.Intercept = func(p world.Packet) bool {
		if match(p) {
			*held = append(*held, p)
			return true
		}
		return false
	}
	return held
}

func (s *stage) release(packets ...world.Packet) {
	s.sim.Intercept = nil
	s.post(packets...)
}

func (s *stage) device(account string) *Device {
	return s.sim.Net.Node(world.DeviceOf(account)).(*Device)
}

func (s *stage) provider() *Provider { return s.sim.Net.Node("provider").(*Provider) }

// each expects that messages from..to were shown exactly once to each of their
// recipients, and to nobody else.
func (s *stage) each(from, to int) {
	s.t.Helper()
	var want, got []string
	for k := from; k <= to; k++ {
		m := s.conv.Messages[k-1]
		for _, r := range m.To {
			want = append(want, fmt.Sprintf("%s<%s %d", r, m.From, k))
		}
	}
	for _, one := range s.shown {
		var k int
		_, err := fmt.Sscan(one[strings.LastIndexByte(one, ' ')+1:], &k)
		require.NoError(s.t, err)
		if k == 0 || (k >= from && k <= to) {
			got = append(got, one)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(s.t, want, got)
}

// quiet expects that nobody was warned of anything.
func (s *stage) quiet() { s.t.Helper(); require.Empty(s.t, s.warned) }

// copyOf is what a thief of a device takes, without the history.
func (s *stage) copyOf(account string) []world.Fact {
	return without(wire.KeptMessage, s.device(account).Holdings())
}

func without(kind world.Kind, facts []world.Fact) []world.Fact {
	return slices.DeleteFunc(slices.Clone(facts), func(f world.Fact) bool { return f.Kind == kind })
}

// packets lists what travelled so far, of one kind.
func (s *stage) packets(kind byte) []world.Packet {
	var out []world.Packet
	for _, f := range s.wire {
		p, _, err := world.ParsePacket(f.Data)
		require.NoError(s.t, err)
		if p.Kind() == kind {
			out = append(out, p)
		}
	}
	return out
}

// opens lists the messages whose text follows from loot by the published rules.
func (s *stage) opens(loot ...[]world.Fact) []int {
	s.t.Helper()
	out := []int{}
	for _, f := range saturate(Design{}.Rules(), slices.Concat(loot...)) {
		if f.Kind == world.Plaintext {
			k := s.number(f.Data)
			require.NotZero(s.t, k, "a rule derived a text that nobody typed")
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// saturate draws every conclusion of the opening rules, which join facts on equal
// ref. It is slow and simple; package attacks has the fast one.
func saturate(rules []world.Rule, loot []world.Fact) []world.Fact {
	type place struct {
		kind world.Kind
		ref  string
	}
	var known []world.Fact
	seen, at := map[string]bool{}, map[place][]world.Fact{}
	for queue := slices.Clone(loot); len(queue) > 0; queue = queue[1:] {
		f := queue[0]
		if key := fmt.Sprintf("%q %q %x", f.Kind, f.Ref, f.Data); !seen[key] {
			seen[key] = true
			known = append(known, f)
			at[place{f.Kind, f.Ref}] = append(at[place{f.Kind, f.Ref}], f)
			for _, r := range rules {
				for i, kind := range append(slices.Clone(r.Takes), r.All) {
					if r.Make || kind != f.Kind {
						continue
					}
					inputs := [][]world.Fact{nil}
					for j, other := range r.Takes {
						candidates := at[place{other, f.Ref}]
						if j == i {
							candidates = []world.Fact{f}
						}
						var longer [][]world.Fact
						for _, in := range inputs {
							for _, c := range candidates {
								longer = append(longer, append(slices.Clone(in), c))
							}
						}
						inputs = longer
					}
					for _, in := range inputs {
						if r.All != "" {
							in = append(in, at[place{r.All, f.Ref}]...)
						}
						derived, _ := r.Apply(world.Input{Facts: in})
						for _, d := range derived {
							queue = append(queue, d.Fact)
						}
					}
				}
			}
		}
	}
	return known
}

// contains reports whether any of the facts holds the bytes.
func contains(facts []world.Fact, secret []byte) bool {
	return slices.ContainsFunc(facts, func(f world.Fact) bool { return bytes.Contains(f.Data, secret) })
}

func isDelivery(p world.Packet) bool { return p.From == "provider" && p.Kind() == wire.KindDeliver }

func mustDelivery(t testing.TB, p world.Packet) *wire.Delivery {
	d, err := wire.ParseDelivery(p.Data)
	require.NoError(t, err)
	return d
}
