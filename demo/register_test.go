package demo

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo/story"
	"doormat/e2ee"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
	"doormat/world/memo"
	"doormat/world/simulation"
)

// answering is a deployment in which everybody answers lawful process.
type answering struct {
	*testing.T
	*simulation.Simulation
	keys lawtest.Keys
	sent []world.Packet
}

func newAnswering(t *testing.T, design world.Design) *answering {
	t.Helper()
	c := story.Conversation()
	var said []world.Payload
	for _, m := range c.Messages {
		said = append(said, world.Payload{Body: []byte(m.Text), Files: m.Attachments})
	}
	s := world.Settings{Threshold: 2, Trustees: 3, Jurisdictions: world.RoundRobin(3), Target: c.Target, Mailbox: world.MailboxAll}
	deploy, err := design.Setup(world.Config{Settings: s, Accounts: c.Accounts, Seed: 5, Memo: new(memo.Memo)})
	require.NoError(t, err)
	d := &answering{T: t}
	d.Simulation, err = simulation.New(context.Background(), c, said, deploy(), func(p world.Packet) { d.sent = append(d.sent, p) })
	require.NoError(t, err)
	require.NoError(t, d.Start())
	require.NoError(t, d.Advance(10))
	for _, name := range d.Net.Names() {
		if world.KindOf(name) != world.UserName {
			d.Net.Post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
		}
	}
	require.NoError(t, d.Settle())
	d.keys = lawtest.Of(d.Net.Node(world.Court), d.Net.Node(world.Agency))
	return d
}

// logged completes a signed order with what else those want who check it: a second judge's
// signature, and the log's evidence, which it has for any record that the court's key signed.
func (d *answering) logged(order law.Order, bytes []byte) law.Signed {
	s := law.Signed{Order: order, Bytes: bytes, Nonce: make([]byte, 32)}
	s.Record = law.Record(s.Bytes, s.Nonce, d.keys.Court)
	if slices.Contains(d.Net.Names(), law.JudgeName) {
		in := world.Input{Facts: []world.Fact{s.Fact(), d.Net.Node(law.JudgeName).Holdings()[0]}}
		made, err := law.JudgeRules()[1].Apply(in)
		require.NoError(d, err)
		s, err = law.ParseSigned(made[0].Data)
		require.NoError(d, err)
	}
	if !slices.Contains(d.Net.Names(), world.Log) {
		return s
	}
	for _, p := range d.post(world.Packet{From: world.Outsider, To: world.Log, Data: world.Pack(law.KindAppend, s.Record)}) {
		if p.Kind() == law.KindLogged && p.From == world.Log {
			f, err := world.Unpack(p.Data, law.KindLogged, 2)
			require.NoError(d, err)
			s.Evidence = f[1]
		}
	}
	return s
}

// post gives what is sent until the network is quiet again.
func (d *answering) post(packets ...world.Packet) []world.Packet {
	before := len(d.sent)
	d.Net.Post(packets...)
	require.NoError(d, d.Settle())
	return d.sent[before:]
}

// answered lists the kinds of principals that do what an order says: that send something to the
// agency or to a phone, or keep the order to answer it later. The agency asks them itself, as when
// the court has released the order to it.
func (d *answering) answered(s law.Signed) map[string]bool {
	agency := d.Net.Node(world.Agency).(*law.Agency)
	asked := []world.Packet{{From: world.Court, To: world.Agency, Data: s.Encode()}}
	if second := d.Net.Node(law.JudgeName); second != nil {
		asked = append(asked, world.Packet{From: world.Court, To: law.JudgeName, Data: world.Pack(law.KindSecond, s.Bytes)})
	}
	var envelopes []world.Fact
	for _, f := range d.Net.Node(world.Provider).Holdings() {
		if f.Kind == wire.Envelopes {
			envelopes = append(envelopes, f)
		}
	}
	for _, x := range agency.Extensions {
		asked = append(asked, x.Present(s, envelopes)...)
	}
	did := map[string]bool{}
	for _, p := range d.post(asked...) {
		from := world.KindOf(p.From)
		toPhone := world.KindOf(p.To) == world.DeviceName || world.KindOf(p.To) == world.ElementName
		served := p.To == world.Agency || toPhone || p.Kind() == law.KindSeconded
		person := from == world.UserName || from == world.Court || from == world.Log
		if served && !person {
			did[from] = true
		}
	}
	for _, name := range d.Net.Names() {
		for _, f := range d.Net.Node(name).Holdings() {
			if f.Kind == law.OrderTarget {
				did[world.KindOf(name)] = true
			}
		}
	}
	return did
}

