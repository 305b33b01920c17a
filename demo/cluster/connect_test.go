package cluster

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"
)

// authority signs certificates, whose files are in dir.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir(), pool: x509.NewCertPool()}
	a.sign("ca")
	a.pool.AddCert(a.cert)
	return a
}

// file is the path of a certificate or a key.
func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

// sign makes a key and a certificate for it; the first is the authority's own.
func (a *authority) sign(name string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{{127, 0, 0, 1}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:        a.cert == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	by, with := a.cert, a.key
	if by == nil {
		by, with = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, with)
	require.NoError(a.t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(a.t, err)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	require.NoError(a.t, os.WriteFile(a.file(name+".pem"), cert, 0o600))
	require.NoError(a.t, os.WriteFile(a.file(name+".key"), private, 0o600))
	if a.cert == nil {
		a.key = key
		a.cert, err = x509.ParseCertificate(der)
		require.NoError(a.t, err)
	}
	pair, err := tls.X509KeyPair(cert, private)
	require.NoError(a.t, err)
	return pair
}

// serve starts a server with JetStream on loopback, as its operator would, and gives its port.
func serve(t *testing.T, configure func(o *server.Options)) (port int) {
	o := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true,
		StoreDir: t.TempDir(), JetStreamMaxMemory: 1 << 26, JetStreamMaxStore: 1 << 20}
	configure(o)
	s, err := server.NewServer(o)
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	require.True(t, s.ReadyForConnections(10*time.Second))
	return s.Addr().(*net.TCPAddr).Port
}

// works has a host with one login give a job to a worker with another.
func works(t *testing.T, host, worker Server) {
	t.Helper()
	told := &notes{}
	at, err := host.DialHost("host")
	require.NoError(t, err)
	defer at.Close()
	conn, err := worker.Dial("worker")
	require.NoError(t, err)
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	go func() {
		done <- (&Worker{Conn: conn, Program: "this", Name: "w", Slots: 1, Do: double, Tell: told.add}).Run(ctx)
	}()
	h := &Host{Conn: at, Program: "this", Do: double, Check: func([]byte, Answer) error { return nil }, Warn: told.add}
	got, err := h.Run(ctx, batch(3))
	require.NoError(t, err)
	require.Equal(t, wanted(t, batch(3)), got)
	require.Empty(t, told.String())
	cancel()
	require.NoError(t, <-done)
	conn.Close()
}

// users are a host and a worker, as docs/scale.md has them.
func users(o *server.Options) {
	o.Users = []*server.User{{Username: "host", Password: "h"}, {Username: "worker", Password: "w",
		Permissions: workerPermissions()}}
}

// Names and passwords over TLS: host and worker work, and whoever is wrong about anything is told
// about what, and nobody sees a password.
func TestTLS(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.sign("server")}}
	port := serve(t, func(o *server.Options) {
		users(o)
		o.TLSConfig, o.TLSTimeout = config, 5
	})
	open := serve(t, users)
	strict := serve(t, func(o *server.Options) {
		users(o)
		o.TLSConfig, o.TLSTimeout = config.Clone(), 5
		o.TLSConfig.ClientAuth, o.TLSConfig.ClientCAs = tls.RequireAndVerifyClientCert, ca.pool
	})
	ca.sign("client")
	other.sign("client")
	at := func(scheme, user string, port int) Server {
		return Server{URL: fmt.Sprintf("%s://%s127.0.0.1:%d", scheme, user, port), CA: ca.file("ca.pem")}
	}
	works(t, at("tls", "host:h@", port), at("nats", "worker:w@", port)) // TLS is not left out where nats:// is said
	withCert := func(s Server, a *authority) Server {
		s.Cert, s.Key = a.file("client.pem"), a.file("client.key")
		return s
	}
	works(t, withCert(at("tls", "host:h@", strict), ca), withCert(at("tls", "worker:w@", strict), ca))

	untrusting := at("tls", "host:h@", port)
	untrusting.CA = ""
	elsewhere := at("tls", "host:h@", port)
	elsewhere.CA = other.file("ca.pem")
	missing := at("tls", "host:h@", port)
	missing.CA = "no such file"
	const login, signers, clear, certificate = "does not know this login", "give the certificates that sign the server's",
		"offers no TLS", "wants a certificate of this client"
	for name, bad := range map[string]struct {
		Server
		why string
	}{
		"wrong password":          {at("tls", "host:hush@", port), login},
		"wrong name":              {at("tls", "hush:h@", port), login},
		"a stranger":              {at("tls", "", port), login},
		"unknown signer":          {untrusting, signers},
		"another signer":          {elsewhere, signers},
		"no TLS at the server":    {at("tls", "host:h@", open), clear},
		"no TLS, which is wanted": {at("nats", "host:h@", open), clear},
		"no certificate":          {at("tls", "host:h@", strict), certificate},
		"another's certificate":   {withCert(at("tls", "host:h@", strict), other), certificate},
		"no file":                 {missing, "no such file"},
	} {
		_, err := bad.Dial("stranger")
		require.ErrorContains(t, err, bad.why, name)
		require.ErrorContains(t, err, "NATS at ", name)
		require.NotContains(t, err.Error(), "hush", name)
		require.NotContains(t, err.Error(), ":h@", name)
	}
	require.ErrorContains(t, Server{URL: "tls://h:1", Cert: "c"}.Valid(), "both or neither")
}

