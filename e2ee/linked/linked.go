// Package linked is how an account comes to have more devices than its phone: a new one shows a
// code, the owner scans it with the phone, and the phone signs the code's key into the list of
// the account's linked devices. The provider hands the list to everybody's phones, and from then
// on whoever writes to the account, and the account's own phone, seals one more copy of each
// message to each device on the list (package copies). So the big messengers do it: WhatsApp's
// phone signs the keys of its companions, Signal's hands over the account's own identity, and in both
// senders encrypt to each device.
//
// The list is signed by the account's identity, so no provider can add to it. But the phone
// signs what its owner scans, and a code looks like any other code: whoever is persuaded to
// scan one that a stranger sent, as an invitation to a group, say, has linked the stranger's
// device. No key is stolen for that, and no safety number changes.
//
// Package e2ee has the other half: what phones and provider do about it.
//
// Left out: a linked device reads and does not write; it has no history from before, calls ring
// at the phone alone, and it gets copies, which have no ratchet (package copies says what that
// means), where a real one has sessions of its own. What waits for a changed safety number is
// not copied. Whoever gets a phone anew links again. Files are with the provider as long as for the
// phones in the chat, and no longer. A provider that keeps a newer list back keeps an unlinked
// device linked, but where keys are in a public log, lists are there, too (package transparency).
//
// A provider brings a copy only with the message that it names, to a device of an account that
// the message names, and once. What is in a copy it cannot see. So under escrow, where a field
// covers the message and no copy, accomplices can put one text into the message and another into
// the copy: what is true of a text under a text (the row encrypt-underneath) is true of a text
// beside one. TestCopyNeedsItsMessage in package e2ee shows what is refused.
//
// TestList shows that a list is the phone's own; TestLink and others in package e2ee show who
// gets copies, from when and until when.
package linked

import (
	"bytes"
	"errors"
	"fmt"

	"doormat/e2ee/pqxdh"
	"doormat/world"
)

// Kinds of packets.
const (
	KindInvite byte = 208 + iota // whoever has a code, to a device: the code
	KindList                     // device to provider, provider to devices: a signed list
	KindSend                     // device to provider: account, copy
	KindBring                    // provider to a linked device: copy
)

// PacketKinds names them.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindInvite, Name: "invitation with a code"},
		{Kind: KindList, Name: "list of linked devices"},
		{Kind: KindSend, Name: "copy to be brought to a linked device"},
		{Kind: KindBring, Name: "copy for a linked device"},
	}
}

// Use is what copies are sealed for.
const Use = "doormat linked copy v1"

// The parameter that says whether owners are told of a linked device, and its values.
const (
	NoticeName  = "link-notice"
	NoticeList  = "list"
	NoticeNight = "night"
)

// Parameter declares it.
func Parameter() world.Parameter {
	return world.OwnWord(NoticeName, "whether a phone only lists its linked devices, for an owner "+
		"who looks, or tells of a new one the night after",
		NoticeList, NoticeNight)
}

// Programs publishes what a user may be persuaded to do.
func Programs() []world.Program {
	return []world.Program{{Name: world.ScanCodes,
		Doc: "a user who scans what somebody sends, taking it for an invitation to a group"}}
}

// A Device is one that is linked, as its code shows it.
type Device struct {
	Key     []byte // X25519 public key, 32 bytes
	Address string // on the network
}

const codeTag = 'c'

// Encode gives what a code carries.
func (d Device) Encode() []byte { return world.Pack(codeTag, d.Key, []byte(d.Address)) }

// ParseDevice decodes [Device.Encode].
func ParseDevice(code []byte) (Device, error) {
	f, err := world.Unpack(code, codeTag, 2)
	if err == nil && (len(f[0]) != 32 || len(f[1]) == 0) {
		err = errors.New("a key that is not 32 bytes long, or no address")
	}
	if err != nil {
		return Device{}, fmt.Errorf("code of a device: %w", err)
	}
	return Device{f[0], string(f[1])}, nil
}

// A List is which devices an account has linked, in the words of its phone.
type List struct {
	Account  string
	Number   int64 // a later list has a larger one
	Identity pqxdh.IdentityPublic
	Devices  []Device
}

const (
	listTag   = 'l'
	signedTag = 's'
)

func (l List) encode() []byte {
	fields := [][]byte{[]byte(l.Account), world.Int(l.Number), l.Identity.Bytes()}
	for _, d := range l.Devices {
		fields = append(fields, d.Encode())
	}
	return world.Pack(listTag, fields...)
}

// Sign gives the packet with the list and the signature of the account's identity.
func (l List) Sign(identity *pqxdh.Identity) []byte {
	l.Identity = identity.Public()
	body := l.encode()
	sig := identity.SignDevices(body)
	return world.Pack(KindList, world.Pack(signedTag, body, sig[:]))
}

// Verify decodes a packet with a list, and checks that it is signed by the identity in it.
func Verify(data []byte) (List, error) {
	l, err := verify(data)
	if err != nil {
		return List{}, fmt.Errorf("list of linked devices: %w", err)
	}
	return l, nil
}

func verify(data []byte) (l List, err error) {
	outer, err := world.Unpack(data, KindList, 1)
	if err != nil {
		return l, err
	}
	f, err := world.Unpack(outer[0], signedTag, 2)
	if err != nil {
		return l, err
	}
	body, err := world.UnpackList(f[0], listTag)
	if err != nil || len(body) < 3 || len(f[1]) != len(pqxdh.Signature{}) {
		return l, errors.New("not well formed")
	}
	l.Account = string(body[0])
	if l.Number, err = world.ParseInt(body[1]); err != nil {
		return l, err
	}
	if l.Identity, err = pqxdh.ParseIdentityPublic(body[2]); err != nil {
		return l, err
	}
	for _, code := range body[3:] {
		d, err := ParseDevice(code)
		if err != nil {
			return l, err
		}
		l.Devices = append(l.Devices, d)
	}
	if !bytes.Equal(l.encode(), f[0]) {
		return l, errors.New("not in canonical form")
	}
	return l, l.Identity.CheckDevices(f[0], pqxdh.Signature(f[1]))
}
