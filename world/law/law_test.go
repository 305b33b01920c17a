package law

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func courtKey(name string) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = io.ReadFull(world.Seed(1).Stream(name), seed)
	return ed25519.NewKeyFromSeed(seed)
}

// asker is the agency that is registered in these tests.
func asker() *Agency {
	a, err := NewAgency(world.Seed(1).Stream("agency"))
	if err != nil {
		panic(err)
	}
	return a
}

func sample() Order {
	return Order{Case: "case 1", Accounts: []string{"Ben", "Ana"}, From: noon, Until: noon.Add(time.Hour),
		Expiry: noon.Add(MaxValidity), Agency: asker().Registered().Answers}
}

// applicationOf is an order that the agency signed.
func applicationOf(o Order) []byte { return asker().sign(o) }

// registerOf has that agency, and one court.
func registerOf(court ed25519.PrivateKey) *Register {
	return &Register{Courts: []ed25519.PublicKey{court.Public().(ed25519.PublicKey)},
		Agencies: []Registered{asker().Registered()}}
}

func TestOrder(t *testing.T) {
	o := sample()
	got, err := ParseOrder(o.Encode())
	require.NoError(t, err)
	require.Equal(t, []string{"Ana", "Ben"}, got.Accounts)
	got.Accounts = o.Accounts
	require.Equal(t, o, got)
	same := o
	same.Accounts = []string{"Ana", "Ben", "Ana"}
	same.From = same.From.Add(time.Microsecond).In(time.FixedZone("elsewhere", 3600))
	require.Equal(t, o.Encode(), same.Encode(), "accounts are a set, times are to the millisecond")
	o.Program = "report what it shows"
	require.NotEqual(t, o.Encode(), same.Encode(), "the court signs what the vendor has to publish")
	got, err = ParseOrder(o.Encode())
	require.NoError(t, err)
	require.Equal(t, o.Program, got.Program)
}

func TestOrderIsStrict(t *testing.T) {
	pack := func(change func(f [][]byte) [][]byte) []byte {
		f, err := world.Unpack(sample().Encode(), orderTag, 6)
		require.NoError(t, err)
		return world.Pack(orderTag, change(f)...)
	}
	set := func(i int, v []byte) []byte { return pack(func(f [][]byte) [][]byte { f[i] = v; return f }) }
	_, err := ParseOrder(pack(func(f [][]byte) [][]byte { return f }))
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"empty":          nil,
		"other kind":     append([]byte{signedTag}, sample().Encode()[1:]...),
		"trailing":       append(sample().Encode(), 0),
		"cut short":      sample().Encode()[:40],
		"more fields":    pack(func(f [][]byte) [][]byte { return append(f, nil) }),
		"unsorted":       set(1, world.Strings([]string{"Ben", "Ana"})),
		"twice":          set(1, world.Strings([]string{"Ana", "Ana"})),
		"nobody":         set(1, world.Strings(nil)),
		"not a list":     set(1, []byte("Ana")),
		"short from":     set(2, make([]byte, 7)),
		"long until":     set(3, make([]byte, 9)),
		"no expiry":      set(4, nil),
		"short key":      set(5, make([]byte, 31)),
		"long key":       set(5, make([]byte, 33)),
		"without a key":  set(5, nil),
		"nothing at all": pack(func([][]byte) [][]byte { return nil }),
	} {
		_, err := ParseOrder(data)
		require.ErrorContains(t, err, "order", name)
	}
}

func TestCovers(t *testing.T) {
	o := sample()
	for _, c := range []struct {
		from    string
		to      []string
		seconds int
		covered bool
	}{
		{"Ana", []string{"Cem"}, 0, true},
		{"Cem", []string{"Ben"}, 0, true},
		{"Cem", []string{"Dee", "Ben"}, 3600, true},
		{"Cem", []string{"Dee"}, 0, false},
		{"An", []string{"Bena"}, 0, false},
		{"Ana", []string{"Ben"}, -1, false},
		{"Ana", []string{"Ben"}, 3601, false},
	} {
		m := world.Meta{From: c.from, To: c.to, Sent: noon.Add(time.Duration(c.seconds) * time.Second)}
		require.Equal(t, c.covered, o.Covers(m), "%+v", c)
	}
}

