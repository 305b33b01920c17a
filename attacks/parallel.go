package attacks

import "runtime"

// What lies in memory at a time. A run holds what its principals do, an adversary what it
// took and what follows from it, and both end with the cell that they fill. How many are
// under way together depends on how large they are: over a short chat as many as there are
// processors, and all that only read over one run; over a long one fewer.

// DefaultRoom is how many bytes a lab's runs may hold at a time, if [Lab.Room] is zero.
const DefaultRoom = 1100 << 20

// What a delivery weighs in bytes of memory, with what the harness and all principals keep
// of it; docs/performance.md has what was measured.
const (
	whenRead = 11 << 10 // with an adversary who reads stores and taps
	whenRun  = 36 << 10 // with one who acts: those who answer orders keep what they answered
)

// Weight estimates what one run with one adversary of the lab holds, in bytes. Of a file
// there is a copy with each of its recipients, and some with the sender, the provider and
// the adversary.
func (l *Lab) Weight() int {
	for _, t := range l.Attacks {
		if acts(t.Header()) {
			return l.weight(whenRun)
		}
	}
	return l.weight(whenRead)
}

func (l *Lab) weight(delivery int) int {
	weight := l.Conversation.Deliveries() * delivery
	for _, m := range l.Conversation.Messages {
		for _, f := range m.Attachments {
			weight += len(f.Data) * (len(m.To) + 6)
		}
	}
	return max(1, weight)
}

func (l *Lab) room() int {
	if l.Room == 0 {
		return DefaultRoom
	}
	return l.Room
}

// sideBySide is how many runs may be under way at a time.
func (l *Lab) sideBySide() int {
	return max(1, min(runtime.GOMAXPROCS(0), l.room()/l.Weight()))
}

// together is how many adversaries may share one run, while others are under way.
func (l *Lab) together() int {
	return max(1, l.room()/l.sideBySide()/l.weight(whenRead))
}
