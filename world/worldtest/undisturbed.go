package worldtest

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

func checkInfo(t *testing.T, i world.Info) {
	require.Regexp(t, regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`), i.ID)
	require.NotEmpty(t, i.Name)
	require.NotEmpty(t, i.Doc, "a paragraph for a student")
	require.NotEmpty(t, i.Trusts, "whom a user must trust")
	for _, text := range append(append([]string{}, i.Trusts...), i.Classes...) {
		require.NotEmpty(t, strings.TrimSpace(text))
	}
	seen := map[string]bool{}
	for _, p := range i.Programs {
		require.NotEmpty(t, p.Name)
		require.NotEmpty(t, p.Doc, p.Name)
		require.False(t, seen[p.Name], "two programs %q", p.Name)
		seen[p.Name] = true
	}
	kinds, names := map[byte]bool{}, map[string]bool{}
	for _, k := range i.Packets {
		require.NotEmpty(t, k.Name, k.Kind)
		require.False(t, kinds[k.Kind], "two names of packets of kind %d", k.Kind)
		require.False(t, names[k.Name], "two kinds of packets %q", k.Name)
		kinds[k.Kind], names[k.Name] = true, true
	}
}

// waited is how far the deployment goes that waited for another, unless -all is given: both
// ceremonies that the settings bring are over.
const waited = 12

// arrival checks that what is typed arrives once, nobody else sees it, and nobody is alarmed.
func (b *bench) arrival(t *testing.T) {
	r := b.undisturbed(t)
	require.Equal(t, b.truth(), r.shown)
	for _, w := range r.warnings {
		require.GreaterOrEqual(t, w.after, reinstalled, "%s warns: %s", w.by, w.what)
		require.True(t, strings.HasPrefix(w.by, "device:"), "%s warns: %s", w.by, w.what)
	}
	for _, p := range r.public() {
		for i, payload := range b.payloads {
			require.False(t, bytes.Contains(p.Data, payload.Body[:16]) ||
				bytes.Contains(p.Data, payload.Body[16:]),
				"message %d travels in the clear from %s to %s", i+1, p.From, p.To)
			for _, f := range payload.Files {
				require.False(t, bytes.Contains(p.Data, f.Data[:16]),
					"%s of message %d travels in the clear from %s to %s", f.Name, i+1, p.From,
					p.To)
			}
		}
	}
	t.Run("packets have names", func(t *testing.T) {
		for _, p := range r.public() {
			require.NotEmpty(t, b.design.Info().PacketName(p.Kind()),
				"a packet of kind %d from %s to %s has no name in Packets of Info", p.Kind(),
				p.From, p.To)
		}
	})
	for _, p := range r.public() {
		for i, c := range b.conv.Calls {
			for _, u := range c.Said {
				require.NotContains(t, string(p.Data), u.Text,
					"call %d is said in the clear from %s to %s", i+1, p.From, p.To)
			}
		}
	}
}

// undisturbedRun checks the arrival of messages, and that nothing else alarms anybody than what
// happens to phones.
func (b *bench) undisturbedRun(t *testing.T) {
	b.arrival(t)
	t.Run("without a reinstall nobody warns", func(t *testing.T) {
		quiet := *b.conv
		quiet.Events = nil
		for _, e := range b.conv.Events {
			if e.Kind != world.Reinstall {
				quiet.Events = append(quiet.Events, e)
			}
		}
		r := b.start(t, b.deploy, &quiet)
		r.finish(t)
		require.Empty(t, r.warnings)
		require.Equal(t, b.truth(), r.shown)
	})
}

// repeats checks that all of a run repeats, and that another seed gives another.
func (b *bench) repeats(t *testing.T) {
	r := b.undisturbed(t)
	again := b.setUp(t, 1) // two deployments of it must not share state either
	one, two := b.start(t, again, b.conv), b.start(t, again, b.conv)
	require.NoError(t, two.Advance(6))
	one.finish(t)
	require.Equal(t, r.hash(), one.hash(), "the same seed gives another run")
	if *All {
		two.finish(t)
	} else { // what the other has changed shows soon
		require.NoError(t, two.Advance(waited))
	}
	same := r.packets[:min(len(two.packets), len(r.packets))]
	require.Equal(t, hash(same), two.hash(), "deployments share state: the one that waited")
	other := b.start(t, b.setUp(t, 2), b.conv)
	require.NoError(t, other.Advance(3)) // one run begins as the other does
	begun := r.packets[:min(len(other.packets), len(r.packets))]
	require.NotEqual(t, hash(begun), other.hash(), "another seed gives the same run")
}

// holdings checks that Holdings changes nothing, gives the same when called twice, and holds
// raw data, never a conclusion.
func (b *bench) holdings(t *testing.T) {
	want := b.undisturbed(t).hash()
	r := b.start(t, b.deploy, b.conv)
	look := func() {
		for _, name := range r.Net.Names() {
			node := r.Net.Node(name)
			facts := node.Holdings()
			require.Equal(t, world.EncodeFacts(facts), world.EncodeFacts(node.Holdings()), name)
			for _, f := range facts {
				require.NotEmpty(t, f.Kind, name)
				switch f.Kind {
				case world.Plaintext, world.File, world.Speech, world.Observed, world.Outgoing:
					t.Fatalf("%s holds a %s: it is concluded by a rule, not found", name, f.Kind)
				}
			}
		}
	}
	seen, often, reinstalling := 0, 21, 3 // a look at each packet is slow
	if *All {
		often, reinstalling = 7, 1
	}
	r.Intercept = func(world.Packet) bool {
		if seen++; seen%often == 0 || (r.Moment() == reinstalled && seen%reinstalling == 0) {
			look()
		}
		return false
	}
	r.finish(t)
	look()
	require.Equal(t, want, r.hash())
}

// principals checks that the deployment has the principals that the design declares, so that
// a header can name them. Users are with every design.
func (b *bench) principals(t *testing.T) {
	declared, found := map[string]int{}, map[string]int{}
	for _, p := range b.design.Info().Principals {
		require.NotContains(t, declared, p.Name, "two principals")
		declared[p.Name] = 1
		if p.Count == world.PerAccount {
			declared[p.Name] = len(b.conv.Accounts)
		} else if p.Several() {
			n, err := world.Index(p.Count, b.settings)
			require.NoError(t, err)
			declared[p.Name] = n
		}
	}
	require.Contains(t, declared, world.UserName)
	found[world.UserName] = declared[world.UserName]
	for _, n := range b.deploy() {
		found[world.KindOf(n.Name())]++
	}
	require.Equal(t, declared, found)
}
