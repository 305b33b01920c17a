package stage

import (
	"context"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/stage/loopback"
)

// onPages are attacks that have every sort of step, and one or more of each family. A page is made
// of these as of all; a fault in what an attack computes is found elsewhere.
var onPages = []string{"quorum-theft", "device-theft", "narrow-order", "wiretap", "garbage-field", "secret-order",
	"omitted-recipient", "t-devices", "provider-dump", "prekey-swap-checked"}

// few is the default kit with some attacks, or with all under -all.
func few(t testing.TB) demo.Kit {
	kit, err := demo.Default()
	require.NoError(t, err)
	if !*demotest.All {
		kit.Attacks = slices.DeleteFunc(kit.Attacks, func(a technique.Technique) bool {
			return !slices.Contains(onPages, a.Header().ID)
		})
		require.Len(t, kit.Attacks, len(onPages))
	}
	return kit
}

// openWith starts a stage of a kit and gives its address.
func openWith(t testing.TB, kit demo.Kit, columns ...string) (*Stage, string) {
	ctx, cancel := context.WithCancel(context.Background())
	s, server := serve(t, ctx, kit, columns)
	t.Cleanup(server.Close)
	t.Cleanup(cancel)
	return s, server.URL
}

func serve(t testing.TB, ctx context.Context, kit demo.Kit, columns []string) (*Stage, *httptest.Server) {
	o := demo.Defaults()
	o.Designs = columns
	s, err := New(ctx, kit, o)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = s.Handler(loopback.Hosts(server.Listener.Addr()))
	server.Start()
	return s, server
}

var (
	beginShared sync.Once
	sharedStage *Stage
	sharedAt    string
)

// shared is one stage for all tests that only read pages, so that what one page computed serves the
// next.
func shared(t testing.TB) (*Stage, string) {
	beginShared.Do(func() {
		s, server := serve(t, context.Background(), few(t), nil)
		sharedStage, sharedAt = s, server.URL
	})
	require.NotNil(t, sharedStage)
	return sharedStage, sharedAt
}
