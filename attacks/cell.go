package attacks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/attacks/truth"
	"doormat/world"
)

// close judges a trial and tells in its cell what went wrong, if anything did.
func (t *trial) close(broken error) {
	err := cmp.Or(broken, t.err)
	if t.adv.run != nil && broken == nil {
		if fault := world.Guard(t.judge); err == nil {
			err = fault
		}
	}
	if late := (interface{ Timeout() bool })(nil); errors.As(err, &late) && late.Timeout() {
		err = t.adv.endless(err)
	}
	if err != nil {
		t.cell.Error, t.cell.Expected = err.Error(), false
	}
}

// judge fills the cell from what the script did and what honest programs saw.
func (t *trial) judge() error {
	d, a, c := t.on, t.adv, t.cell
	ctx := a.run.ctx
	c.At = a.at()
	if d.lab.second != nil {
		a.disown(d.lab.second[cellKey{t.point, c.Design, c.Attack}])
	}
	c.Attachments = Count{len(a.files), d.truth.Files()}
	c.Trace.Heard, c.Trace.Calls = slices.Sorted(maps.Keys(a.heard)), d.truth.Calls(a.heard)
	c.Calls = Count{len(c.Trace.Calls), len(d.truth.Conversation.Calls)}
	c.Content = Tally(d.truth.Conversation, t.settings.Target, c.At, a.opened)
	c.Forwarded.Recovered, c.Forwarded.Total = d.truth.Conversation.Forwarded(a.opened)
	c.Forged, c.FalseClaims, c.Smuggled = len(a.run.forged), len(a.wrong), len(a.smug)
	c.People, c.Trace.Protected = a.exposed()
	c.Delivered = a.run.delivered(a.held.days)
	c.Disclosed = append(c.Disclosed, a.run.told...)
	a.afterwards()
	c.Trace.Record = a.rec
	c.Trace.Forged = a.run.forged
	c.Trace.Events, c.Trace.Opened = a.events, slices.Sorted(maps.Keys(a.opened))
	c.Trace.Files = slices.Sorted(maps.Keys(a.files))
	if t.err != nil {
		return nil // what a script left behind when it failed is not worth working on
	}
	if !a.shared {
		usual, err := d.usual(ctx, a.run.rested)
		if err != nil {
			return err
		}
		var places []int
		c.Noticed, places = a.run.news(usual)
		trace.Date(a.events, places)
	}
	facts, err := a.know.FromLoot(ctx, world.Metadata)
	if err != nil {
		return err
	}
	c.Metadata = Count{len(d.truth.Metadata(facts)), len(d.truth.Conversation.Messages)}
	if c.Lawful, c.ByNoOrder, err = a.service(ctx); err != nil {
		return err
	}
	c.ForOthers = c.Lawful.Asked > 0 && !a.agency
	t.compare()
	return t.prove()
}

// compare tells whether the outcome is the one that the header expects.
func (t *trial) compare() {
	info, conv := t.on.design.Info(), t.on.truth.Conversation
	want, err := t.technique.Expect(technique.Keys(info), technique.NewView(conv, t.settings, info))
	switch {
	case err != nil:
		t.cell.Error = err.Error()
	case want.Draft:
		t.cell.Expected, t.cell.Trace.Unstated = true, "the outcome"
	case want.Unstated:
		t.cell.Error = "expects: nothing for any of " + strings.Join(technique.Keys(info), ", ") +
			", and the attack is applicable: add one of these keys"
	case want.NotApplicable:
		t.cell.Why, t.cell.Trace.Surprise = want.Why, "expected not to be applicable, and it is"
	default:
		t.cell.Why, t.cell.Trace.Surprise, t.cell.Trace.Unstated = want.Why,
			surprise(&want, t.cell), want.LeftOut()
		// At the last message nothing is left that an order for what follows could ask for.
		last := t.settings.At == len(conv.Messages)
		if idle := t.adv.idle(); len(idle) > 0 && !last && t.cell.Design == t.header.Showcase {
			t.cell.Trace.Surprise = strings.TrimPrefix(fmt.Sprintf("%s; needs that the script "+
				"never used in its showcase: %s",
				t.cell.Trace.Surprise, strings.Join(idle, ", ")), "; ")
		}
		if fixed := t.header.FixesIn(t.base, info); len(fixed) > 0 {
			t.cell.Why += " (the attack fixes " + strings.Join(fixed, ", ") + ")"
		}
		t.cell.Expected = t.cell.Trace.Surprise == ""
	}
}

