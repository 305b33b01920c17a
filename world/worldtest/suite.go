// Package worldtest holds the conformance suite that every design passes, and a
// toy design small enough to read in one sitting.
//
// The suite knows a design through package world only. It lets a conversation of
// its own happen under several settings and asks what every design owes: each
// message arrives once, as it was typed and from whom; runs repeat to the byte;
// what is said in a call is heard once; looking into a store changes nothing; what strangers send breaks nothing; what
// users, clock and law say counts only if they say it; rules keep their promises.
// TestToy runs it on the toy, and its variations show that the suite can fail.
package worldtest

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/memo"
	"doormat/world/simulation"
)

// All says that whoever runs the tests has time.
var All = flag.Bool("all", false, "take no turns: run over the whole story, under all settings "+
	"and every change of a packet, also where that takes minutes")

// OnlyAll skips a test without -all: one that takes long, or of which others show a part. It runs
// in .ci/run.
func OnlyAll(t testing.TB) {
	t.Helper()
	if !*All {
		t.Skip("runs with -all, as in .ci/run")
	}
}

// Main is the TestMain of packages whose tests run deployments. It lets garbage lie longer than
// usual: runs hold little, and to collect it often takes a tenth of the tests' time.
func Main(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}

// Run checks d. Each setting has what it changes most, and the last one everything; with -all
// all have everything. Designs share most of their programs, which all of them run this way.
func Run(t *testing.T, d world.Design) {
	t.Run("info", func(t *testing.T) { checkInfo(t, d.Info()) })
	last := newBench(t, d, variations()[ceremonies])
	t.Run("principals", last.principals)
	for i, s := range variations() {
		name := fmt.Sprintf("%d of %d, retention %d, mailbox %s, refresh %d, rotate %d, lock %s",
			s.Threshold, s.Trustees, s.Retention, s.Mailbox, s.Refresh, s.Rotate, s.Lock)
		t.Run(name, func(t *testing.T) {
			b := last
			if i != ceremonies {
				b = newBench(t, d, s)
			}
			for _, c := range []struct {
				name  string
				check func(*testing.T)
				in    []int // variations
			}{
				{"undisturbed", b.undisturbedRun, []int{alone, locked, delivered}},
				{"repeats", b.repeats, []int{alone}},
				{"holdings", b.holdings, []int{locked}},
				{"strangers", b.strangers, []int{locked}},
				{"impostors", b.impostors, []int{delivered}},
				{"orders", b.orders, []int{alone}},
			} {
				if *All || i == ceremonies || slices.Contains(c.in, i) {
					t.Run(c.name, c.check)
				}
			}
		})
	}
	t.Run("rules", last.rules)
}

// Brief checks another form of a design that [Run] has checked: that messages arrive where nobody
// disturbs, and a run among impostors, under the settings that change most. With -all it is Run.
func Brief(t *testing.T, d world.Design) {
	if *All {
		Run(t, d)
		return
	}
	b := newBench(t, d, variations()[ceremonies])
	t.Run("arrival", b.arrival)
	t.Run("impostors", b.impostors)
}

// Settings are the usual ones with t of n trustees and the attack after a message.
func Settings(c *world.Conversation, t, n, at int) world.Settings {
	s, err := world.NewSettings(map[string]string{"threshold": strconv.Itoa(t),
		"trustees": strconv.Itoa(n), "at": strconv.Itoa(at)}, c)
	if err != nil {
		panic(err) // the caller is a test with a mistake
	}
	return s
}

// What the variations are.
const (
	alone      = iota // one trustee
	locked            // three trustees, locked phones
	delivered         // five trustees, mail is erased
	ceremonies        // three trustees, whose shares and keys change
)

func variations() []world.Settings {
	var out []world.Settings
	for i, tn := range [][2]int{{1, 1}, {2, 3}, {3, 5}, {2, 3}} {
		s := Settings(Conversation(), tn[0], tn[1], 7)
		if i != locked && i != ceremonies {
			s.Retention = 2
		}
		if i == locked {
			s.Lock = world.LockOn
		}
		if i == delivered {
			s.Mailbox = world.MailboxDelivered
		}
		if i == ceremonies {
			s.Refresh, s.Rotate = 6, 9 // each by itself, and both at once
		}
		out = append(out, s)
	}
	return out
}

// reinstalled is the moment at which Ben sets up anew.
const reinstalled = 10

