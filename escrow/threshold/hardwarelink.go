package threshold

import (
	"crypto/ecdh"
	"io"

	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
)

// hardwareEnd is the hardware's end of the link to its machine. With each share epoch the
// credential changes.
type hardwareEnd struct {
	*request.Link
	random io.Reader
	former *request.Link    // before the credential changed, until the machine uses the new one
	epoch  string           // the share epoch in which the credential was made
	offer  *ecdh.PrivateKey // to which the machine seals another one, nil if none is due
}

// heard takes a packet of the machine's, under the credential or, until that is used, the one
// before it.
func (e *hardwareEnd) heard(take func(*request.Link) error) error {
	err := take(e.Link)
	if err == nil {
		e.former = nil
	} else if e.former != nil {
		return take(e.former)
	}
	return err
}

// offered is a key to which the machine is to seal a new credential, if there has been none in
// this share epoch. It is drawn when the epoch begins, and again each night until the credential
// comes; else it is nil.
func (e *hardwareEnd) offered(epoch string, night bool) []byte {
	if e.epoch == epoch || (e.offer != nil && !night) {
		return nil
	}
	seed := make([]byte, 32)
	if _, err := io.ReadFull(e.random, seed); err != nil {
		return nil
	}
	e.offer, _ = ecdh.X25519().NewPrivateKey(seed) // of 32 bytes each is one
	return e.offer.PublicKey().Bytes()
}

// renew takes a new credential, which the machine has sealed to the key that was offered, and
// reports whether it is one.
func (e *hardwareEnd) renew(data []byte, name, epoch string) bool {
	f, err := e.Unprotect(data, request.KindRenew, 1)
	if err != nil || e.offer == nil {
		return false
	}
	credential, err := law.Open(e.offer.Bytes(), []byte(name), f[0])
	if err != nil || len(credential) != 32 {
		return false
	}
	e.Link, e.former = &request.Link{Credential: credential}, e.Link
	e.offer, e.epoch = nil, epoch
	return true
}

// machineEnd is the machine's end of the link to its hardware.
type machineEnd struct {
	*request.Link
	hardware string // whose other end it is
	random   io.Reader
	next     *request.Link // under a credential that the hardware has not used yet, nil if none
}

// said reads what the hardware says, from when it uses a new credential on under that.
func (e *machineEnd) said(data []byte) ([][]byte, error) {
	f, err := e.Unprotect(data, request.KindSpeak, 4)
	if err != nil && e.next != nil {
		if f, err = e.next.Unprotect(data, request.KindSpeak, 4); err == nil {
			e.Link, e.next = e.next, nil
		}
	}
	return f, err
}

// outrun reports whether the hardware has taken packets that this machine did not send: somebody
// else has the credential. The machine counts on from there, and sends no answer on for which
// it did not ask.
func (e *machineEnd) outrun(heard []byte) bool {
	number, err := world.ParseInt(heard)
	if err != nil || number <= e.Sent {
		return false
	}
	e.Sent = number
	return true
}

// renew makes another credential and seals it to the key that the hardware offers. It is nil if
// none is offered.
func (e *machineEnd) renew(offer []byte) []byte {
	if len(offer) == 0 {
		return nil
	}
	credential := make([]byte, 32)
	if _, err := io.ReadFull(e.random, credential); err != nil {
		return nil
	}
	sealed, err := law.Seal(e.random, offer, []byte(e.hardware), credential)
	if err != nil {
		return nil
	}
	out := e.Protect(request.KindRenew, sealed)
	e.next = &request.Link{Credential: credential}
	return out
}