// TestRegister: an order counts with both signatures, from a registered agency to which it is
// answered, and for as long as orders may be. Each single thing that does not hold is told.
func TestRegister(t *testing.T) {
	key, other := courtKey("court"), courtKey("another")
	r := registerOf(key)
	signed := Sign(applicationOf(sample()), key)
	for _, now := range []time.Time{noon, noon.AddDate(0, 0, 10), sample().Expiry} {
		o, err := r.Verify(signed, now)
		require.NoError(t, err)
		require.Equal(t, "case 1", o.Case)
	}
	_, err := r.Verify(signed, sample().Expiry.Add(time.Second))
	require.ErrorContains(t, err, "expired")
	_, err = r.Verify(signed, noon.Add(-time.Second))
	require.ErrorContains(t, err, "longer than 30 days")
	_, err = r.Verify(Sign(applicationOf(sample()), other), noon)
	require.ErrorContains(t, err, "signature is not the court's")
	_, err = r.Verify(applicationOf(sample()), noon)
	require.Error(t, err, "an application is no order")

	stranger, err := NewAgency(world.Seed(1).Stream("another agency"))
	require.NoError(t, err)
	named := sample()
	named.Agency = stranger.Registered().Answers
	_, err = r.Verify(Sign(stranger.sign(named), key), noon)
	require.ErrorContains(t, err, "no registered agency")
	_, err = r.Verify(Sign(stranger.sign(sample()), key), noon)
	require.ErrorContains(t, err, "has not signed it")
	r.Agencies = append(r.Agencies, stranger.Registered())
	_, err = r.Verify(Sign(stranger.sign(named), key), noon)
	require.NoError(t, err)
	_, err = r.Verify(Sign(stranger.sign(sample()), key), noon)
	require.ErrorContains(t, err, "has not signed it", "one agency does not ask in another's name")
	require.NotEqual(t, asker().Registered().Answers, []byte(asker().Registered().Signs))

	for want, change := range map[string]func(o *Order){
		"":            func(*Order) {},
		"expired":     func(o *Order) { o.Expiry = noon.Add(-time.Second) },
		"longer than": func(o *Order) { o.Expiry = always },
		"24 hours":    func(o *Order) { o.Expiry = noon.Add(MaxUrgency + time.Millisecond) },
		"registered":  func(o *Order) { o.Agency = make([]byte, 32) },
	} {
		o := sample()
		o.Expiry = noon.Add(MaxUrgency)
		change(&o)
		_, err := r.VerifyEmergency(world.Pack(KindEmergency, ApplyAtOnce(o, SigningKey(asker().key.Bytes()))), noon)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
	}
	_, err = r.VerifyEmergency(world.Pack(KindEmergency, sample().Encode()), noon)
	require.Error(t, err, "nobody has signed it")
	_, err = r.VerifyEmergency(world.Pack(KindEmergency, applicationOf(sample())), noon)
	require.ErrorContains(t, err, "has not signed it", "what a court was asked for is no emergency")
	_, err = r.VerifyApplication(ApplyAtOnce(sample(), SigningKey(asker().key.Bytes())), noon)
	require.ErrorContains(t, err, "has not signed it", "nor the other way round")

	// Any bit of it counts.
	for i := range signed {
		bad := bytes.Clone(signed)
		bad[i] ^= 1
		_, err := r.Verify(bad, noon)
		require.Error(t, err, "byte %d", i)
	}
	// Each signature is over something labelled, so that nothing else passes for it.
	body := applicationOf(sample())
	_, err = r.Verify(world.Pack(signedTag, body, ed25519.Sign(key, body)), noon)
	require.Error(t, err)
	plain, agency := sample().Encode(), SigningKey(asker().key.Bytes())
	_, err = r.Verify(Sign(world.Pack(applicationTag, plain, ed25519.Sign(agency, plain)), key), noon)
	require.Error(t, err)
	// What a court signed and is no order stays none.
	_, err = r.Verify(Sign([]byte("x"), key), noon)
	require.Error(t, err)
}

