package timing

import (
	"errors"
	"fmt"
	"slices"

	"doormat/attacks/deduce"
	"doormat/world"
)

// A plan is the derivation of one message, ready to be applied again.
type plan struct {
	reading []*step // those that rest on this message's loot alone
	opening []*step // those that also rest on what all messages have in common
	last    input
	want    []byte
}

// step is one rule and where its inputs come from.
type step struct {
	rule   world.Rule
	inputs []input
	facts  []world.Fact    // the inputs, filled in by run
	out    []world.Derived // of the last run
}

// input is a fact that is given, or number at of what a step gives.
type input struct {
	given world.Fact
	from  *step
	at    int
}

func (i input) fact() world.Fact {
	if i.from == nil {
		return i.given
	}
	return i.from.out[i.at].Fact
}

// run applies steps in order.
func run(steps []*step) error {
	for _, s := range steps {
		if err := s.apply(); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) apply() error {
	for i, in := range s.inputs {
		s.facts[i] = in.fact()
	}
	before := len(s.out)
	var err error
	s.out, err = s.rule.Apply(world.Input{Facts: s.facts})
	if err == nil && len(s.out) < before {
		err = errors.New("it gives less than it did before")
	}
	if err != nil {
		return fmt.Errorf("rule %q: %w", s.rule.Name, err)
	}
	return nil
}

func (p *plan) text() []byte { return p.last.fact().Data }

// plan makes a plan of each proof, and lists the rules and stores that are in them.
func (row *Design) plan(rules []world.Rule, proofs []deduce.Proof) ([]*plan, error) {
	times := map[string]int{}
	for _, p := range proofs {
		for _, s := range p {
			times[identity(s.Fact)]++
		}
	}
	common := func(s deduce.Step) bool { return times[identity(s.Fact)] == len(proofs) }
	var plans []*plan
	for _, proof := range proofs {
		for _, s := range proof {
			if s.Rule == "" {
				note(&row.RestsOn, s.Origin)
			} else if common(s) {
				note(&row.Once, s.Rule)
			}
		}
		p, err := newPlan(rules, proof, common)
		if err != nil {
			return nil, err
		}
		for _, s := range p.reading {
			note(&row.Reading, s.rule.Name)
		}
		for _, s := range p.opening {
			note(&row.Opening, s.rule.Name)
		}
		plans = append(plans, p)
	}
	return plans, nil
}

func identity(f world.Fact) string { return string(world.EncodeFacts([]world.Fact{f})) }

// note puts a name on a list that lacks it.
func note(list *[]string, name string) {
	if !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
}

func newPlan(rules []world.Rule, proof deduce.Proof, common func(deduce.Step) bool) (*plan, error) {
	p := &plan{want: proof[len(proof)-1].Fact.Data}
	facts := make([]input, len(proof))
	keyed := make([]bool, len(proof)) // rests on what is common
	made := map[string]*step{}        // by rule and parents: one application may give several facts
	for i, s := range proof {
		if keyed[i] = common(s); s.Rule == "" || keyed[i] {
			facts[i].given = s.Fact
			continue
		}
		key := fmt.Sprint(s.Rule, s.Parents)
		st := made[key]
		if st == nil {
			at := slices.IndexFunc(rules, func(r world.Rule) bool { return r.Name == s.Rule })
			st = &step{rule: rules[at], facts: make([]world.Fact, len(s.Parents))}
			for _, parent := range s.Parents {
				st.inputs = append(st.inputs, facts[parent])
				keyed[i] = keyed[i] || keyed[parent]
			}
			made[key] = st
			if err := st.apply(); err != nil {
				return nil, err
			}
			if keyed[i] {
				p.opening = append(p.opening, st)
			} else {
				p.reading = append(p.reading, st)
			}
		}
		keyed[i] = slices.Contains(p.opening, st)
		at := slices.IndexFunc(st.out,
			func(d world.Derived) bool { return identity(d.Fact) == identity(s.Fact) })
		if at < 0 {
			return nil, fmt.Errorf("rule %q gives something else when it is applied again", s.Rule)
		}
		facts[i] = input{from: st, at: at}
	}
	p.last = facts[len(facts)-1]
	return p, nil
}
