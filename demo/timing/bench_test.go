package timing

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/escrow/threshold"
	"doormat/world"
)

// BenchmarkKeys is what the verb measure prints, as metrics:
//
//	go test ./demo/timing -run '^$' -bench Keys -benchtime 1x -count 3
func BenchmarkKeys(b *testing.B) {
	for b.Loop() {
		r, err := Keys(context.Background(), "", []world.Design{threshold.Design{}}, settings, 2*time.Second)
		require.NoError(b, err)
		d := r.Designs[0]
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(d.ReadMicros, "read-µs")
		b.ReportMetric(d.OpenMicros, "open-µs")
		b.ReportMetric(d.FloorMicros, "floor-µs")
		b.ReportMetric(d.Ratio, "times-floor")
		b.ReportMetric(d.PerSecond, "messages/s")
	}
}
