package threshold

import (
	"fmt"
	"testing"

	"doormat/world"
	"doormat/world/simulation"
)

// BenchmarkRefresh is one refresh of all shares over the board, packets, log and
// witnesses included; BenchmarkRotation a new key with its certificate.
func BenchmarkRefresh(b *testing.B) { benchmarkCeremony(b, 1, 0) }

func BenchmarkRotation(b *testing.B) { benchmarkCeremony(b, 0, 1) }

func benchmarkCeremony(b *testing.B, refresh, rotate int) {
	for _, n := range []int{5, 25} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			env := config(n/2+1, n)
			env.Settings.Refresh, env.Settings.Rotate = refresh, rotate
			f, err := runSetup(env)
			if err != nil {
				b.Fatal(err)
			}
			nodes, err := deploy(env, f)
			if err != nil {
				b.Fatal(err)
			}
			net, err := simulation.NewNetwork(start, nodes...)
			if err != nil {
				b.Fatal(err)
			}
			moment, packets := 0, 0
			for b.Loop() {
				moment++
				for i := range n {
					net.Post(world.Packet{From: world.Clock, To: world.Trustee(i + 1), Data: world.Pack(world.KindMoment, world.Int(int64(moment)))})
				}
				for p, ok := net.Next(); ok; p, ok = net.Next() {
					packets++
					net.Deliver(p)
				}
			}
			b.ReportMetric(float64(packets)/float64(b.N), "packets/op")
		})
	}
}
