package backup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/vault"
	"doormat/world"
	"doormat/world/law"
)

// relay is the provider's part of [ByUser]: it carries requests to the vault and says whose they
// are.
type relay struct{ e2ee.NoProviderHooks }

// Handle implements [e2ee.ProviderExtension].
func (relay) Handle(_ time.Time, p world.Packet) []world.Packet {
	if account, ok := world.AccountOf(p.From); ok && p.From == world.DeviceOf(account) {
		f, err := world.Unpack(p.Data, KindAsk, 3)
		if err != nil || world.KindOf(string(f[0])) != world.VaultName {
			return nil
		}
		return []world.Packet{{From: world.Provider, To: string(f[0]),
			Data: world.Pack(KindForward, []byte(account), f[1], f[2])}}
	}
	f, err := world.Unpack(p.Data, KindForwarded, 3)
	if err != nil || world.KindOf(p.From) != world.VaultName {
		return nil
	}
	return []world.Packet{{From: world.Provider, To: world.DeviceOf(string(f[0])),
		Data: world.Pack(KindTold, f[1], f[2])}}
}

// A vaultServer is one of the n.
type vaultServer struct {
	answerer
	index   int
	channel channel
	server  *vault.Server
	random  io.Reader
}

// Name implements [world.Node].
func (v *vaultServer) Name() string { return Vault(v.index) }

// Holdings implements [world.Node].
func (v *vaultServer) Holdings() []world.Fact {
	return append([]world.Fact{v.channel.fact()}, v.records(v.server.Accounts())...)
}

// records are what it keeps of accounts that are not locked.
func (v *vaultServer) records(accounts []string) []world.Fact {
	var facts []world.Fact
	for _, account := range accounts {
		if r := v.server.Record(account); r != nil && r.Registration != nil {
			facts = append(facts, world.Fact{Kind: VaultRecord, Ref: account, Data: r.Bytes()})
		}
	}
	return facts
}

// Handle implements [world.Node].
func (v *vaultServer) Handle(now time.Time, p world.Packet) []world.Packet {
	if out, done := v.surrender(v.Name(), now, p, v.random, func(o law.Order) []world.Fact {
		return v.records(o.Accounts)
	}); done {
		return out
	}
	f, err := world.Unpack(p.Data, KindForward, 3)
	if err != nil || p.From != world.Provider {
		return nil
	}
	request, reply, err := vault.OpenRequest(v.channel.private.Bytes(), f[2])
	if err != nil {
		return nil
	}
	answer := reply.Seal(v.server.Serve(string(f[0]), request))
	return []world.Packet{{From: v.Name(), To: world.Provider,
		Data: world.Pack(KindForwarded, f[0], requestID(f[2]), answer)}}
}

// pinFor is what a user is asked to keep in mind.
const pinFor = "PIN of the backup"

// fromVault is the custody of [ByUser].
type fromVault struct {
	client  *client
	params  vault.Params
	servers [][]byte // public keys of their channels, which ship with the program
	open    map[string]question
	attempt *vault.Attempt
	answers map[int]*vault.Answer
	key     *vault.Key
	locked  int
}

// question is a request that waits for its answer.
type question struct {
	server int
	reply  vault.ReplyKey
	about  func(server int, answer []byte) []world.Packet
}

func (f *fromVault) begin() []world.Packet {
	f.open, f.attempt, f.answers, f.key, f.locked = map[string]question{}, nil,
		map[int]*vault.Answer{}, nil, 0
	return []world.Packet{{From: f.client.device.Name(), To: world.UserOf(f.client.account),
		Data: world.Pack(world.KindRecall, []byte(pinFor))}}
}

func (f *fromVault) handle(p world.Packet) []world.Packet {
	if p.From == world.UserOf(f.client.account) && p.Kind() == world.KindRecalled {
		g, err := world.Unpack(p.Data, world.KindRecalled, 2)
		if err != nil || string(g[0]) != pinFor || f.client.key != nil {
			return nil
		}
		if len(g[1]) == 0 {
			return f.register()
		}
		return f.try(g[1])
	}
	id, sealed, ok := told(p)
	q, waits := f.open[id]
	if !ok || !waits {
		return nil
	}
	answer, err := q.reply.Open(sealed)
	if err != nil {
		return nil
	}
	delete(f.open, id)
	return q.about(q.server, answer)
}

