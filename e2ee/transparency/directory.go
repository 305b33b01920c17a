package transparency

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// session is the name under which the provider posts entries to the log.
const session = "directory"

// An entry of the directory says that an account has registered an identity.
type entry struct {
	account  string
	identity []byte // fingerprint, 16 bytes
}

const entryTag = 'd'

func (e entry) encode() []byte { return world.Pack(entryTag, []byte(e.account), e.identity) }

func parseEntry(data []byte) (entry, error) {
	f, err := world.Unpack(data, entryTag, 2)
	if err != nil {
		return entry{}, fmt.Errorf("entry of the directory: %w", err)
	}
	if len(f[0]) == 0 || len(f[1]) != 16 {
		return entry{}, errors.New("entry of the directory: no account, or a fingerprint that is " +
			"not 16 bytes long")
	}
	return entry{string(f[0]), f[1]}, nil
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

// publisher is the provider's part: it appends an entry for each identity that is registered,
// and posts again what the log does not show, since packets get lost.
type publisher struct {
	e2ee.NoProviderHooks
	reader  *publiclog.Reader
	pending []entry
}

func newPublisher(policy *ledger.Policy) *publisher {
	return &publisher{reader: publiclog.NewReader(policy)}
}

// Registered implements [e2ee.ProviderExtension].
func (p *publisher) Registered(_ time.Time, account string, identity []byte) []world.Packet {
	e := entry{account, slices.Clone(identity)}
	p.pending = append(p.pending, e)
	return []world.Packet{e.post()}
}

// Handle implements [e2ee.ProviderExtension]: it reads what the log has published.
func (p *publisher) Handle(_ time.Time, in world.Packet) []world.Packet {
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
			return e.account == published.account && bytes.Equal(e.identity, published.identity)
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
