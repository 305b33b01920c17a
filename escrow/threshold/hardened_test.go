package threshold

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
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
			out, err := r.Apply(world.Input{Facts: facts, Text: []byte(text), Random: bytes.Repeat([]byte{3}, 128)})
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
	for form, want := range map[string]int{HardwareChecks: 0, HardwareCounts: 2} {
		t.Run(form, func(t *testing.T) {
			s := hardenedStage(t, 4, Hardware, form)
			s.advance(4)
			key := s.apply(rules.MakeUpOrder, "A")[1].Fact
			for i := 1; i <= 2; i++ {
				s.send(s.apply(rules.AskHardware, world.Outsider, append([]world.Fact{s.credential(i), key}, s.envelopes(3)...)...)[0])
			}
			require.Len(t, s.of(request.KindAnswer), want)
			for _, p := range s.of(request.KindAnswer) {
				require.Equal(t, world.Outsider, p.To)
			}
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
	good, wrong := s.credential(1).Data, bytes.Repeat([]byte{1}, 32)
	ask := func(from string, data []byte) int {
		before := len(s.of(request.KindAnswer))
		s.post(world.Packet{From: from, To: "hardware:1", Data: data})
		return len(s.of(request.KindAnswer)) - before
	}
	for _, from := range []string{world.Outsider, "trustee:2", "agency", "log"} {
		require.Zero(t, ask(from, q.Encode(good)), "from %s", from)
	}
	require.Zero(t, ask("trustee:1", q.Encode(wrong)))
	require.Zero(t, ask("trustee:1", q.Encode(s.credential(2).Data)))
	cut := q.Encode(good)
	require.Zero(t, ask("trustee:1", cut[:len(cut)-1]))
	hardware := s.sim.Net.Node("hardware:1")
	for _, inner := range [][]byte{world.Pack(world.KindTick), world.Pack(world.KindComply), world.Pack(world.KindStart)} {
		relayed := request.Protect(request.KindRelay, good, []byte(world.Clock), inner, []byte{1})
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
		node, credential := s.sim.Net.Node("hardware:1"), s.credential(1).Data
		now := start.Add(100 * time.Hour)
		ask := func() (opened int) {
			q := &request.Question{Asker: world.Outsider, Agency: agencyKey(t), Items: s.items(10)}
			q.Info = request.Info("trustee:1", nil, q.Items)
			for _, p := range node.Handle(now, world.Packet{From: "trustee:1", To: "hardware:1", Data: q.Encode(credential)}) {
				f, err := request.Unprotect(p.Data, request.KindSpeak, credential, 2)
				require.NoError(t, err)
				packets, err := request.ParsePackets(f[0])
				require.NoError(t, err)
				opened += len(packets)
			}
			return opened
		}
		require.Equal(t, 1, ask(), "an answer, with three of ten")
		require.Zero(t, ask(), "nothing more in this hour")
		now = now.Add(59 * time.Minute)
		require.Zero(t, ask())
		now = now.Add(time.Minute)
		require.Equal(t, 1, ask())
	})
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
	credential := s.credential(1).Data
	for _, kind := range []byte{request.KindRelay, request.KindSpeak} {
		for _, p := range s.of(kind)[:3] {
			fields, err := world.Unpack(p.Data, kind, 2)
			require.NoError(f, err)
			f.Add(kind, fields[0])
		}
	}
	q := &request.Question{Asker: world.Outsider, Agency: make([]byte, 32), Items: s.items(1)}
	fields, err := world.Unpack(q.Encode(credential), request.KindAsk, 2)
	require.NoError(f, err)
	f.Add(request.KindAsk, fields[0])
	before := s.sim.Net.Node("hardware:1").Holdings()[0]
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		data := protected(kind, credential, body)
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
		if q, err := request.ParseQuestion(data, credential); err == nil {
			require.Equal(t, data, q.Encode(credential), "one encoding only")
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