// surprise compares what was measured with what was expected and names every
// difference, "" if there is none. Parts of which there is nothing are not
// compared.
func surprise(o *technique.Outcome, c *Cell) string {
	type part struct {
		name      string
		want      technique.Level
		got, from int
	}
	parts := []part{
		{"target before", o.TargetBefore, c.Content.Target.Before, c.Content.Target.BeforeTotal},
		{"target after", o.TargetAfter, c.Content.Target.After, c.Content.Target.AfterTotal},
		{"others before", o.OthersBefore, c.Content.Others.Before, c.Content.Others.BeforeTotal},
		{"others after", o.OthersAfter, c.Content.Others.After, c.Content.Others.AfterTotal},
	}
	for _, p := range Parts() {
		n := p.Count(c)
		parts = append(parts, part{p.Name, p.Want(o), n.Recovered, n.Total})
	}
	var unlike []string
	for _, p := range parts {
		if p.want != "" && p.from > 0 && technique.LevelOf(p.got, p.from) != p.want {
			unlike = append(unlike, fmt.Sprintf("%s: expected %s, measured %d of %d", p.name,
				p.want, p.got, p.from))
		}
	}
	type flag struct {
		name      string
		want, got bool
	}
	flags := []flag{
		{"forged", o.Forged, c.Forged > 0},
		{"noticed", o.Noticed, len(c.Noticed) > 0},
		{"served", o.Served || c.Lawful.Asked == 0, c.Lawful.Served == c.Lawful.Asked},
	}
	if o.Disclosed != nil {
		flags = append(flags, flag{"disclosed", *o.Disclosed, len(c.Disclosed) > 0})
	}
	for _, f := range flags {
		if f.want != f.got {
			unlike = append(unlike, fmt.Sprintf("%s: expected %v, measured %v", f.name, f.want,
				f.got))
		}
	}
	if c.Smuggled > 0 {
		unlike = append(unlike, fmt.Sprintf("smuggled: %d claims of what the script had handed "+
			"in itself, or nobody had typed yet", c.Smuggled))
	}
	return strings.Join(unlike, "; ")
}

// exposed counts the people of whom something that they wrote or said was recovered. Both
// sides may ask who they are: an order reads whoever writes to the person it names,
// and a thief reads people whom nobody suspects of anything. professions are those of people
// whose talk the law protects.
func (a *adversary) exposed() (p People, professions []string) {
	conv := a.run.truth.Conversation
	read := map[string]bool{}
	for part, recovered := range map[truth.Part]map[int]bool{truth.Text: a.opened,
		truth.File: a.files, truth.Speech: a.heard} {
		for i := range recovered {
			read[a.run.truth.Author(truth.Secret{Part: part, Number: i})] = true
		}
	}
	for k := range a.opened {
		for _, earlier := range conv.Repeated(k) {
			read[conv.Messages[earlier-1].From] = true
		}
	}
	for _, account := range slices.Sorted(maps.Keys(read)) {
		p.Read++
		if account != a.settings.Target && !a.run.asked.Named[account] {
			p.Unnamed++
		}
		if profession := conv.Privileged[account]; profession != "" {
			p.Privileged++
			professions = append(professions, profession)
		}
	}
	return p, professions
}

// service counts what orders yielded: the messages in their scope, those of them that
// the agency read with what was obtained under them, those of which it learned who wrote to whom
// and when, and those that it could read beyond. apart is how many messages the adversary recovered that no order yielded.
func (a *adversary) service(ctx context.Context) (l Lawful, apart int, err error) {
	var claims map[int]int
	if a.agency {
		claims = a.claims
	}
	yielded, err := a.docket.Yielded(ctx, a.run.truth.Message, claims)
	if err != nil {
		return l, 0, err
	}
	var longest time.Duration
	for k := 1; k <= a.run.Moment(); k++ { // what was never typed, nobody could serve
		since, asked := a.run.asked.Since[k]
		at, got := yielded[k]
		switch {
		case asked && got && a.opened[k]:
			l.Served++
			longest = max(longest, time.Unix(at, 0).Sub(since))
		case !asked && got:
			l.Beyond++
		case a.opened[k] && !got:
			apart++
		}
		if asked {
			l.Asked++
		}
	}
	l.DelayHours = int(longest / time.Hour)
	if l.Asked == 0 {
		return l, apart, nil
	}
	facts, err := a.docket.Metadata(ctx, a.agency)
	l.Metadata.Total = l.Asked
	for _, k := range a.run.truth.Metadata(facts) {
		if _, asked := a.run.asked.Since[k]; asked && k <= a.run.Moment() {
			l.Metadata.Recovered++
		}
	}
	return l, apart, err
}

// maxProven bounds the claims among which prove looks.
const maxProven = 200

// prove keeps the proof of the right claim that took the most steps: a message
// that a ratchet gave away teaches more than one that lay in a history.
func (t *trial) prove() error {
	a := t.adv
	best, steps := -1, 0
	for _, id := range a.proven {
		if n := len(a.know.Derivation(id)); n > steps {
			best, steps = id, n
		}
	}
	if best < 0 {
		return nil
	}
	proof, err := a.know.Prove(a.run.ctx, best)
	t.cell.Trace.Proof = proof
	t.cell.Trace.Proved = t.on.truth.Message(a.know.At(best).Data)
	return err
}
