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

// application is what a script has an agency apply for.
type application struct {
	origin  string // the need that what is obtained comes from
	court   int
	kind    byte     // world.KindCase, or world.KindUrgent, which asks no court
	fields  [][]byte // of the packet to the agency
	through []world.Capability
	mine    bool // the adversary is the agency
}

// order has the agency of a court's country apply for an order, or for an injunction: accounts,
// since and until (moments). It returns what the agency obtained, unless loot is False: then that
// stays with it, and the adversary is somebody else. through lists declared capabilities that the
// order, if it is signed, lets the agency use, an implant, say: what they yield is obtained under
// it. program is what the vendor has to publish. In an emergency the provider is asked at once.
func (a *adversary) order(args *technique.Arguments) ([]int, error) {
	p, err := a.application(args)
	if err != nil {
		return nil, err
	}
	ids := []int{}
	a.run.obtained = func(facts []world.Fact) {
		if p.mine {
			ids = append(ids, a.loot(p.origin, facts, true)...)
			return
		}
		for _, f := range facts {
			a.docket.Obtained(deduce.Entry{Fact: f, Origin: p.origin, Loot: true}, -1,
				a.run.Net.Now())
		}
	}
	a.agency = a.agency || p.mine
	signed := a.run.asked.Signed
	a.run.Net.Post(world.Packet{From: world.Law, To: world.Numbered(world.Agency, p.court),
		Data: world.Pack(p.kind, p.fields...)})
	err = a.run.Settle()
	if a.run.asked.Signed > signed {
		a.docket.Allow(p.through, a.run.asked.Expiry)
		if p.mine {
			a.docket.Allow(a.answers(), a.run.asked.Expiry)
		}
	}
	return ids, err
}

// application reads what order is called with.
func (a *adversary) application(args *technique.Arguments) (p application, err error) {
	p.court, p.kind, p.mine = args.NumberNamed("court", 1), world.KindCase, args.Flag("loot", true)
	p.origin = world.Numbered(world.Court, p.court) + ".order"
	if _, err := a.declared(p.origin, world.Order); err != nil {
		return p, err
	}
	a.mark()
	messages := a.run.truth.Conversation.Messages
	accounts := args.Texts("accounts")
	for _, name := range accounts {
		if err := a.handed.In([]byte(name)); err != nil {
			return p, err
		}
	}
	since, until := args.Window(a.run.Moment(), len(messages))
	if p.through, err = a.through(args, p.mine); err != nil {
		return p, err
	}
	program, forbids := args.Optional(0, "program"), args.Flag("forbids", false)
	switch {
	case program != "" && !slices.Contains(a.header.Applies, program):
		return p, fmt.Errorf("program %q is not among those that the header's applies declares%s",
			program, world.DidYouMean(program, a.header.Applies))
	case len(accounts) == 0 || args.Err() != nil:
		return p, errors.New("accounts names nobody: accounts = [adv.target]")
	}
	if args.Flag("emergency", false) {
		if len(p.through) > 0 || program != "" || forbids {
			return p, errors.New("an emergency asks no court, which through, program and forbids need")
		}
		p.kind, p.origin = world.KindUrgent, a.answering[world.Provider]
	}
	p.fields = [][]byte{world.Strings(accounts), world.Time(messages[since-1].Sent),
		world.Time(messages[until-1].Sent)}
	if program != "" || forbids {
		p.fields = append(p.fields, []byte(program))
	}
	if forbids {
		p.fields = append(p.fields, []byte{1})
	}
	return p, nil
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
