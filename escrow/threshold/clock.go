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
	newKey      = 0
	everyShares = -1 // of all keys that live when the task comes up
)

// plan notes the ceremonies of the next message. They are held one after another: first
// the older key is refreshed, then the newer, then a new one made. What is late is held
// once.
func (t *trustee) plan() {
	due := t.moment + 1
	if due <= t.planned {
		return
	}
	t.planned = due
	add := func(every, key int) {
		same := func(k task) bool { return k.key == key }
		if every > 0 && due%every == 0 && !slices.ContainsFunc(t.tasks, same) {
			t.tasks = append(t.tasks, task{due: due, key: key})
		}
	}
	add(t.refresh, everyShares)
	add(t.rotate, newKey)
}

// begin sits down to the next ceremony, if none is under way. That of the next message
// begins now, with one-use keys. One that the others are holding or have held without
// this trustee is missed, and one before it that is late is waited for.
func (t *trustee) begin() []world.Packet {
	if !t.CountsMessages() {
		return nil
	}
	t.plan()
	var out []world.Packet
	for len(t.tasks) > 0 && len(t.sittings) == 0 {
		next := t.tasks[0]
		if next.key == everyShares {
			t.expand()
			continue
		}
		s := t.turn(next)
		if s != nil && s.audit.Phase() != ceremony.PhaseKey && next.due > t.moment {
			break
		}
		t.tasks = t.tasks[1:]
		if next.due > t.moment || next.attempt == 0 || next.attempt == t.attempt(next) {
			next.attempt = t.attempt(next)
			out = append(out, t.sit(s, next)...)
		}
	}
	return out
}

// expand puts a task for each key that lives in the place of the first one.
func (t *trustee) expand() {
	var each []task
	for _, e := range t.board.course().live {
		next := task{due: t.tasks[0].due, key: e.number}
		next.attempt = t.attempt(next)
		each = append(each, next)
	}
	t.tasks = slices.Concat(each, t.tasks[1:])
}

// attempt numbers the ceremony that is next for a task.
func (t *trustee) attempt(k task) int {
	c := t.board.course()
	if k.key == newKey {
		return c.tried + 1
	}
	return c.attempts[k.key] + 1
}

// turn is the ceremony by which a task is done, nil if its key is gone.
func (t *trustee) turn(next task) *session {
	c := t.board.course()
	if next.key == newKey {
		return c.rotation()
	}
	if e := c.epochOf(next.key); e != nil {
		return c.refresh(e)
	}
	return nil
}

// clock hears of a message or of midnight. Then the network was quiet, so whoever
// has not spoken in a ceremony that is due is silent.
func (t *trustee) clock(p world.Packet) []world.Packet {
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
	t.asked = false
	var out []world.Packet
	for _, x := range slices.Clone(t.sittings) {
		if s := t.board.course().find(x.name); s != nil && s.roster.Counter == x.counter {
			out = append(out, t.goOn(x, s, before)...)
		}
	}
	return slices.Concat(out, t.bringAgain(), t.begin())
}

// goOn speaks, or calls time if the ceremony has been waiting since before: since
// it was due, or in the key phase since one message earlier. What it said and the
// board does not show it says again, each time.
func (t *trustee) goOn(x *sitting, s *session, before int) []world.Packet {
	out, phase := t.speak(x, s), s.audit.Phase()
	waiting := x.task.due <= before || phase == ceremony.PhaseKey && x.task.due <= t.moment
	if len(out) > 0 || !waiting || phase > ceremony.PhaseCertify || t.program != "" {
		return out
	}
	if x.called != phase {
		x.called, x.waits = phase, 0
	}
	posts, err := x.own.Urge(s.audit)
	if err != nil {
		return nil
	}
	switch x.waits++; {
	case x.waits == 2:
		out = t.stuck(x, s.audit)
	case x.waits > 2 && len(posts) > 0 && phase < ceremony.PhaseConfirm:
		out = t.drop(x)
	}
	for _, raw := range posts {
		out = append(out, t.post(x.name, raw))
	}
	return append(out, t.reread())
}

// drop erases what a trustee has for a ceremony, if for three messages or nights the
// board has not shown what it posts. It may be over for the others, and the one-use
// key would open the share that was made for it. The old share has to stay: the
// others may have kept theirs. It still calls time.
func (t *trustee) drop(x *sitting) []world.Packet {
	if x.dropped {
		return nil
	}
	x.dropped = true
	x.own.Erase()
	return t.left(x.name, errors.New("the board does not show what it posts"))
}

// stuck tells the public, once, that calling time was no use: fewer than the threshold are
// there to call it, or too few of those who confirmed certify, for whom no time is called.
// It names whose posts are missing: the second case holds up all later ceremonies as well,
// and whoever replaces trustees needs to know whom.
func (t *trustee) stuck(x *sitting, a *ceremony.Audit) []world.Packet {
	if x.told {
		return nil
	}
	x.told = true
	var missing []string
	for _, i := range a.Awaited() {
		missing = append(missing, world.Trustee(i))
	}
	what := fmt.Sprintf("the ceremony for %s stands still in the %s phase, and what was before stays: "+
		"the board shows nothing of %s there", x.name, a.Phase(), strings.Join(missing, ", "))
	return []world.Packet{world.Warn(t.name, what)}
}
