package demotest

import (
	"bufio"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Pipes is a listener without a network, so that a test can have a clock of its own.
type Pipes struct {
	next   chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Accept is for [net.Listener].
func (p *Pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.next:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close is for [net.Listener].
func (p *Pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr is for [net.Listener].
func (p *Pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// NewPipes makes such a listener.
func NewPipes() *Pipes {
	return &Pipes{next: make(chan net.Conn), closed: make(chan struct{})}
}

// Send connects, sends a text and returns what comes back.
func (p *Pipes) Send(t testing.TB, text string) *bufio.Reader {
	here, there := net.Pipe()
	p.next <- there
	_, err := io.WriteString(here, text)
	require.NoError(t, err)
	return bufio.NewReader(here)
}
