package threshold

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/law"
)

// hardenedStage is a stage of the hardened design, 2 of 3, whose parameters have these values:
// name, value, name, value.
func hardenedStage(t *testing.T, messages int, own ...string) *stage {
	t.Helper()
	env := config(2, 3)
	for i := 0; i < len(own); i += 2 {
		env.Settings.Own = env.Settings.Own.With(own[i], own[i+1])
	}
	s := stageOf(t, env, messages, harden)
	require.NoError(t, s.sim.Start())
	return s
}

// given counts the partial decryptions that the agency has been given.
func (s *stage) given() (n int) {
	for _, p := range s.of(world.KindObtained) {
		f, err := world.Unpack(p.Data, world.KindObtained, 1)
		require.NoError(s.t, err)
		facts, err := world.ParseFacts(f[0])
		require.NoError(s.t, err)
		n += countKinds(facts)[request.Partial]
	}
	return n
}

// apply applies a rule of the hardened design by its name.
func (s *stage) apply(name, text string, facts ...world.Fact) []world.Derived {
	s.t.Helper()
	for _, r := range (Hardened{}).Rules() {
		if r.Name == name {
			out, err := r.Apply(world.Input{Facts: facts, Text: []byte(text), Random: bytes.Repeat([]byte{3}, 128), Now: s.sim.Net.Now()})
			require.NoError(s.t, err)
			return out
		}
	}
	s.t.Fatalf("no rule %q", name)
	return nil
}

// send posts the packet that a rule built.
func (s *stage) send(d world.Derived) {
	p, _, err := world.ParsePacket(d.Data)
	require.NoError(s.t, err)
	s.post(p)
}

func (s *stage) items(n int) (items []*request.Item) {
	for _, u := range s.uploads[:n] {
		i, err := request.NewItem(u)
		require.NoError(s.t, err)
		items = append(items, i)
	}
	return items
}

// envelopes are the first uploads, as an adversary has them.
func (s *stage) envelopes(n int) (facts []world.Fact) {
	for _, u := range s.uploads[:n] {
		facts = append(facts, world.Fact{Kind: "envelope", Ref: "1", Data: u})
	}
	return facts
}

// credential is what the machine of trustee i shares with its hardware.
func (s *stage) credential(i int) world.Fact {
	for _, f := range s.sim.Net.Node(world.Trustee(i)).Holdings() {
		if f.Kind == request.Credential {
			return f
		}
	}
	s.t.Fatal("no credential")
	return world.Fact{}
}

// link is the machine's end of trustee i's link to hardware, as a thief of the machine has it.
func (s *stage) link(i int) *request.Link {
	l, err := request.ParseLink(s.credential(i).Data)
	require.NoError(s.t, err)
	l.Sent += 1000
	return l
}

// TestHardware: a lawful order is served in each form, and what a thief finds on a machine
// differs: everything without hardware, and with it nothing that opens or signs.
func TestHardware(t *testing.T) {
	secret := []world.Kind{committee.Identity, committee.Share, committee.OneUseKey, committee.Received}
	for _, form := range []string{HardwareChecks, HardwareCounts, HardwareOff} {
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 4, Hardware, form)
			s.advance(4)
			s.comply(everybody...)
			s.order()
			require.Equal(t, 3*4, s.given(), "three trustees, four messages")
			require.Empty(t, s.warned)
			for i := 1; i <= 3; i++ {
				held := countKinds(s.sim.Net.Node(world.Trustee(i)).Holdings())
				require.Equal(t, 1, held[request.RequestLog], "it keeps a log of what it was asked")
				found := 0
				for _, k := range secret {
					found += held[k]
				}
				if form == HardwareOff {
					require.Equal(t, 2, found, "identity and share")
				} else {
					require.Zero(t, found, "%v", held)
					require.Equal(t, 1, held[request.Credential])
				}
			}
		})
	}
}

