package backup

import (
	"bytes"
	"crypto/ecdh"
	"encoding/hex"
	"errors"
	"strings"

	"doormat/e2ee/vault"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
)

// Kinds of facts.
const (
	BackupKey    world.Kind = "backup key"    // 32 bytes; Ref the account
	SealedBackup world.Kind = "backup item"   // name and ciphertext; Ref the account
	ChannelKey   world.Kind = "channel key"   // X25519 private key; Ref its public key in hexadecimal
	SealedAsk    world.Kind = "key request"   // Ref the public key that it is sealed to, in hexadecimal
	SealedTold   world.Kind = "key answer"    // Ref the id of the request in hexadecimal
	ReplyKey     world.Kind = "answer key"    // Ref the id of the request in hexadecimal
	Surrendered  world.Kind = "backup answer" // to an order, sealed; Ref the agency's public key in hexadecimal
	VaultRecord  world.Kind = "vault share"   // what a vault server keeps of an account; Ref the account
	VaultKey     world.Kind = "vault key"     // what t shares make; Ref the account
)

// AskStoreAtOnce is the making rule by which an agency's key asks the backup store in an emergency.
const AskStoreAtOnce = "ask the backup store in an emergency"

// owner is whose a public key of a channel is, in a [world.SeenKey].
const owner = "backup channel "

// ownRules are those of both designs. What a vault keeps are facts of the one that has one.
func ownRules(vault ...world.Kind) []world.Rule {
	kinds := func(k ...world.Kind) []world.Kind { return k }
	return []world.Rule{
		{Name: "read a backup packet",
			Doc: "Links are not encrypted: a packet shows the sealed items of a backup, or a sealed " +
				"request for a key and its answer, or an order.",
			Takes: kinds(world.Observed),
			Gives: kinds(SealedBackup, SealedAsk, SealedTold, Surrendered, BackupKey,
				world.PublicKey,
				law.OrderTarget), Apply: world.FromPacket(readPacket)},
		{Name: "open a backup", Doc: "The key of a backup opens every item of it, of any time.",
			Takes: kinds(BackupKey, SealedBackup), Gives: kinds(wire.KeptMessage, wire.KeptFile),
			Apply: openBackup},
		{Name: "open a request for a key", Doc: "The private key of whom it is for opens a " +
			"request: there is the key to the answer.",
			Takes: kinds(ChannelKey, SealedAsk), Gives: append(kinds(ReplyKey), vault...),
			Apply: openRequest},
		{Name: "open an answer with a key", Doc: "The key that a request brought opens its " +
			"answer, which may be the key of a backup.",
			Takes: kinds(ReplyKey, SealedTold), Gives: kinds(BackupKey), Apply: openAnswer},
		{Name: "open an answer about backups",
			Doc:   "What store and vault hand over is sealed to the agency's key.",
			Takes: kinds(law.AgencyKey, Surrendered), Gives: append(kinds(SealedBackup), vault...),
			Apply: openSurrendered},
		{Name: AskStoreAtOnce,
			Doc: "Whoever speaks as the agency and has its key can ask the backup store for the " +
				"items of the accounts in text, one a line, and say that a life is in danger. It " +
				"answers if it takes an agency's word for that.",
			Takes: kinds(law.AgencyKey), Gives: kinds(world.Outgoing), Make: true,
			Text: world.TextAccount, Apply: law.AskAtOnceOf(Store)},
		{Name: "use a channel's private key",
			Doc:   "The private half of a public key of provider or vault opens what is sealed to it.",
			Takes: kinds(world.PublicKey, world.PrivateKey), Gives: kinds(ChannelKey),
			Apply: useChannelKey},
	}
}

// vaultRules are those of a vault.
func vaultRules() []world.Rule {
	return []world.Rule{
		{Name: "put vault shares together",
			Doc: "t shares of one registration make the key that turns PINs into keys. Each is " +
				"checked first.",
			All: VaultRecord, Gives: []world.Kind{VaultKey}, Apply: combineShares},
		{Name: "guess the PIN",
			Doc: "Who has the vault's key of an account asks nobody, and nobody counts: at most " +
				"10,000 PINs are tried, one multiplication each.",
			Takes: []world.Kind{VaultKey}, Gives: []world.Kind{BackupKey}, Apply: guessPIN},
	}
}

func readPacket(p world.Packet) ([]world.Derived, error) {
	switch p.Kind() {
	case KindSave:
		account, _ := world.AccountOf(p.From)
		sealed, err := world.UnpackList(p.Data, KindSave)
		return itemsOf(account, sealed), err
	case KindLoaded:
		account, _ := world.AccountOf(p.To)
		f, err := world.Unpack(p.Data, KindLoaded, 3)
		if err != nil {
			return nil, err
		}
		sealed, err := world.UnpackList(f[2], 0)
		return itemsOf(account, sealed), err
	case KindAsk, KindForward:
		f, err := world.Unpack(p.Data, p.Kind(), 3)
		if err != nil {
			return nil, err
		}
		whom := p.To
		if p.Kind() == KindAsk {
			whom = string(f[0])
		}
		return world.Conclude(world.SeenKey{Kind: "X25519", Public: f[1], Owner: owner +
			whom}.Fact(),
			world.Fact{Kind: SealedAsk, Ref: hex.EncodeToString(f[1]), Data: f[2]}), nil
	case KindTold:
		f, err := world.Unpack(p.Data, KindTold, 2)
		if err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: SealedTold, Ref: hex.EncodeToString(f[0]),
			Data: f[1]}), nil
	case KindForwarded:
		f, err := world.Unpack(p.Data, KindForwarded, 3)
		if err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: SealedTold, Ref: hex.EncodeToString(f[1]),
			Data: f[2]}), nil
	case KindSurrendered:
		f, err := world.Unpack(p.Data, KindSurrendered, 2)
		if err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: Surrendered, Ref: hex.EncodeToString(f[0]),
			Data: f[1]}), nil
	case KindSurrender:
		f, err := world.Unpack(p.Data, KindSurrender, 1)
		if err != nil {
			return nil, err
		}
		return law.Targets(f[0])
	case law.KindProduced:
		facts, err := world.UnpackFacts(p.Data, law.KindProduced)
		return world.Conclude(world.KeepKinds(facts, BackupKey)...), err
	}
	return nil, errors.New("nothing of a backup in this packet")
}

