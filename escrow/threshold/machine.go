package threshold

import (
	"bytes"
	"fmt"
	"time"

	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/restraint"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/publiclog"
)

// machine is a trustee's machine beside its hardware. It implements [world.Node].
type machine struct {
	desk    *trustee // what checks orders, without any secret
	checks  bool     // the hardware checks orders, and the machine does not
	kept    []world.Fact
	program string
	link    machineEnd
}

// Name implements [world.Node].
func (m *machine) Name() string { return m.desk.name }

// Holdings implements [world.Node]: what the hardware has told it, and the credential.
func (m *machine) Holdings() []world.Fact {
	facts := []world.Fact{{Kind: request.Credential, Ref: m.desk.name, Data: m.link.Encode()}}
	if m.link.next != nil {
		facts = append(facts,
			world.Fact{Kind: request.Credential, Ref: m.desk.name, Data: m.link.next.Encode()})
	}
	return append(append(facts, m.kept...), m.desk.requests...)
}

// SealedUntil is when the last notice is due that the machine owes.
func (m *machine) SealedUntil() time.Time { return m.desk.SealedUntil() }

// Wakes implements [world.Waker].
func (m *machine) Wakes() time.Time { return m.desk.Wakes() }

// Alarm implements [world.Timer].
func (m *machine) Alarm() time.Time { return m.desk.Alarm() }

// Handle implements [world.Node].
func (m *machine) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.From == world.Clock && p.Kind() == world.KindAlarm:
		return m.desk.wake(now)
	case p.From == world.Clock:
		return m.desk.Give(now, m.desk.name)
	case p.From == request.HardwareOf(m.desk.name):
		return m.say(p.Data)
	case p.From == world.Law && p.Kind() == world.KindComply:
		m.desk.willing = true
		return nil
	case p.Kind() == wire.KindUpdate:
		return m.desk.Update(now, m.desk.name, p.Data, m.Holdings)
	case m.checks && (p.Private() || p.Kind() < 32): // what is nobody's to say on the network
		return nil
	case m.checks:
		return m.relay(p)
	case p.From == world.Log && p.Kind() == publiclog.KindUpdate,
		p.From == world.Provider && p.Kind() == committee.KindHaveKey:
		return m.relay(p)
	}
	out := m.desk.gossip.Handle(p)
	switch p.Kind() {
	case request.KindRequest:
		out = append(out, m.desk.answer(now, p)...)
	case law.KindObjection:
		out = append(out, m.desk.period.Hear(now, m.desk.name, p.Data, m.desk.objector)...)
	}
	return append(out, m.desk.resume(now)...)
}

// relay passes a packet on to the hardware.
func (m *machine) relay(p world.Packet) []world.Packet {
	if m.program == StayAway && p.From == world.Log {
		return nil
	}
	willing := []byte{0}
	switch {
	case m.desk.objects:
		willing[0] = objects
	case m.desk.willing:
		willing[0] = 1
	}
	return m.toHardware(m.link.Protect(request.KindRelay, []byte(p.From), p.Data, willing))
}

func (m *machine) toHardware(data []byte) []world.Packet {
	return []world.Packet{{From: m.desk.name, To: request.HardwareOf(m.desk.name), Data: data}}
}

// say sends what the hardware says. A modified program cannot deal a bad share or choose a key:
// what it changes of a post has no good signature any more.
func (m *machine) say(data []byte) []world.Packet {
	f, err := m.link.said(data)
	if err != nil {
		return nil
	}
	packets, err := request.ParsePackets(f[0])
	if err != nil {
		return nil
	}
	if m.kept, err = world.ParseFacts(f[1]); err != nil {
		return nil
	}
	var out []world.Packet
	foreign := m.link.outrun(f[2])
	if foreign {
		out = append(out, world.Warn(m.desk.name,
			"its hardware was asked by somebody else, who has the machine's credential"))
	}
	for _, p := range packets {
		p.From = m.desk.name
		if foreign && p.Kind() == request.KindAnswer {
			continue
		}
		if m.program != "" && p.Kind() == publiclog.KindPost {
			if m.program == StayAway {
				continue
			}
			p.Data = bytes.Clone(p.Data)
			p.Data[len(p.Data)-1] ^= 1
		}
		out = append(out, p)
	}
	if renewal := m.link.renew(f[3]); renewal != nil {
		out = append(out, m.toHardware(renewal)...)
	}
	return out
}

// ask has the hardware open what the machine found to be in order.
func (m *machine) ask(q *question) []world.Packet {
	asked := q.Question
	asked.Items = nil
	outside := false
	for _, i := range q.Items {
		if q.covers(i) {
			asked.Items = append(asked.Items, i)
		} else {
			outside = true
		}
	}
	var out []world.Packet
	if outside {
		out = append(out, world.Warn(m.desk.name, "refused a message: it is outside the order's scope"))
	}
	if len(asked.Items) == 0 {
		return out
	}
	return append(out, m.toHardware(asked.Encode(m.link.Link))...)
}

// ReportsTo implements [world.Reporter].
func (m *machine) ReportsTo() string { return m.desk.ReportsTo() }

// ProgramsBy implements [world.Reporter].
func (m *machine) ProgramsBy() string { return m.desk.ProgramsBy() }

// Reprogram implements [world.Reprogrammable].
func (m *machine) Reprogram(program string, _ []byte) error {
	switch program {
	case BadShare, StayAway, ChooseKey:
		m.program = program
		return nil
	case restraint.Object:
		m.desk.objects = true
		return nil
	}
	return fmt.Errorf("%s: no program %q", m.desk.name, program)
}

var (
	_ world.Reprogrammable = (*machine)(nil)
	_ world.Reporter       = (*machine)(nil)
	_ world.Reporter       = (*trustee)(nil)
)
