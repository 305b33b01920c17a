package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/demotest"
)

// inBubble runs a test with a store under a clock of its own. It ends only when every
// goroutine has.
func inBubble(t *testing.T, test func(t *testing.T, s *Store, shutDown func())) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		test(t, New(ctx), cancel)
	})
}

// kept lists what a store keeps, the one asked for last at the end.
func kept(s *Store) (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		list = append(list, j.key)
	}
	return list
}

func gives(v any) Run {
	return func(context.Context, func(Progress)) (any, error) { return v, nil }
}

// endless runs until it is stopped.
func endless(ctx context.Context, _ func(Progress)) (any, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestOnce lets many pages wait for one result.
func TestOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		var runs atomic.Int32
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				j := s.Start("key", 1, func(context.Context, func(Progress)) (any, error) {
					time.Sleep(time.Minute)
					return runs.Add(1), nil
				})
				v, err := j.Wait(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 1, v)
			})
		}
		all.Wait()
		v, done := s.Peek("key")
		require.True(t, done)
		require.EqualValues(t, 1, v)
	})
}

// TestAtOnce runs a few at a time; the others wait for their turn, not against their time.
func TestAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		var now, most atomic.Int32
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				_, err := s.Start(fmt.Sprint(i), 1, func(ctx context.Context, _ func(Progress)) (any, error) {
					most.Store(max(most.Load(), now.Add(1)))
					defer now.Add(-1)
					time.Sleep(time.Minute)
					return nil, ctx.Err()
				}).Wait(t.Context())
				require.NoError(t, err)
			})
		}
		all.Wait()
		require.EqualValues(t, atOnce, most.Load())
	})
}

// TestFailures tells errors and panics to all who wait, and tries again later.
func TestFailures(t *testing.T) {
	complaints := demotest.Logged(t)
	for name, run := range map[string]Run{
		"a mistake": func(context.Context, func(Progress)) (any, error) { return nil, errors.New("a mistake") },
		"the run failed (a panic)": func(context.Context, func(Progress)) (any, error) {
			time.Sleep(time.Second)
			panic("a panic")
		},
	} {
		inBubble(t, func(t *testing.T, s *Store, _ func()) {
			j := s.Start("key", 1, run)
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					_, err := j.Wait(t.Context())
					require.ErrorContains(t, err, name)
				})
			}
			all.Wait()
			_, err := s.Start("key", 1, gives("better")).Wait(t.Context())
			require.ErrorContains(t, err, name, "the page that waited loads itself again")
			time.Sleep(errorTTL + time.Second)
			v, err := s.Start("key", 1, gives("better")).Wait(t.Context())
			require.NoError(t, err)
			require.Equal(t, "better", v)
		})
	}
	require.Contains(t, complaints.String(), "jobs_test.go", "the panic's stack")
}

// TestAbandoned stops what nobody waits for, and nothing else.
func TestAbandoned(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		j := s.Start("key", 1, endless)
		ctx, leave := context.WithTimeout(t.Context(), 5*idleTimeout)
		defer leave()
		for range j.Follow(ctx, 0) { // somebody listens for a long time, then leaves
		}
		require.False(t, j.finished())
		time.Sleep(idleTimeout - time.Second)
		require.Same(t, j, s.Start("key", 1, endless), "somebody asked again")
		j.stopIfIdle() // as if the time had been up in this moment
		time.Sleep(idleTimeout - time.Second)
		require.False(t, j.finished())
		_, err := j.Wait(ctx) // and leaves at once
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(idleTimeout + time.Second)
		require.True(t, j.finished())
		require.ErrorIs(t, j.err, errAbandoned)
		v, err := s.Start("key", 1, gives("anew")).Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "anew", v)
	})
}

// TestAbandonedInLine stops what waits for its turn, behind runs that do not listen.
func TestAbandonedInLine(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		for i := range atOnce {
			s.Start(fmt.Sprint(i), 1, func(context.Context, func(Progress)) (any, error) {
				time.Sleep(time.Hour)
				return nil, nil
			})
		}
		synctest.Wait()
		j := s.Start("key", 1, endless)
		time.Sleep(idleTimeout + time.Second)
		require.True(t, j.finished())
		require.ErrorIs(t, j.err, errAbandoned)
		v, err := s.Start("key", 1, gives("after them")).Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "after them", v)
		synctest.Wait()
	})
}

// TestTimeLimit stops a computation that takes too long, even one that does not listen.
func TestTimeLimit(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		const weight = 80
		start := time.Now()
		_, err := s.Start("key", weight, func(context.Context, func(Progress)) (any, error) {
			time.Sleep(time.Hour)
			return "late", nil
		}).Wait(t.Context())
		require.ErrorContains(t, err, "stopped after 2m8s")
		require.Equal(t, 2*time.Minute+8*time.Second, time.Since(start))
		time.Sleep(time.Hour)
	})
}

