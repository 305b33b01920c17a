package threshold

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/escrow"
	"doormat/escrow/committee"
	"doormat/world"
	"doormat/world/publiclog"
)

// envelope puts the seed inside the ratchet, or under a group's sender key, and the
// escrow field beside it. Their associated data covers metadata and field. As an extension of
// the device it follows the board, from which it knows the committee's key.
type envelope struct {
	e2ee.NoDeviceHooks
	committee.Keyring
	device *e2ee.Device // nil in a rule, which has none
	random io.Reader
	gap    bool // it has asked for records that are missing
}

var errNoKey = errors.New("there is no committee key with a valid certificate")

// Begin implements [e2ee.DeviceExtension]: a device that is set up asks for the board.
func (e *envelope) Begin(time.Time) []world.Packet {
	e.Keyring = committee.Keyring{Cache: e.Cache}
	return e.fetchBoard()
}

// fetchBoard asks the provider for the records that the device has not read.
func (e *envelope) fetchBoard() []world.Packet {
	return []world.Packet{{From: e.device.Name(), To: world.Provider,
		Data: world.Pack(committee.KindFetchBoard, world.Int(e.Size()))}}
}

// Handle implements [e2ee.DeviceExtension]: the provider offers certificates, and passes on
// updates of the log. Only the latter make a key acceptable.
func (e *envelope) Handle(_ time.Time, p world.Packet) (out []world.Packet) {
	if p.From != world.Provider {
		return nil
	}
	if p.Kind() == publiclog.KindUpdate {
		return e.handleUpdate(p.Data)
	}
	list, err := world.UnpackList(p.Data, committee.KindKey)
	if err != nil {
		return nil
	}
	ask, err := e.TakeOffers(list, world.Provider)
	if e.gap = ask; ask {
		out = e.fetchBoard()
	}
	if err != nil {
		out = append(out, e.device.Warning("a committee key was refused: "+err.Error()))
	}
	return out
}

// handleUpdate reads an update of the board. It asks for missing records once only, so that
// false answers make no loop.
func (e *envelope) handleUpdate(update []byte) []world.Packet {
	_, settled, err := e.ReadUpdate(update)
	switch {
	case errors.Is(err, publiclog.ErrGap) && e.gap:
		return nil
	case errors.Is(err, publiclog.ErrGap):
		e.gap = true
		return e.fetchBoard()
	case err != nil:
		return []world.Packet{e.device.Warning("the board that was shown was refused: " + err.Error())}
	}
	e.gap = false
	var out []world.Packet
	for _, v := range settled {
		if v.Err != nil {
			out = []world.Packet{e.device.Warning("a committee key was refused: " + v.Err.Error())}
		}
	}
	return out
}

// Seal implements [wire.Envelope].
func (e *envelope) Seal(m world.Meta, body []byte) (secret, public []byte, err error) {
	seed, err := e.seed()
	if err != nil {
		return nil, nil, err
	}
	f, err := e.field(m, seed, body)
	if err != nil {
		return nil, nil, err
	}
	return seed[:], f.Encode(), nil
}

func (e *envelope) seed() (seed [escrow.SeedSize]byte, err error) {
	if _, err = io.ReadFull(e.random, seed[:]); err != nil {
		err = fmt.Errorf("message seed: %w", err)
	}
	return seed, err
}

// field encrypts a message's body under its seed, and the seed under the newest committee key.
func (e *envelope) field(m world.Meta, seed [escrow.SeedSize]byte, body []byte) (*escrow.Field, error) {
	sealed, err := escrow.SealBody(seed[:], body)
	if err != nil {
		return nil, err
	}
	c := e.Newest()
	if c == nil {
		return nil, errNoKey
	}
	f := &escrow.Field{KeyID: c.ID, Body: sealed}
	f.Seed = e.Encrypt(c, f.Label(m), seed)
	return f, nil
}

// Open implements [wire.Envelope]. It builds the label from what the recipient
// sees, computes the whole field again from the seed, and refuses any difference:
// what trustees could open is what the recipient reads.
func (e *envelope) Open(m world.Meta, secret, public []byte) ([]byte, error) {
	f, err := escrow.ParseField(public)
	if err != nil || len(secret) != escrow.SeedSize {
		return nil, errors.New("it carries no escrow field")
	}
	c := e.Find(f.KeyID)
	if c == nil {
		return nil, fmt.Errorf("its escrow field is for the key %q", f.KeyID)
	}
	again := e.Encrypt(c, f.Label(m), [escrow.SeedSize]byte(secret))
	if !bytes.Equal(again, f.Seed) {
		return nil, errors.New("its escrow field does not open to the message")
	}
	return escrow.OpenBody(secret, f.Body)
}

