package attacks

import (
	"errors"
	"fmt"
	"slices"

	"doormat/attacks/deduce"
	"doormat/attacks/technique"
	"doormat/world"
)

// What a script orders in the name of the law.

// order has the agency of a court's country apply for an order, or for an injunction: accounts,
// since and until (moments). It returns what the agency obtained, unless loot is False: then that
// stays with it, and the adversary is somebody else. through lists declared capabilities that the
// order, if it is signed, lets the agency use, an implant, say: what they yield is obtained under
// it. program is what the vendor has to publish. In an emergency the provider is asked at once.
func (a *adversary) order(args *technique.Arguments) ([]int, error) {
	court := args.NumberNamed("court", 1)
	origin, kind := world.Numbered(world.Court, court)+".order", byte(world.KindCase)
	if _, err := a.declared(origin, world.Order); err != nil {
		return nil, err
	}
	a.mark()
	messages := a.run.truth.Conversation.Messages
	accounts := args.Texts("accounts")
	for _, name := range accounts {
		if err := a.handed.In([]byte(name)); err != nil {
			return nil, err
		}
	}
	since, until := args.Window(a.run.Moment(), len(messages))
	mine := args.Flag("loot", true)
	through, err := a.through(args, mine)
	if err != nil {
		return nil, err
	}
	program := args.Optional(0, "program")
	if program != "" && !slices.Contains(a.header.Applies, program) {
		return nil, fmt.Errorf("program %q is not among those that the header's applies declares%s",
			program, world.DidYouMean(program, a.header.Applies))
	}
	if len(accounts) == 0 || args.Err() != nil {
		return nil, errors.New("accounts names nobody: accounts = [adv.target]")
	}
	from, to := messages[since-1].Sent, messages[until-1].Sent
	if args.Flag("emergency", false) {
		if len(through) > 0 || program != "" || args.Flag("forbids", false) {
			return nil, errors.New("an emergency asks no court, which through, program and forbids need")
		}
		kind, origin = world.KindUrgent, a.answering[world.Provider]
	}
	ids := []int{}
	a.run.obtained = func(facts []world.Fact) {
		if mine {
			ids = append(ids, a.loot(origin, facts, true)...)
			return
		}
		for _, f := range facts {
			a.docket.Obtained(deduce.Entry{Fact: f, Origin: origin, Loot: true}, -1,
				a.run.Net.Now())
		}
	}
	a.agency = a.agency || mine
	signed := a.run.asked.Signed
	application := [][]byte{world.Strings(accounts), world.Time(from), world.Time(to), []byte(program), {1}}
	if !args.Flag("forbids", false) {
		application = application[:3+min(1, len(program))]
	}
	a.run.Net.Post(world.Packet{From: world.Law, To: world.Numbered(world.Agency, court),
		Data: world.Pack(kind, application...)})
	err = a.run.Settle()
	if a.run.asked.Signed > signed {
		a.docket.Allow(through, a.run.asked.Expiry)
		if mine {
			a.docket.Allow(a.answers(), a.run.asked.Expiry)
		}
	}
	return ids, err
}

// answers lists the needs that are answers to lawful process. What an agency comes to through one
// of them is obtained under the order: an account, say, by a code that an operator copied.
func (a *adversary) answers() (list []world.Capability) {
	for _, c := range a.needs {
		if c.Surface == world.Order && !a.withheld[c] {
			list = append(list, c)
		}
	}
	return list
}

// through resolves the capabilities that an order is to allow.
func (a *adversary) through(args *technique.Arguments,
	mine bool) (list []world.Capability, err error) {
	for _, text := range args.Texts("through") {
		wanted, err := a.declared(text, world.Store, world.Control)
		if err != nil {
			return nil, err
		}
		list = append(list, wanted...)
	}
	if len(list) > 0 && !mine {
		return nil, errors.New("through says what the agency uses; with loot = False that is " +
			"somebody else")
	}
	return list, nil
}
