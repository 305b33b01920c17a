// Package rob lets a room choose which trustees an attack robs: the same script runs over the
// capabilities that were chosen, and what opens is computed from their bytes. Two leave a wall
// locked and a third opens it, whichever they are (TestAnyQuorum).
package rob

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// quorum is the need of an attack whose trustees a room may choose: it is the same attack
// whichever of them are robbed, and how many.
const quorum = "trustee:1..t.store"

// Trustees are the numbers of trustees that a room robs, in order; nil if it left that to the
// attack.
type Trustees []int

func (r Trustees) String() string {
	list := make([]string, len(r))
	for i, n := range r {
		list[i] = strconv.Itoa(n)
	}
	return strings.Join(list, ",")
}

// most is the greatest number of a trustee that can be named.
const most = 100

// Parse reads what String writes: "" for nobody.
func Parse(text string) (Trustees, error) {
	r := Trustees{}
	if text == "" {
		return r, nil
	}
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > most || strconv.Itoa(n) != part ||
			len(r) > 0 && n <= r[len(r)-1] {
			return nil, demo.Usagef("rob %.40q: want numbers of trustees in order, such as 1,3", text)
		}
		r = append(r, n)
	}
	return r, nil
}

// Of are those that there are among n: the room may have chosen from more, before somebody changed
// the settings, and who is not there cannot be robbed.
func (r Trustees) Of(n int) Trustees {
	if i := slices.IndexFunc(r, func(k int) bool { return k > n }); i >= 0 {
		return r[:i]
	}
	return r
}

// Toggled robs trustee n too, or no longer. Whoever has not chosen has robbed the first t.
func (r Trustees) Toggled(n, t int) Trustees {
	now := Trustees{}
	if r == nil {
		for i := 1; i <= t; i++ {
			now = append(now, i)
		}
	} else {
		now = append(now, r...)
	}
	if i := slices.Index(now, n); i >= 0 {
		return slices.Delete(now, i, i+1)
	}
	now = append(now, n)
	slices.Sort(now)
	return now
}

// Can tells of an attack that copies what a quorum of trustees stores.
func Can(t technique.Technique) bool { return slices.Contains(t.Header().Needs, quorum) }

// Chosen is the attack t with the trustees that a room chose, all of whom there are: the
// same script, over other capabilities. What it opens is computed from their bytes, as ever.
func Chosen(t technique.Technique, r Trustees) (technique.Technique, error) {
	if !Can(t) {
		return nil, demo.Usagef("rob: %s does not copy what a quorum of trustees stores",
			t.Header().ID)
	}
	c := chosen{Technique: t}
	for _, n := range r {
		c.instead = append(c.instead, world.Trustee(n)+"."+string(world.Store))
	}
	return c, nil
}

// chosen is an attack in which the need quorum stands for other capabilities.
type chosen struct {
	technique.Technique
	instead []string
}

func (c chosen) Header() technique.Header {
	h := c.Technique.Header()
	i := slices.Index(h.Needs, quorum)
	h.Needs = slices.Replace(slices.Clone(h.Needs), i, i+1, c.instead...)
	return h
}

func (c chosen) Run(ctx context.Context, port technique.Port) error {
	return c.Technique.Run(ctx, chosenPort{port, c.instead})
}

type chosenPort struct {
	technique.Port
	instead []string
}

// Call takes from each of the chosen where the script takes from a quorum.
func (p chosenPort) Call(c technique.Call) (any, error) {
	if len(c.Args) == 0 || c.Args[0] != any(quorum) {
		return p.Port.Call(c)
	}
	var all []int
	for _, one := range p.instead {
		c.Args = append([]any{one}, c.Args[1:]...)
		v, err := p.Port.Call(c)
		if err != nil {
			return nil, err
		}
		ids, ok := v.([]int)
		if !ok {
			return nil, fmt.Errorf("rob: %s of %s gave no facts", c.Method, one)
		}
		all = append(all, ids...)
	}
	return all, nil
}

// Says tells in a sentence what robbing n trustees came to.
func Says(n int, p *replay.Replay) string {
	opened := 0
	for i := range p.Result.Cells {
		opened = max(opened, len(p.Result.Cells[i].Trace.Opened))
	}
	of := p.Settings().Trustees
	switch {
	case n == 0:
		return "No trustee is robbed. Choose some of the keys."
	case opened == 0:
		return fmt.Sprintf("%d of %d trustees robbed: nothing opens.", n, of)
	}
	return fmt.Sprintf("%d of %d trustees robbed: %s messages open.", n, of,
		summary.OutOf(opened, len(p.Conversation.Messages)))
}