func TestRecord(t *testing.T) {
	key := courtKey("court")
	public := key.Public().(ed25519.PublicKey)
	signed, nonce := Sign(applicationOf(sample()), key), bytes.Repeat([]byte{1}, 32)
	record := Record(signed, nonce, key)
	require.True(t, CheckRecord(record, public))
	require.True(t, OpensTo(record, signed, nonce))

	// It binds: no other order, no other nonce, no other split of the two.
	another := sample()
	another.Case = "case 2"
	require.False(t, OpensTo(record, Sign(applicationOf(another), key), nonce))
	require.False(t, OpensTo(record, signed, bytes.Repeat([]byte{2}, 32)))
	require.False(t, OpensTo(record, signed, nonce[:31]))
	long := append(bytes.Clone(nonce), signed...)
	require.False(t, OpensTo(Record(signed, long, key), signed, long), "a nonce has 32 bytes")
	require.False(t, OpensTo(nil, signed, nonce))

	// It hides: with a nonce that one does not know, the same order looks like any
	// other, and not a byte of it shows.
	require.NotEqual(t, record, Record(signed, bytes.Repeat([]byte{3}, 32), key))
	require.NotContains(t, string(record), "case 1")
	require.NotContains(t, string(record), string(nonce))
	require.Len(t, record, 1+4+32+4+64)

	for i := range record {
		bad := bytes.Clone(record)
		bad[i] ^= 1
		require.False(t, CheckRecord(bad, public), "byte %d", i)
	}
	require.False(t, CheckRecord(Record(signed, nonce, courtKey("another")), public))
	// An order's own signature makes no record, which a log would hold against the court.
	f, err := world.Unpack(signed, signedTag, 2)
	require.NoError(t, err)
	require.False(t, CheckRecord(world.Pack(recordTag, append([]byte("doormat order v2\x00"), f[0]...), f[1]), public))
	require.False(t, CheckRecord(world.Pack(recordTag, nil, ed25519.Sign(key, committed(nil))), public))
}

func FuzzParseOrder(f *testing.F) {
	f.Add(sample().Encode())
	far := sample()
	far.Expiry = time.Unix(1<<62, 0)
	f.Add(far.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ParseOrder(data)
		if err != nil {
			return
		}
		require.Equal(t, data, o.Encode())
		o.Covers(world.Meta{From: "Ana"})
		_, _ = registerOf(courtKey("court")).Verify(Sign(applicationOf(o), courtKey("court")), noon)
	})
}

func FuzzParseSigned(f *testing.F) {
	key := courtKey("court")
	s := Signed{Order: sample(), Bytes: Sign(applicationOf(sample()), key), Nonce: make([]byte, 32), Evidence: []byte("logged")}
	s.Record = Record(s.Bytes, s.Nonce, key)
	f.Add(s.Encode())
	s.Second = []byte("of a judge")
	f.Add(s.Encode())
	f.Add(append(s.Encode()[:len(s.Encode())-len("of a judge")-4], 0, 0, 0, 0)) // a second encoding of none
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSigned(data)
		if err != nil {
			return
		}
		require.Equal(t, data, s.Encode())
		_, _ = registerOf(key).Verify(s.Bytes, noon)
		OpensTo(s.Record, s.Bytes, s.Nonce)
		CheckRecord(s.Record, key.Public().(ed25519.PublicKey))
	})
}
