//go:build unix

package timing

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/e2ee"
	"doormat/escrow/threshold"
	"doormat/world"
	"doormat/world/simulation"
)

// BenchmarkScale lives through long conversations and steals the stores at their
// end: from the provider, and in end-to-end encryption also the device of one
// account, in threshold escrow also t shares. It reports, a message:
//
//	µs/message        to pass from user to user
//	cpu-µs/message    the same in processor time, which others do not disturb so much
//	cpu-µs/last       the same of the last tenth
//	store-bytes       in the Holdings of all nodes
//	heap-bytes        of the process, after a collection, less what there was before
//	facts             that the thief has in the end
//	fact-bytes        of their refs and data, where facts share bytes counted once
//	counted-bytes     the same, counted for each, as against the budget
//	thief-heap-bytes  of the process for these, with all that tells them apart
//
// and, in all, opened messages, the seconds until nothing more follows and the
// processor time for that:
//
//	go test ./demo/timing -run '^$' -bench Scale -benchtime 1x -timeout 20m
func BenchmarkScale(b *testing.B) {
	for _, d := range []world.Design{e2ee.Design{}, threshold.Design{}} {
		for _, size := range []int{likeStory, BodyBytes} {
			for _, n := range []int{1_000, 10_000, 100_000} {
				b.Run(fmt.Sprintf("%s/%dB/%d", d.Info().ID, size, n), func(b *testing.B) {
					for b.Loop() {
						scale(b, d, n, size)
					}
				})
			}
		}
	}
}

// likeStory is the mean length of the built-in conversation's bodies: 87 bytes of
// text behind 16 of salt.
const likeStory = 103

func scale(b *testing.B, d world.Design, n, size int) {
	conv, said := Talk(n, size)
	s := settings
	s.Target = conv.Target
	per := func(x float64) float64 { return x / float64(n) }
	before := heap()
	deploy, err := d.Setup(world.Config{Settings: s, Accounts: conv.Accounts, Seed: 1})
	require.NoError(b, err)
	play, err := simulation.New(context.Background(), conv, said, deploy(), nil)
	require.NoError(b, err)
	most, usedMost := spent(b, func() error { return play.Advance(n - n/10) })
	last, usedLast := spent(b, func() error { return play.Advance(n) })
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(per((most+last).Seconds()*1e6), "µs/message")
	b.ReportMetric(per((usedMost+usedLast).Seconds()*1e6), "cpu-µs/message")
	b.ReportMetric(usedLast.Seconds()*1e6/float64(n/10), "cpu-µs/last")
	b.ReportMetric(per(float64(heap()-before)), "heap-bytes")

	held := map[string][]world.Fact{}
	for _, name := range play.Net.Names() {
		held[name] = play.Net.Node(name).Holdings()
	}
	b.ReportMetric(per(float64(counted(slices.Concat(slices.Collect(maps.Values(held))...)))), "store-bytes")
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
	var left atomic.Int64
	rules := d.Rules()
	var facts []world.Fact
	took, used := spent(b, func() (err error) {
		facts, err = deduce.Saturate(context.Background(), rules, loot)
		return err
	})
	for _, f := range facts {
		if f.Kind == world.Plaintext {
			texts++
		}
	}
	b.ReportMetric(took.Seconds(), "theft-seconds")
	b.ReportMetric(used.Seconds(), "theft-cpu-seconds")
	b.ReportMetric(float64(texts), "opened")
	b.ReportMetric(float64(len(facts))/float64(n), "facts")
	b.ReportMetric(float64(distinct(facts))/float64(n), "fact-bytes")
	b.ReportMetric(float64(counted(facts))/float64(n), "counted-bytes")
	facts = nil

	// Once more, to see what the knowledge weighs at its last text.
	rules = append(rules, world.Rule{Name: "weigh", Takes: []world.Kind{world.Plaintext}, Gives: []world.Kind{"nothing"},
		Apply: func(world.Input) ([]world.Derived, error) {
			if left.Add(-1) == 0 {
				peak = heap()
			}
			return nil, nil
		}})
	left.Store(int64(texts))
	_, err := deduce.Saturate(context.Background(), rules, loot)
	require.NoError(b, err)
	b.ReportMetric(float64(peak-before)/float64(n), "thief-heap-bytes")
}

// spent is the time and the processor time of some work.
func spent(b *testing.B, work func() error) (wall, processor time.Duration) {
	start, used := time.Now(), processorTime(b)
	require.NoError(b, work())
	return time.Since(start), processorTime(b) - used
}

func processorTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// counted is what facts weigh, refs and data.
func counted(facts []world.Fact) (n int) {
	for _, f := range facts {
		n += len(f.Ref) + len(f.Data)
	}
	return n
}

// distinct is the same, but for what lies at the same place in memory.
func distinct(facts []world.Fact) (n int) {
	type span struct{ from, to uintptr }
	var all []span
	note := func(p *byte, size int) {
		from := uintptr(unsafe.Pointer(p))
		all = append(all, span{from, from + uintptr(size)})
	}
	for _, f := range facts {
		note(unsafe.StringData(f.Ref), len(f.Ref))
		note(unsafe.SliceData(f.Data), len(f.Data))
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var end uintptr
	for _, s := range all {
		if s.to > end {
			n += int(s.to - max(s.from, end))
			end = s.to
		}
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
