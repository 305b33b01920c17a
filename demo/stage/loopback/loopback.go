// Package loopback serves pages to people on this machine and to nobody else. It listens on a
// loopback address, answers only to the server's own names, and refuses what other sites ask for:
// every page that is open in the same browser can send requests here, and can make its own name
// mean 127.0.0.1. What a page may load is fixed by a Content-Security-Policy in every answer.
// TestGuard lists what is let through.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"doormat/demo"
)

// DefaultAddr is where the stage listens unless told otherwise.
const DefaultAddr = "127.0.0.1:8017"

// Limits of the server. Answers have none in time: a run may take minutes.
const (
	headerTime   = 5 * time.Second
	idleTime     = 2 * time.Minute
	headerSize   = 64 << 10
	shutdownTime = 2 * time.Second
)

// Listen listens at an address and port of this machine, such as 127.0.0.1:8017,
// localhost:0 (any free port) or [::1]:8017. Any other address is refused with a
// *demo.UsageError: pages show chats, and nothing asks who is looking.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, demo.Usagef("--addr %q: want an address and a port, such as %s", addr,
			DefaultAddr)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, demo.Usagef("--addr %q: want a port from 1 to 65535, or 0 for any that is free",
			addr)
	} else if port = strconv.FormatUint(n, 10); host == "" {
		return nil, demo.Usagef("--addr %q is every address of this machine: the stage is for "+
			"this machine only; want 127.0.0.1:%s", addr, port)
	}
	ip, err := loopback(ctx, host)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), port))
	if err != nil {
		return nil, fmt.Errorf("stage: %w; if another program has this port, choose another with "+
			"--addr, or any with --addr 127.0.0.1:0", err)
	}
	return l, nil
}

// loopback is the address that host means, which must be this machine's own and not
// be reached from others. A name is looked up once, and all that it stands for counts.
func loopback(ctx context.Context, host string) (netip.Addr, error) {
	list := []string{host}
	if _, err := netip.ParseAddr(host); err != nil {
		if list, err = net.DefaultResolver.LookupHost(ctx, host); err != nil || len(list) == 0 {
			return netip.Addr{}, demo.Usagef("--addr: there is no address for %q: the stage is "+
				"for this machine only; want 127.0.0.1", host)
		}
	}
	var own netip.Addr
	for _, text := range list {
		ip, err := netip.ParseAddr(text)
		if err != nil || !ip.Unmap().IsLoopback() {
			return netip.Addr{}, demo.Usagef("--addr: %s can be reached from other machines: the "+
				"stage is for this machine only; want 127.0.0.1", text)
		}
		if ip = ip.Unmap(); !own.IsValid() || ip.Is4() {
			own = ip
		}
	}
	return own, nil
}

// Hosts lists the names by which a browser on this machine may call the server at addr.
func Hosts(addr net.Addr) []string {
	_, port, _ := net.SplitHostPort(addr.String())
	var hosts []string
	for _, name := range []string{addr.String(), "127.0.0.1:" + port, "localhost:" + port,
		"[::1]:" + port} {
		hosts = append(hosts, name)
		if host, found := cutPort(name, "80"); found { // which browsers leave out
			hosts = append(hosts, host)
		}
	}
	return hosts
}

func cutPort(name, port string) (host string, found bool) {
	if n := len(name) - len(port) - 1; n > 0 && name[n:] == ":"+port {
		return name[:n], true
	}
	return name, false
}

// Serve answers on l until ctx ends. Then streams end, other answers get a moment,
// and it returns nil.
func Serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime,
		MaxHeaderBytes: headerSize,
		BaseContext:    func(net.Listener) context.Context { return ctx },
	}
	gone := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(gone)
		brief, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		if server.Shutdown(brief) != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		<-gone
		return nil
	}
	stop()
	_ = server.Close()
	return fmt.Errorf("stage: %w", err)
}