// TestHardwareInCeremonies: keys and shares that are made while people write stay in hardware,
// too, whatever the machine sees pass.
func TestHardwareInCeremonies(t *testing.T) {
	env := config(2, 3)
	env.Settings.Refresh, env.Settings.Rotate = 3, 6
	s := stageOf(t, env, 20, harden)
	s.sim.Intercept = func(p world.Packet) bool {
		if strings.HasPrefix(p.From, "trustee:") {
			held := countKinds(s.sim.Net.Node(p.From).Holdings())
			for _, k := range []world.Kind{committee.Identity, committee.Share, committee.OneUseKey, committee.Received} {
				require.Zero(t, held[k], "%s holds a %s", p.From, k)
			}
		}
		return false
	}
	require.NoError(t, s.sim.Start())
	s.advance(20)
	require.Greater(t, s.newestCertificate().Counter, 4, "refreshes and rotations were certified")
	s.comply(everybody...)
	s.order()
	require.Positive(t, s.given())
	require.Empty(t, s.warned)
}

// TestOracle: whoever has the credential of t machines uses hardware that only counts, without
// any order, and gets nothing of hardware that checks.
func TestOracle(t *testing.T) {
	for form, want := range map[string]int{HardwareChecks: 0, HardwareCounts: 2} { // on the link
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 4, Hardware, form)
			s.advance(4)
			key := s.apply(rules.MakeUpOrder, "A")[1].Fact
			for i := 1; i <= 2; i++ {
				s.send(s.apply(rules.AskHardware, world.Outsider, append([]world.Fact{s.credential(i), key}, s.envelopes(3)...)...)[0])
			}
			require.Len(t, s.answersSpoken(), want)
			for _, p := range s.answersSpoken() {
				require.Equal(t, world.Outsider, p.To)
			}
			require.Empty(t, s.of(request.KindAnswer), "an honest machine sends on no answer for which it did not ask")
			require.Len(t, s.warned, want)
		})
	}
}

// answersSpoken are the answers that hardware has given its machine to send.
func (s *stage) answersSpoken() (out []world.Packet) {
	for _, p := range s.of(request.KindSpeak) {
		f, err := request.ReadLink(p.Data, request.KindSpeak, 4)
		require.NoError(s.t, err)
		packets, err := request.ParsePackets(f[0])
		require.NoError(s.t, err)
		for _, inner := range packets {
			if inner.Kind() == request.KindAnswer {
				out = append(out, inner)
			}
		}
	}
	return out
}

// TestReplayedToHardware: what was on the link once is not taken again, in either direction.
func TestReplayedToHardware(t *testing.T) {
	for _, form := range []string{HardwareChecks, HardwareCounts} {
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 4, Hardware, form)
			s.advance(4)
			s.comply(everybody...)
			s.order()
			before, given := len(s.answersSpoken()), len(s.of(request.KindAnswer))
			for _, kind := range []byte{request.KindRelay, request.KindAsk, request.KindSpeak} {
				for _, p := range s.of(kind) {
					s.post(p)
				}
			}
			require.Len(t, s.answersSpoken(), 2*before, "the old ones, seen once more")
			require.Len(t, s.of(request.KindAnswer), given)
			s.order()
			require.Greater(t, len(s.of(request.KindAnswer)), given, "and the link goes on")
			require.Empty(t, s.warned)
		})
	}
}

// TestFarAheadOnLink: whoever has the machine's credential cannot stop the link for good with the
// last numbers that there are.
func TestFarAheadOnLink(t *testing.T) {
	for _, form := range []string{HardwareChecks, HardwareCounts} {
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 4, Hardware, form)
			s.advance(4)
			s.comply(everybody...)
			for i := 1; i <= 3; i++ {
				link := s.link(i)
				link.Sent = math.MaxInt64 - 1
				s.post(world.Packet{From: world.Trustee(i), To: request.HardwareOf(world.Trustee(i)),
					Data: link.Protect(request.KindRelay, []byte(world.Log), nil, []byte{0})})
			}
			s.order()
			require.Equal(t, 3*4, s.given())
		})
	}
}

