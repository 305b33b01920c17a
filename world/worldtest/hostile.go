package worldtest

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// machines lists the nodes that a stranger can reach.
func (r *run) machines() []string {
	return slices.DeleteFunc(slices.Clone(r.Net.Names()), func(name string) bool {
		return strings.HasPrefix(name, "user:")
	})
}

// inject delivers p and lets the network come to rest.
func (r *run) inject(t *testing.T, p world.Packet) {
	t.Helper()
	r.Net.Post(p)
	require.NoError(t, r.Settle(), "from %s to %s: %x", p.From, p.To, p.Data)
}

// mutate gives copies of real data: cut short, with one bit flipped, lengthened, and
// unchanged.
func mutate(random io.Reader, data []byte) [][]byte {
	at := func(n int) int { return pick(random, n) }
	flipped := slices.Clone(data)
	if len(flipped) > 0 {
		flipped[at(len(data))] ^= 1 << at(8)
	}
	return [][]byte{data[:at(len(data))], flipped, append(slices.Clone(data), byte(at(256))), data}
}

// pick draws a number below n, or 0.
func pick(random io.Reader, n int) int {
	var b [4]byte
	_, _ = io.ReadFull(random, b[:]) // the stream never fails
	return (int(b[0])<<16 | int(b[1])<<8 | int(b[2])) % max(n, 1)
}

// garbage gives every kind byte followed by random bytes, and by well-formed fields.
func garbage(random io.Reader) [][]byte {
	out := [][]byte{nil}
	for kind := range 256 {
		tail := make([]byte, 1+kind%50)
		_, _ = io.ReadFull(random, tail)
		fields := make([][]byte, kind%6)
		for i := range fields {
			fields[i] = tail[:len(tail)*i/6]
		}
		out = append(out, append([]byte{byte(kind)}, tail...), world.Pack(byte(kind), fields...))
	}
	return out
}

// injectMutated runs the conversation. After each moment it injects a copy, mutated in one way or
// unchanged, of each packet that has just travelled, and some older ones; with -all it injects
// copies of every sort, and more older ones. name says in whose name, given the true sender.
func (r *run) injectMutated(t *testing.T, seed world.Seed, name func(world.Packet) string) {
	t.Helper()
	random := seed.Stream("pester")
	old, older := 0, 10 // packets of the moment before, and how many of them come again
	if *All {
		older = 100
	}
	for k := range r.b.conv.Messages {
		begun := len(r.packets)
		require.NoError(t, r.Advance(k+1))
		now := len(r.packets)
		for _, p := range slices.Clone(r.packets[begun:now]) {
			if !p.Private() {
				copies := mutate(random, p.Data)
				if i := pick(random, len(copies)); !*All {
					copies = copies[i : i+1]
				}
				for _, data := range copies {
					r.inject(t, world.Packet{From: name(p), To: p.To, Data: data})
				}
			}
		}
		for _, p := range slices.Clone(r.packets[max(old-older, 0):old]) {
			if !p.Private() {
				r.inject(t, world.Packet{From: name(p), To: p.To, Data: p.Data})
			}
		}
		old = now
	}
	r.finish(t)
}

// strangers checks that whatever an outsider sends, nothing panics, nothing false is shown,
// nobody is taken for somebody else, and the conversation goes through.
func (b *bench) strangers(t *testing.T) {
	random := world.Seed(3).Stream("strangers")
	r := b.start(t, b.deploy, b.conv)
	for _, name := range r.machines() {
		for _, data := range garbage(random) {
			r.inject(t, world.Packet{From: world.Outsider, To: name, Data: data})
		}
	}
	r.commands(t)
	r.injectMutated(t, 3, func(world.Packet) string { return world.Outsider })
	r.commands(t)
	require.Equal(t, b.truth(), r.shown)
}

// impostors checks the same for packets in the names of their true senders. Messages may be
// lost; none is made up or shown twice.
func (b *bench) impostors(t *testing.T) {
	r := b.start(t, b.deploy, b.conv)
	r.injectMutated(t, 4, func(p world.Packet) string { return p.From })
	truth := b.truth()
	for d, times := range r.shown {
		require.Equal(t, 1, times, "%s is shown %q twice", d.to, d.body)
		require.Equal(t, 1, truth[d], "%s is shown %q as from %s", d.to, d.body, d.from)
	}
}

