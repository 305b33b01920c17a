package transparency

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/linked"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// session is the name under which the provider posts entries to the log.
const session = "directory"

// An entry of the directory says that an account has registered an identity, or that an
// identity has signed a list of linked devices.
type entry struct {
	account  string
	identity []byte // fingerprint, 16 bytes

	number  int64    // of the list; 0 if the entry is of an identity
	devices [][]byte // fingerprints of the keys of linked devices, 16 bytes each
}

const (
	entryTag = 'd'
	listTag  = 'e'
)

// listEntry is the entry of a list of linked devices.
func listEntry(l linked.List) entry {
	e := entry{account: l.Account, identity: wire.Fingerprint(l.Identity), number: l.Number}
	for _, d := range l.Devices {
		hash := sha256.Sum256(d.Key)
		e.devices = append(e.devices, hash[:16])
	}
	return e
}

func (e entry) encode() []byte {
	if e.number == 0 {
		return world.Pack(entryTag, []byte(e.account), e.identity)
	}
	fields := [][]byte{[]byte(e.account), e.identity, world.Int(e.number)}
	return world.Pack(listTag, append(fields, e.devices...)...)
}

func parseEntry(data []byte) (entry, error) {
	f, err := world.UnpackList(data, entryTag)
	list := err != nil
	if list {
		f, err = world.UnpackList(data, listTag)
	}
	switch {
	case err != nil:
		return entry{}, fmt.Errorf("entry of the directory: %w", err)
	case !list && len(f) != 2 || list && len(f) < 3:
		return entry{}, errors.New("entry of the directory: not well formed")
	case len(f[0]) == 0 || len(f[1]) != 16:
		return entry{}, errors.New("entry of the directory: no account, or a fingerprint that is " +
			"not 16 bytes long")
	}
	e := entry{account: string(f[0]), identity: f[1]}
	if !list {
		return e, nil
	}
	if e.number, err = world.ParseInt(f[2]); err == nil && e.number <= 0 {
		err = errors.New("a list of linked devices without a number")
	}
	for _, device := range f[3:] {
		if len(device) != 16 {
			err = errors.New("a fingerprint of a linked device that is not 16 bytes long")
		}
		e.devices = append(e.devices, device)
	}
	if err != nil {
		return entry{}, fmt.Errorf("entry of the directory: %w", err)
	}
	return e, nil
}

// entryOf reads the entry in a record of the log.
func entryOf(record []byte) (entry, error) {
	r, err := publiclog.ParseBoardRecord(record)
	if err != nil {
		return entry{}, err
	}
	if r.Session != session {
		return entry{}, fmt.Errorf("a record of session %q, want %q", r.Session, session)
	}
	return parseEntry(r.Post)
}

// post is the packet by which a provider has the log append an entry.
func (e entry) post() world.Packet {
	return world.Packet{From: world.Provider, To: world.Log,
		Data: world.Pack(publiclog.KindPost, []byte(session), e.encode())}
}

// publisher is the provider's part: it appends an entry for each identity that is registered and
// each list of linked devices that such an identity signs, and posts again what the log does not show, since packets get lost.
type publisher struct {
	e2ee.NoProviderHooks
	provider   *e2ee.Provider
	reader     *publiclog.Reader
	pending    []entry
	registered map[string][]byte // the present identity of each account
	listed     map[string]int64  // the number of its newest list
}

func newPublisher(provider *e2ee.Provider, policy *ledger.Policy) *publisher {
	return &publisher{provider: provider, reader: publiclog.NewReader(policy),
		registered: map[string][]byte{}, listed: map[string]int64{}}
}

// Registered implements [e2ee.ProviderExtension].
func (p *publisher) Registered(_ time.Time, account string, identity []byte) []world.Packet {
	e := entry{account: account, identity: slices.Clone(identity)}
	p.registered[account], p.listed[account] = e.identity, 0
	p.pending = append(p.pending, e)
	return []world.Packet{e.post()}
}

// list posts a list of linked devices that an account's present identity has signed.
func (p *publisher) list(in world.Packet) []world.Packet {
	l, err := linked.Verify(in.Data)
	if err != nil || p.provider.DeviceOf(l.Account) != in.From || l.Number <= p.listed[l.Account] {
		return nil
	}
	e := listEntry(l)
	if !bytes.Equal(e.identity, p.registered[l.Account]) {
		return nil
	}
	p.listed[l.Account] = l.Number
	p.pending = append(p.pending, e)
	return []world.Packet{e.post()}
}

// Handle implements [e2ee.ProviderExtension]: it reads what the log has published.
func (p *publisher) Handle(_ time.Time, in world.Packet) []world.Packet {
	if in.Kind() == linked.KindList {
		return p.list(in)
	}
	if in.From != world.Log || in.Kind() != publiclog.KindUpdate {
		return nil
	}
	records, err := p.reader.Read(in.Data)
	if err != nil {
		return nil
	}
	for _, record := range records {
		published, err := entryOf(record)
		if err != nil {
			continue
		}
		p.pending = slices.DeleteFunc(p.pending, func(e entry) bool {
			return bytes.Equal(e.encode(), published.encode())
		})
	}
	return nil
}

// Tick implements [e2ee.ProviderExtension].
func (p *publisher) Tick(time.Time) []world.Packet {
	if len(p.pending) == 0 {
		return nil
	}
	out := []world.Packet{ask(world.Provider, p.reader.Size())} // perhaps the answer was lost
	for _, e := range p.pending {
		out = append(out, e.post())
	}
	return out
}

// ask has the log show the records from an index on.
func ask(from string, size int64) world.Packet {
	return world.Packet{From: from, To: world.Log,
		Data: world.Pack(publiclog.KindReadBoard, world.Int(size))}
}