// TestCredentialEnds: a copy of a machine's credential is good until the next share epoch, so
// copies from different epochs do not add up, and nobody who listens learns the new one.
func TestCredentialEnds(t *testing.T) {
	env := config(2, 3)
	env.Settings.Refresh = 3
	env.Settings.Own = env.Settings.Own.With(Hardware, HardwareCounts)
	s := stageOf(t, env, 12, harden)
	require.NoError(t, s.sim.Start())
	s.advance(2)
	early := s.link(1)
	s.advance(10)
	q := &request.Question{Asker: world.Outsider, Agency: agencyKey(t), Items: s.items(2)}
	q.Info = request.Info("trustee:1", nil, q.Items)
	ask := func(l *request.Link) int {
		before := len(s.answersSpoken())
		s.post(world.Packet{From: "trustee:1", To: "hardware:1", Data: q.Encode(l)})
		return len(s.answersSpoken()) - before
	}
	require.Len(t, s.of(request.KindRenew), 3*3, "three trustees, three refreshes")
	require.Zero(t, ask(early))
	require.Empty(t, s.warned)
	require.Equal(t, 1, ask(s.link(1)), "the present one is good")
	s.comply(everybody...)
	s.order()
	require.Equal(t, 3*10, s.given(), "and the machines are served")
}

// TestLostRenewal: a new credential that is lost on the way is made again, and until then the
// old one serves.
func TestLostRenewal(t *testing.T) {
	for lost, kind := range map[string]byte{"the new credential": request.KindRenew, "the first word under it": request.KindSpeak} {
		t.Run(lost, func(t *testing.T) {
			env := config(2, 3)
			env.Settings.Refresh = 3
			s := stageOf(t, env, 12, harden)
			require.NoError(t, s.sim.Start())
			renewed := false
			dropped := 0
			s.sim.Intercept = func(p world.Packet) bool {
				if p.Kind() == request.KindRenew && p.From == "trustee:1" {
					renewed = true
				}
				if dropped == 0 && renewed && p.Kind() == kind && strings.HasSuffix(p.From, ":1") {
					dropped++
					return true
				}
				return false
			}
			s.advance(12)
			require.Equal(t, 1, dropped)
			s.comply(everybody...)
			s.order()
			require.NoError(t, s.sim.Rest(2))
			require.Equal(t, 3*12, s.given())
		})
	}
}

// TestLinkToHardware: hardware hears nobody but its machine, takes nothing without the
// credential, and the machine cannot speak for the clock or the law.
func TestLinkToHardware(t *testing.T) {
	s := hardenedStage(t, 4, Hardware, HardwareCounts)
	s.advance(4)
	q := &request.Question{Asker: world.Outsider, Agency: agencyKey(t), Items: s.items(2)}
	q.Info = request.Info("trustee:1", nil, q.Items)
	good, wrong := s.link(1), &request.Link{Credential: bytes.Repeat([]byte{1}, 32)}
	ask := func(from string, data []byte) int {
		before := len(s.answersSpoken())
		s.post(world.Packet{From: from, To: "hardware:1", Data: data})
		return len(s.answersSpoken()) - before
	}
	for _, from := range []string{world.Outsider, "trustee:2", "agency", "log"} {
		require.Zero(t, ask(from, q.Encode(good)), "from %s", from)
	}
	require.Zero(t, ask("trustee:1", q.Encode(wrong)))
	require.Zero(t, ask("trustee:1", q.Encode(s.link(2))))
	cut := q.Encode(good)
	require.Zero(t, ask("trustee:1", cut[:len(cut)-1]))
	hardware := s.sim.Net.Node("hardware:1")
	for _, inner := range [][]byte{world.Pack(world.KindTick), world.Pack(world.KindComply), world.Pack(world.KindStart)} {
		relayed := good.Protect(request.KindRelay, []byte(world.Clock), inner, []byte{1})
		require.Empty(t, hardware.Handle(start, world.Packet{From: "trustee:1", To: "hardware:1", Data: relayed}))
	}
	require.Equal(t, 1, ask("trustee:1", q.Encode(good)), "and so it answers")
}

