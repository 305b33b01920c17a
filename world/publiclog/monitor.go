package publiclog

import (
	"errors"
	"fmt"
	"time"

	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
)

// Monitor is a principal that asks the court about each new entry of the log and
// warns of one that is not on the court's docket. It checks the evidence of each
// entry. If it misses one in between, or one that other readers of the log have seen, it asks
// the log, and warns if the log does not show it that entry by the second midnight. It cannot
// miss an entry that neither the log nor other readers show it. It gossips with all of them.
// Once the court publishes what opens an entry, the monitor tells the public of the order,
// late and by design.
type Monitor struct {
	// Follow, if set, reads an [Update] of the board. It returns the records that
	// are new, the index of the first, and what there is to warn of. It fails with
	// [ErrGap] if it wants the records from first on.
	Follow func(update []byte) (first int64, records [][]byte, news []string, err error)

	// Courts are asked whose entry one is. The one that has signed it says whether it is on its
	// docket.
	Courts []string

	gossip         *Gossip
	next           int64                // index of the next entry
	ahead          map[int64]bool       // entries after the next one that the log has shown already
	requestedTo    int64                // size up to which it has asked for missing entries
	warnedTo       int64                // size up to which it has warned of missing entries
	requestedBoard bool                 // it has asked the log for missing records of the board
	asked          map[string]time.Time // when the court was asked about an entry
}

// NewMonitor follows a log from an index on.
func NewMonitor(gossip *Gossip, next int64) *Monitor {
	return &Monitor{Courts: []string{world.Court}, gossip: gossip, next: next, ahead: map[int64]bool{},
		asked: map[string]time.Time{}}
}

// Name implements [world.Node].
func (*Monitor) Name() string { return world.Monitor }

// Holdings implements [world.Node]: what it knows is public.
func (*Monitor) Holdings() []world.Fact { return nil }

// Handle implements [world.Node].
func (m *Monitor) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.From == world.Clock && p.Kind() == world.KindTick:
		m.requestedBoard = false
		return append(m.reportMissing(), m.gossip.Handle(p)...)
	case p.From == world.Log && p.Kind() == law.KindLogged:
		return m.entry(now, p.Data)
	case p.From == world.Log && p.Kind() == KindUpdate && m.Follow != nil:
		return m.readBoard(now, p.Data)
	case world.KindOf(p.From) == world.Court && p.Kind() == law.KindPublished:
		return m.published(p.Data)
	case world.KindOf(p.From) == world.Court && p.Kind() == law.KindDocketed:
		f, err := world.Unpack(p.Data, law.KindDocketed, 2)
		if err == nil && len(f[1]) == 1 && f[1][0] == 0 {
			return []world.Packet{world.Warn(world.Monitor,
				"the log holds an order that the court did not sign")}
		}
	default:
		return m.gossip.Handle(p)
	}
	return nil
}

// reportMissing asks at midnight for entries that others saw and the monitor did not. A
// night later it warns of them, once. If the log shows them even later, the monitor still
// asks the court about them.
func (m *Monitor) reportMissing() []world.Packet {
	size := m.gossip.view.Size()
	switch {
	case size <= max(m.next, m.warnedTo):
		return nil
	case m.requestedTo > max(m.next, m.warnedTo):
		m.warnedTo = size
		return []world.Packet{world.Warn(world.Monitor,
			"the log shows others an entry that it does not show the monitor")}
	}
	m.requestedTo = size
	return []world.Packet{{From: world.Monitor, To: world.Log,
		Data: world.Pack(KindReadBoard, world.Int(m.next))}}
}

// entry asks the court about an entry of which the log proves that it holds it.
func (m *Monitor) entry(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, law.KindLogged, 2)
	if err != nil {
		return nil
	}
	evidence, err := ledger.ParseEvidence(f[1])
	if err == nil {
		_, err = evidence.Verify(m.gossip.policy, f[0])
	}
	if err != nil {
		return []world.Packet{world.Warn(world.Monitor, "the log shows an entry without evidence")}
	}
	if evidence.Index >= m.next {
		m.ahead[evidence.Index] = true
	}
	m.advance(m.next)
	return append(m.gossip.Show(evidence.Checkpoint, world.Log), m.inquire(now, f[0])...)
}

// advance notes that the log has shown all entries before next.
func (m *Monitor) advance(next int64) {
	m.next = max(m.next, next)
	for m.ahead[m.next] {
		delete(m.ahead, m.next)
		m.next++
	}
}

// inquire asks the court about an entry, once, however often it is shown.
func (m *Monitor) inquire(now time.Time, record []byte) []world.Packet {
	if _, before := m.asked[string(record)]; before {
		return nil
	}
	m.asked[string(record)] = now
	var out []world.Packet
	for _, court := range m.Courts {
		out = append(out, world.Packet{From: world.Monitor, To: court,
			Data: world.Pack(law.KindInquire, record)})
	}
	return out
}

// readBoard reads posts of ceremonies, and asks about the orders between them.
func (m *Monitor) readBoard(now time.Time, update []byte) []world.Packet {
	first, records, news, err := m.Follow(update)
	if errors.Is(err, ErrGap) { // if the log does not answer, reportMissing warns
		if m.requestedBoard {
			return nil
		}
		m.requestedBoard = true
		return []world.Packet{{From: world.Monitor, To: world.Log,
			Data: world.Pack(KindReadBoard, world.Int(first))}}
	}
	if err != nil {
		return []world.Packet{world.Warn(world.Monitor, "the log's board does not add up: "+
			err.Error())}
	}
	m.requestedBoard = false
	var out []world.Packet
	if u, err := ParseUpdate(update); err == nil {
		out = m.gossip.Read(u.Checkpoint)
	}
	for _, record := range records {
		if _, err := ParseBoardRecord(record); err != nil {
			out = append(out, m.inquire(now, record)...)
		}
	}
	m.advance(first + int64(len(records)))
	for _, what := range news {
		out = append(out, world.Warn(world.Monitor, what))
	}
	return out
}

// published reads what the court published. It tells the public only of an order whose entry
// the log has shown.
func (m *Monitor) published(data []byte) []world.Packet {
	f, err := world.Unpack(data, law.KindPublished, 3)
	if err != nil || !law.OpensTo(f[2], f[0], f[1]) {
		return nil
	}
	since, shown := m.asked[string(f[2])]
	s, err := law.ParseSigned(world.Pack(law.KindSigned, f[0], f[1], f[2], nil))
	if err != nil || !shown {
		return nil
	}
	what := fmt.Sprintf("the court published its order in %s, an entry of the log until then",
		s.Order.Case)
	return []world.Packet{world.Notice(m.Name(), world.Public, what, since)}
}
