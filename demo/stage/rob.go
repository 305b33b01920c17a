package stage

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

// robbed are the numbers of trustees that a room robs, in order; nil if it left that to the
// attack.
type robbed []int

func (r robbed) String() string {
	list := make([]string, len(r))
	for i, n := range r {
		list[i] = strconv.Itoa(n)
	}
	return strings.Join(list, ",")
}

// parseRobbed reads what String writes: "" for nobody.
func parseRobbed(text string) (robbed, error) {
	r := robbed{}
	if text == "" {
		return r, nil
	}
	for _, part := range strings.Split(text, ",") {
		n, ok := natural(part, maxTrustees)
		if !ok || n == 0 || len(r) > 0 && int(n) <= r[len(r)-1] {
			return nil, demo.Usagef("rob %.40q: want numbers of trustees in order, such as 1,3", text)
		}
		r = append(r, int(n))
	}
	return r, nil
}

// toggled robs trustee n too, or no longer. Whoever has not chosen has robbed the first t.
func (r robbed) toggled(n, t int) robbed {
	now := robbed{}
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

// canRob tells of an attack that copies what a quorum of trustees stores.
func canRob(t technique.Technique) bool { return slices.Contains(t.Header().Needs, quorum) }

// robbing is the attack t with the trustees that a room chose, as parseRobbed reads them: the
// same script, over other capabilities. What it opens is computed from their bytes, as ever.
func robbing(t technique.Technique, text string) (technique.Technique, error) {
	r, err := parseRobbed(text)
	if err != nil {
		return nil, err
	}
	if !canRob(t) {
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
			return nil, fmt.Errorf("stage: %s of %s gave no facts", c.Method, one)
		}
		all = append(all, ids...)
	}
	return all, nil
}

// robbedSays tells in a sentence what robbing n trustees came to.
func robbedSays(n int, p *replay.Replay) string {
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