// Conversation is what the suite lets happen: bursts, alternation, a message to
// two, first contact late, days without a word, numbers compared, and a reinstall.
func Conversation() *world.Conversation {
	c := &world.Conversation{Title: "conformance", Accounts: []string{"Ada", "Ben", "Cleo", "Dov"},
		Target: "Ada"}
	at := time.Date(2020, 2, 28, 22, 0, 0, 0, time.UTC)
	say := func(from string, to ...string) {
		at = at.Add(7 * time.Hour)
		c.Messages = append(c.Messages, world.Message{From: from, To: to, Sent: at,
			Text: fmt.Sprintf("This is message %d, and nobody else says so.", len(c.Messages)+1)})
	}
	for range 3 {
		say("Ada", "Ben")
	}
	say("Ben", "Ada")
	say("Ada", "Ben")
	say("Ben", "Ada")
	say("Cleo", "Ada")
	say("Ada", "Cleo")
	say("Ada", "Ben", "Cleo")
	say("Ben", "Cleo", "Ada")
	say("Ada", "Ben")
	say("Ben", "Ada")
	say("Dov", "Ben")
	say("Ben", "Dov")
	say("Ben", "Dov")
	c.Groups = []world.Group{{Name: "choir", Members: []string{"Ada", "Ben", "Cleo"}},
		{Name: "two", Members: []string{"Cleo", "Dov"}}}
	group := func(from string, to ...string) {
		say(from, to...)
		c.Messages[len(c.Messages)-1].Group = "choir"
	}
	group("Ada", "Ben", "Cleo")
	group("Ben", "Ada", "Cleo")
	attach(c, "a small picture", 700)
	group("Ada", "Ben", "Cleo")
	group("Cleo", "Ada", "Ben", "Dov") // Dov was taken in
	group("Dov", "Ada", "Ben", "Cleo")
	attach(c, "a film", 3_000)
	group("Ada", "Cleo", "Dov") // Ben has left
	group("Cleo", "Ada", "Dov") // Cleo has set up anew
	group("Ada", "Cleo", "Dov")
	say("Ben", "Ada")
	attach(c, "one", 10)
	attach(c, "two", 0)
	say("Cleo", "Dov")
	c.Messages[len(c.Messages)-1].Group = "two"
	c.Calls = []world.Call{
		spoken(c, 4, "Ben", "Ada"),
		spoken(c, 15, "Dov", "Ben", "Cleo"),
		spoken(c, 21, "Dov", "Ada", "Cleo"), // who has a new phone
	}
	c.Events = []world.Event{
		{After: 4, Kind: world.Compare, Account: "Ada", With: "Ben"},
		{After: 8, Kind: world.Compare, Account: "Cleo", With: "Ada"},
		{After: reinstalled, Kind: world.Reinstall, Account: "Ben"},
		{After: 12, Kind: world.Compare, Account: "Ben", With: "Ada"},
		{After: 15, Kind: world.Compare, Account: "Dov", With: "Ben"},
		{After: 18, Kind: world.Join, Account: "Dov", With: "Ben", Group: "choir"},
		{After: 20, Kind: world.Leave, Account: "Ben", Group: "choir"},
		{After: 21, Kind: world.Reinstall, Account: "Cleo"},
	}
	return c
}

// spoken is a call after a message, in which everybody says something.
func spoken(c *world.Conversation, after int, from string, to ...string) world.Call {
	call := world.Call{From: from, To: to, Begun: c.Messages[after-1].Sent.Add(time.Hour)}
	for i, by := range append([]string{from}, append(to, from)...) {
		call.Said = append(call.Said, world.Utterance{By: by,
			Text: fmt.Sprintf("This is said as number %d after %d.", i, after)})
	}
	return call
}

// attach attaches a file of size bytes to the last message.
func attach(c *world.Conversation, name string, size int) {
	m := &c.Messages[len(c.Messages)-1]
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	m.Attachments = append(m.Attachments, world.Attachment{Name: name, Data: data})
}

// Payloads gives what is typed for each message of c, and the files: 16 bytes that
// stand nowhere else, then the text or data.
func Payloads(c *world.Conversation) []world.Payload {
	var out []world.Payload
	salted := func(data []byte, what ...any) []byte {
		salt := sha256.Sum256([]byte(fmt.Sprint(what...)))
		return append(salt[:16], data...)
	}
	for i, m := range c.Messages {
		payload := world.Payload{Body: salted([]byte(m.Text), "salt ", i)}
		for j, f := range m.Attachments {
			payload.Files = append(payload.Files,
				world.Attachment{Name: f.Name, Data: salted(f.Data, "salt ", i, " ", j)})
		}
		out = append(out, payload)
	}
	return out
}

// bench is a design set up under some settings.
type bench struct {
	design   world.Design
	settings world.Settings
	conv     *world.Conversation
	payloads []world.Payload
	deploy   world.Deploy
	cached   *run // a run that nobody disturbed, see [bench.undisturbed]
}

