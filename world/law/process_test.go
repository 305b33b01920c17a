package law

import (
	"crypto/ed25519"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

func newCourt(t testing.TB, logged, willing bool) *Court {
	c, err := NewCourt(world.Seed(1).Stream("court"), logged)
	require.NoError(t, err)
	NewRegister([]*Court{c}, []*Agency{asker()})
	if willing {
		c.Handle(noon, world.Packet{From: world.Law, To: "court", Data: world.Pack(world.KindComply)})
	}
	return c
}

func application() world.Packet {
	return world.Packet{From: "agency", To: "court", Data: world.Pack(KindApply, applicationOf(sample()))}
}

func TestCourtRefuses(t *testing.T) {
	require.Empty(t, newCourt(t, false, false).Handle(noon, application()), "it was not told to comply")
	for _, from := range []string{"agency", "court", "user:Ana", world.Outsider, world.Environment, ""} {
		c := newCourt(t, false, false)
		c.Handle(noon, world.Packet{From: from, To: "court", Data: world.Pack(world.KindComply)})
		require.Empty(t, c.Handle(noon, application()), "told to comply by %q", from)
	}
	c := newCourt(t, false, true)
	for _, from := range []string{world.Law, "provider", "trustee:1", world.Outsider, ""} {
		p := application()
		p.From = from
		require.Empty(t, c.Handle(noon, p), "asked by %q", from)
	}
	for _, data := range [][]byte{nil, {KindApply}, world.Pack(KindApply, nil), world.Pack(KindApply, applicationOf(sample()), nil),
		world.Pack(KindApply, applicationOf(sample())[1:]),
		world.Pack(KindApply, sample().Encode()), applicationOf(sample())} {
		require.Empty(t, c.Handle(noon, world.Packet{From: "agency", To: "court", Data: data}))
	}
	require.Len(t, c.Handle(noon, application()), 1, "and then it would have signed")
}

func TestCourtWithoutLog(t *testing.T) {
	c := newCourt(t, false, true)
	out := c.Handle(noon, application())
	require.Len(t, out, 1)
	require.Equal(t, "court>agency", out[0].From+">"+out[0].To)
	s, err := ParseSigned(out[0].Data)
	require.NoError(t, err)
	require.Empty(t, s.Evidence)
	o, err := c.Register().Verify(s.Bytes, noon)
	require.NoError(t, err)
	require.Equal(t, sample().Encode(), o.Encode())
	require.True(t, OpensTo(s.Record, s.Bytes, s.Nonce))
	require.True(t, CheckRecord(s.Record, c.Public()))

	// A thief of the court signs as well as the court, and needs an agency's signature.
	require.Len(t, c.Holdings(), 2, "the key, and the order until it is published")
	require.Equal(t, CourtKey, c.Holdings()[0].Kind)
	stolen := ed25519.NewKeyFromSeed(c.Holdings()[0].Data)
	_, err = c.Register().Verify(Sign(applicationOf(sample()), stolen), noon)
	require.NoError(t, err)
}

func TestCourtWithLog(t *testing.T) {
	c := newCourt(t, true, true)
	out := c.Handle(noon, application())
	require.Len(t, out, 1)
	require.Equal(t, "court>log", out[0].From+">"+out[0].To)
	f, err := world.Unpack(out[0].Data, KindAppend, 1)
	require.NoError(t, err)
	record := f[0]
	require.True(t, CheckRecord(record, c.Public()))
	require.NotContains(t, string(out[0].Data), "case 1", "the log learns nothing of it")

	// While it waits, a thief of the court finds it.
	held := c.Holdings()
	require.Len(t, held, 2)
	waiting, err := ParseSigned(held[1].Data)
	require.NoError(t, err)
	require.True(t, OpensTo(record, waiting.Bytes, waiting.Nonce))

	logged := func(from string, record []byte) []world.Packet {
		return c.Handle(noon, world.Packet{From: from, To: "court", Data: world.Pack(KindLogged, record, []byte("evidence"))})
	}
	for _, from := range []string{"agency", "monitor", world.Outsider, world.Law} {
		require.Empty(t, logged(from, record))
	}
	require.Empty(t, logged("log", []byte("another record")))
	require.Empty(t, c.Handle(noon, world.Packet{From: "log", To: "court", Data: world.Pack(KindLogged, record)}))
	out = logged("log", record)
	require.Len(t, out, 1)
	require.Equal(t, "court>agency", out[0].From+">"+out[0].To)
	s, err := ParseSigned(out[0].Data)
	require.NoError(t, err)
	require.Equal(t, record, s.Record)
	require.Equal(t, "evidence", string(s.Evidence))
	require.True(t, OpensTo(record, s.Bytes, s.Nonce))
	require.Empty(t, logged("log", record), "handed out once")

	// The order is published when its sealing period is over, once.
	tick := func(from string, now time.Time) []world.Packet {
		return c.Handle(now, world.Packet{From: from, To: "court", Data: world.Pack(world.KindTick)})
	}
	require.Empty(t, tick(world.Clock, noon.Add(SealingPeriod-time.Second)))
	require.Empty(t, tick(world.Outsider, noon.Add(SealingPeriod)))
	published := tick(world.Clock, noon.Add(SealingPeriod))
	var to []string
	for _, p := range published {
		require.Equal(t, "court", p.From)
		to = append(to, p.To)
	}
	require.Equal(t, []string{world.Public, "user:Ana", "user:Ben", "monitor"}, to)
	require.Equal(t, published[0].Data, published[3].Data)
	require.Equal(t, world.Notice("court", "user:Ben", "the court gave notice of its order in case 1, which names this account", noon), published[2])
	f, err = world.Unpack(published[0].Data, KindPublished, 3)
	require.NoError(t, err)
	require.True(t, OpensTo(f[2], f[0], f[1]))
	require.Len(t, c.Holdings(), 1)
	require.Empty(t, tick(world.Clock, noon.Add(2*SealingPeriod)))
}

// What nobody was handed gave no access: it is published, and no notice is served.
func TestNoticeOfWhatWasHandedOut(t *testing.T) {
	tick := world.Packet{From: world.Clock, To: "court", Data: world.Pack(world.KindTick)}
	for _, logged := range []bool{true, false} {
		c := newCourt(t, logged, true)
		require.True(t, c.SealedUntil().IsZero())
		c.Handle(noon, application())
		c.Handle(noon.Add(time.Hour), application())
		require.Equal(t, noon.Add(SealingPeriod+time.Hour), c.SealedUntil())
		first := c.Handle(noon.Add(SealingPeriod), tick)
		require.Equal(t, !logged, slices.ContainsFunc(first, func(p world.Packet) bool { return p.Kind() == world.KindNotice }))
		require.Equal(t, logged, slices.ContainsFunc(first, func(p world.Packet) bool { return p.To == "monitor" }))
		require.NotEmpty(t, c.Handle(noon.Add(SealingPeriod+time.Hour), tick))
		require.True(t, c.SealedUntil().IsZero())
	}
}

func TestCourtKnowsItsDocket(t *testing.T) {
	c := newCourt(t, true, true)
	ask := func(record []byte) byte {
		out := c.Handle(noon, world.Packet{From: "monitor", To: "court", Data: world.Pack(KindInquire, record)})
		require.Len(t, out, 1)
		require.Equal(t, "monitor", out[0].To)
		f, err := world.Unpack(out[0].Data, KindDocketed, 2)
		require.NoError(t, err)
		require.Equal(t, record, f[0])
		require.Len(t, f[1], 1)
		return f[1][0]
	}
	var records [][]byte
	for range 2 { // the same order twice: two records
		f, err := world.Unpack(c.Handle(noon, application())[0].Data, KindAppend, 1)
		require.NoError(t, err)
		records = append(records, f[0])
	}
	require.NotEqual(t, records[0], records[1])
	for _, r := range records {
		require.EqualValues(t, 1, ask(r))
	}
	// Somebody with the court's stolen key makes a record that the court does not know.
	forged := Record(Sign(applicationOf(sample()), c.key), make([]byte, 32), c.key)
	require.True(t, CheckRecord(forged, c.Public()))
	require.EqualValues(t, 0, ask(forged))
	require.EqualValues(t, 0, ask([]byte{}))
	require.Empty(t, c.Handle(noon, world.Packet{From: "monitor", To: "court", Data: world.Pack(KindInquire)}))
}

// produced is what a provider hands over in these tests.
func produced() []world.Fact {
	return []world.Fact{{Kind: "envelope", Ref: "1", Data: []byte("one")}, {Kind: "envelope", Ref: "2", Data: []byte("two")}}
}

// testAgency is an agency with one trustee to present orders to, and a willing court.
type testAgency struct {
	t         testing.TB
	court     *Court
	agency    *Agency
	presented []world.Fact
}

func newTestAgency(t testing.TB) *testAgency {
	d := &testAgency{t: t, court: newCourt(t, false, true)}
	var err error
	d.agency, err = NewAgency(world.Seed(1).Stream("agency"))
	require.NoError(t, err)
	d.agency.Extensions = []AgencyExtension{d}
	return d
}

// Execute implements [AgencyExtension].
func (d *testAgency) Execute(s Signed) []world.Packet {
	return []world.Packet{{From: "agency", To: "vault", Data: s.Bytes}}
}

// Present implements [AgencyExtension].
func (d *testAgency) Present(s Signed, facts []world.Fact) []world.Packet {
	d.presented = facts
	return []world.Packet{{From: "agency", To: "trustee:1", Data: s.Bytes}}
}

// Holdings implements [AgencyExtension].
func (d *testAgency) Holdings() []world.Fact { return []world.Fact{{Kind: "certified key"}} }

// Handle implements [AgencyExtension]. It warns of answers that it cannot open.
func (d *testAgency) Handle(private []byte, answer world.Packet) ([]world.Fact, []world.Packet) {
	if d.presented == nil || answer.From != "trustee:1" {
		return nil, nil
	}
	opened, err := Open(private, purpose, answer.Data[1:])
	if err != nil {
		return nil, []world.Packet{world.Warn("agency", "refused")}
	}
	return []world.Fact{{Kind: "partial", Data: opened}}, nil
}

func (d *testAgency) handle(from string, data []byte) []world.Packet {
	return d.agency.Handle(noon, world.Packet{From: from, To: "agency", Data: data})
}

// signed is what the court answers when the law opens a case.
func (d *testAgency) signed() world.Packet {
	out := d.handle(world.Law, opening())
	require.Len(d.t, out, 1)
	signed := d.court.Handle(noon, out[0])
	require.Len(d.t, signed, 1)
	return signed[0]
}

// told reads what the law is told.
func (d *testAgency) told(out []world.Packet) []world.Fact {
	require.NotEmpty(d.t, out)
	require.Equal(d.t, "agency>"+world.Law, out[0].From+">"+out[0].To)
	f, err := world.Unpack(out[0].Data, world.KindObtained, 1)
	require.NoError(d.t, err)
	facts, err := world.ParseFacts(f[0])
	require.NoError(d.t, err)
	return facts
}

// answer is a trustee's, sealed to the agency.
func (d *testAgency) answer() []byte {
	sealed, err := Seal(world.Seed(2).Stream("trustee"), d.agency.key.PublicKey().Bytes(), purpose, []byte("share"))
	require.NoError(d.t, err)
	return append([]byte{250}, sealed...)
}

func opening() []byte {
	return world.Pack(world.KindCase, world.Strings([]string{"Ben", "Ana"}), world.Time(noon), world.Time(noon.AddDate(0, 0, 1)))
}

var (
	handover = world.Pack(KindProduced, world.EncodeFacts(produced()))
	unlocked = world.Pack(world.KindHoldings, world.EncodeFacts([]world.Fact{{Kind: "kept message", Data: []byte("hello")}}))
)

func TestAgencyWithoutOrder(t *testing.T) {
	d := newTestAgency(t)
	require.Empty(t, d.handle("provider", handover))
	require.Empty(t, d.handle("user:Ana", unlocked))
	require.Empty(t, d.handle("trustee:1", d.answer()))
	for _, from := range []string{"court", "agency", "provider", world.Outsider, world.Environment} {
		require.Empty(t, d.handle(from, opening()), "a case opened by %s", from)
	}
	for _, bad := range [][]byte{opening()[:9], world.Pack(world.KindCase, nil, nil, nil),
		world.Pack(world.KindCase, world.Strings([]string{"Ana"}), nil, world.Time(noon))} {
		require.Empty(t, d.handle(world.Law, bad))
	}
	signed := d.signed()
	for _, from := range []string{"provider", "log", world.Law, world.Outsider} {
		require.Empty(t, d.handle(from, signed.Data), "an order from %s", from)
	}
	require.Empty(t, d.handle("court", signed.Data[:20]))
	require.Empty(t, d.handle("provider", handover), "still none")
	require.Len(t, d.agency.Holdings(), 2, "its key, and what its extension knows")
}

func TestAgency(t *testing.T) {
	d := newTestAgency(t)
	out := d.handle("court", d.signed().Data)
	var to []string
	for _, p := range out {
		require.Equal(t, "agency", p.From)
		to = append(to, p.To)
	}
	require.Equal(t, []string{"provider", "user:Ana", "user:Ben", "vault"}, to)
	require.Equal(t, world.KindUnlock, out[1].Kind())
	f, err := world.Unpack(out[0].Data, KindProduce, 1)
	require.NoError(t, err)
	o, err := d.court.Register().Verify(f[0], noon)
	require.NoError(t, err)
	require.Equal(t, d.agency.key.PublicKey().Bytes(), o.Agency)
	require.Equal(t, noon.Add(MaxValidity), o.Expiry)

	for _, from := range []string{"user:Ana", "court", "trustee:1", world.Outsider} {
		require.Empty(t, d.handle(from, handover), "handed over by %s", from)
	}
	require.Empty(t, d.handle("provider", handover[:len(handover)-1]))
	out = d.handle("provider", handover)
	require.Len(t, out, 2)
	require.Equal(t, produced(), d.told(out))
	require.Equal(t, produced(), d.presented)
	require.Equal(t, "trustee:1", out[1].To)

	for _, from := range []string{"user:Cem", "device:Ana", "Ana", "provider", world.Outsider} {
		require.Empty(t, d.handle(from, unlocked), "a device from %s", from)
	}
	require.Empty(t, d.handle("user:Ana", unlocked[:8]))
	require.Equal(t, "hello", string(d.told(d.handle("user:Ana", unlocked))[0].Data))

	require.Empty(t, d.handle("trustee:2", d.answer()))
	require.Equal(t, []world.Packet{world.Warn("agency", "refused")}, d.handle("trustee:1", []byte{250}))
	require.Equal(t, "share", string(d.told(d.handle("trustee:1", d.answer()))[0].Data))

	var kinds []world.Kind // the whole file, for a thief
	for _, fact := range d.agency.Holdings() {
		kinds = append(kinds, fact.Kind)
	}
	require.Equal(t, []world.Kind{AgencyKey, "certified key", OrderFact, "envelope", "envelope", "kept message", "partial"}, kinds)
	second, err := ParseSigned(d.signed().Data)
	require.NoError(t, err)
	require.Equal(t, "case 2", second.Order.Case)
}

// In an emergency the agency asks the provider and nobody else, and files what it gives. Nobody who
// checks a court's signature is shown a request without one.
func TestAgencyAsksAtOnce(t *testing.T) {
	d := newTestAgency(t)
	urgent := world.Pack(world.KindUrgent, world.Strings([]string{"Ben", "Ana"}), world.Time(noon),
		world.Time(noon.AddDate(0, 0, 1)))
	for _, from := range []string{"court", "agency", "provider", world.Outsider} {
		require.Empty(t, d.handle(from, urgent), from)
	}
	require.Empty(t, d.handle(world.Law, urgent[:9]))
	require.Empty(t, d.handle(world.Law, world.Pack(world.KindUrgent, nil, nil, nil)))
	out := d.handle(world.Law, urgent)
	require.Len(t, out, 1)
	require.Equal(t, "agency>provider", out[0].From+">"+out[0].To)
	f, err := world.Unpack(out[0].Data, KindEmergency, 1)
	require.NoError(t, err)
	o, err := ParseApplication(f[0])
	require.NoError(t, err)
	require.Equal(t, []string{"Ana", "Ben"}, o.Accounts)
	require.Equal(t, "emergency 1", o.Case)
	require.Equal(t, d.agency.key.PublicKey().Bytes(), o.Agency)

	out = d.handle("provider", handover)
	require.Len(t, out, 1, "nothing is presented")
	require.Equal(t, produced(), d.told(out))
	require.Empty(t, d.presented)
	require.Empty(t, d.handle("user:Ana", unlocked), "no phone is searched without a court")
}

// An agency without trustees ignores what it does not know.
func TestAgencyWithoutTrustees(t *testing.T) {
	d := newTestAgency(t)
	d.agency.Extensions = nil
	d.handle("court", d.signed().Data)
	for _, data := range [][]byte{nil, {250}, {KindLogged}} {
		require.Empty(t, d.handle("trustee:1", data))
	}
	require.Empty(t, d.handle("provider", world.Pack(KindProduced, world.EncodeFacts(nil))), "nothing was handed over")
	require.Len(t, d.handle("provider", handover), 1)
}

// Any bytes from anybody leave court and agency standing and the process working.
func FuzzProcess(f *testing.F) {
	from := []string{"agency", "court", "log", "provider", "user:Ana", world.Outsider, "monitor"}
	f.Add(uint8(0), application().Data)
	f.Add(uint8(1), world.Pack(KindSigned, Sign(applicationOf(sample()), courtKey("court")), make([]byte, 32), nil, nil))
	f.Add(uint8(3), world.Pack(KindProduced, world.EncodeFacts(produced())))
	f.Add(uint8(4), world.Pack(world.KindHoldings, world.EncodeFacts(produced())))
	f.Add(uint8(6), world.Pack(KindInquire, []byte("record")))
	f.Add(uint8(2), world.Pack(KindLogged, []byte("record"), nil))
	f.Fuzz(func(t *testing.T, who uint8, data []byte) {
		c := newCourt(t, true, true)
		a, err := NewAgency(world.Seed(1).Stream("agency"))
		require.NoError(t, err)
		p := world.Packet{From: from[int(who)%len(from)], Data: data}
		for _, node := range []world.Node{c, a} {
			p.To = node.Name()
			for _, answer := range node.Handle(noon, p) {
				require.Equal(t, node.Name(), answer.From)
			}
			node.Holdings()
		}
		require.NotEmpty(t, c.Handle(noon, application()))
	})
}
