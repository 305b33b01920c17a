package threshold

import (
	"errors"
	"slices"

	"doormat/escrow/ceremony"
	"doormat/world"
)

// begin posts one-use keys for the ceremonies of the next message.
func (t *trustee) begin() []world.Packet {
	due, c := t.moment+1, t.board.course()
	var out []world.Packet
	if t.refresh > 0 && due%t.refresh == 0 {
		for _, e := range slices.Clone(c.live) {
			out = append(out, t.sit(c.refresh(e), due)...)
		}
	}
	if t.rotate > 0 && due%t.rotate == 0 {
		out = append(out, t.sit(c.rotation(), due)...)
	}
	return out
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
		if s := t.board.course().find(x.name); s != nil {
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
	waiting := x.due <= before || phase == ceremony.PhaseKey && x.due <= t.moment
	if len(out) > 0 || !waiting || phase > ceremony.PhaseConfirm || t.program != "" {
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
		out = t.stuck(x, phase)
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

// stuck tells the public, once, that calling time was no use: fewer than the
// threshold are there to call it.
func (t *trustee) stuck(x *sitting, phase ceremony.Phase) []world.Packet {
	if x.told {
		return nil
	}
	x.told = true
	return []world.Packet{world.Warn(t.name, "the ceremony for "+x.name+" stands still in the "+phase.String()+" phase, and what was before stays")}
}
