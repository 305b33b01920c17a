package registration

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
)

var now = time.Date(2022, 8, 8, 12, 0, 0, 0, time.UTC)

func register() *Register { return NewRegister(rand.NewChaCha8([32]byte{7})) }

// ask has a code sent, and gives it; "" if none goes out.
func ask(t *testing.T, r *Register, at time.Time, account string) string {
	t.Helper()
	out := r.AskCode(at, world.Pack(KindAskCode, []byte(account)))
	if len(out) == 0 {
		return ""
	}
	require.Len(t, out, 1)
	require.Equal(t, world.Operator, out[0].To)
	f, err := world.Unpack(out[0].Data, KindText, 2)
	require.NoError(t, err)
	require.Equal(t, account, string(f[0]))
	require.Len(t, f[1], 6)
	return string(f[1])
}

// wrong is a code that differs in its last digit.
func wrong(code string) string { return code[:5] + string('0'+(code[5]-'0'+1)%10) }

// TestRegister: a code is good once, for its account, for ten minutes and for three guesses; an
// account gets five a day.
func TestRegister(t *testing.T) {
	r := register()
	code := ask(t, r, now, "Ana")
	require.Error(t, r.Check(now, Claim{Account: "Ben", Code: code}, world.Outsider))
	require.Error(t, r.Check(now.Add(11*time.Minute), Claim{Account: "Ana", Code: code}, world.Outsider))
	require.NoError(t, r.Check(now.Add(9*time.Minute), Claim{Account: "Ana", Code: code}, world.Outsider))
	require.Error(t, r.Check(now.Add(9*time.Minute), Claim{Account: "Ana", Code: code}, world.Outsider), "used up")

	code = ask(t, r, now, "Ana")
	for range 2 {
		require.Error(t, r.Check(now, Claim{Account: "Ana", Code: wrong(code)}, world.Outsider))
	}
	require.NoError(t, r.Check(now, Claim{Account: "Ana", Code: code}, world.Outsider))
	code = ask(t, r, now, "Ana")
	for range 3 {
		require.Error(t, r.Check(now, Claim{Account: "Ana", Code: wrong(code)}, world.Outsider))
	}
	require.Error(t, r.Check(now, Claim{Account: "Ana", Code: code}, world.Outsider), "after three guesses")

	require.NotEmpty(t, ask(t, r, now, "Ana"))
	require.NotEmpty(t, ask(t, r, now, "Ana"))
	require.Empty(t, ask(t, r, now, "Ana"), "the sixth of the day")
	require.NotEmpty(t, ask(t, r, now.AddDate(0, 0, 1), "Ana"))
}

// TestMove: an account is where it was registered last, and nowhere else.
func TestMove(t *testing.T) {
	r := register()
	require.Equal(t, "device:Ana", r.DeviceOf("Ana"))
	require.Nil(t, r.MisledBy(world.Outsider))
	require.Equal(t, "device:Ana", r.Move("Ana", world.Outsider))
	require.Equal(t, world.Outsider, r.DeviceOf("Ana"))
	account, ok := r.AccountAt(world.Outsider)
	require.True(t, ok)
	require.Equal(t, "Ana", account)
	_, ok = r.AccountAt("device:Ana")
	require.False(t, ok)
	_, ok = r.AccountAt("user:Ana")
	require.False(t, ok)
	require.Contains(t, r.MisledBy(world.Outsider), world.Operator)
	code := ask(t, r, now, "Ben")
	require.Error(t, r.Check(now, Claim{Account: "Ben", Code: code}, world.Outsider), "one account at an address")

	var none *Register
	require.Equal(t, "device:Ana", none.DeviceOf("Ana"))
	require.Empty(t, none.AskCode(now, world.Pack(KindAskCode, []byte("Ana"))))
	require.Error(t, none.Check(now, Claim{Account: "Ana"}, world.Outsider))
}

// TestOperator: a text message goes to whoever has the SIM card.
func TestOperator(t *testing.T) {
	o := NewOperator(nil)
	text := world.Packet{From: world.Provider, To: world.Operator, Data: world.Pack(KindText, []byte("Ana"), []byte("123456"))}
	require.Equal(t, []world.Packet{{From: world.Operator, To: "device:Ana", Data: text.Data}}, o.Handle(now, text))
	require.Error(t, o.Reprogram("another program", nil))
	require.NoError(t, o.Reprogram(MoveNumber, []byte("Ana")))
	require.Equal(t, world.Outsider, o.Handle(now, text)[0].To)
	text.Data = world.Pack(KindText, []byte("Ben"), []byte("123456"))
	require.Equal(t, "device:Ben", o.Handle(now, text)[0].To)
	require.Empty(t, o.Handle(now, world.Packet{From: world.Provider, To: world.Operator, Data: []byte{KindText}}))
	require.Empty(t, o.Holdings())
}

