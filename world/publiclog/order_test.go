package publiclog

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
	"doormat/world/ledger"
)

// An order is accepted if everything about it holds, and refused for each single thing that
// does not, with what is wrong.
func TestVerifyOrder(t *testing.T) {
	o := newOffice(t)
	keys := lawtest.Keys{Court: o.court, Agency: lawtest.New("agency").Agency}
	register := keys.Register()
	logged := func(by lawtest.Keys, expiry time.Time) law.Signed {
		order := law.Order{Case: "case 1", Accounts: []string{"Ana"}, From: now, Until: now, Expiry: expiry}
		s := law.Signed{Order: order, Bytes: by.Sign(order), Nonce: bytes.Repeat([]byte{7}, 32)}
		s.Record = law.Record(s.Bytes, s.Nonce, o.court)
		o.append(s.Record)
		all := o.answers(law.KindLogged)
		f, err := world.Unpack(all[len(all)-1].Data, law.KindLogged, 2)
		require.NoError(t, err)
		s.Evidence = f[1]
		return s
	}
	good := logged(keys, now.Add(time.Hour))
	order, checkpoint, err := VerifyOrder(now, good, register, o.policy)
	require.NoError(t, err)
	require.Equal(t, "case 1", order.Case)
	require.NotEmpty(t, checkpoint)

	thief := lawtest.New("thief")
	alone := lawtest.Keys{Court: o.court, Agency: thief.Agency}
	stranger, err := ledger.New("other.log", world.Seed(2).Stream(world.Log))
	require.NoError(t, err)
	foreign, err := ledger.NewPolicy(stranger.VerifierKey(), 0)
	require.NoError(t, err)
	other := logged(keys, now.Add(2*time.Hour))
	for want, bad := range map[string]func(s *law.Signed, policy **ledger.Policy){
		"not the court's":           func(s *law.Signed, _ **ledger.Policy) { *s = logged(thief, now.Add(time.Hour)) },
		"no registered agency":      func(s *law.Signed, _ **ledger.Policy) { *s = logged(alone, now.Add(time.Hour)) },
		"longer than":               func(s *law.Signed, _ **ledger.Policy) { *s = logged(keys, now.AddDate(1, 0, 0)) },
		"expired":                   func(s *law.Signed, _ **ledger.Policy) { *s = logged(keys, now.Add(-time.Hour)) },
		"record is not of this":     func(s *law.Signed, _ **ledger.Policy) { s.Nonce = make([]byte, 32) },
		"without evidence":          func(s *law.Signed, _ **ledger.Policy) { s.Evidence = nil },
		"not in the log":            func(s *law.Signed, _ **ledger.Policy) { s.Evidence = other.Evidence },
		"the order is not in the l": func(_ *law.Signed, policy **ledger.Policy) { *policy = foreign },
	} {
		s, policy := good, o.policy
		bad(&s, &policy)
		_, _, err := VerifyOrder(now, s, register, policy)
		require.ErrorContains(t, err, want)
	}
}
