package world

import (
	"errors"
	"fmt"
	"slices"
)

// Membership is who is in each group at some moment, sorted.
type Membership map[string][]string

// MembersAt gives the members of every group when message k is typed, from 1; for
// one more than there are messages, at the end.
func (c *Conversation) MembersAt(k int) Membership {
	groups := c.initialMembership()
	for _, e := range c.Events {
		if e.After < k {
			groups.Apply(e)
		}
	}
	return groups
}

// initialMembership is the membership before anything happens.
func (c *Conversation) initialMembership() Membership {
	groups := Membership{}
	for _, g := range c.Groups {
		groups[g.Name] = slices.Sorted(slices.Values(g.Members))
	}
	return groups
}

// Told says of each event who makes a change of a group, "" for other events, and whom
// that account's phone tells of it: everybody else who is in the group before or after.
func (c *Conversation) Told() (by []string, to [][]string) {
	groups := c.initialMembership()
	for _, e := range c.Events {
		teller, told := "", []string(nil)
		switch e.Kind {
		case Join:
			teller, told = e.With, append(slices.Clone(groups[e.Group]), e.Account)
		case Leave:
			teller, told = e.Account, slices.Clone(groups[e.Group])
		}
		slices.Sort(told)
		by, to = append(by, teller), append(to,
			slices.DeleteFunc(told, func(a string) bool { return a == teller }))
		groups.Apply(e)
	}
	return by, to
}

func (m Membership) found(g Group, known map[string]bool) error {
	if _, twice := m[g.Name]; g.Name == "" || twice {
		return fmt.Errorf("group %q has no name, or is listed twice", g.Name)
	}
	if len(g.Members) == 0 {
		return fmt.Errorf("group %q: %w", g.Name, errors.New("no members"))
	}
	for i, a := range g.Members {
		if !known[a] || slices.Contains(g.Members[:i], a) {
			return fmt.Errorf("group %q: member %q is not an account, or listed twice", g.Name, a)
		}
	}
	m[g.Name] = slices.Sorted(slices.Values(g.Members))
	return nil
}

// Apply changes the membership as an event does.
func (m Membership) Apply(e Event) {
	members := slices.Clone(m[e.Group])
	switch e.Kind {
	case Join:
		m[e.Group] = slices.Sorted(slices.Values(append(members, e.Account)))
	case Leave:
		m[e.Group] = slices.DeleteFunc(members, func(a string) bool { return a == e.Account })
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), b)
}
