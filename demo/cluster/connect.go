package cluster

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Embedded is the URL that stands for a server in this process.
const Embedded = "embedded"

// A Server says where NATS is and how one logs in there, as the tools of NATS take it.
type Server struct {
	URL   string // nats://, tls:// or ws://, several separated by commas
	Creds string // file of a JWT and its key
	NKey  string // file of an NKey's seed
	CA    string // file of certificates that the server's must be signed by
	Cert  string // this client's certificate, and Key is its key
	Key   string

	inbox string // prefix of the subjects at which answers come, "" for the usual
}

// A Conn is a connection to NATS. It is made anew whenever it breaks.
type Conn struct {
	nc *nats.Conn
	js jetstream.JetStream
}

// pending is how many messages may be on their way to the server before it has written them.
const pending = 4096

// Dial connects. The error names the server, without its password.
func (s Server) Dial(name string, more ...nats.Option) (*Conn, error) {
	for part := range strings.SplitSeq(s.URL, ",") {
		if u, err := url.Parse(strings.TrimSpace(part)); err != nil || u.Host == "" {
			return nil, fmt.Errorf("%q is no address of a NATS server: want nats://HOST:PORT or tls://HOST:PORT",
				Redacted(part))
		}
	}
	nc, err := nats.Connect(s.URL, append(s.options(name), more...)...)
	if err != nil {
		return nil, fmt.Errorf("NATS at %s: %w", Redacted(s.URL), err)
	}
	return newConn(nc)
}

// DialHost connects a host, to which answers come where no worker may listen.
func (s Server) DialHost(name string) (*Conn, error) {
	s.inbox = hostInbox
	return s.Dial(name)
}

// hostInbox is the prefix of the subjects at which answers to a host come.
const hostInbox = "_HOST"

func newConn(nc *nats.Conn) (*Conn, error) {
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(pending))
	if err != nil {
		nc.Close()
		return nil, err
	}
	return &Conn{nc, js}, nil
}

func (s Server) options(name string) []nats.Option {
	list := []nats.Option{nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.Timeout(5 * time.Second), nats.CustomInboxPrefix(cmp.Or(s.inbox, nats.InboxPrefix[:len(nats.InboxPrefix)-1])),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})} // every call has its own error
	if s.Creds != "" {
		list = append(list, nats.UserCredentials(s.Creds))
	}
	if s.NKey != "" {
		key, err := nats.NkeyOptionFromSeed(s.NKey)
		if err != nil {
			key = func(*nats.Options) error { return err }
		}
		list = append(list, key)
	}
	if s.CA != "" {
		list = append(list, nats.RootCAs(s.CA))
	}
	if s.Cert != "" || s.Key != "" {
		list = append(list, nats.ClientCert(s.Cert, s.Key))
	}
	return list
}

// Close ends the connection.
func (c *Conn) Close() { c.nc.Close() }

// Redacted is an address without names and passwords.
func Redacted(address string) string {
	parts := strings.Split(address, ",")
	for i, part := range parts {
		if u, err := url.Parse(strings.TrimSpace(part)); err == nil {
			u.User = nil
			parts[i] = u.String()
		} else {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, ",")
}

// replicas is on how many servers a stream lies: on three where there are as many.
func (c *Conn) replicas() int {
	if len(c.nc.Servers()) >= 3 {
		return 3
	}
	return 1
}

// retry calls until it goes well, the error is one that stays, or ctx ends: while servers elect
// a leader, they answer nothing or an error.
func retry(ctx context.Context, call func(context.Context) error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		try, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := call(try)
		cancel()
		switch {
		case err == nil || lasting(err):
			return err
		case ctx.Err() != nil:
			return cmp.Or(context.Cause(ctx), err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// lasting tells whether an error will be the same the next time. Servers say 503 for what may
// pass.
func lasting(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.Code < 500 || errors.Is(err, nats.ErrConnectionClosed) ||
		errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, jetstream.ErrJetStreamNotEnabled) ||
		errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
}

// secret is 16 random bytes in hex.
func secret() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
