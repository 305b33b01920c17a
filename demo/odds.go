package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/attacks/faulttree"
	"doormat/attacks/odds"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/memo"
)

// OddsSets is how many minimal, and how many maximal, sets of a goal are tried on real bytes. Where
// a goal has more, cases are not complete.
const OddsSets = 2000

// OddsCases finds what opens each message of each of the lab's designs, with stores at some
// moments, in ascending order, none for the end of the conversation. With active, what the lab's
// attacks open counts as well, where they do more than copy stores and tap.
func OddsCases(ctx context.Context, lab *attacks.Lab, moments []int, active bool) ([]odds.Case,
	error) {
	var cases []odds.Case
	messages := lab.Conversation.Messages
	if len(moments) == 0 {
		moments = []int{len(messages)}
	}
	shared := *lab // columns of one design compute much alike
	shared.Memo = cmp.Or(lab.Memo, new(memo.Memo))
	for _, d := range lab.Designs {
		a, err := atlas.Explore(ctx, &shared, d, moments)
		switch {
		case errors.Is(err, atlas.ErrMoments):
			return nil, Usagef("--%v", err)
		case err != nil:
			return nil, fmt.Errorf("%s: %w", d.Info().ID, err)
		}
		certificate, err := a.Certify(ctx, OddsSets) // which mends what turns out wrong
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Info().ID, err)
		}
		c := odds.Case{Design: d.Info().ID, Principals: Declared(d), Moments: moments,
			Messages: a.Messages(), Complete: certificate.Complete,
			Targets: func(i int) bool { return messages[i].Concerns(lab.Settings.Target) }}
		if active {
			if err := addActive(ctx, lab, d, &c); err != nil {
				return nil, err
			}
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// Declared lists the principals of designs, each once, and what stands everywhere.
func Declared(designs ...world.Design) (all world.Principals) {
	for _, d := range designs {
		all = all.With(d.Info().Principals)
	}
	return all.With(world.Everywhere())
}

// addActive adds to the tree of each message the needs of every attack that opens it, and leaves
// out of the tree what changes nothing: whoever has a phone's store needs no court. Nobody proves
// that there is no other attack: it is what was thought of. Left out are lawful accesses, by which
// somebody reads who may, and attacks that fix settings which are not the lab's, such as where
// trustees sit: they speak of another deployment, and the case names them.
func addActive(ctx context.Context, lab *attacks.Lab, d world.Design, c *odds.Case) error {
	one := *lab
	one.Designs, one.Attacks, one.Progress, one.Ahead = []world.Design{d}, nil, nil, nil
	for _, t := range lab.Attacks {
		h := t.Header()
		if h.Kind != "attack" || atlas.Passive(h) {
			continue
		}
		same, err := sameDeployment(h, lab.Settings, d.Info())
		if err != nil {
			return err
		}
		if same {
			one.Attacks = append(one.Attacks, t)
		} else {
			c.LeftOut = append(c.LeftOut, odds.LeftOut{Attack: h.ID, Fixes: h.FixesIn(lab.Settings, d.Info())})
		}
	}
	if len(one.Attacks) == 0 {
		return nil
	}
	r, err := one.Run(ctx)
	if err != nil {
		return err
	}
	more := make([][]*faulttree.Tree, len(c.Messages))
	for i := range r.Cells {
		cell := &r.Cells[i]
		if !cell.Applicable || cell.Error != "" {
			continue
		}
		needs, err := needed(lab, c, cell.Needs)
		if err != nil {
			return err
		}
		for _, k := range cell.Trace.Opened {
			switch {
			case k > len(more):
			case k > cell.At: // it was there when the message travelled
				more[k-1] = append(more[k-1], needs.present)
			default:
				more[k-1] = append(more[k-1], needs.past)
			}
		}
	}
	for i, list := range more {
		c.Messages[i], err = faulttree.Or(append(list, c.Messages[i])...).Needed()
		if err != nil {
			return err
		}
	}
	return nil
}

// sameDeployment tells whether an attack runs under the settings that an arrangement has anyway. When
// it begins is its own affair.
func sameDeployment(h technique.Header, base world.Settings, arrangement world.Info) (bool, error) {
	theirs, err := h.Override(base, arrangement)
	if err != nil {
		return false, err
	}
	usual, err := (&technique.Header{}).Override(base, arrangement)
	theirs.At = usual.At
	return theirs == usual, err
}

// A fall is a tree of what has to fall: for messages of the past, to which it may come in any
// year, and for those that it meets.
type fall struct{ past, present *faulttree.Tree }

// falls is a capability of its own, of a store as it is at the end.
func falls(name, end string) fall {
	if e, err := world.ParseCapability(name); err == nil && e.Surface == world.Store {
		store := faulttree.Event(name + end)
		return fall{store, store}
	}
	now := faulttree.Event(name + odds.First)
	return fall{faulttree.Or(now, faulttree.Event(name+odds.Later)), now}
}

// atLeast wants k of the list.
func atLeast(k int, list []fall) fall {
	var past, present []*faulttree.Tree
	for _, f := range list {
		past, present = append(past, f.past), append(present, f.present)
	}
	return fall{faulttree.AtLeast(k, past...), faulttree.AtLeast(k, present...)}
}

// needed is the tree of an attack's needs. Of those who hold shares any will do that are as many.
func needed(lab *attacks.Lab, c *odds.Case, needs []world.Capability) (fall, error) {
	end := fmt.Sprintf("@%d", c.Moments[len(c.Moments)-1])
	people := lab.Conversation.People(lab.Settings.Target)
	var all []fall
	seats := map[string]int{} // by kind of capability
	for _, need := range needs {
		p, _ := c.Principals.Named(world.KindOf(need.Principal))
		switch {
		case p.Placed == world.BySetting:
			seats[odds.KindOf(need.String())]++
			continue
		case p.Count == world.PerAccount: // "target" is somebody
			who, err := c.Principals.Members(need.Principal, lab.Settings, people)
			if err != nil {
				return fall{}, err
			}
			need.Principal = who[0]
		}
		all = append(all, falls(need.String(), end))
	}
	for _, kind := range slices.Sorted(maps.Keys(seats)) {
		principal, surface, _ := strings.Cut(kind, ".")
		var holders []fall
		for i := range lab.Settings.Trustees {
			holders = append(holders, falls(fmt.Sprintf("%s:%d.%s", principal, i+1, surface), end))
		}
		all = append(all, atLeast(seats[kind], holders))
	}
	return atLeast(len(all), all), nil
}
