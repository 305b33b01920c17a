package cluster

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
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
	nc     *nats.Conn
	js     jetstream.JetStream
	failed *failure
}

// pending is how many messages may be on their way to the server before it has written them.
const pending = 4096

// Valid says what is wrong with a server's description before anybody is asked.
func (s Server) Valid() error {
	for part := range strings.SplitSeq(s.URL, ",") {
		if u, err := url.Parse(strings.TrimSpace(part)); err != nil || u.Host == "" {
			return fmt.Errorf("%q is no address of a NATS server: want nats://HOST:PORT or tls://HOST:PORT",
				Redacted(part))
		}
	}
	if (s.Cert == "") != (s.Key == "") {
		return errors.New("a client's certificate and its key: want both or neither")
	}
	return nil
}

// Dial connects. The error names the server, without its password, and says what helps.
func (s Server) Dial(name string) (*Conn, error) {
	if err := s.Valid(); err != nil {
		return nil, err
	}
	failed := &failure{known: make(chan struct{})}
	nc, err := nats.Connect(s.URL, s.options(name, failed)...)
	if err != nil {
		return nil, fmt.Errorf("NATS at %s: %w", Redacted(s.URL), explained(err))
	}
	return newConn(nc, failed)
}

// explained adds what helps.
func explained(err error) error {
	_, untrusted := errors.AsType[x509.UnknownAuthorityError](err)
	help := ""
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		help = "it does not know this login: look at name and password, at the credentials or at the NKey"
	case untrusted:
		help = "give the certificates that sign the server's, in PEM (--tlsca)"
	case errors.Is(err, nats.ErrSecureConnWanted):
		help = "it offers no TLS, and nothing is sent to it in the clear"
	case refusesOurs(err):
		help = "it wants a certificate of this client that it trusts, and its key"
	default:
		return err
	}
	return fmt.Errorf("%w: %s", err, help)
}

// refusesOurs tells whether a server did not take this client's certificate, or lacked one. It
// says so itself, or hangs up first.
func refusesOurs(err error) bool {
	return strings.Contains(err.Error(), "remote error: tls: ") || strings.Contains(err.Error(), "after TLS handshake")
}

// DialHost connects a host, to which answers come where no worker may listen.
func (s Server) DialHost(name string) (*Conn, error) {
	s.inbox = hostInbox
	return s.Dial(name)
}

// hostInbox is the prefix of the subjects at which answers to a host come.
const hostInbox = "_HOST"

func newConn(nc *nats.Conn, failed *failure) (*Conn, error) {
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(pending))
	if err != nil {
		nc.Close()
		return nil, err
	}
	return &Conn{nc, js, failed}, nil
}

// failure is why a connection will never do again.
type failure struct {
	once  sync.Once
	known chan struct{} // closed when there is one
	err   error
}

func (f *failure) set(err error) {
	f.once.Do(func() {
		f.err = err
		close(f.known)
	})
}

// watch ends a context when the connection will never do again; the cause says why.
func (c *Conn) watch(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-c.failed.known:
			cancel(c.failed.err)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// options are those of a connection, which fails for good if it is closed or its login lacks a
// permission.
func (s Server) options(name string, failed *failure) []nats.Option {
	list := []nats.Option{nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.Timeout(5 * time.Second), nats.CustomInboxPrefix(cmp.Or(s.inbox, nats.InboxPrefix[:len(nats.InboxPrefix)-1])),
		nats.ClosedHandler(func(nc *nats.Conn) {
			failed.set(fmt.Errorf("the connection to NATS has ended: %w", explained(cmp.Or(nc.LastError(), nats.ErrConnectionClosed))))
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { // every call has its own error
			if errors.Is(err, nats.ErrPermissionViolation) {
				failed.set(fmt.Errorf("NATS: this login may not do what is needed here: %w", err))
			}
		})}
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
		case errors.Is(context.Cause(ctx), errOpening):
			return fmt.Errorf("%w: %w", errOpening, err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// opening is how long servers may need until they have made a run's streams.
const opening = time.Minute

var errOpening = errors.New("no streams after a minute")

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