// PhraseKey is the key of a client that encrypts underneath; Ref the accomplices. No rule takes it.
const PhraseKey world.Kind = "phrase key"

// Names of the modified programs that a user may run to evade.
const (
	GarbageFields     = "send garbage fields"
	EncryptUnderneath = "encrypt underneath"
)

// garbageFields is a client whose fields encrypt a seed that opens nothing: to everybody, or to
// some accounts only. The proof in the field is sound, so the provider accepts it.
type garbageFields struct {
	*envelope
	only []string
}

// newGarbageFields reads the accounts, one a line; without any it is everybody.
func newGarbageFields(honest *envelope, text []byte) garbageFields {
	g := garbageFields{envelope: honest}
	if len(text) > 0 {
		g.only = strings.Split(string(text), "\n")
	}
	return g
}

func (g garbageFields) Seal(m world.Meta, body []byte) (secret, public []byte, err error) {
	if g.only != nil && !among(append([]string{m.From}, g.only...), m) {
		return g.envelope.Seal(m, body)
	}
	seed, err := g.seed()
	if err != nil {
		return nil, nil, err
	}
	f, err := g.field(m, seed, body)
	if err != nil {
		return nil, nil, err
	}
	other, err := g.seed()
	if err != nil {
		return nil, nil, err
	}
	f.Seed = g.Encrypt(g.Newest(), f.Label(m), other)
	return seed[:], f.Encode(), nil
}

// underneath is a client that encrypts contents for its accomplices once more,
// under a phrase that they agreed on in person, and sends that as a text. Everything
// the law asks for is there and opens, to ciphertext.
type underneath struct {
	wire.Envelope
	accounts []string
	key      [32]byte
}

// newUnderneath reads the accomplices' accounts, one a line, and last the phrase.
func newUnderneath(honest wire.Envelope, text []byte) (wire.Envelope, error) {
	lines := strings.Split(string(text), "\n")
	last := len(lines) - 1
	if last < 1 || lines[last] == "" {
		return nil, errors.New("encrypt underneath: want accounts and a phrase, one a line")
	}
	return &underneath{honest, lines[:last], sha256.Sum256([]byte(lines[last]))}, nil
}

// Holdings are what the modified client keeps besides: the hash of the phrase.
func (u *underneath) Holdings() []world.Fact {
	return []world.Fact{{Kind: PhraseKey, Ref: strings.Join(u.accounts, ","), Data: u.key[:]}}
}

// among reports whether everybody in m is one of the accomplices.
func among(accounts []string, m world.Meta) bool {
	return !slices.ContainsFunc(append([]string{m.From}, m.To...),
		func(a string) bool { return !slices.Contains(accounts, a) })
}

// seed derives a key for one message: message ids do not repeat.
func (u *underneath) seed(m world.Meta) []byte {
	sum := sha256.Sum256(world.Pack('u', u.key[:], []byte(m.ID)))
	return sum[:]
}

func (u *underneath) Seal(m world.Meta, body []byte) (secret, public []byte, err error) {
	if !among(u.accounts, m) {
		return u.Envelope.Seal(m, body)
	}
	inner, err := escrow.SealBody(u.seed(m), body)
	if err != nil {
		return nil, nil, err
	}
	return u.Envelope.Seal(m, (&wire.Content{Body: inner}).Encode())
}

func (u *underneath) Open(m world.Meta, secret, public []byte) ([]byte, error) {
	body, err := u.Envelope.Open(m, secret, public)
	if err != nil || !among(u.accounts, m) {
		return body, err
	}
	outer, err := wire.ParseContent(body)
	if err != nil {
		return nil, err
	}
	return escrow.OpenBody(u.seed(m), outer.Body)
}

// madeEnvelope builds the honest envelope for a writer who knows the committee,
// which is public. Of several keys it takes the newest.
func madeEnvelope(random io.Reader, more []world.Fact) (wire.Envelope, error) {
	if len(more) == 0 {
		return nil, fmt.Errorf("rule %q: give the fact of kind %q as third argument", rules.Write, committee.Committee)
	}
	newest := slices.MaxFunc(more, func(a, b world.Fact) int {
		return committee.KeyNumber(committee.KeyOfEpoch(a.Ref)) - committee.KeyNumber(committee.KeyOfEpoch(b.Ref))
	})
	commitments, err := committee.ParseFact(newest.Data)
	if err != nil {
		return nil, err
	}
	c, err := committee.NewKey(committee.KeyNumber(committee.KeyOfEpoch(newest.Ref)), commitments, nil)
	if err != nil {
		return nil, err
	}
	return &envelope{Keyring: committee.Keyring{Keys: []*committee.Key{c}}, random: random}, nil
}
