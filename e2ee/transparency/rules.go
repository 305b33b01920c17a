package transparency

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// KeyChange is that somebody has registered an identity or linked a device: Ref is the account,
// Data the fingerprint of the key, 16 bytes. The log tells it to everybody.
const KeyChange world.Kind = "key change"

// Names of the making rules, which scripts apply by name.
const (
	ListKey       = "list a key"
	ForkDirectory = "fork the directory"
)

func ownRules() []world.Rule {
	kinds := func(k ...world.Kind) []world.Kind { return k }
	return []world.Rule{
		{Name: "read the directory's news",
			Doc:   "Entries of the log travel in the clear: who has registered a key or linked a device, and which.",
			Takes: kinds(world.Observed), Gives: kinds(KeyChange),
			Apply: world.FromPacket(readNews)},
		{Name: "read the directory's log", Doc: "The log holds every key that was ever " +
			"registered, by its fingerprint.",
			Takes: kinds(publiclog.LogState), Gives: kinds(KeyChange), Apply: readLog},
		{Name: ListKey, Make: true,
			Doc: "A provider can have the log append any key in anybody's name: the log judges " +
				"no entry. Whose name it is reads it.",
			Takes: kinds(wire.Bundle), Gives: kinds(world.Outgoing), Apply: listKey},
		{Name: ForkDirectory, Make: true,
			Doc: "The log's key signs a tree for whoever asks in a packet: the public one, " +
				"but that the account of the bundle has the bundle's key from its first entry " +
				"on. The keys of witnesses that are given cosign it, at the time of the packet.",
			Takes: kinds(publiclog.LogState, wire.Bundle, world.Observed),
			All:   publiclog.WitnessState,
			Gives: kinds(publiclog.LogState, world.Outgoing), Apply: forkDirectory},
	}
}

// changes states the entries among records.
func changes(records [][]byte) ([]world.Derived, error) {
	var facts []world.Fact
	for _, record := range records {
		e, err := entryOf(record)
		if err != nil {
			continue
		}
		if e.number == 0 {
			facts = append(facts, world.Fact{Kind: KeyChange, Ref: e.account, Data: e.identity})
		}
		for _, device := range e.devices {
			facts = append(facts, world.Fact{Kind: KeyChange, Ref: e.account, Data: device})
		}
	}
	if len(facts) == 0 {
		return nil, errors.New("no entry of a directory")
	}
	return world.Conclude(facts...), nil
}

func readNews(p world.Packet) ([]world.Derived, error) {
	switch p.Kind() {
	case publiclog.KindUpdate:
		u, err := publiclog.ParseUpdate(p.Data)
		if err != nil {
			return nil, err
		}
		return changes(u.Records)
	case publiclog.KindPost:
		f, err := world.Unpack(p.Data, publiclog.KindPost, 2)
		if err != nil {
			return nil, err
		}
		return changes([][]byte{(&publiclog.BoardRecord{Session: string(f[0]),
			Post: f[1]}).Encode()})
	}
	return nil, errors.New("no news of the directory in this packet")
}

func readLog(in world.Input) ([]world.Derived, error) {
	l, err := ledger.ParseLog(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	records, err := l.Records(0, l.Size())
	if err != nil {
		return nil, err
	}
	return changes(records)
}

// always is the time of packets that are not dated like a message.
var always = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

func listKey(in world.Input) ([]world.Derived, error) {
	identity, err := wire.BundleFingerprint(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	e := entry{account: in.Facts[0].Ref, identity: identity}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: e.account,
		Data: e.post().Encode(always)}), nil
}

func forkDirectory(in world.Input) ([]world.Derived, error) {
	public, err := ledger.ParseLog(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	identity, err := wire.BundleFingerprint(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	question, asked, err := world.ParsePacket(in.Facts[2].Data)
	if err != nil {
		return nil, err
	}
	fork, err := forkFor(public, entry{account: in.Facts[1].Ref, identity: identity})
	if err != nil {
		return nil, err
	}
	notes := [][]byte{fork.Checkpoint()}
	proof, err := fork.Consistency(0, fork.Size())
	if err != nil {
		return nil, err
	}
	for _, state := range in.Facts[3:] {
		w, err := ledger.ParseWitness(state.Data)
		if err != nil {
			return nil, err
		}
		note, err := w.Fresh().Cosign(fork.Checkpoint(), proof, asked)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note)
	}
	checkpoint, err := ledger.Combine(notes...)
	if err != nil {
		return nil, err
	}
	u := publiclog.Update{Checkpoint: checkpoint}
	if u.Records, err = fork.Records(0, fork.Size()); err != nil {
		return nil, err
	}
	p := world.Packet{From: world.Log, To: question.From, Data: u.Encode()}
	return world.Conclude(
		world.Fact{Kind: publiclog.LogState, Ref: p.To, Data: fork.Encode()},
		world.Fact{Kind: world.Outgoing, Ref: p.To, Data: p.Encode(always)}), nil
}

// forkFor gives the log as it would be if the account had registered the key right after its
// first one, and none since. As the public log grows, so does this one.
func forkFor(public *ledger.Log, swapped entry) (*ledger.Log, error) {
	records, err := public.Records(0, public.Size())
	if err != nil {
		return nil, err
	}
	fork, err := public.Fork(0)
	if err != nil {
		return nil, err
	}
	last := map[string][32]byte{}
	appendPost := func(session string, post []byte) {
		record := (&publiclog.BoardRecord{Session: session, Before: last[session],
			Post: post}).Encode()
		last[session] = sha256.Sum256(record)
		fork.Append(record)
	}
	found := false
	for _, record := range records {
		r, err := publiclog.ParseBoardRecord(record)
		if err != nil {
			return nil, fmt.Errorf("record of the log: %w", err)
		}
		e, err := entryOf(record)
		if err == nil && e.account == swapped.account {
			if !found {
				found = true
				appendPost(r.Session, r.Post)
				appendPost(session, swapped.encode())
			}
			continue
		}
		appendPost(r.Session, r.Post)
	}
	if !found {
		return nil, fmt.Errorf("the log shows no key of %s", swapped.account)
	}
	return fork, nil
}