// TestHardwareRate: hardware opens so many messages an hour and no more, at once for whoever
// asks, and the rest when their hours have passed. It is the same for the machine and for orders.
func TestHardwareRate(t *testing.T) {
	s := hardenedStage(t, 10, Rate, "3")
	s.advance(10)
	s.comply(everybody...)
	s.order()
	require.Equal(t, 3*3, s.given(), "three each, at once")
	require.NoError(t, s.sim.Rest(1))
	require.Equal(t, 3*10, s.given(), "and the rest by the next midnight")

	t.Run("an oracle", func(t *testing.T) {
		s := hardenedStage(t, 10, Hardware, HardwareCounts, Rate, "3")
		s.advance(10)
		h, link := s.hardware(1), s.link(1)
		now := start.Add(100 * time.Hour)
		ask := func() int {
			q := &request.Question{Asker: world.Outsider, Agency: agencyKey(t), Items: s.items(10)}
			q.Info = request.Info("trustee:1", nil, q.Items)
			before := len(h.inner.guard.opened)
			h.Handle(now, world.Packet{From: "trustee:1", To: h.Name(), Data: q.Encode(link)})
			return len(h.inner.guard.opened) - before
		}
		require.Equal(t, 3, ask(), "three of ten")
		require.Zero(t, ask(), "nothing more in this hour")
		now = now.Add(59 * time.Minute)
		require.Zero(t, ask())
		now = now.Add(time.Minute)
		require.Equal(t, 3, ask())
	})
}

// TestRepeatedQuestion: who repeats what the agency has asked uses up nobody's hour, in any order
// and number, and opens nothing that was not opened for the same key.
func TestRepeatedQuestion(t *testing.T) {
	for _, form := range []string{HardwareChecks, HardwareCounts} {
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 10, Hardware, form, Rate, "10")
			s.advance(5)
			s.comply(everybody...)
			s.order()
			require.Equal(t, 3*5, s.given())
			asked := s.of(request.KindRequest)
			for range 3 {
				for _, p := range asked {
					s.post(world.Packet{From: world.Outsider, To: p.To, Data: p.Data})
				}
				for k := range 5 { // and in parts
					data := request.Encode(s.signed().Encode(), s.items(k + 1)[k:])
					s.post(world.Packet{From: world.Outsider, To: "trustee:1", Data: data})
				}
			}
			guard := s.hardware(1).inner.guard
			require.Equal(t, 5, guard.left, "five of ten were used, once")
			require.Empty(t, guard.queue)
			require.Empty(t, s.warned)
		})
	}
}

// hardware is the hardware node of trustee i.
func (s *stage) hardware(i int) *hardware {
	return s.sim.Net.Node(request.HardwareOf(world.Trustee(i))).(*hardware)
}

// TestQueuedQuestion: a question that waits saves no hours for another one.
func TestQueuedQuestion(t *testing.T) {
	s := hardenedStage(t, 10, Hardware, HardwareCounts, Rate, "3")
	s.advance(10)
	h, link := s.hardware(1), s.link(1)
	now := start.Add(100 * time.Hour)
	opened := func() int { return len(h.inner.guard.opened) }
	ask := func(from, to int) {
		q := &request.Question{Asker: world.Outsider, Agency: agencyKey(t), Items: s.items(10)[from:to]}
		q.Info = request.Info("trustee:1", nil, q.Items)
		h.Handle(now, world.Packet{From: "trustee:1", To: h.Name(), Data: q.Encode(link)})
	}
	ask(0, 4)
	require.Equal(t, 3, opened(), "one waits")
	ask(0, 4)
	require.Len(t, h.inner.guard.queue, 1, "once")
	now = now.Add(10 * time.Hour)
	ask(4, 10)
	require.Equal(t, 6, opened(), "three, for this hour, and not thirty")
	now = now.Add(59 * time.Minute)
	h.Handle(now, world.Packet{From: world.Clock, To: h.Name(), Data: world.Pack(world.KindTick)})
	require.Equal(t, 7, opened(), "the one that waited; the others have not waited an hour")
	require.Len(t, h.inner.guard.queue, 1)
	require.Equal(t, world.Tonight, h.Wakes())
	now = now.Add(24 * time.Hour)
	h.Handle(now, world.Packet{From: world.Clock, To: h.Name(), Data: world.Pack(world.KindTick)})
	require.Equal(t, 10, opened())
	require.Zero(t, h.Wakes())
}

