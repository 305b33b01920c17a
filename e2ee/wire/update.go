package wire

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"doormat/world"
)

const programTag = 'U'

// Update is a program on its way to phones.
type Update struct {
	Program string
	For     string    // "device:Ines", "element:Ines", or "" for everybody
	Serves  string    // of ReportCopies: to whom the copies go
	Until   time.Time // when a compelled program ends; the zero time if it does not
}

func (u Update) encode() []byte {
	var until int64
	if !u.Until.IsZero() {
		until = u.Until.UnixMilli()
	}
	return world.Pack(programTag, []byte(u.Program), []byte(u.For), []byte(u.Serves),
		world.Int(until))
}

// Sign gives the packet that carries u, without addresses.
func (u Update) Sign(vendor ed25519.PrivateKey) []byte {
	body := u.encode()
	return world.Pack(KindUpdate, body, ed25519.Sign(vendor, signedUpdate(body)))
}

func signedUpdate(body []byte) []byte { return append([]byte("doormat update v1\x00"), body...) }

// VerifyUpdate decodes an update that the vendor signed for a node, or for everybody, and that has
// not ended. Updates travel in the open, so anybody can keep one and bring it again.
func VerifyUpdate(now time.Time, data []byte, vendor ed25519.PublicKey,
	node string) (u Update, err error) {
	f, err := world.Unpack(data, KindUpdate, 2)
	if err != nil {
		return u, fmt.Errorf("update: %w", err)
	}
	if len(vendor) != ed25519.PublicKeySize || !ed25519.Verify(vendor, signedUpdate(f[0]), f[1]) {
		return u, errors.New("update: the signature is not the vendor's")
	}
	if f, err = world.Unpack(f[0], programTag, 4); err != nil {
		return u, fmt.Errorf("update: %w", err)
	}
	u = Update{Program: string(f[0]), For: string(f[1]), Serves: string(f[2])}
	until, err := world.ParseInt(f[3])
	if err != nil {
		return u, fmt.Errorf("update: %w", err)
	}
	if until != 0 {
		u.Until = time.UnixMilli(until).UTC()
	}
	if u.For != "" && u.For != node {
		return u, fmt.Errorf("update: it is for %s", u.For)
	}
	if !u.Until.IsZero() && now.After(u.Until) {
		return u, fmt.Errorf("update: it ended at %s", u.Until.Format(time.DateOnly))
	}
	return u, nil
}
