package request

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"doormat/world"
)

// A trustee's keys may live in a hardware node of their own, which speaks to the trustee's
// machine alone. These are the packets between the two. Both know a secret, the credential, by
// which each tells that a packet is the other's, and both count, so that no packet is taken
// twice. It keeps strangers on the network out; whoever controls the machine, or has copied its
// store, has it, until the next share epoch: then the machine makes another one and seals it to
// a key of the hardware's, so that copies from different epochs do not add up.

// Kinds of packets between a trustee's machine and its hardware node, each of them a body and a
// MAC of it.
const (
	KindRelay byte = 152 + iota // to hardware: sender and data of a packet, 1 if it may answer, 2 if it objects
	KindAsk                     // to hardware: asker, key of the agency, info, items
	KindSpeak                   // to the machine: packets to send, what it may keep, what was heard, key
	KindRenew                   // to hardware: a new credential, sealed
)

// HardwareName is the kind of principals that hold a trustee's keys.
const HardwareName = "hardware"

// Credential is the kind of the secret that machine and hardware share, and of how many packets
// the machine has sent under it; Ref the trustee.
const Credential world.Kind = "hardware credential"

// HardwarePackets lists the kinds of packets between a machine and its hardware.
func HardwarePackets() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindRelay, Name: "passed on to hardware"},
		{Kind: KindAsk, Name: "question to hardware"},
		{Kind: KindSpeak, Name: "word of hardware"},
		{Kind: KindRenew, Name: "new credential for hardware"},
	}
}

// HardwareOf names the hardware node of a trustee.
func HardwareOf(trustee string) string {
	return HardwareName + strings.TrimPrefix(trustee, world.TrusteeName)
}

// A Link is one end of the link between a machine and its hardware.
type Link struct {
	Credential  []byte // 32 bytes
	Sent, Heard int64  // the number of the last packet that this end has sent, and taken
}

// Encode gives what a thief finds of a link: the credential, and the number that comes next
// depends on.
func (l *Link) Encode() []byte { return world.Pack(0, l.Credential, world.Int(l.Sent)) }

// ParseLink decodes [Link.Encode].
func ParseLink(data []byte) (*Link, error) {
	f, err := world.Unpack(data, 0, 2)
	if err != nil || len(f[0]) != 32 {
		return nil, errors.New("credential of a hardware link: not well formed")
	}
	sent, err := world.ParseInt(f[1])
	return &Link{Credential: f[0], Sent: sent}, err
}

// Protect encodes the next packet's data, with its number and a MAC.
func (l *Link) Protect(kind byte, fields ...[]byte) []byte {
	l.Sent++
	body := world.Pack(0, append([][]byte{world.Int(l.Sent)}, fields...)...)
	return world.Pack(kind, body, linkMAC(kind, l.Credential, body))
}

func linkMAC(kind byte, credential, body []byte) []byte {
	h := hmac.New(sha256.New, credential)
	h.Write([]byte{kind})
	h.Write(body)
	return h.Sum(nil)
}

// maxAhead is how far a number may be ahead of the last one: packets get lost. Whoever has the
// credential could otherwise send the last number that there is, and no packet would ever be newer;
// so that takes 2^31 packets.
const maxAhead = 1 << 32

// Unprotect decodes [Link.Protect]. It refuses what was made without the credential, and what is
// no newer than the last packet that it took, or far newer.
func (l *Link) Unprotect(data []byte, kind byte, fields int) ([][]byte, error) {
	f, err := world.Unpack(data, kind, 2)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(f[1], linkMAC(kind, l.Credential, f[0])) {
		return nil, errors.New("hardware link: made without the credential")
	}
	number, out, err := readBody(f[0], fields)
	if err != nil {
		return nil, err
	}
	switch {
	case number <= l.Heard:
		return nil, errors.New("hardware link: a packet that came before, or out of order")
	case number > l.Heard+maxAhead:
		return nil, errors.New("hardware link: a number too far ahead")
	}
	l.Heard = number
	return out, nil
}

func readBody(body []byte, fields int) (int64, [][]byte, error) {
	f, err := world.Unpack(body, 0, fields+1)
	if err != nil {
		return 0, nil, err
	}
	number, err := world.ParseInt(f[0])
	return number, f[1:], err
}

// ReadLink decodes a packet of the link as whoever sees it pass does, without the credential.
func ReadLink(data []byte, kind byte, fields int) ([][]byte, error) {
	f, err := world.Unpack(data, kind, 2)
	if err != nil {
		return nil, err
	}
	_, out, err := readBody(f[0], fields)
	return out, err
}

// EncodePackets encodes packets for the machine to send in its own name.
func EncodePackets(packets []world.Packet) []byte {
	var list [][]byte
	for _, p := range packets {
		list = append(list, world.Pack(0, []byte(p.To), p.Data))
	}
	return world.Pack(0, list...)
}

// ParsePackets decodes [EncodePackets]: packets without a sender.
func ParsePackets(data []byte) ([]world.Packet, error) {
	list, err := world.UnpackList(data, 0)
	if err != nil {
		return nil, fmt.Errorf("packets of hardware: %w", err)
	}
	var out []world.Packet
	for _, one := range list {
		f, err := world.Unpack(one, 0, 2)
		if err != nil {
			return nil, fmt.Errorf("packets of hardware: %w", err)
		}
		out = append(out, world.Packet{To: string(f[0]), Data: f[1]})
	}
	return out, nil
}

// A Question is what a machine asks its hardware: to open messages and to seal what comes of it
// to an agency's key. What the answer is sealed for, Info says, see [Info].
type Question struct {
	Asker  string // to whom the answer is sent
	Agency []byte // X25519 public key
	Info   []byte
	Items  []*Item
}

// Encode gives the data of a KindAsk packet.
func (q *Question) Encode(l *Link) []byte {
	return l.Protect(KindAsk, []byte(q.Asker), q.Agency, q.Info, encodeItems(q.Items))
}

// ParseQuestion decodes [Question.Encode].
func ParseQuestion(data []byte, l *Link) (*Question, error) {
	f, err := l.Unprotect(data, KindAsk, 4)
	if err != nil {
		return nil, err
	}
	q := &Question{Asker: string(f[0]), Agency: f[1], Info: f[2]}
	list, err := world.UnpackList(f[3], 0)
	if err != nil {
		return nil, fmt.Errorf("question to hardware: %w", err)
	}
	for _, one := range list {
		i, err := ParseItem(one)
		if err != nil {
			return nil, err
		}
		q.Items = append(q.Items, i)
	}
	return q, nil
}
