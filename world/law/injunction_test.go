package law

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// countries are the courts and agencies of three of them, which answer lawful process.
func countries(t testing.TB, logged bool) *Authorities {
	s := world.Settings{Own: world.Own("").With(world.Courts, "3")}
	by, err := Setup(world.Config{Seed: world.Seed(1), Settings: s}, logged)
	require.NoError(t, err)
	require.Len(t, by.Nodes(), 6)
	for _, c := range by.Courts {
		c.Handle(noon, world.Packet{From: world.Law, To: c.Name(), Data: world.Pack(world.KindComply)})
	}
	return by
}

// signedBy has the agency of a country apply for an order about accounts, or for an injunction, and
// gives what the court there hands out.
func signedBy(t testing.TB, by *Authorities, number int, forbids bool, accounts ...string) Signed {
	opened := [][]byte{world.Strings(accounts), world.Time(noon), world.Time(noon.Add(time.Hour))}
	if forbids {
		opened = append(opened, nil, []byte{1})
	}
	agency, court := by.Agencies[number-1], by.Courts[number-1]
	applied := agency.Handle(noon, world.Packet{From: world.Law, To: agency.Name(), Data: world.Pack(world.KindCase, opened...)})
	require.Len(t, applied, 1)
	require.Equal(t, agency.Name()+">"+court.Name(), applied[0].From+">"+applied[0].To)
	for _, other := range by.Courts {
		if other != court {
			require.Empty(t, other.Handle(noon, applied[0]), "a court signs what the agency of its country asks it for")
			forged := applied[0]
			forged.From = world.Numbered(world.Agency, other.number)
			require.Empty(t, other.Handle(noon, forged), "and what names it")
		}
	}
	out := court.Handle(noon, applied[0])
	require.Len(t, out, 1)
	require.Equal(t, court.Name()+">"+agency.Name(), out[0].From+">"+out[0].To)
	s, err := ParseSigned(out[0].Data)
	require.NoError(t, err)
	return s
}

// Orders of every court are answered, each under the signature of the court that it names, and for
// the agency of that country.
func TestSeveralCourts(t *testing.T) {
	by := countries(t, false)
	for i, c := range by.Courts {
		s := signedBy(t, by, i+1, false, "Ana")
		require.Equal(t, c.Name(), s.Order.CourtName())
		require.Equal(t, by.Agencies[i].Name(), s.Order.AgencyName())
		o, err := by.Verify(s.Bytes, noon)
		require.NoError(t, err)
		require.Equal(t, s.Order.Encode(), o.Encode())
		application, err := world.Unpack(s.Bytes, signedTag, 2)
		require.NoError(t, err)
		for j, other := range by.Courts {
			_, err := by.Verify(Sign(application[0], other.key), noon)
			require.Equal(t, i == j, err == nil, "the court that it names signs it: %v", err)
		}
	}
	o := signedBy(t, by, 2, false, "Ana").Order
	o.Agency = by.Agencies[0].Registered().Answers
	_, err := by.Verify(Sign(by.Agencies[0].sign(o), by.Courts[1].key), noon)
	require.ErrorContains(t, err, "does not apply to court:2")
	o.Court = 4
	_, err = by.Verify(Sign(by.Agencies[0].sign(o), by.Courts[0].key), noon)
	require.ErrorContains(t, err, "not the court's")
}