// itemsOf are items of an account's backup.
func itemsOf(account string, sealed [][]byte) []world.Derived {
	var facts []world.Fact
	for _, s := range sealed {
		facts = append(facts, world.Fact{Kind: SealedBackup, Ref: account, Data: s})
	}
	return world.Conclude(facts...)
}

func openBackup(in world.Input) ([]world.Derived, error) {
	f, err := openItem(in.Facts[0].Data, in.Facts[0].Ref, in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(f), nil
}

func openRequest(in world.Input) ([]world.Derived, error) {
	request, reply, err := vault.OpenRequest(in.Facts[0].Data, in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	facts := []world.Fact{{Kind: ReplyKey, Ref: hex.EncodeToString(requestID(in.Facts[1].Data)),
		Data: reply[:]}}
	if account, r, err := vault.Registered(request); err == nil {
		facts = append(facts, world.Fact{Kind: VaultRecord, Ref: account,
			Data: (&vault.Record{Registration: r}).Bytes()})
	}
	return world.Conclude(facts...), nil
}

func openAnswer(in world.Input) ([]world.Derived, error) {
	if len(in.Facts[0].Data) != len(vault.ReplyKey{}) {
		return nil, errors.New("not the key of an answer")
	}
	answer, err := vault.ReplyKey(in.Facts[0].Data).Open(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	account, key, _, err := parseKey(answer)
	if err != nil {
		return nil, err // an answer of the vault, which opens to nobody without the PIN
	}
	return world.Conclude(world.Fact{Kind: BackupKey, Ref: account, Data: key}), nil
}

func openSurrendered(in world.Input) ([]world.Derived, error) {
	facts, err := surrendered(in.Facts[0].Data, in.Facts[1].Data)
	return world.Conclude(facts...), err
}

func useChannelKey(in world.Input) ([]world.Derived, error) {
	k, err := world.ParseSeenKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	private, err := ecdh.X25519().NewPrivateKey(in.Facts[1].Data)
	if err != nil || !strings.HasPrefix(k.Owner, owner) ||
		!bytes.Equal(private.PublicKey().Bytes(), k.Public) {
		return nil, errors.New("not the private half of a channel's key")
	}
	return world.Conclude(channel{private}.fact()), nil
}

// combineShares makes, of each registration of which there are enough good shares, the key. It
// rests on the first t of them.
func combineShares(in world.Input) ([]world.Derived, error) {
	type group struct {
		list []*vault.Registration
		at   []int
		seen map[int]bool
	}
	var order [][32]byte
	groups := map[[32]byte]*group{}
	for i, f := range in.Facts {
		r, err := vault.ParseRecord(f.Data)
		if err != nil || r.Registration == nil || r.Commitments.Verify(r.Share) != nil {
			continue
		}
		v := r.Version()
		if groups[v] == nil {
			groups[v], order = &group{seen: map[int]bool{}}, append(order, v)
		}
		if g := groups[v]; !g.seen[r.Share.Index] && len(g.list) < r.Commitments.Threshold() {
			g.seen[r.Share.Index] = true
			g.list, g.at = append(g.list, r.Registration), append(g.at, i)
		}
	}
	var out []world.Derived
	for _, v := range order {
		if g, err := vault.Collude(groups[v].list); err == nil {
			out = append(out, world.Derived{From: groups[v].at,
				Fact: world.Fact{Kind: VaultKey, Ref: in.Facts[groups[v].at[0]].Ref,
					Data: g.Bytes()}})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("too few shares of one registration")
	}
	return out, nil
}

// guessed remembers guesses: the same key gives the same, and attacks on one conversation come by
// the same keys again and again. It changes no conclusion, only the time that it takes.
var guessed memo.Memo

// guessPIN tries every PIN. What it costs is what a PIN is worth without somebody who counts.
func guessPIN(in world.Input) ([]world.Derived, error) {
	key, err := memo.Compute(&guessed, "PIN", func() ([]byte, error) {
		g, err := vault.ParseGuesser(in.Facts[0].Data)
		if err != nil {
			return nil, err
		}
		for n := range PINs {
			if key, ok := g.Try(PIN(n)); ok {
				return key, nil
			}
		}
		return nil, errors.New("no PIN opens it")
	}, in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: BackupKey, Ref: in.Facts[0].Ref, Data: key}), nil
}