// TestOperatorUnderOrder: an operator that answers lawful process copies to the agency what it brings
// to the accounts of an order, until that is over; without the grant, without the court's
// signature, and to others it copies nothing. The owner gets the message all the same.
func TestOperatorUnderOrder(t *testing.T) {
	keys := lawtest.New("law")
	order := keys.Name(law.Order{Case: "case 1", Accounts: []string{"Ana"}, From: now, Until: now.AddDate(0, 0, 60),
		Expiry: now.AddDate(0, 0, 30)})
	show := func(o *Operator, signed []byte) {
		require.Empty(t, o.Handle(now, world.Packet{From: world.Agency, To: world.Operator, Data: world.Pack(KindListen, signed)}))
	}
	text := func(o *Operator, at time.Time, account string) (to []string) {
		for _, p := range o.Handle(at, world.Packet{From: world.Provider, To: world.Operator,
			Data: world.Pack(KindText, []byte(account), []byte("123456"))}) {
			to = append(to, p.To)
		}
		return to
	}
	signed := keys.Sign(order)
	o := NewOperator(keys.Register())
	show(o, signed)
	require.Equal(t, []string{"device:Ana"}, text(o, now, "Ana"), "it answers no lawful process")
	o.Handle(now, world.Packet{From: world.Law, To: world.Operator, Data: world.Pack(world.KindComply)})
	show(o, lawtest.New("another").Sign(order))
	require.Equal(t, []string{"device:Ana"}, text(o, now, "Ana"), "another court signed")
	require.Empty(t, o.Holdings())

	show(o, signed)
	require.Equal(t, []string{world.Agency, "device:Ana"}, text(o, now, "Ana"))
	require.Equal(t, []string{"device:Ben"}, text(o, now, "Ben"))
	require.Equal(t, []world.Fact{{Kind: law.OrderTarget, Ref: "Ana", Data: order.Encode()}}, o.Holdings())
	require.Equal(t, []string{"device:Ana"}, text(o, now.AddDate(0, 0, 31), "Ana"), "the order has expired")
	require.Empty(t, o.Holdings())

	copied := world.Packet{From: world.Operator, To: world.Agency, Data: world.Pack(KindCopied, []byte("Ana"), []byte("123456"))}
	filed, _ := Listener{}.Handle(nil, copied)
	require.Equal(t, []world.Fact{{Kind: Code, Ref: "Ana", Data: []byte("123456")}}, filed)
	copied.From = world.Outsider
	filed, _ = Listener{}.Handle(nil, copied)
	require.Empty(t, filed)
}

// FuzzClaim: a claim has one encoding.
func FuzzClaim(f *testing.F) {
	f.Add(Claim{"Ana", "123456", "0000", []byte{1}}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := ParseClaim(data); err == nil && !bytes.Equal(data, c.Encode()) {
			t.Fatal("two encodings")
		}
	})
}

// TestLock: without its PIN a locked account stays where it is; five wrong ones stop all for a
// week; a lock outlives its phone by a week; whoever copies it finds the PIN.
func TestLock(t *testing.T) {
	r := register()
	pin, l, err := NewLock(rand.NewChaCha8([32]byte{8}))
	require.NoError(t, err)
	require.Len(t, pin, 4)
	other := "0000"
	require.NotEqual(t, other, pin)
	require.NoError(t, r.Try(now, "Ana", ""), "no lock yet")
	r.SetLock(now, "Ana", l)
	code := ask(t, r, now, "Ana")
	require.Error(t, r.Check(now, Claim{Account: "Ana", Code: code}, world.Outsider))
	require.Error(t, r.Check(now, Claim{Account: "Ana", Code: code, PIN: other}, world.Outsider))
	require.NoError(t, r.Check(now, Claim{Account: "Ana", Code: code, PIN: pin}, world.Outsider))

	for range MaxGuesses {
		require.ErrorContains(t, r.Try(now, "Ana", other), "not its PIN")
	}
	require.ErrorContains(t, r.Try(now, "Ana", pin), "too many")
	late := now.Add(8 * 24 * time.Hour)
	r.Heard(now.Add(6*24*time.Hour), "Ana")
	require.True(t, r.Locked(late, "Ana"))
	require.ErrorContains(t, r.Try(late, "Ana", other), "not its PIN")
	require.NoError(t, r.Try(late, "Ana", pin))
	found, err := searchPIN(world.Input{Facts: r.Locks()})
	require.NoError(t, err)
	require.Equal(t, pin, string(found[0].Data))

	later := now.Add(14 * 24 * time.Hour)
	require.False(t, r.Locked(later, "Ana"))
	r.Heard(later, "Ana")
	require.True(t, r.Locked(later, "Ana"), "the phone came back before anybody else")
	later = later.Add(8 * 24 * time.Hour)
	require.NoError(t, r.Try(later, "Ana", other))
	r.Heard(later, "Ana")
	require.False(t, r.Locked(later, "Ana"), "whoever registered is not locked out by who was before")
}