// TestQueuedBesides: what waits and what does not have one allowance, an hour's for each hour.
func TestQueuedBesides(t *testing.T) {
	s := hardenedStage(t, 10, Hardware, HardwareCounts, Rate, "2")
	s.advance(10)
	h, link := s.hardware(1), s.link(1)
	now := start.Add(100 * time.Hour)
	ask := func(from, to int) int {
		q := &request.Question{Asker: world.Outsider, Agency: agencyKey(t), Items: s.items(10)[from:to]}
		q.Info = request.Info("trustee:1", nil, q.Items)
		h.Handle(now, world.Packet{From: "trustee:1", To: h.Name(), Data: q.Encode(link)})
		return len(h.inner.guard.opened)
	}
	night := func() int {
		h.Handle(now, world.Packet{From: world.Clock, To: h.Name(), Data: world.Pack(world.KindTick)})
		return len(h.inner.guard.opened)
	}
	require.Equal(t, 2, ask(0, 6), "four wait")
	now = now.Add(time.Hour)
	require.Equal(t, 4, ask(6, 8))
	now = now.Add(59 * time.Minute)
	require.Equal(t, 4, night(), "the hour since was used up by others")
	now = now.Add(time.Hour)
	require.Equal(t, 6, night(), "half of what waits, for the second hour")
}

// agencyKey is the public key of an agency that has no order.
func agencyKey(t *testing.T) []byte {
	t.Helper()
	a, err := law.NewAgency(world.Seed(4).Stream("another agency"))
	require.NoError(t, err)
	key, err := hex.DecodeString(a.Holdings()[0].Ref)
	require.NoError(t, err)
	return key
}

// TestCap: trustees answer so many orders in thirty days. One that is presented again is the
// same one, and after thirty days they begin anew. Each form of hardware keeps to it.
func TestCap(t *testing.T) {
	for _, form := range []string{HardwareChecks, HardwareCounts, HardwareOff} {
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 2, Hardware, form, Cap, "2")
			s.advance(2)
			s.comply(everybody...)
			s.order()
			s.order()
			require.Equal(t, 2*3*2, s.given())
			s.post(world.Packet{From: world.Outsider, To: "trustee:1", Data: request.Encode(s.signed().Encode(), s.items(1))})
			require.Empty(t, s.warned)
			require.Len(t, s.of(request.KindAnswer), 2*3+1, "the second order once more")
			s.order()
			require.Equal(t, 2*3*2, s.given(), "the third is one too many")
			require.Len(t, s.warned, 3)
			require.Contains(t, s.warned[0], "it has answered 2 orders in thirty days")
			require.NoError(t, s.sim.Rest(31))
			s.order()
			require.Equal(t, 3*3*2, s.given())
		})
	}
}

// TestSecondSignature: with two judges, an order that the court alone has signed is refused in
// each form of hardware, and so is one that another judge has signed. With one judge it is served.
func TestSecondSignature(t *testing.T) {
	for _, form := range []string{HardwareChecks, HardwareCounts, HardwareOff} {
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 2, Hardware, form)
			s.advance(2)
			s.comply(everybody...)
			s.order()
			good := s.signed()
			require.Len(t, good.Second, 64)
			ask := func(o law.Signed) (answers int, warnings []string) {
				before, warned := len(s.of(request.KindAnswer)), len(s.warned)
				s.post(world.Packet{From: "agency", To: "trustee:1", Data: request.Encode(o.Encode(), s.items(1))})
				return len(s.of(request.KindAnswer)) - before, s.warned[warned:]
			}
			alone, another, again := good, good, good
			alone.Second = nil
			another.Second = bytes.Clone(good.Second)
			another.Second[5] ^= 1
			again.Second = good.Second[:63]
			for o, why := range map[*law.Signed]string{&alone: "lacks the second judge's signature",
				&another: "the second signature is not the judge's", &again: "the second signature is not the judge's"} {
				answers, warnings := ask(*o)
				require.Zero(t, answers)
				require.Len(t, warnings, 1)
				require.Contains(t, warnings[0], why)
			}
			answers, _ := ask(good)
			require.Equal(t, 1, answers)
		})
	}
	s := hardenedStage(t, 2, Judges, "1")
	s.advance(2)
	s.comply(everybody...)
	s.order()
	require.Empty(t, s.signed().Second)
	require.Equal(t, 3*2, s.given(), "one judge, one signature")
}

