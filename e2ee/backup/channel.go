package backup

import (
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/vault"
	"doormat/world"
	"doormat/world/law"
)

// channel is the key of whoever is asked for keys: the provider, or a vault server.
type channel struct{ private *ecdh.PrivateKey }

func newChannel(random io.Reader) (channel, error) {
	seed, err := read(random, 32)
	if err != nil {
		return channel{}, err
	}
	private, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		return channel{}, fmt.Errorf("the key of a channel: %w", err)
	}
	return channel{private}, nil
}

func (c channel) public() []byte { return c.private.PublicKey().Bytes() }

func (c channel) fact() world.Fact {
	return world.Fact{Kind: ChannelKey, Ref: hex.EncodeToString(c.public()),
		Data: c.private.Bytes()}
}

// requestID names a request in its answer.
func requestID(sealed []byte) []byte {
	sum := sha256.Sum256(sealed)
	return sum[:16]
}

// ask seals a request, which goes through the provider. It returns the packet, the request's id and
// the key of the answer.
func (c *client) ask(whom string, public, request []byte) (p world.Packet, id string,
	reply vault.ReplyKey, err error) {
	sealed, reply, err := vault.SealRequest(c.random, public, request)
	if err != nil {
		return p, "", reply, err
	}
	p = world.Packet{From: c.device.Name(), To: world.Provider,
		Data: world.Pack(KindAsk, []byte(whom), public, sealed)}
	return p, string(requestID(sealed)), reply, nil
}

// told reads an answer: the id of its request, and what is sealed.
func told(p world.Packet) (id string, sealed []byte, ok bool) {
	f, err := world.Unpack(p.Data, KindTold, 2)
	if err != nil || p.From != world.Provider {
		return "", nil, false
	}
	return string(f[0]), f[1], true
}

// keyKeeper is the provider's part of [ByProvider]: it makes a key for each account that asks, and
// gives it to whoever asks as that account's device.
type keyKeeper struct {
	e2ee.NoProviderHooks
	channel channel
	random  io.Reader
	keys    map[string][]byte
}

const (
	keyRequest = "the key of my backup"
	keyTag     = 'b'
)

// Handle implements [e2ee.ProviderExtension].
func (k *keyKeeper) Handle(_ time.Time, p world.Packet) []world.Packet {
	account, ok := world.AccountOf(p.From)
	f, err := world.Unpack(p.Data, KindAsk, 3)
	if err != nil || !ok || p.From != world.DeviceOf(account) {
		return nil
	}
	request, reply, err := vault.OpenRequest(k.channel.private.Bytes(), f[2])
	if err != nil || string(request) != keyRequest {
		return nil
	}
	fresh := int64(0)
	if k.keys[account] == nil {
		if k.keys[account], err = read(k.random, keySize); err != nil {
			return nil
		}
		fresh = 1
	}
	answer := world.Pack(keyTag, []byte(account), k.keys[account], world.Int(fresh))
	return []world.Packet{{From: world.Provider, To: p.From,
		Data: world.Pack(KindTold, requestID(f[2]), reply.Seal(answer))}}
}

// Produce implements [e2ee.ProviderExtension].
func (k *keyKeeper) Produce(_ time.Time, order law.Order) []world.Fact {
	return k.keysOf(order.Accounts)
}

func (k *keyKeeper) keysOf(accounts []string) []world.Fact {
	var facts []world.Fact
	for _, account := range accounts {
		if key := k.keys[account]; key != nil {
			facts = append(facts, world.Fact{Kind: BackupKey, Ref: account, Data: key})
		}
	}
	return facts
}

// Holdings implements [e2ee.ProviderExtension].
func (k *keyKeeper) Holdings() []world.Fact {
	return append([]world.Fact{k.channel.fact()}, k.keysOf(slices.Sorted(maps.Keys(k.keys)))...)
}

// fromProvider is the custody of [ByProvider].
type fromProvider struct {
	client   *client
	provider []byte // public key of its channel, which ships with the program
	id       string
	reply    vault.ReplyKey
}

func (f *fromProvider) begin() []world.Packet {
	p, id, reply, err := f.client.ask(world.Provider, f.provider, []byte(keyRequest))
	if err != nil {
		return []world.Packet{f.client.device.Warning("there is no backup: " + err.Error())}
	}
	f.id, f.reply = id, reply
	return []world.Packet{p}
}

func (f *fromProvider) handle(p world.Packet) []world.Packet {
	id, sealed, ok := told(p)
	if !ok || id != f.id || f.client.key != nil {
		return nil
	}
	answer, err := f.reply.Open(sealed)
	if err != nil {
		return nil
	}
	account, key, fresh, err := parseKey(answer)
	if err != nil || account != f.client.account {
		return nil
	}
	return f.client.ready(key, fresh)
}

func parseKey(answer []byte) (account string, key []byte, fresh bool, err error) {
	f, err := world.Unpack(answer, keyTag, 3)
	if err != nil {
		return "", nil, false, err
	}
	first, err := world.ParseInt(f[2])
	if err != nil || len(f[1]) != keySize {
		return "", nil, false, errKey
	}
	return string(f[0]), f[1], first == 1, nil
}
