package worldtest

import (
	"errors"
	"io"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/world"
)

// Calls of the toy: one device tells the others who takes part, and then each sends what its
// user says, sealed under the one key, through the provider, which keeps nothing.
const (
	ToySpeech world.Kind = "toy speech" // parties, speaker, nonce and ciphertext
	ToyCalled byte       = 201          // on every link: parties, who calls
	ToySpoken byte       = 202          // on every link: the data of a toy speech
)

func (d *toyDevice) toProvider(data []byte) []world.Packet {
	return []world.Packet{{From: d.Name(), To: world.Provider, Data: data}}
}

func (d *toyDevice) dial(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, world.KindDial, 1)
	if err != nil {
		return nil
	}
	to, err := world.ParseStrings(f[0])
	if err != nil {
		return nil
	}
	d.parties = append(to, d.account)
	return d.toProvider(world.Pack(ToyCalled, world.Strings(d.parties), []byte(d.account)))
}

func (d *toyDevice) speak(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, world.KindSpeak, 1)
	if err != nil || len(d.parties) == 0 {
		return nil
	}
	nonce := make([]byte, chacha20poly1305.NonceSize)
	if _, err := io.ReadFull(d.random, nonce); err != nil {
		return nil
	}
	aead, err := toyAEAD(d.key)
	if err != nil {
		return nil
	}
	parties := world.Strings(d.parties)
	return d.toProvider(world.Pack(ToySpoken, parties, []byte(d.account), nonce,
		aead.Seal(nil, nonce, f[0], parties)))
}

// called takes part in a call, or lets the user hear what is said in it.
func (d *toyDevice) called(p world.Packet) []world.Packet {
	if f, err := world.Unpack(p.Data, ToyCalled, 2); err == nil {
		if parties, err := world.ParseStrings(f[0]); err == nil &&
			slices.Contains(parties, d.account) {
			d.parties = parties
		}
		return nil
	}
	by, said, err := toyHear(d.key, p.Data)
	if err != nil || !slices.Contains(d.parties, by) || d.seen[string(p.Data)] {
		return nil
	}
	d.seen[string(p.Data)] = true
	return d.tell(world.Pack(world.KindHeard, []byte(by), said))
}

// toyHear opens something said.
func toyHear(key, data []byte) (by string, said []byte, err error) {
	f, err := world.Unpack(data, ToySpoken, 4)
	if err != nil {
		return "", nil, err
	}
	if len(f[2]) != chacha20poly1305.NonceSize {
		return "", nil, errors.New("toy: nonce of another size")
	}
	aead, err := toyAEAD(key)
	if err != nil {
		return "", nil, err
	}
	said, err = aead.Open(nil, f[2], f[3], f[0])
	return string(f[1]), said, err
}

// toyRelay passes what belongs to a call on to all parties but its sender.
func toyRelay(in world.Packet) (out []world.Packet) {
	for _, n := range []int{2, 4} {
		f, err := world.Unpack(in.Data, in.Kind(), n)
		if err != nil {
			continue
		}
		parties, err := world.ParseStrings(f[0])
		if err != nil || in.From != world.DeviceOf(string(f[1])) {
			return nil
		}
		for _, to := range parties {
			if to != string(f[1]) {
				out = append(out, world.Packet{From: world.Provider, To: world.DeviceOf(to),
					Data: in.Data})
			}
		}
		return out
	}
	return nil
}