// commands checks that what only a user, the environment, the clock or the law may command is
// ignored from a stranger. Nothing is answered but warnings, and no store changes.
func (r *run) commands(t *testing.T) {
	t.Helper()
	words := [][]byte{
		world.Pack(world.KindStart), world.Pack(world.KindReinstall), world.Pack(world.KindTick),
		world.Pack(world.KindComply),
		(&world.Typed{To: []string{"Ben"}, Body: []byte("0123456789abcdef forged")}).Encode(),
		world.Pack(world.KindMembers, []byte("choir"),
			world.Strings([]string{"Ada", "Ben", "Mallory"})),
		world.Pack(world.KindMoment, world.Int(10)),
		world.Pack(world.KindAskNumber, []byte("Ben")), world.Pack(world.KindUnlock),
		world.Pack(world.KindHoldings, world.EncodeFacts(nil)),
		world.Pack(world.KindCase, world.Strings([]string{"Ada"}), world.Time(r.Net.Now()),
			world.Time(r.Net.Now())),
		world.Pack(world.KindObtained, world.EncodeFacts(nil)),
	}
	before := r.stores()
	for _, name := range r.machines() {
		for _, from := range []string{world.Outsider, world.DeviceOf("Cleo"), world.Provider} {
			for _, data := range words {
				if from == name {
					continue
				}
				sent := len(r.packets)
				r.inject(t, world.Packet{From: from, To: name, Data: data})
				for _, p := range r.packets[sent+1:] {
					require.Equal(t, world.KindWarning, p.Kind(), "%s obeys kind %d from %s", name,
						data[0], from)
				}
			}
		}
	}
	require.Equal(t, before, r.stores())
}

// stores gives what every node holds.
func (r *run) stores() map[string]string {
	out := map[string]string{}
	for _, name := range r.Net.Names() {
		out[name] = string(world.EncodeFacts(r.Net.Node(name).Holdings()))
	}
	return out
}

// orders checks that lawful process yields nothing as long as the law has told nobody to
// answer it, and that a user who answers it hands over what the device holds.
func (b *bench) orders(t *testing.T) {
	r := b.start(t, b.deploy, b.conv)
	require.NoError(t, r.Advance(8))
	for _, name := range r.Net.Names() {
		for _, from := range []string{world.Outsider, world.Agency, world.Court} {
			if name != from && !strings.HasPrefix(name, "user:") {
				r.inject(t, world.Packet{From: from, To: name, Data: world.Pack(world.KindComply)})
			}
		}
	}
	r.apply(t, 8)
	for _, p := range r.packets {
		require.NotContains(t, []byte{world.KindObtained, world.KindHoldings}, p.Kind(),
			fmt.Sprintf("%s answers lawful process untold", p.From))
	}
	r.inject(t, world.Packet{From: world.Law, To: world.UserOf("Ada"),
		Data: world.Pack(world.KindComply)})
	want := world.EncodeFacts(world.InUse(r.Net.Node(world.DeviceOf("Ada"))))
	r.inject(t, world.Packet{From: "agency", To: world.UserOf("Ada"),
		Data: world.Pack(world.KindUnlock)})
	handed := slices.IndexFunc(r.packets, func(p world.Packet) bool {
		return p.Kind() == world.KindHoldings && p.To == "agency"
	})
	require.GreaterOrEqual(t, handed, 0, "an unlocked device is not handed over")
	require.Equal(t, world.Pack(world.KindHoldings, want), r.packets[handed].Data)
	r.finish(t)
	require.Equal(t, b.truth(), r.shown)
}

// apply has the agency, if there is one, apply for an order about Ada's messages up to one.
func (r *run) apply(t *testing.T, until int) {
	t.Helper()
	messages := r.b.conv.Messages
	r.inject(t, world.Packet{From: world.Law, To: "agency", Data: world.Pack(world.KindCase,
		world.Strings([]string{"Ada"}), world.Time(messages[0].Sent),
		world.Time(messages[until-1].Sent))})
}