// A login that lacks what is needed is told so, and waits for nothing: a worker's at a host, and one
// that may do nothing at a worker.
func TestPermissions(t *testing.T) {
	t.Parallel()
	port := serve(t, func(o *server.Options) {
		users(o)
		nothing := &server.SubjectPermission{Deny: []string{">"}}
		o.Users = append(o.Users, &server.User{Username: "nobody", Password: "n",
			Permissions: &server.Permissions{Publish: nothing, Subscribe: nothing}})
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := Server{URL: fmt.Sprintf("nats://worker:w@127.0.0.1:%d", port)}.DialHost("host")
	require.NoError(t, err)
	defer conn.Close()
	_, err = (&Host{Conn: conn, Program: "this", Do: double}).Run(ctx, batch(1))
	require.ErrorContains(t, err, "this login may not do what is needed")
	conn, err = Server{URL: fmt.Sprintf("nats://nobody:n@127.0.0.1:%d", port)}.Dial("worker")
	require.NoError(t, err)
	defer conn.Close()
	err = (&Worker{Conn: conn, Program: "this", Name: "w", Slots: 1, Do: double}).Run(ctx)
	require.ErrorContains(t, err, "this login may not do what is needed")
}

// NKeys and credentials, as the tools of NATS write them, log in, and others do not.
func TestKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name string, text []byte) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
		return filepath.Join(dir, name)
	}
	pair := func(kp nkeys.KeyPair, err error) (nkeys.KeyPair, string, []byte) {
		require.NoError(t, err)
		public, err := kp.PublicKey()
		require.NoError(t, err)
		seed, err := kp.Seed()
		require.NoError(t, err)
		return kp, public, seed
	}
	_, hostKey, hostSeed := pair(nkeys.CreateUser())
	_, workerKey, workerSeed := pair(nkeys.CreateUser())
	_, _, strange := pair(nkeys.CreateUser())
	port := serve(t, func(o *server.Options) {
		o.Nkeys = []*server.NkeyUser{{Nkey: hostKey}, {Nkey: workerKey, Permissions: workerPermissions()}}
	})
	at := fmt.Sprintf("nats://127.0.0.1:%d", port)
	works(t, Server{URL: at, NKey: put("host.nk", hostSeed)}, Server{URL: at, NKey: put("worker.nk", workerSeed)})
	_, err := Server{URL: at, NKey: put("strange.nk", strange)}.Dial("stranger")
	require.ErrorContains(t, err, "does not know this login")
	_, err = Server{URL: at, NKey: put("none.nk", []byte("none"))}.Dial("stranger")
	require.ErrorContains(t, err, "no nkey seed found")

	operator, operatorKey, _ := pair(nkeys.CreateOperator())
	account, accountKey, _ := pair(nkeys.CreateAccount())
	_, systemKey, _ := pair(nkeys.CreateAccount())
	forged, _, _ := pair(nkeys.CreateAccount())
	claims := jwt.NewAccountClaims(accountKey)
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	accountToken, err := claims.Encode(operator)
	require.NoError(t, err)
	systemToken, err := jwt.NewAccountClaims(systemKey).Encode(operator)
	require.NoError(t, err)
	port = serve(t, func(o *server.Options) {
		resolver := new(server.MemAccResolver)
		require.NoError(t, resolver.Store(accountKey, accountToken))
		require.NoError(t, resolver.Store(systemKey, systemToken))
		o.TrustedKeys, o.AccountResolver, o.SystemAccount = []string{operatorKey}, resolver, systemKey
	})
	creds := func(name, publish, subscribe string, by nkeys.KeyPair) string {
		_, key, seed := pair(nkeys.CreateUser())
		user := jwt.NewUserClaims(key)
		user.Pub.Allow = strings.Fields(publish)
		user.Sub.Allow = strings.Fields(subscribe)
		user.IssuerAccount = map[bool]string{true: accountKey}[by != account]
		token, err := user.Encode(by)
		require.NoError(t, err)
		file, err := jwt.FormatUserConfig(token, seed)
		require.NoError(t, err)
		return put(name, file)
	}
	at = fmt.Sprintf("nats://127.0.0.1:%d", port)
	works(t, Server{URL: at, Creds: creds("host.creds", "", "", account)}, Server{URL: at, Creds: creds("worker.creds",
		strings.Join(WorkerPublishes, " "), strings.Join(WorkerSubscribes, " "), account)})
	for name, s := range map[string]Server{"forged": {URL: at, Creds: creds("forged.creds", "", "", forged)}, "none": {URL: at}} {
		_, err = s.Dial("stranger")
		require.ErrorContains(t, err, "does not know this login", name)
	}
}