// toServer asks one server, and has about called with its answer.
func (f *fromVault) toServer(i int, request []byte,
	about func(int, []byte) []world.Packet) []world.Packet {
	p, id, reply, err := f.client.ask(Vault(i), f.servers[i-1], request)
	if err != nil {
		return []world.Packet{f.client.device.Warning("there is no backup: " + err.Error())}
	}
	f.open[id] = question{i, reply, about}
	return []world.Packet{p}
}

// register makes a key and a PIN, which the user is to keep in mind, and gives the vault what
// releases the one for the other. The device forgets the PIN.
func (f *fromVault) register() []world.Packet {
	drawn, err := read(f.client.random, keySize+8)
	if err != nil {
		return []world.Packet{f.client.device.Warning("there is no backup: " + err.Error())}
	}
	key, pin := drawn[:keySize], PIN(int(binary.BigEndian.Uint64(drawn[keySize:])%PINs))
	list, err := vault.Register(f.params, pin, key, f.client.random)
	if err != nil {
		return []world.Packet{f.client.device.Warning("there is no backup: " + err.Error())}
	}
	out := []world.Packet{{From: f.client.device.Name(), To: world.UserOf(f.client.account),
		Data: world.Pack(world.KindRemember, []byte(pinFor), pin)}}
	refused := 0
	for i, r := range list {
		out = append(out, f.toServer(i+1, vault.RegisterRequest(f.client.account, r),
			func(server int, answer []byte) []world.Packet {
				if _, err := vault.ParseReply(answer); err == nil {
					return nil
				}
				if refused++; refused == f.params.Servers-f.params.Need+1 {
					return []world.Packet{f.client.device.Warning("the backup will not open: the " +
						"vault refused what releases its key")}
				}
				return nil
			})...)
	}
	return append(out, f.client.ready(key, true)...)
}

// try spends a guess at every server.
func (f *fromVault) try(pin []byte) []world.Packet {
	attempt, err := vault.NewAttempt(f.params, pin, f.client.random)
	if err != nil {
		return []world.Packet{f.client.device.Warning("the backup cannot be opened: " +
			err.Error())}
	}
	f.attempt = attempt
	var out []world.Packet
	for i := range f.servers {
		out = append(out, f.toServer(i+1, vault.EvaluateRequest(f.client.account,
			attempt.Blinded()), f.evaluated)...)
	}
	return out
}

// evaluated takes in an answer to the guess. The t-th makes the key; whoever answered is shown
// then, or later, that the PIN was right.
func (f *fromVault) evaluated(server int, raw []byte) []world.Packet {
	answer, err := vault.ParseAnswer(raw)
	if err != nil {
		return f.refused(err)
	}
	f.answers[server] = answer
	if f.key != nil {
		return f.release(server)
	}
	if len(f.answers) < f.params.Need {
		return nil
	}
	if f.key, err = f.attempt.Combine(f.answers); err != nil {
		return nil // a wrong PIN, a server that lied, two registrations: other answers may still come
	}
	var out []world.Packet
	for i := 1; i <= f.params.Servers; i++ {
		if f.answers[i] != nil {
			out = append(out, f.release(i)...)
		}
	}
	return out
}

func (f *fromVault) release(server int) []world.Packet {
	nonce := f.answers[server].Nonce
	request := vault.ReleaseRequest(f.client.account, nonce, f.key.Proof(server, nonce))
	return f.toServer(server, request, func(_ int, raw []byte) []world.Packet {
		sealed, err := vault.ParseReply(raw)
		if err != nil || f.client.key != nil {
			return nil
		}
		key, err := f.key.Open(sealed)
		if err != nil || len(key) != keySize {
			return nil
		}
		return f.client.ready(key, false)
	})
}

// refused counts servers that have nothing for the account any more. Once too few are left, the
// backup is lost: the user is told, and a new one begins.
func (f *fromVault) refused(err error) []world.Packet {
	if !errors.Is(err, vault.ErrLocked) && !errors.Is(err, vault.ErrUnknown) {
		return nil
	}
	if f.locked++; f.locked != f.params.Servers-f.params.Need+1 || f.client.key != nil {
		return nil
	}
	out := []world.Packet{f.client.device.Warning("the old backup is lost: too many wrong PINs " +
		"were tried, and not by this phone")}
	return append(out, f.register()...)
}

// PINs is how many there are.
const PINs = 10_000

// PIN is the n-th, counted from 0.
func PIN(n int) []byte { return fmt.Appendf(nil, "%0*d", Digits, n) }
