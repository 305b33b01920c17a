// Package registration is how an account moves to another phone: whoever asks gets a code by
// text message, sent to the account's telephone number, and whoever sends the code back has the
// account from then on. So the big messengers do it, and so the telephone operator, and whoever
// can read or redirect its text messages, comes to have a say in whose keys are handed out.
//
// Package e2ee has the other half: a provider with a [Register] hands out the keys of the phone
// that registered last and delivers to that; the phone before is told that it is registered no
// more, and sends and gets nothing. What was written before is on the old phone alone. Contacts
// see a changed safety number, as they do when somebody has a new phone.
//
// Left out: the number is the account's name; every account has one already when a run begins,
// so that the first registration needs no code; and a phone that is set up anew by its owner,
// with its own SIM card in it, gets its code unseen, for whoever could speak in its name can read
// the network and would read the code there. The owner of a stolen number does not get it back
// in a run, which in reality takes hours or days. A code has six digits and is good for ten
// minutes and three guesses, and an account gets five a day.
//
// An operator that answers lawful process copies to the agency the text messages to the accounts
// that an order names, as long as the order is in force (see [Operator]); and text messages are
// not encrypted, so that whoever taps the links of operators reads the codes as well.
//
// TestRegister shows what a code is good for and how often, TestOperator where it goes,
// TestOperatorUnderOrder who else gets a copy and until when, TestLock what a PIN stops and for
// how long.
package registration

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"doormat/world"
)

// Kinds of packets.
const (
	KindAskCode byte = 50 + iota // whoever wants to register an account, to the provider: account
	KindText                     // provider to operator, operator to whoever has the SIM card: account, code
	KindClaim                    // whoever has a code, to the provider: account, code, PIN or "", what a device registers
	KindRefused                  // provider to them: account, why
	KindMoved                    // provider to a device: it is registered no more
	KindLock                     // device to provider: salt and hash of a PIN
	KindProve                    // device that is set up anew, to provider: PIN
	KindListen                   // agency to operator: signed order
	KindCopied                   // operator to agency: account, code
)

// PacketKinds names them.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindAskCode, Name: "request for a code"},
		{Kind: KindText, Name: "text message"},
		{Kind: KindClaim, Name: "registration with a code"},
		{Kind: KindRefused, Name: "refused registration"},
		{Kind: KindMoved, Name: "end of a registration"},
		{Kind: KindLock, Name: "registration lock"},
		{Kind: KindProve, Name: "PIN of a registration lock"},
		{Kind: KindListen, Name: "order to the operator"},
		{Kind: KindCopied, Name: "copied text message"},
	}
}

const (
	codeLife    = 10 * time.Minute
	codeGuesses = 3 // wrong ones that a code outlives, less one
	codesADay   = 5
)

// Register is what a provider knows of where accounts are. The nil Register has each at its
// first phone and moves none.
type Register struct {
	random io.Reader
	at     map[string]string // account to address, of those that have moved
	codes  map[string]*code
	locks  map[string]*kept
}

// code is the one that was sent last to an account.
type code struct {
	digits string // "" when it is used up
	sent   time.Time
	wrong  int
	today  int // codes sent on the day of sent
}

// NewRegister makes a register that draws codes from random.
func NewRegister(random io.Reader) *Register {
	return &Register{random: random, at: map[string]string{}, codes: map[string]*code{},
		locks: map[string]*kept{}}
}

// DeviceOf is the address of the phone that an account is registered at.
func (r *Register) DeviceOf(account string) string {
	if r != nil && r.at[account] != "" {
		return r.at[account]
	}
	return world.DeviceOf(account)
}

// AccountAt gives the account that is registered at an address.
func (r *Register) AccountAt(address string) (string, bool) {
	if account, ok := world.AccountOf(address); ok {
		return account, r.DeviceOf(account) == address
	}
	if r != nil {
		for account, at := range r.at {
			if at == address {
				return account, true // an address has one account
			}
		}
	}
	return "", false
}

// AskCode sends a code by text message.
func (r *Register) AskCode(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, KindAskCode, 1)
	if err != nil || r == nil {
		return nil
	}
	account := string(f[0])
	today := 0
	if c := r.codes[account]; c != nil && sameDay(c.sent, now) {
		today = c.today
	}
	if today >= codesADay {
		return nil
	}
	digits, err := drawCode(r.random)
	if err != nil {
		return nil
	}
	r.codes[account] = &code{digits: digits, sent: now, today: today + 1}
	return []world.Packet{{From: world.Provider, To: world.Operator,
		Data: world.Pack(KindText, f[0], []byte(digits))}}
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Truncate(24 * time.Hour).Equal(b.UTC().Truncate(24 * time.Hour))
}

// drawCode draws six digits, each code as likely as any other.
func drawCode(random io.Reader) (string, error) {
	const codes = 1_000_000
	var b [4]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("code: %w", err)
		}
		if n := binary.BigEndian.Uint32(b[:]); n < 4294*codes {
			return fmt.Sprintf("%06d", n%codes), nil
		}
	}
}

// A Claim is somebody's wish to have an account at another address.
type Claim struct {
	Account      string
	Code         string
	PIN          string // "" if it is not known
	Registration []byte // what a device sends to register its keys
}

// Encode gives the packet's data.
func (c Claim) Encode() []byte {
	return world.Pack(KindClaim, []byte(c.Account), []byte(c.Code), []byte(c.PIN), c.Registration)
}

// ParseClaim decodes [Claim.Encode].
func ParseClaim(data []byte) (Claim, error) {
	f, err := world.Unpack(data, KindClaim, 4)
	if err != nil {
		return Claim{}, fmt.Errorf("claim: %w", err)
	}
	return Claim{string(f[0]), string(f[1]), string(f[2]), f[3]}, nil
}

// Check tells why a claim is refused, nil if it is not. A right code is used up by that.
func (r *Register) Check(now time.Time, c Claim, from string) error {
	if r == nil {
		return errors.New("accounts do not move here")
	}
	if account, taken := r.AccountAt(from); taken && account != c.Account {
		return errors.New("another account is registered there")
	}
	sent := r.codes[c.Account]
	if sent == nil || sent.digits == "" || now.Sub(sent.sent) > codeLife {
		return errors.New("no code is open")
	}
	if sent.digits != c.Code {
		if sent.wrong++; sent.wrong == codeGuesses {
			sent.digits = ""
		}
		return errors.New("the code is wrong")
	}
	if err := r.Try(now, c.Account, c.PIN); err != nil {
		return err
	}
	sent.digits = ""
	return nil
}

// Move has an account at another address from now on, and returns the one before.
func (r *Register) Move(account, to string) (before string) {
	before = r.DeviceOf(account)
	r.at[account] = to
	return before
}

// MisledBy names those through whom a stranger can have come to be registered at an address: the
// operator who gave the number away or a code, the network that carried it. It is nil if nobody
// is registered there.
func (r *Register) MisledBy(address string) []string {
	if _, ok := r.AccountAt(address); !ok {
		return nil
	}
	return []string{world.Operator, world.NetworkName}
}

// Refused is the answer to a claim that is refused.
func Refused(to, account string, why error) world.Packet {
	return world.Packet{From: world.Provider, To: to,
		Data: world.Pack(KindRefused, []byte(account), []byte(why.Error()))}
}