// TestRefusingJudge: what the second judge does not sign is not released, logged or served, and
// nobody is told of it later, since nothing happened.
func TestRefusingJudge(t *testing.T) {
	s := hardenedStage(t, 2)
	require.NoError(t, s.sim.Net.Node(law.JudgeName).(world.Reprogrammable).Reprogram(law.SignNothing, nil))
	s.advance(2)
	s.comply(everybody...)
	require.Empty(t, s.order())
	require.Empty(t, s.of(law.KindSigned))
	require.Empty(t, s.of(law.KindAppend))
	require.NoError(t, s.sim.Rest(100))
	require.Empty(t, s.of(law.KindPublished))
	require.Error(t, s.sim.Net.Node(law.JudgeName).(world.Reprogrammable).Reprogram("sign everything", nil))
}

// FuzzHardware gives a machine and its hardware anything, with the right credential: no panic,
// and no answer that nobody asked for in a form that the hardware knows.
func FuzzHardware(f *testing.F) {
	s := hardenedStage(&testing.T{}, 4)
	s.advance(4)
	s.comply(everybody...)
	s.order()
	link := s.link(1)
	for _, kind := range []byte{request.KindRelay, request.KindSpeak} {
		for _, p := range s.of(kind)[:3] {
			fields, err := world.Unpack(p.Data, kind, 2)
			require.NoError(f, err)
			f.Add(kind, fields[0])
		}
	}
	q := &request.Question{Asker: world.Outsider, Agency: make([]byte, 32), Items: s.items(1)}
	fields, err := world.Unpack(q.Encode(link), request.KindAsk, 2)
	require.NoError(f, err)
	f.Add(request.KindAsk, fields[0])
	before := s.sim.Net.Node("hardware:1").Holdings()[0]
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		data := protected(kind, link.Credential, body)
		machine, hardware := s.sim.Net.Node("trustee:1"), s.sim.Net.Node("hardware:1")
		hardware.Handle(start, world.Packet{From: "trustee:1", To: "hardware:1", Data: data})
		hardware.Handle(start, world.Packet{From: "trustee:1", To: "hardware:1", Data: body})
		machine.Handle(start, world.Packet{From: "hardware:1", To: "trustee:1", Data: data})
		require.Equal(t, before, hardware.Holdings()[0], "its identity")
		for _, r := range (Hardened{}).Rules() {
			if len(r.Takes) == 1 && r.Takes[0] == world.Observed {
				p := world.Packet{From: "trustee:1", To: "hardware:1", Data: data}
				_, _ = r.Apply(world.Input{Facts: []world.Fact{{Kind: world.Observed, Ref: "1", Data: p.Encode(start)}}})
			}
		}
		heard := &request.Link{Credential: link.Credential}
		if f, err := world.Unpack(body, 0, 5); err == nil {
			number, _ := world.ParseInt(f[0])
			heard.Heard = max(number, math.MinInt64+1) - 1
		}
		if q, err := request.ParseQuestion(data, heard); err == nil {
			heard.Sent = heard.Heard - 1
			require.Equal(t, data, q.Encode(heard), "one encoding only")
		}
	})
}

// protected is a packet of the link with any body.
func protected(kind byte, credential, body []byte) []byte {
	h := hmac.New(sha256.New, credential)
	h.Write([]byte{kind})
	h.Write(body)
	return world.Pack(kind, body, h.Sum(nil))
}
