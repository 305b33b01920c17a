package committee

import "doormat/world"

// Kinds of packets by which certificates travel.
const (
	KindFetchBoard byte = 114 + iota // device to provider: how much of the board it has read
	KindKey                          // trustee to provider, provider to device: certificates
	KindHaveKey                      // provider to trustee: number of its newest certificate
)

// PacketKinds lists them.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindFetchBoard, Name: "board request of a device"},
		{Kind: KindKey, Name: "key certificates"},
		{Kind: KindHaveKey, Name: "certificate receipt"},
	}
}

// Certificates encodes a list of certificates as a packet's data.
func Certificates(list ...[]byte) []byte { return world.Pack(KindKey, list...) }
