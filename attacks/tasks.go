package attacks

import "sync"

// tasks are work for some goroutines. A task may add others. What was added last is done
// first, so that a group is finished, and its memory free, before the next one begins.
type tasks struct {
	mu      sync.Mutex
	changed *sync.Cond
	stack   []func()
	busy    int
}

// add puts tasks before all others, to be begun in the order given.
func (q *tasks) add(work ...func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range work {
		q.stack = append(q.stack, work[len(work)-1-i])
	}
	if q.changed != nil {
		q.changed.Broadcast()
	}
}

// run does so many tasks at a time, and returns when all are done.
func (q *tasks) run(together int) {
	q.changed = sync.NewCond(&q.mu)
	var wait sync.WaitGroup
	for range together {
		wait.Go(q.work)
	}
	wait.Wait()
}

func (q *tasks) work() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for len(q.stack) == 0 {
			if q.busy == 0 {
				return
			}
			q.changed.Wait()
		}
		last := len(q.stack) - 1
		task := q.stack[last]
		q.stack[last], q.stack = nil, q.stack[:last]
		q.busy++
		q.mu.Unlock()
		task()
		q.mu.Lock()
		q.busy--
		q.changed.Broadcast()
	}
}
