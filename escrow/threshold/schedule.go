package threshold

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"doormat/escrow/ceremony"
	"doormat/world"
)

// task is a ceremony that is to be held after a message.
type task struct {
	due     int
	key     int // whose shares are to be made anew, or one of those below
	attempt int // number of the ceremony that is next for the key, when the task came up
}

// Tasks of no key in particular.
const (
	newKey  = 0
	allKeys = -1 // of all keys that live when the task comes up
)

// schedule notes the ceremonies of the next message. They are held one after another: first
// the older key is refreshed, then the newer, then a new one made. What is late is held
// once.
func (t *trustee) schedule() {
	due := t.moment + 1
	if due <= t.scheduled {
		return
	}
	t.scheduled = due
	add := func(every, key int) {
		same := func(k task) bool { return k.key == key }
		if every > 0 && due%every == 0 && !slices.ContainsFunc(t.tasks, same) {
			t.tasks = append(t.tasks, task{due: due, key: key})
		}
	}
	add(t.refresh, allKeys)
	add(t.rotate, newKey)
}

// joinDue sits down to the next ceremony, if none is under way. That of the next message
// begins now, with one-use keys. One that the others are holding or have held without
// this trustee is missed, and one before it that is late is waited for.
func (t *trustee) joinDue() []world.Packet {
	if !t.CountsMessages() {
		return nil
	}
	t.schedule()
	var out []world.Packet
	for len(t.tasks) > 0 && len(t.ceremonies) == 0 {
		next := t.tasks[0]
		if next.key == allKeys {
			t.expandRefresh()
			continue
		}
		s := t.sessionFor(next)
		if s != nil && s.audit.Phase() != ceremony.PhaseKey && next.due > t.moment {
			break
		}
		t.tasks = t.tasks[1:]
		if next.due > t.moment || next.attempt == 0 || next.attempt == t.nextAttempt(next) {
			next.attempt = t.nextAttempt(next)
			out = append(out, t.join(s, next)...)
		}
	}
	return out
}

// expandRefresh puts a task for each key that lives in the place of the first one.
func (t *trustee) expandRefresh() {
	var each []task
	for _, e := range t.board.state().live {
		next := task{due: t.tasks[0].due, key: e.number}
		next.attempt = t.nextAttempt(next)
		each = append(each, next)
	}
	t.tasks = slices.Concat(each, t.tasks[1:])
}

// nextAttempt numbers the ceremony that is next for a task.
func (t *trustee) nextAttempt(k task) int {
	c := t.board.state()
	if k.key == newKey {
		return c.lastKey + 1
	}
	return c.lastEpoch[k.key] + 1
}

// sessionFor is the ceremony by which a task is done, nil if its key is gone.
func (t *trustee) sessionFor(next task) *session {
	c := t.board.state()
	if next.key == newKey {
		return c.rotation()
	}
	if e := c.epochOf(next.key); e != nil {
		return c.refresh(e)
	}
	return nil
}

// handleClock hears of a message or of midnight. Then the network was quiet, so whoever
// has not spoken in a ceremony that is due is silent.
func (t *trustee) handleClock(p world.Packet) []world.Packet {
	before := t.moment
	if p.Kind() == world.KindMoment {
		f, err := world.Unpack(p.Data, world.KindMoment, 1)
		if err != nil {
			return nil
		}
		m, err := world.ParseInt(f[0])
		if err != nil {
			return nil
		}
		t.moment = int(m)
	}
	t.requestedBoard = false
	var out []world.Packet
	for _, cs := range slices.Clone(t.ceremonies) {
		if s := t.board.state().findSession(cs.name); s != nil && s.roster.Counter == cs.counter {
			out = append(out, t.advance(cs, s, before)...)
		}
	}
	return slices.Concat(out, t.redeliver(), t.joinDue())
}

// advance speaks, or calls time if the ceremony has been waiting since before: since
// it was due, or in the key phase since one message earlier. What it said and the
// board does not show it says again, each time.
func (t *trustee) advance(cs *ceremonyState, s *session, before int) []world.Packet {
	out, phase := t.postIfDue(cs, s), s.audit.Phase()
	waiting := cs.task.due <= before || phase == ceremony.PhaseKey && cs.task.due <= t.moment
	if len(out) > 0 || !waiting || phase > ceremony.PhaseCertify || t.program != "" {
		return out
	}
	if cs.votedPhase != phase {
		cs.votedPhase, cs.unanswered = phase, 0
	}
	posts, err := cs.own.Urge(s.audit)
	if err != nil {
		return nil
	}
	switch cs.unanswered++; {
	case cs.unanswered == 2:
		out = t.reportStalled(cs, s.audit)
	case cs.unanswered > 2 && len(posts) > 0 && phase < ceremony.PhaseConfirm:
		out = t.eraseSecrets(cs)
	}
	for _, raw := range posts {
		out = append(out, t.post(cs.name, raw))
	}
	return append(out, t.requestBoard())
}

// eraseSecrets erases what a trustee has for a ceremony, if for three messages or nights the
// board has not shown what it posts. It may be over for the others, and the one-use
// key would open the share that was made for it. The old share has to stay: the
// others may have kept theirs. It still calls time.
func (t *trustee) eraseSecrets(cs *ceremonyState) []world.Packet {
	if cs.erased {
		return nil
	}
	cs.erased = true
	cs.own.Erase()
	return t.reportExcluded(cs.name, errors.New("the board does not show what it posts"))
}

// reportStalled tells the public, once, that calling time was no use: fewer than the threshold are
// there to call it, or too few of those who confirmed certify, for whom no time is called.
// It names whose posts are missing: the second case holds up all later ceremonies as well,
// and whoever replaces trustees needs to know whom.
func (t *trustee) reportStalled(cs *ceremonyState, a *ceremony.Audit) []world.Packet {
	if cs.reported {
		return nil
	}
	cs.reported = true
	var missing []string
	for _, i := range a.Awaited() {
		missing = append(missing, world.Trustee(i))
	}
	what := fmt.Sprintf("the ceremony for %s stands still in the %s phase, and what was before stays: "+
		"the board shows nothing of %s there", cs.name, a.Phase(), strings.Join(missing, ", "))
	return []world.Packet{world.Warn(t.name, what)}
}
