//go:build no_nats_server

package cluster

import "errors"

// An EmbeddedServer is not part of this build.
type EmbeddedServer struct {
	Host *Conn
	Join string
}

// Start says that there is none.
func Start(bool) (*EmbeddedServer, error) {
	return nil, errors.New("this build has no NATS server in it (tag no_nats_server): " +
		"give the address of one")
}

// Worker is never called.
func (e *EmbeddedServer) Worker() (*Conn, error) { return nil, errors.New("no server") }

// Close is never called.
func (e *EmbeddedServer) Close() {}
