package timing

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/e2ee"
	"doormat/escrow/threshold"
	"doormat/world"
)

// BenchmarkScale lives through long conversations and steals the stores at their
// end: from the provider, and in end-to-end encryption also the device of one
// account, in threshold escrow also t shares. It reports, a message:
//
//	µs/message        to pass from user to user
//	µs/last           the same of the last tenth
//	store-bytes       in the Holdings of all nodes
//	heap-bytes        of the process, after a collection, less what there was before
//	fact-bytes        of refs and data, that the thief has in the end
//	thief-heap-bytes  of the process for these
//	facts             of the thief
//
// and, in all, opened messages and the seconds until nothing more follows:
//
//	go test ./demo/timing -run '^$' -bench Scale -benchtime 1x -timeout 20m
func BenchmarkScale(b *testing.B) {
	for _, d := range []world.Design{e2ee.Design{}, threshold.Design{}} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", d.Info().ID, n), func(b *testing.B) {
				for b.Loop() {
					scale(b, d, n)
				}
			})
		}
	}
}

func scale(b *testing.B, d world.Design, n int) {
	conv, bodies := Talk(n)
	s := settings
	s.Target = conv.Target
	per := func(x float64) float64 { return x / float64(n) }
	before := heap()
	deploy, err := d.Setup(world.Environment{Settings: s, Accounts: conv.Accounts, Seed: 1})
	require.NoError(b, err)
	play, err := world.NewPlay(context.Background(), conv, bodies, deploy(), nil)
	require.NoError(b, err)
	most := spent(b, func() error { return play.Advance(n - n/10) })
	last := spent(b, func() error { return play.Advance(n) })
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(per((most+last).Seconds()*1e6), "µs/message")
	b.ReportMetric(last.Seconds()*1e6/float64(n/10), "µs/last")
	b.ReportMetric(per(float64(heap()-before)), "heap-bytes")

	held := map[string][]world.Fact{}
	for _, name := range play.Net.Names() {
		held[name] = play.Net.Node(name).Holdings()
	}
	b.ReportMetric(per(size(slices.Concat(slices.Collect(maps.Values(held))...))), "store-bytes")
	stolen := []string{"provider", world.DeviceOf(conv.Accounts[0])}
	if d.Info().ID == "threshold" {
		stolen = []string{"provider", world.Trustee(1), world.Trustee(2)}
	}
	var loot []world.Fact
	for _, name := range stolen {
		loot = append(loot, held[name]...)
	}
	rob(b, d, loot, n)
	runtime.KeepAlive(play)
}

func rob(b *testing.B, d world.Design, loot []world.Fact, n int) {
	before, peak, texts := heap(), int64(0), 0
	rules := d.Rules()
	var facts []world.Fact
	took := spent(b, func() (err error) {
		facts, err = attacks.Saturate(context.Background(), rules, loot)
		return err
	})
	for _, f := range facts {
		if f.Kind == world.Plaintext {
			texts++
		}
	}
	// Once more, to see what the knowledge weighs at its last text.
	left := texts
	rules = append(rules, world.Rule{Name: "weigh", Takes: []world.Kind{world.Plaintext}, Gives: []world.Kind{"nothing"},
		Apply: func(world.Input) ([]world.Derived, error) {
			if left--; left == 0 {
				peak = heap()
			}
			return nil, nil
		}})
	fresh := size(facts)
	count := len(facts)
	kinds := map[world.Kind]float64{}
	for _, f := range facts {
		kinds[f.Kind] += size([]world.Fact{f}) / float64(n)
	}
	facts = nil
	_, err := attacks.Saturate(context.Background(), rules, loot)
	require.NoError(b, err)
	if testing.Verbose() {
		var lines []string
		for _, k := range slices.Sorted(maps.Keys(kinds)) {
			lines = append(lines, fmt.Sprintf("%s %.0f", k, kinds[k]))
		}
		b.Log("bytes a message: ", strings.Join(lines, ", "))
	}
	b.ReportMetric(took.Seconds(), "theft-seconds")
	b.ReportMetric(float64(texts), "opened")
	b.ReportMetric(float64(count)/float64(n), "facts")
	b.ReportMetric(fresh/float64(n), "fact-bytes")
	b.ReportMetric(float64(peak-before)/float64(n), "thief-heap-bytes")
}

func spent(b *testing.B, work func() error) time.Duration {
	start := time.Now()
	require.NoError(b, work())
	return time.Since(start)
}

// size is what facts weigh: refs and data.
func size(facts []world.Fact) (n float64) {
	for _, f := range facts {
		n += float64(len(f.Ref) + len(f.Data))
	}
	return n
}

// heap is the number of bytes in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