// TestEverybodyWhoAnswersOrders: whoever answers orders makes the same check, in every
// arrangement. A good order is answered by each principal that can be ordered, so that it is known
// whom the others were shown; an order that is forged, out of date, too long in force, or of no
// registered agency is answered by nobody. So it is with an emergency request.
func TestEverybodyWhoAnswersOrders(t *testing.T) {
	t.Parallel()
	everybody := map[string]bool{}
	for _, design := range Designs() {
		t.Run(design.Info().ID, func(t *testing.T) {
			d := newAnswering(t, design)
			now, stranger := d.Net.Now(), lawtest.New("stranger")
			good := law.Order{Case: "case", Accounts: []string{story.Conversation().Target}, From: now.AddDate(-1, 0, 0),
				Until: now.AddDate(0, 0, 1), Expiry: now.Add(law.MaxValidity), Program: e2ee.ReportCopies}
			expired, long, never := good, good, good
			expired.Expiry, long.Expiry, never.Expiry = now.Add(-time.Second), now.Add(law.MaxValidity+time.Hour), time.Unix(1<<40, 0)
			court, agency := lawtest.Keys{Court: d.keys.Court, Agency: stranger.Agency}, lawtest.Keys{Court: stranger.Court, Agency: d.keys.Agency}
			inItsName := law.Sign(law.Apply(d.keys.Name(good), law.SigningKey(stranger.Agency.Bytes())), d.keys.Court)
			for what, signed := range map[string][]byte{
				"a court's signature, and no registered agency":     court.Sign(good),
				"a court's signature, and an agency's name":         inItsName,
				"an agency's signature, and no court's":             agency.Sign(good),
				"nobody's signatures":                               stranger.Sign(good),
				"both signatures, expired":                          d.keys.Sign(expired),
				"both signatures, valid for an hour more than most": d.keys.Sign(long),
				"both signatures, valid for ever":                   d.keys.Sign(never),
			} {
				require.Empty(t, d.answered(d.logged(good, signed)), what)
			}
			soon, later := good, good
			soon.Expiry, later.Expiry = now.Add(law.MaxUrgency), now.Add(law.MaxUrgency+time.Hour)
			for what, request := range map[string][]byte{
				"no registered agency": law.ApplyAtOnce(stranger.Name(soon), law.SigningKey(stranger.Agency.Bytes())),
				"an agency's name":     law.ApplyAtOnce(d.keys.Name(soon), law.SigningKey(stranger.Agency.Bytes())),
				"expired":              law.ApplyAtOnce(d.keys.Name(expired), law.SigningKey(d.keys.Agency.Bytes())),
				"valid for 25 hours":   law.ApplyAtOnce(d.keys.Name(later), law.SigningKey(d.keys.Agency.Bytes())),
				"valid for ever":       law.ApplyAtOnce(d.keys.Name(never), law.SigningKey(d.keys.Agency.Bytes())),
			} {
				require.Zero(t, d.urgent(request), "emergency: %s", what)
			}
			require.Positive(t, d.urgent(law.ApplyAtOnce(d.keys.Name(soon), law.SigningKey(d.keys.Agency.Bytes()))))
			require.Zero(t, d.urgent(law.Apply(d.keys.Name(soon), law.SigningKey(d.keys.Agency.Bytes()))), "what a court was asked for is no emergency")
			did := d.answered(d.logged(good, d.keys.Sign(good)))
			for _, p := range design.Info().Principals {
				orderable := slices.Contains(p.Surfaces, world.Order) && p.Name != world.Court && p.Name != world.UserName
				require.False(t, orderable && !did[p.Name], "%s answers a good order", p.Name)
			}
			for name := range did {
				everybody[name] = true
			}
		})
	}
	require.Contains(t, fmt.Sprint(everybody), law.JudgeName)
}

// urgent presents an emergency request to the provider, and counts its answers.
func (d *answering) urgent(application []byte) (answers int) {
	for _, p := range d.post(world.Packet{From: world.Agency, To: world.Provider, Data: world.Pack(law.KindEmergency, application)}) {
		if p.From == world.Provider && p.To == world.Agency {
			answers++
		}
	}
	return answers
}
