package tasks

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"doormat/demo"
	"doormat/demo/cluster"
)

// A Session is how a command has its work done by others.
type Session struct {
	Server   cluster.Server
	Disk     bool // streams lie on the servers' disks
	Progress func(cluster.State)
	Say      func(string) // hears what people should know, one line each
}

// Embedded tells whether the server is one in this process.
func (s Session) Embedded() bool { return s.Server.URL == cluster.Embedded }

// Open starts or finds the server and makes the host of a run. stop ends what was started. Own
// says that the conversation may not leave this process.
//
// The workers of an embedded server are goroutines, as many as there are processors. In one
// process they share what runs of one conversation have in common (keys, handshakes, checked
// signatures: package memo), as the runs of one machine do without any of this; as processes
// each would compute it again, and a run would take half as long again. Scripts from files have
// processes of their own either way, and a job that ends the program would end it in any case.
func (s Session) Open(set *Set, own bool) (h *cluster.Host, stop func(), err error) {
	program, err := cluster.Program()
	if err != nil {
		return nil, nil, err
	}
	h = &cluster.Host{Program: program, Version: demo.Version, Do: set.Do, Check: set.Check, Excused: set.Excused, Disk: s.Disk,
		Progress: s.Progress, Warn: s.Say}
	if !s.Embedded() {
		h.Conn, err = s.Server.DialHost("doormat host")
		return h, func() { h.Conn.Close() }, err
	}
	server, err := cluster.Start(!own)
	if err != nil {
		return nil, nil, err
	}
	h.Conn, h.Patience = server.Host, 10*time.Minute // the workers are here, and do not lose jobs
	set.Slots = runtime.GOMAXPROCS(0)
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	for i := range set.Slots {
		conn, err := server.Worker()
		if err != nil {
			cancel()
			server.Close()
			return nil, nil, err
		}
		w := h.Own(&cluster.Worker{Conn: conn, Program: program, Version: demo.Version, Slots: 1, Do: set.Do,
			Name: fmt.Sprintf("here-%d", i+1), Tell: s.Say})
		wait.Go(func() {
			_ = w.Run(ctx)
			conn.Close()
		})
	}
	if server.Join != "" {
		s.Say("more workers on this machine may join: doormat work --nats " + server.Join)
	}
	return h, func() {
		cancel()
		server.Close() // a worker that has a job in hand need not finish it: nobody waits for it
	}, nil
}

// Work is a worker until ctx ends.
func (s Session) Work(ctx context.Context, set *Set) error {
	program, err := cluster.Program()
	if err != nil {
		return err
	}
	conn, err := s.Server.Dial("doormat worker")
	if err != nil {
		return err
	}
	defer conn.Close()
	w := &cluster.Worker{Conn: conn, Program: program, Version: demo.Version, Name: cluster.WorkerName(),
		Slots: set.Slots, Do: set.Do, Tell: s.Say}
	s.Say(fmt.Sprintf("worker %s, %d at a time; Ctrl-C ends it when what it has in hand is done", w.Name, w.Slots))
	return w.Run(ctx)
}
