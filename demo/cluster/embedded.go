//go:build !no_nats_server

package cluster

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// An EmbeddedServer is a NATS server in this process, with all its data in memory.
type EmbeddedServer struct {
	Host *Conn // of whoever has the jobs

	// Join is the address at which workers of other processes on this machine may join, with
	// a password that was made up for this run; "" if nobody may.
	Join string

	server *server.Server
	dir    string
	worker *server.User
}

// maxMemory is what the streams of an embedded server may take, in bytes.
const maxMemory = 1 << 30

// Start starts a server in this process. It listens on loopback if others may join, and
// otherwise nowhere.
func Start(join bool) (*EmbeddedServer, error) {
	dir, err := os.MkdirTemp("", "doormat-nats-") // the server wants one, also for streams in memory
	if err != nil {
		return nil, err
	}
	e := &EmbeddedServer{dir: dir, worker: &server.User{Username: "worker", Password: secret(),
		Permissions: workerPermissions()}}
	host := &server.User{Username: "host", Password: secret()}
	o := &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, DontListen: !join,
		NoLog: true, NoSigs: true, ServerName: "doormat", MaxConn: 1024, MaxPayload: 8 << 20,
		JetStream: true, JetStreamMaxMemory: maxMemory, JetStreamMaxStore: 1 << 20, StoreDir: dir,
		Users: []*server.User{host, e.worker},
	}
	if e.server, err = server.NewServer(o); err != nil {
		e.Close()
		return nil, fmt.Errorf("NATS server in this process: %w", err)
	}
	e.server.Start()
	if !e.server.ReadyForConnections(10*time.Second) && join {
		e.Close()
		return nil, errors.New("NATS server in this process: not ready within 10 seconds")
	}
	if join {
		port := e.server.Addr().(*net.TCPAddr).Port
		e.Join = "nats://worker:" + e.worker.Password + "@127.0.0.1:" + strconv.Itoa(port)
	}
	if e.Host, err = e.dial(host, hostInbox); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

// Worker connects a worker of this process.
func (e *EmbeddedServer) Worker() (*Conn, error) { return e.dial(e.worker, "") }

func (e *EmbeddedServer) dial(as *server.User, inbox string) (*Conn, error) {
	s := Server{inbox: inbox}
	failed := &failure{known: make(chan struct{})}
	nc, err := nats.Connect("", append(s.options("doormat "+as.Username, failed), nats.InProcessServer(e.server),
		nats.UserInfoHandler(func() (string, string) { return as.Username, as.Password }))...)
	if err != nil {
		return nil, fmt.Errorf("NATS server in this process: %w", err)
	}
	return newConn(nc, failed)
}

// Close ends the server. Nothing is left of it.
func (e *EmbeddedServer) Close() {
	if e.Host != nil {
		e.Host.Close()
	}
	if e.server != nil {
		e.server.Shutdown()
		e.server.WaitForShutdown()
	}
	_ = os.RemoveAll(e.dir)
}

// workerPermissions are what a worker may do: pull jobs, acknowledge them, read what jobs have
// in common, answer, and say that it is there. It can read neither stream, so it knows the
// tokens of its own jobs only.
func workerPermissions() *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: WorkerPublishes},
		Subscribe: &server.SubjectPermission{Allow: WorkerSubscribes},
	}
}