// TestShutDown ends everything with the server, whether it runs or waits for its turn.
func TestShutDown(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, shutDown func()) {
		var all sync.WaitGroup
		for i := range 5 {
			j := s.Start(fmt.Sprint(i), 1, endless)
			all.Go(func() {
				_, err := j.Wait(t.Context())
				require.ErrorIs(t, err, errClosing)
			})
			all.Go(func() {
				for range j.Follow(t.Context(), 0) {
				}
			})
		}
		synctest.Wait()
		shutDown()
		all.Wait()
		_, err := s.Start("late", 1, gives(1)).Wait(t.Context())
		require.ErrorIs(t, err, errClosing)
	})
}

// TestForget drops what a chat led to.
func TestForget(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		running, kept := s.Start("chat", 1, endless), s.Start("other", 1, gives(1))
		_, err := kept.Wait(t.Context())
		require.NoError(t, err)
		s.Forget(func(key string) bool { return key == "chat" })
		_, err = running.Wait(t.Context())
		require.ErrorIs(t, err, errForgotten)
		require.Same(t, kept, s.Start("other", 1, gives(2)))
		require.NotSame(t, running, s.Start("chat", 1, gives(1)))
	})
}

// TestEviction keeps the results asked for last, as many and as heavy as fit, and
// never drops what runs.
func TestEviction(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		run := s.Start("runs", 1, endless)
		get := func(key string, weight int) {
			_, err := s.Start(key, weight, gives(key)).Wait(t.Context())
			require.NoError(t, err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = run.Wait(t.Context())
		}()
		for i := range 2 * maxJobs {
			get(fmt.Sprint(i), 1)
			get("0", 1)
		}
		require.Len(t, s.jobs, maxJobs)
		require.True(t, slices.Contains(kept(s), "runs") && slices.Contains(kept(s), "0") && !slices.Contains(kept(s), "1"))
		get("heavy", maxWeight/2)
		get("heavier", maxWeight/2+1)
		require.Equal(t, []string{"runs", "heavier"}, kept(s))
		get("beyond", 2*maxWeight)
		require.Equal(t, []string{"runs", "beyond"}, kept(s))
		run.cancel(nil)
		<-done
	})
}

// TestFollow lets listeners come early, late and in the middle, slow ones too: all get
// every cell once and the newest of the rest, and none holds up the computation.
func TestFollow(t *testing.T) {
	const cells = 50
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		j := s.Start("key", 1, func(_ context.Context, report func(Progress)) (any, error) {
			var all sync.WaitGroup
			for _, what := range []string{"typed", "cells"} {
				all.Go(func() {
					for i := range cells {
						time.Sleep(10 * time.Millisecond)
						p := Progress{Done: i + 1, Total: cells, What: what}
						if what == "cells" {
							p.Cell = &attacks.Cell{At: i + 1}
						}
						report(p)
					}
				})
			}
			all.Wait()
			return nil, nil
		})
		var all sync.WaitGroup
		listen := func(after int, pause time.Duration) {
			all.Go(func() {
				var got []int
				typed, heard := 0, 0
				for p := range j.Follow(t.Context(), after) {
					time.Sleep(pause)
					if p.Cell != nil {
						got = append(got, p.Cell.At)
						require.Equal(t, p.Cell.At, p.Cells)
					} else {
						require.Greater(t, p.Done, typed)
						typed, heard = p.Done, heard+1
					}
				}
				var want []int
				for i := min(after, cells); i < cells; i++ {
					want = append(want, i+1)
				}
				require.Equal(t, want, got)
				require.Equal(t, cells, typed)
				require.Less(t, heard, 10, "news is gathered")
			})
		}
		start := time.Now()
		listen(0, 0)
		listen(0, time.Minute)
		time.Sleep(200 * time.Millisecond)
		listen(0, 0)
		listen(7, 0)
		_, err := j.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, cells*10*time.Millisecond, time.Since(start))
		listen(0, 0)
		listen(cells-1, 0)
		listen(cells+100, 0)
		all.Wait()
	})
}

// TestTopics keeps the last few news that are not cells, and tells each once.
func TestTopics(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Store, _ func()) {
		j := s.Start("key", 1, func(_ context.Context, report func(Progress)) (any, error) {
			for i := range 3 * topics {
				report(Progress{What: fmt.Sprint(i)})
			}
			report(Progress{What: fmt.Sprint(2*topics + 1), Done: 1})
			for range 3 {
				time.Sleep(time.Second)
				report(Progress{Cell: &attacks.Cell{}})
			}
			return nil, nil
		})
		synctest.Wait()
		var got []string
		for p := range j.Follow(t.Context(), 0) {
			if p.Cell == nil {
				got = append(got, p.What)
			}
		}
		require.Equal(t, []string{"16", "18", "19", "20", "21", "22", "23", "17"}, got)
	})
}
