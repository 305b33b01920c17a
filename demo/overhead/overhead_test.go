package overhead

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/world"
	"doormat/world/memo"
	"doormat/world/simulation"
)

// open are the kinds of facts that are no secret keys: what is said, what is public, and what
// is written down about people.
var open = []world.Kind{
	"attachment chunk", "backup item", "board", "call under way", "certificate", "certified key",
	"committee", "envelope", "former identity", "group members", "kept attachment",
	"kept message", "key change", "last seen", "logged in", "login verifier", "order target",
	"prekey bundle", "registration lock", "request log", "sealed store", "signed order",
	"used message number", "verified contact", "registration PIN",
}

// TestKinds: whatever a thief finds is a secret key or is none, and somebody holds each.
func TestKinds(t *testing.T) {
	held := map[world.Kind]bool{}
	conv := demotest.Opening()
	s, err := world.NewSettings(nil, conv)
	require.NoError(t, err)
	for _, d := range demo.Designs() {
		for _, lock := range []string{world.LockOff, world.LockOn} {
			own, err := s.Override(d.Info().Fixed, d.Info().Parameters...)
			require.NoError(t, err)
			own.Lock, own.Refresh = lock, 5
			deploy, err := d.Setup(world.Config{Settings: own, Accounts: conv.Accounts, Seed: 1,
				Memo: new(memo.Memo)})
			require.NoError(t, err)
			play, err := simulation.New(context.Background(), conv, payloads(conv), deploy(), nil)
			require.NoError(t, err)
			for m := range conv.Messages {
				require.NoError(t, play.Advance(m+1))
				for _, name := range play.Net.Names() {
					for _, f := range play.Net.Node(name).Holdings() {
						held[f.Kind] = true
						require.True(t, slices.Contains(secret, f.Kind) != slices.Contains(open, f.Kind),
							"%s: %s holds a %q: if it is a secret key, add it to secret in overhead.go, and otherwise to open here", d.Info().ID, name, f.Kind)
					}
				}
			}
		}
	}
	require.Greater(t, len(held), 30)
}

// TestMeasure: what is counted is what the run shows to whoever else looks.
func TestMeasure(t *testing.T) {
	conv := demotest.Opening()
	conv.Application = &world.Application{Accounts: []string{conv.Target}, Since: 1, Until: 12}
	s, err := world.NewSettings(nil, conv)
	require.NoError(t, err)
	kit, err := demo.Default()
	require.NoError(t, err)
	count := func(id string) *Count {
		d, err := kit.Design(id)
		require.NoError(t, err)
		c, err := Measure(context.Background(), d, s, conv, 1, 1)
		require.NoError(t, err)
		return c
	}
	base, kept, escrow := count(Base), count("e2ee-kept"), count("threshold")
	rows := escrow.Rows(base, 12_345)
	require.Equal(t, Row{"secret keys", "more: log: log ×1, supplier: vendor key ×5, trustee: trustee identity ×5, trustee: share ×5, " +
		"witness: witness ×4"}, rows[0])
	require.Equal(t, "12,345 more", rows[len(rows)-1].Much)
	require.Equal(t, "none more", kept.Rows(base, 0)[0].Much)
	require.Contains(t, base.Rows(nil, 0)[0].Much, "court: court key ×1")
	require.Equal(t, base.Phones, kept.Phones, "kept mail costs nothing on the wire")
	require.Greater(t, kept.Kept, base.Kept)
	require.Zero(t, base.Machines)
	require.Greater(t, escrow.Phones, base.Phones)
	require.Greater(t, escrow.Order, base.Order)

	d, err := kit.Design("threshold")
	require.NoError(t, err)
	deploy, err := d.Setup(world.Config{Settings: s, Accounts: conv.Accounts, Seed: 1})
	require.NoError(t, err)
	bytes, counting := 0, false
	play, err := simulation.New(context.Background(), conv, payloads(conv), deploy(), func(p world.Packet) {
		if counting && !p.Private() {
			bytes += len(p.Data)
		}
	})
	require.NoError(t, err)
	require.NoError(t, play.Start())
	counting = true
	require.NoError(t, play.Advance(len(conv.Messages)))
	require.Equal(t, bytes, escrow.Phones+escrow.Machines)
	facts := play.Net.Node(world.Provider).Holdings()
	size := 0
	for _, f := range facts {
		size += len(f.Ref) + len(f.Data)
	}
	require.Equal(t, size, escrow.Kept)
	s.Refresh = 5
	require.Greater(t, count("threshold").Machines, 1000, "trustees post and read")
}

// A table compares in both directions, and says what is gone.
func TestRows(t *testing.T) {
	base := &Count{Messages: 10, Phones: 40_000, Kept: 1000, Order: 5, Keys: []Keys{{"device", "session", 4}, {"court", "court key", 1}},
		Times: Times{time.Second, time.Second, time.Millisecond}}
	c := &Count{Messages: 10, Phones: 30_000, Kept: 1000, Order: 7, Keys: []Keys{{"device", "session", 1}, {"trustee", "share", 5}},
		Times: Times{2 * time.Second, time.Second, 0}}
	require.Equal(t, []Row{
		{"secret keys", "more: trustee: share ×5; 4 less"},
		{"a message, between phones and provider", "3,000 bytes, 1,000 less"},
		{"a message, between others", "0 bytes"},
		{"a message, kept by the provider", "100 bytes"},
		{"a message, kept by others", "0 bytes"},
		{"the story's order and its answers", "7 bytes, 2 more"},
		{"lines of program", "120 more"},
	}, c.Rows(base, 120))
	require.Equal(t, []Row{
		{"to set up", "2000 ms, 1000 in e2ee"},
		{"a message, from typing to reading", "100.00 ms, 100.00 in e2ee"},
		{"the story's order", "0.0 ms, 1.0 in e2ee"},
	}, c.TimeRows(base))
}

func TestLines(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	base, err := kit.Design(Base)
	require.NoError(t, err)
	for id, least := range map[string]int{"e2ee-kept": 0, "e2ee-transparent": 300, "threshold": 3000, "cloud": 500} {
		d, err := kit.Design(id)
		require.NoError(t, err)
		n, err := Lines("../..", base, d)
		require.NoError(t, err)
		require.GreaterOrEqual(t, n, least, id)
		require.Equal(t, least == 0, n == 0, id)
	}
	require.Equal(t, 5, linesOf([]byte("// Package a.\npackage a\n\n/* two\nlines */\nvar x = `one\ntwo`\n\nfunc f() {} // f\nvar y int\n")))
	require.Equal(t, []int{0, 99, 120, 1300, 9900, 10_000}, []int{round(0), round(99), round(123), round(1250), round(9949), round(9951)})

	root := t.TempDir()
	put := func(name, text string) {
		file := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	put("e2ee/e2ee.go", "package e2ee\n\nimport _ \"doormat/world\"\n")
	put("world/world.go", "package world\n")
	put("escrow/threshold/a.go", "package threshold\n\nimport (\n\t_ \"doormat/e2ee\"\n\t_ \"doormat/escrow\"\n)\n")
	put("escrow/threshold/a_test.go", "package threshold\n\nimport _ \"doormat/demo\"\n")
	put("escrow/escrow.go", "package escrow\n\nvar x = 1 // one\n")
	d, err := kit.Design("threshold")
	require.NoError(t, err)
	n, err := Lines(root, base, d)
	require.NoError(t, err)
	require.Equal(t, 5+2, n)
	_, err = Lines(t.TempDir(), base, d)
	require.ErrorContains(t, err, "no Go files in")
}