func newBench(t *testing.T, d world.Design, s world.Settings) *bench {
	t.Helper()
	b := &bench{design: d, settings: s, conv: Conversation()}
	require.NoError(t, b.conv.Check())
	require.NoError(t, s.Check(b.conv))
	b.payloads = Payloads(b.conv)
	b.deploy = b.setUp(t, 1)
	return b
}

// setUp gives each set-up a memo of its own, so that nodes share what they compute as in a lab,
// and two set-ups share nothing. A lone trustee's computes everything, as without a harness.
func (b *bench) setUp(t *testing.T, seed world.Seed) world.Deploy {
	t.Helper()
	config := world.Config{Settings: b.settings, Accounts: b.conv.Accounts, Seed: seed}
	if b.settings.Trustees > 1 {
		config.Memo = new(memo.Memo)
	}
	deploy, err := b.design.Setup(config)
	require.NoError(t, err)
	return deploy
}

// A run is one deployment that is being watched.
type run struct {
	*simulation.Simulation
	b        *bench
	packets  []world.Packet
	shown    map[display]int
	warnings []warning
}

type display struct{ to, from, body string }

// onScreen names a long file by its hash, so that a difference can be read.
func onScreen(to, from string, body []byte) display {
	if len(body) > 200 {
		body = fmt.Appendf(nil, "%x", sha256.Sum256(body))
	}
	return display{to, from, string(body)}
}

type warning struct {
	by, what string
	after    int
}

func (b *bench) start(t *testing.T, deploy world.Deploy, conv *world.Conversation) *run {
	t.Helper()
	r := &run{b: b, shown: map[display]int{}}
	var err error
	r.Simulation, err = simulation.New(context.Background(), conv, b.payloads, deploy(), r.watch)
	require.NoError(t, err)
	require.NoError(t, r.Start())
	return r
}

// runToEnd runs the conversation, and a week more.
func (b *bench) runToEnd(t *testing.T, deploy world.Deploy) *run {
	t.Helper()
	r := b.start(t, deploy, b.conv)
	r.finish(t)
	return r
}

// undisturbed is a whole run in which nobody interferes, made once.
func (b *bench) undisturbed(t *testing.T) *run {
	t.Helper()
	if b.cached == nil {
		b.cached = b.runToEnd(t, b.deploy)
	}
	return b.cached
}

func (r *run) finish(t *testing.T) {
	t.Helper()
	require.NoError(t, r.Advance(len(r.b.conv.Messages)))
	require.NoError(t, r.Rest(7))
}

func (r *run) watch(p world.Packet) {
	p.Data = slices.Clone(p.Data)
	r.packets = append(r.packets, p)
	switch p.Kind() {
	case world.KindWarning:
		if f, err := world.Unpack(p.Data, world.KindWarning, 1); err == nil && p.Private() {
			moment := 0
			if r.Simulation != nil {
				moment = r.Moment()
			}
			r.warnings = append(r.warnings, warning{p.From, string(f[0]), moment})
		}
	case world.KindShown, world.KindFile, world.KindHeard:
		to, isUser := world.AccountOf(p.To)
		f, err := world.Unpack(p.Data, p.Kind(), 2)
		if err == nil && isUser && p.To == world.UserOf(to) && p.From == world.DeviceOf(to) {
			r.shown[onScreen(to, string(f[0]), f[1])]++
		}
	}
}

// hash covers every packet, the private ones included.
func (r *run) hash() [32]byte { return hash(r.packets) }

func hash(packets []world.Packet) [32]byte {
	var all [][]byte
	for _, p := range packets {
		all = append(all, world.Pack(0, []byte(p.From), []byte(p.To), p.Data))
	}
	return sha256.Sum256(world.Pack(0, all...))
}

// public lists the packets that a tap would see.
func (r *run) public() []world.Packet {
	return slices.DeleteFunc(slices.Clone(r.packets), world.Packet.Private)
}

// truth is what the screens should show, each once.
func (b *bench) truth() map[display]int {
	want := map[display]int{}
	for i, m := range b.conv.Messages {
		for _, to := range m.To {
			want[onScreen(to, m.From, b.payloads[i].Body)] = 1
			for _, f := range b.payloads[i].Files {
				want[onScreen(to, m.From, f.Data)] = 1
			}
		}
	}
	for i := range b.conv.Calls {
		c := &b.conv.Calls[i]
		for _, u := range c.Said {
			for _, to := range c.Parties() {
				if to != u.By {
					want[onScreen(to, u.By, []byte(u.Text))] = 1
				}
			}
		}
	}
	return want
}
