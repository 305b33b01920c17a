package wire

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/sframe"
	"doormat/world"
)

// callSuite is the suite of RFC 9605 that all calls take.
const callSuite = sframe.AES128GCM128

// FrameKey is the key of a speaker, whose KID it has, in a call of these parties. It is made of the
// base key for this call and these parties, sorted: a caller who gives one base key twice, or
// tells callees of different parties, would have honest phones use one key and number twice.
func FrameKey(call string, parties []string, kid uint64, base ratchet.Key) (*sframe.Key, error) {
	info := world.Pack(0, []byte("doormat call v1"), []byte(call), world.Strings(parties))
	key, err := hkdf.Expand(sha256.New, base[:], string(info), len(base))
	if err != nil {
		return nil, fmt.Errorf("key of a call: %w", err)
	}
	return sframe.NewKey(callSuite, kid, key)
}

// parties are who speaks and all who listen.
func (f *Frame) parties() []string {
	return slices.Compact(slices.Sorted(slices.Values(append([]string{f.From}, f.To...))))
}

// maxFrame is how many bytes a frame may have: a second of sound without compression.
const maxFrame = 1 << 16

// A Frame is a piece of sound under SFrame on its way. Who speaks with whom is in the open, as
// with a message; so is how long.
type Frame struct {
	Call string // id of the message that brought the key
	From string
	To   []string
	Data []byte
}

// Encode gives the bytes of a KindFrame packet.
func (f *Frame) Encode() []byte {
	return world.Pack(KindFrame, []byte(f.Call), []byte(f.From), world.Strings(f.To), f.Data)
}

// ParseFrame decodes [Frame.Encode].
func ParseFrame(data []byte) (*Frame, error) {
	f, err := world.Unpack(data, KindFrame, 4)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	to, err := world.ParseStrings(f[2])
	if err != nil {
		return nil, fmt.Errorf("frame: listeners: %w", err)
	}
	if !SortedSet(to) || len(f[3]) > maxFrame {
		return nil, fmt.Errorf("frame: %w: %d bytes for %q, want a sorted set and at most %d bytes",
			world.ErrMalformed, len(f[3]), to, maxFrame)
	}
	return &Frame{string(f[0]), string(f[1]), to, f[3]}, nil
}

// Fact states a frame as whoever sees it keeps it.
func (f *Frame) Fact() world.Fact {
	return world.Fact{Kind: CallFrame, Ref: f.Call, Data: f.Encode()}
}

// Meta describes a frame as a message, for orders.
func (f *Frame) Meta(now time.Time) world.Meta {
	return world.Meta{ID: f.Call, From: f.From, To: f.To, Sent: now}
}

// Seal makes said the frame's data, under the speaker's key of the call.
func (f *Frame) Seal(sender *sframe.Sender, said []byte) (err error) {
	f.Data, err = sender.Encrypt(f.bound(), said)
	return err
}

// bound is the metadata that the tag of a frame covers besides its header.
func (f *Frame) bound() []byte { return world.Pack(KindFrame, []byte(f.Call), []byte(f.From)) }

// Open decrypts a frame under the key of its call, and gives its KID and number.
func (f *Frame) Open(base ratchet.Key) ([]byte, sframe.Header, error) {
	h, _, err := sframe.ParseHeader(f.Data)
	if err != nil {
		return nil, h, err
	}
	key, err := FrameKey(f.Call, f.parties(), h.KID, base)
	if err != nil {
		return nil, h, err
	}
	return key.Decrypt(f.bound(), f.Data)
}

// CallKeyFact states the key of a call.
func CallKeyFact(call string, base ratchet.Key) world.Fact {
	return world.Fact{Kind: CallKey, Ref: call, Data: base[:]}
}
