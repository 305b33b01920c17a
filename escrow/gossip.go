package escrow

import "doormat/world"

// A log that shows witnesses what it keeps from the monitor is found out because
// the two gossip (RFC 6962, section 5): a witness hands on each checkpoint that it
// cosigned, and at the end of the day the monitor has been shown every entry, or
// asks in public why not. TestHiddenEntryIsMissed shows it.

// KindSeen is a packet from a witness to the monitor: the checkpoint it cosigned.
const KindSeen byte = 104

// tell hands a cosigned checkpoint on, if there is one.
func (w *Witness) tell(cosigned []byte) []world.Packet {
	if cosigned == nil {
		return nil
	}
	return []world.Packet{{From: w.name, To: "monitor", Data: world.Pack(KindSeen, cosigned)}}
}

// hear takes the size of a checkpoint from whoever has one that the log signed.
func (m *Monitor) hear(data []byte) {
	f, err := world.Unpack(data, KindSeen, 1)
	if err != nil {
		return
	}
	if c, err := m.policy.Signed(f[0]); err == nil {
		m.seen = max(m.seen, c.Size)
	}
}

// missed warns once of entries that witnesses saw and the monitor did not. If they
// are shown later, the court is still asked.
func (m *Monitor) missed() []world.Packet {
	if m.seen <= max(m.next, m.told) {
		return nil
	}
	m.told = m.seen
	return []world.Packet{world.Warn("monitor", "the log shows witnesses an entry that it does not show the monitor")}
}
