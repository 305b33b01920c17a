package threshold

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/world"
)

// task is a ceremony that is to be held after a message.
type task struct {
	due     int
	key     int // number of the key whose shares are renewed, or a constant below
	attempt int // number of the key's next ceremony when the task came up
}

// Values of task.key that name no present key.
const (
	newKey  = 0
	allKeys = -1 // one refresh for each key that lives when the task comes up
)

// schedule adds the ceremonies that are due after the next message. They are held one after
// another: first a refresh of the older key, then one of the newer, then a rotation. One that
// is still waiting to be held is not added again.
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

// joinDue joins the next ceremony, if this trustee takes part in none. One that is due after
// the next message begins now, with one-use keys; if an earlier one of the same key still
// goes on without this trustee, it waits for the end of that. A ceremony that is due and that
// the others are holding, or have held, without this trustee is skipped.
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
		if s != nil && s.Audit.Phase() != ceremony.PhaseKey && next.due > t.moment {
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

// expandRefresh replaces the first task, for all keys, by one for each live key.
func (t *trustee) expandRefresh() {
	var each []task
	for _, e := range t.board.State().Live {
		next := task{due: t.tasks[0].due, key: e.Number}
		next.attempt = t.nextAttempt(next)
		each = append(each, next)
	}
	t.tasks = slices.Concat(each, t.tasks[1:])
}

// nextAttempt is the number of the ceremony that would do a task now.
func (t *trustee) nextAttempt(k task) int {
	c := t.board.State()
	if k.key == newKey {
		return c.LastKey + 1
	}
	return c.LastEpoch[k.key] + 1
}

// sessionFor is the ceremony that does a task, nil if its key does not live any more.
func (t *trustee) sessionFor(next task) *committee.Session {
	c := t.board.State()
	if next.key == newKey {
		return c.Rotation()
	}
	if e := c.LiveKey(next.key); e != nil {
		return c.Refresh(e)
	}
	return nil
}

// handleClock learns that a message was sent or that it is midnight. The network was quiet
// before, so whoever has not posted in a ceremony that is due is silent.
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
		if s := t.board.State().FindSession(cs.name); s != nil && s.Roster.Counter == cs.counter {
			out = append(out, t.advance(cs, s, before)...)
		}
	}
	return slices.Concat(out, t.redeliver(), t.joinDue())
}

// advance posts what is due. If there is nothing, and the ceremony has waited since the last
// tick or longer, it votes to close the phase, and posts again what the board does not show
// of its own posts. In the key phase the waiting begins one message before the ceremony is
// due.
func (t *trustee) advance(cs *ceremonyState, s *committee.Session, before int) []world.Packet {
	out, phase := t.postIfDue(cs, s), s.Audit.Phase()
	waiting := cs.task.due <= before || phase == ceremony.PhaseKey && cs.task.due <= t.moment
	if len(out) > 0 || !waiting || phase > ceremony.PhaseCertify || t.program != "" {
		return out
	}
	if cs.votedPhase != phase {
		cs.votedPhase, cs.unanswered = phase, 0
	}
	posts, err := cs.trustee.Repost(s.Audit)
	if err != nil {
		return nil
	}
	switch cs.unanswered++; {
	case cs.unanswered == 2:
		out = t.reportStalled(cs, s.Audit)
	case cs.unanswered > 2 && len(posts) > 0 && phase < ceremony.PhaseConfirm:
		out = t.eraseSecrets(cs)
	}
	for _, raw := range posts {
		out = append(out, t.post(cs.name, raw))
	}
	return append(out, t.requestBoard())
}

// eraseSecrets erases what a trustee keeps secret of a ceremony, if for three messages or
// nights the board has not shown what it posts. The ceremony may be over for the others, and
// then the one-use key would open the share that they made for this trustee. The old share
// has to stay, because the others may have kept theirs. The trustee still votes to close
// phases.
func (t *trustee) eraseSecrets(cs *ceremonyState) []world.Packet {
	if cs.erased {
		return nil
	}
	cs.erased = true
	cs.trustee.Erase()
	return t.reportExcluded(cs.name, errors.New("the board does not show what it posts"))
}

// reportStalled warns the public, once, that voting to close the phase was no use. Either
// fewer trustees than the threshold vote, or too few of those who confirmed sign the
// certificate, a phase that no vote closes. It names whose posts are missing: a certificate
// that is not signed holds up all later ceremonies, and whoever replaces trustees needs to
// know whom to replace.
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
