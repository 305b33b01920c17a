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

// order has the agency apply for an order: accounts, since and until (moments). It returns what the
// agency obtained, unless loot is False: then the agency keeps that for itself, and the adversary is
// somebody else. through lists declared capabilities that the order, if it is signed, allows the
// agency to use: an implant, say. What they yield is obtained under the order. program is what the
// vendor has to publish. With emergency the agency asks the provider at once, and no court.
func (a *adversary) order(args *technique.Arguments) ([]int, error) {
	if _, err := a.declared("court.order", world.Order); err != nil {
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
	kind, origin := byte(world.KindCase), "court.order"
	if args.Flag("emergency", false) {
		if len(through) > 0 || program != "" {
			return nil, errors.New("in an emergency the provider is asked, and nobody else: " +
				"through and program need a court")
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
	application := [][]byte{world.Strings(accounts), world.Time(from), world.Time(to)}
	if program != "" {
		application = append(application, []byte(program))
	}
	a.run.Net.Post(world.Packet{From: world.Law, To: world.Agency,
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