// An injunction binds those in the country of its court, against other courts, about the accounts
// that it names, while it is in force. To whom it is shown makes no difference otherwise, and nobody
// answers it.
func TestConflict(t *testing.T) {
	by := countries(t, false)
	injunction := signedBy(t, by, 2, true, "Ana", "Ben")
	order := func(number int, account string) Signed { return signedBy(t, by, number, false, account) }
	inB := by.For("B")
	_, err := inB.Verify(order(1, "Ana").Bytes, noon)
	require.NoError(t, err, "there is no injunction yet")
	for _, r := range []*Register{inB, by.For("A"), by.For("C"), by.For("Z"), by.Register} {
		_, err := r.Verify(injunction.Bytes, noon)
		require.ErrorIs(t, err, ErrInjunction)
		for number := 1; number <= 3; number++ {
			o := order(number, "Ana")
			_, err := r.Verify(o.Bytes, noon)
			bound := r == inB && number != 2
			require.Equal(t, bound, r.Forbidden(o.Order, noon))
			require.Equal(t, bound, errors.As(err, new(*Conflict)), "%v", err)
			require.Equal(t, bound, len(Refused("trustee:1", err)) == 1)
			_, err = r.Verify(order(number, "Cem").Bytes, noon)
			require.NoError(t, err, "somebody whom it does not name")
		}
	}
	_, err = inB.Verify(order(1, "Ana").Bytes, noon)
	require.EqualError(t, err, "the order is of the court, and the court:2 forbids to answer it: to keep one is to break the other")
	emergency := order(1, "Ana").Order
	emergency.Expiry = noon.Add(MaxUrgency)
	asked := world.Pack(KindEmergency, ApplyAtOnce(emergency, SigningKey(by.Agencies[0].key.Bytes())))
	_, err = inB.VerifyEmergency(asked, noon)
	require.ErrorAs(t, err, new(*Conflict))
	require.False(t, inB.Forbidden(order(1, "Ana").Order, injunction.Order.Expiry.Add(time.Millisecond)), "it is over")
	require.Empty(t, Refused("trustee:1", errors.New("another reason")))

	// Nobody else's signature forbids, and no order does.
	fresh := by.For("B")
	application, err := world.Unpack(injunction.Bytes, signedTag, 2)
	require.NoError(t, err)
	_, err = fresh.Verify(Sign(application[0], by.Courts[0].key), noon)
	require.ErrorContains(t, err, "not the court's")
	_, err = fresh.Verify(order(2, "Ana").Bytes, noon)
	require.NoError(t, err)
	require.False(t, fresh.Forbidden(order(1, "Ana").Order, noon))
}

// The agency serves an injunction on all who answer orders, and on no user.
func TestInjunctionIsServed(t *testing.T) {
	by := countries(t, false)
	s := signedBy(t, by, 2, true, "Ana")
	var to []string
	for _, p := range by.Agencies[1].Handle(noon, world.Packet{From: "court:2", To: "agency:2", Data: s.Encode()}) {
		require.Equal(t, "agency:2", p.From)
		to = append(to, p.To)
	}
	require.Equal(t, []string{world.Provider, world.Vendor}, to)
	require.Empty(t, by.Agencies[0].Handle(noon, world.Packet{From: "court:2", To: "agency", Data: s.Encode()}))
}

// A court says whether an entry is on its docket, and nothing of another court's.
func TestWhoseDocket(t *testing.T) {
	by := countries(t, true)
	record := Record([]byte("an order"), make([]byte, 32), by.Courts[1].key)
	ask := func(c *Court, record []byte) []world.Packet {
		return c.Handle(noon, world.Packet{From: world.Monitor, To: c.Name(), Data: world.Pack(KindInquire, record)})
	}
	require.Empty(t, ask(by.Courts[0], record))
	for _, c := range []*Court{by.Courts[1], by.Courts[0]} {
		r := record
		if c == by.Courts[0] {
			r = bytes.Clone(record)
			r[len(r)-1] ^= 1
		}
		require.Equal(t, []world.Packet{{From: c.Name(), To: world.Monitor, Data: world.Pack(KindDocketed, r, []byte{0})}},
			ask(c, r), "a record that no court has signed is on no docket, and each says so")
	}
}

// Which court an order is for and whether it forbids is part of what is signed, in one encoding.
func TestOrderOfCourt(t *testing.T) {
	seen := [][]byte{}
	for _, court := range []int{0, 2, 9} {
		for _, program := range []string{"", "report"} {
			for _, forbids := range []bool{false, true} {
				o := sample()
				o.Court, o.Program, o.Forbids = court, program, forbids
				got, err := ParseOrder(o.Encode())
				require.NoError(t, err)
				require.Equal(t, []any{court, program, forbids}, []any{got.Court, got.Program, got.Forbids})
				require.False(t, slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, o.Encode()) }))
				seen = append(seen, o.Encode())
			}
		}
	}
	o := sample()
	o.Court = 1
	require.Equal(t, sample().Encode(), o.Encode(), "the first court goes without a number")
	for _, bad := range []int64{0, 1, -1, 10, 1 << 40} {
		f, err := world.UnpackList(o.Encode(), orderTag)
		require.NoError(t, err)
		_, err = ParseOrder(world.Pack(orderTag, append(f, nil, world.Int(bad))...))
		require.Error(t, err, bad)
	}
}
