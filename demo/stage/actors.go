package stage

import (
	"fmt"
	"slices"
	"strings"

	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// An actor is a principal on a wall, or several alike, as a figure.
type actor struct {
	Figure, Name string
	State, Says  string // "used", and how, of one whom the attack has used; else ""
}

// fewPhones is how many phones get figures of their own.
const fewPhones = 3

// actorsOf are those of a design of whom an attack has used some capabilities: the phones, the
// provider and whoever else was used; trustees stand apart.
func actorsOf(p *replay.Replay, design int, used []string) (list, trustees []actor) {
	c := &p.Result.Cells[design]
	ps, settings := c.Trace.Principals, c.Trace.Settings
	people := p.Conversation.People(settings.Target)
	how, others := usedOf(p, design, used, people)
	figure := func(figure, name string, principals ...string) actor {
		a := actor{Figure: figure, Name: name}
		for _, one := range principals {
			if says, ok := how[one]; ok && a.State == "" {
				a.State, a.Says = "used", says
			}
		}
		return a
	}
	var rest []string
	for i, account := range people {
		own := []string{world.DeviceOf(account), world.UserOf(account)}
		a := figure("phone", account+"’s phone", own...)
		if i == 0 {
			a.Name += " (target)"
		}
		if i == 0 || a.State != "" && len(list) < fewPhones || len(people) <= fewPhones {
			list = append(list, a)
		} else {
			rest = append(rest, own...)
		}
	}
	if n := len(rest) / 2; n > 0 {
		list = append(list, figure("phone", fmt.Sprintf("%d other phones", n), rest...))
	}
	list = append(list, figure(world.Provider, world.Provider, world.Provider))
	for _, name := range others {
		kind, _, _ := strings.Cut(name, ":")
		q, _ := ps.Named(kind)
		if q.Count != world.PerAccount && q.Placed != world.BySetting && kind != world.Provider {
			list = append(list, figure(kind, name, name))
		}
	}
	placed, _ := ps.Placement(settings) // checked before the run
	for i := 1; placed[world.Trustee(i)] != ""; i++ {
		trustees = append(trustees, figure("trustee", fmt.Sprint(i), world.Trustee(i)))
	}
	return list, trustees
}

// usedOf lists the principals of whom an attack has used capabilities, and says how.
func usedOf(p *replay.Replay, design int, used, people []string) (how map[string]string, list []string) {
	how = map[string]string{}
	c := &p.Result.Cells[design]
	for _, need := range c.Needs {
		members, err := c.Trace.Principals.Members(need.Principal, c.Trace.Settings, people)
		if err != nil || !slices.Contains(used, need.String()) {
			continue
		}
		done := summary.SurfaceWord(need.Surface)
		for _, m := range members {
			if _, known := how[m]; !known {
				how[m], list = done, append(list, m)
			}
		}
	}
	return how, list
}
