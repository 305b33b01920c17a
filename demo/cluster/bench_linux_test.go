package cluster

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkTiny says how many tiny jobs a second the engine carries.
func BenchmarkTiny(b *testing.B) {
	e, err := Start(false)
	require.NoError(b, err)
	defer e.Close()
	h := &Host{Conn: e.Host, Program: "this", Do: double, Check: func([]byte, Answer) error { return nil }, Batch: 256}
	conn, err := e.Worker()
	require.NoError(b, err)
	defer conn.Close()
	w := h.Own(&Worker{Conn: conn, Program: "this", Name: "w", Slots: 2, Do: double})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = w.Run(ctx) }()
	const jobs = 20_000
	before := used(b)
	for i := 0; b.Loop(); i++ {
		work := batch(jobs)
		work.Common = []byte(fmt.Sprint(i))
		_, err := h.Run(ctx, work)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(jobs*b.N)/b.Elapsed().Seconds(), "jobs/s")
	b.ReportMetric(float64(jobs*b.N)/(used(b)-before).Seconds(), "jobs/cpu-s")
}

// used is the time of processors that this process has had. A machine that is busy with other things
// makes a run longer, and not this.
func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
