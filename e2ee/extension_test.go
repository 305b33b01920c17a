package e2ee

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// witness notes the hooks of a device and of a provider.
type witness struct {
	name  string
	calls *[]string
}

func (w witness) note(format string, args ...any) []world.Packet {
	*w.calls = append(*w.calls, w.name+": "+fmt.Sprintf(format, args...))
	return nil
}

type deviceWitness struct{ witness }

func (w deviceWitness) Begin(time.Time) []world.Packet { return w.note("begin") }
func (w deviceWitness) Sealing(_ time.Time, m world.Meta, c *wire.Content) []world.Packet {
	return w.note("sealing %d bytes to %v", len(c.Body), m.To)
}
func (w deviceWitness) Kept(_ time.Time, m world.Meta, body []byte) []world.Packet {
	return w.note("kept %d bytes of %s", len(body), m.From)
}
func (w deviceWitness) IdentitySeen(_ time.Time, account string, id []byte) []world.Packet {
	return w.note("%d bytes identify %s", len(id), account)
}
func (w deviceWitness) Tick(time.Time) []world.Packet { return nil }
func (w deviceWitness) Wakes() time.Time              { return time.Time{} }
func (w deviceWitness) Handle(_ time.Time, p world.Packet) []world.Packet {
	return w.note("packet of %s", p.From)
}
func (w deviceWitness) Holdings() []world.Fact { return []world.Fact{{Kind: "own", Ref: w.name}} }

type providerWitness struct {
	NoProviderHooks
	witness
}

func (w providerWitness) Registered(_ time.Time, account string, id []byte) []world.Packet {
	return w.note("%s registered %d bytes", account, len(id))
}
func (w providerWitness) Uploaded(_ time.Time, device string, _ []byte) []world.Packet {
	return w.note("upload of %s", device)
}
func (w providerWitness) Produce(time.Time, law.Order) []world.Fact {
	return []world.Fact{{Kind: "copy", Ref: w.name}}
}

// Every hook is called at the point that its comment names, of all extensions in their order.
func TestHooks(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}}.start(t)
	var calls []string
	d := s.device("Ana")
	d.Extensions = []DeviceExtension{deviceWitness{witness{"one", &calls}}, deviceWitness{witness{"two", &calls}}}
	size := len(s.said[0].Body)
	provider := s.provider()
	provider.Extensions = []ProviderExtension{providerWitness{witness: witness{"provider", &calls}}}

	require.NoError(t, s.sim.Advance(2))
	both := func(list ...string) (out []string) {
		for _, text := range list {
			out = append(out, "one: "+text, "two: "+text)
		}
		return out
	}
	mine := func(prefix string) (out []string) {
		for _, c := range calls {
			if c[:4] == prefix {
				out = append(out, c)
			}
		}
		return out
	}
	require.Equal(t, []string{
		fmt.Sprintf("one: sealing %d bytes to [Ben]", size), fmt.Sprintf("one: kept %d bytes of Ana", size),
		"one: 16 bytes identify Ben", fmt.Sprintf("one: kept %d bytes of Ben", size)}, mine("one:"))
	require.Len(t, mine("two:"), 4)

	calls = nil
	require.Empty(t, d.Handle(begin, world.Packet{From: world.UserOf("Ana"), Data: world.Pack(world.KindReinstall)})[1:])
	require.Equal(t, both("begin"), calls)
	calls = nil
	d.Handle(begin, world.Packet{From: "vault:1", To: d.Name(), Data: []byte{250}})
	require.Equal(t, both("packet of vault:1"), calls)
	require.Contains(t, d.Holdings(), world.Fact{Kind: "own", Ref: "two"})

	calls = nil
	again := d.register() // of the phone that was set up anew
	provider.Handle(begin, again)
	provider.Handle(begin, again)
	require.Equal(t, []string{"provider: Ana registered 16 bytes"}, calls)
	require.Equal(t, d.Identity(), provider.directory["Ana"].Identity)
}
