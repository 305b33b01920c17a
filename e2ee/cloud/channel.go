package cloud

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Kinds of packets.
const (
	KindConnect byte = 160 + iota // client to server: a channel, please
	KindOffer                     // server to client: a bundle of fresh keys
	KindHello                     // client to server: PQXDH initial message, first record
	KindRecord                    // both ways: a Record
	KindAnswer                    // provider to agency: what an order names, sealed to the agency
)

func packetKinds() []world.PacketKind {
	return []world.PacketKind{{Kind: KindConnect, Name: "connect"},
		{Kind: KindOffer, Name: "offer"},
		{Kind: KindHello, Name: "hello"}, {Kind: KindRecord, Name: "record"},
		{Kind: KindAnswer, Name: "handed over"},
		{Kind: wire.KindGuess, Name: "passcode guess"},
		{Kind: wire.KindUnwrapped, Name: "unwrapped key"},
		{Kind: wire.KindWrong, Name: "wrong passcode"}}
}

// Kinds of facts about channels.
const (
	ChannelKey world.Kind = "channel key"    // Ref the channel and direction
	Sealed     world.Kind = "sealed record"  // a Record; Ref the same
	Hello      world.Kind = "hello"          // a KindHello packet; Ref the KEM key that it answers
	Offer      world.Kind = "offered bundle" // a KindOffer packet; Ref the server
	OfferedKey world.Kind = "offered keys"   // private, of one handshake; Ref as of the hello
)

// channelInfo separates keys of channels from all others.
const channelInfo = "doormat cloud channel v1"

// maxSkip is how many records may be lost between two that come.
const maxSkip = 1000

// A channel is what a client and a server share after a handshake: a chain of keys in each
// direction. Each record has a key of its own, and what a key came from is erased, so that who
// copies a store reads nothing of what was recorded before (forward secrecy). A channel does
// not heal: who copied its keys follows it until the next handshake.
type channel struct {
	id         string
	client     bool // this is the client's end
	send, recv chain
}

type chain struct {
	key ratchet.Key
	n   uint32
}

// newChannel derives both chains. The keys hang on the identities of both sides.
func newChannel(a *pqxdh.Agreement, initial []byte, client bool) (*channel, error) {
	info := channelInfo + string(a.AssociatedData)
	keys, err := hkdf.Expand(sha256.New, a.Secret[:], info, 64)
	if err != nil {
		return nil, fmt.Errorf("channel: %w", err)
	}
	id := sha256.Sum256(initial)
	c := &channel{id: hex.EncodeToString(id[:8]), client: client}
	c.send.key, c.recv.key = ratchet.Key(keys[:32]), ratchet.Key(keys[32:])
	if !client {
		c.send, c.recv = c.recv, c.send
	}
	return c, nil
}

// A Record is one message of a channel, sealed. Open travels in the clear and is
// authenticated: the metadata of a chat's message, or nothing.
type Record struct {
	Channel  string
	ToClient bool
	N        uint32
	Open     []byte
	Sealed   []byte
}

// Encode gives the bytes of a KindRecord packet.
func (r *Record) Encode() []byte {
	to := byte(0)
	if r.ToClient {
		to = 1
	}
	return world.Pack(KindRecord, []byte(r.Channel), []byte{to}, world.Int(int64(r.N)), r.Open,
		r.Sealed)
}

// ParseRecord decodes [Record.Encode].
func ParseRecord(data []byte) (*Record, error) {
	f, err := world.Unpack(data, KindRecord, 5)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	n, err := world.ParseInt(f[2])
	if err != nil || n < 0 || n > math.MaxUint32 {
		return nil, fmt.Errorf("record: number %x", f[2])
	}
	if len(f[1]) != 1 || f[1][0] > 1 {
		return nil, fmt.Errorf("record: direction %x, want 0 or 1", f[1])
	}
	return &Record{string(f[0]), f[1][0] == 1, uint32(n), f[3], f[4]}, nil
}

func (r *Record) fact() world.Fact {
	return world.Fact{Kind: Sealed, Ref: direction(r.Channel, r.ToClient), Data: r.Encode()}
}

func direction(channel string, toClient bool) string {
	if toClient {
		return channel + "→client"
	}
	return channel + "→server"
}

// openWith opens a record under a key of its chain that is not newer than the record's, and
// gives the chain as it is afterwards.
func (r *Record) openWith(c chain) ([]byte, chain, error) {
	if r.N < c.n || r.N-c.n > maxSkip {
		return nil, c, fmt.Errorf("record %d in a channel that is at %d", r.N, c.n)
	}
	var key ratchet.Key
	for c.n <= r.N {
		c.key, key = ratchet.StepChain(c.key)
		c.n++
	}
	plain, err := ratchet.OpenWith(key, ratchet.Header{N: r.N}, r.associated(), r.Sealed)
	return plain, c, err
}

// associated is all that the key does not bind already.
func (r *Record) associated() []byte {
	return world.Pack(KindRecord, []byte(direction(r.Channel, r.ToClient)), r.Open)
}

// seal makes the next record.
func (c *channel) seal(open, plain []byte) (*Record, error) {
	r := &Record{Channel: c.id, ToClient: !c.client, N: c.send.n, Open: open}
	next, key := ratchet.StepChain(c.send.key)
	var err error
	r.Sealed, err = ratchet.SealWith(key, ratchet.Header{N: r.N}, r.associated(), plain)
	c.send = chain{next, c.send.n + 1}
	return r, err
}

var errOtherChannel = errors.New("a record of another channel")

// open opens a record of the other side, and tells how many before it did not come.
func (c *channel) open(r *Record) (plain []byte, lost int, err error) {
	if r.Channel != c.id || r.ToClient != c.client {
		return nil, 0, errOtherChannel
	}
	lost = int(r.N) - int(c.recv.n)
	plain, next, err := r.openWith(c.recv)
	if err != nil {
		return nil, 0, err
	}
	c.recv = next
	return plain, lost, nil
}

const chainTag = 'h'

func (c chain) encode() []byte {
	return world.Pack(chainTag, c.key[:], world.Int(int64(c.n)))
}

func parseChain(data []byte) (c chain, err error) {
	f, err := world.Unpack(data, chainTag, 2)
	if err != nil {
		return c, err
	}
	n, err := world.ParseInt(f[1])
	if err != nil || n < 0 || n > math.MaxUint32 {
		return c, fmt.Errorf("chain: number %x", f[1])
	}
	c.n = uint32(n)
	c.key, err = ratchet.ParseKey(f[0])
	return c, err
}

// facts are what a thief of either end finds of the channel.
func (c *channel) facts() []world.Fact {
	if c == nil {
		return nil
	}
	return []world.Fact{
		{Kind: ChannelKey, Ref: direction(c.id, !c.client), Data: c.send.encode()},
		{Kind: ChannelKey, Ref: direction(c.id, c.client), Data: c.recv.encode()},
	}
}
