package attacks

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"doormat/attacks/deduce"
	"doormat/attacks/orders"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/attacks/truth"
	"doormat/world"
	"doormat/world/simulation"
)

// adversary is one script's hands in one run. It gives the script exactly what
// the header declares, keeps what the script knows, and judges its claims.
type adversary struct {
	run        *run
	shared     bool              // others read the same run: nothing may change it
	know       *deduce.Knowledge // all that was taken, and what follows
	docket     *orders.Docket    // what orders yielded
	header     technique.Header
	settings   world.Settings
	design     string
	principals world.Principals // of the design
	packetName func(kind byte) string
	people     []string // as world.Conversation.People lists them
	names      *technique.Names
	needs      []world.Capability
	touched    map[string]bool           // needs that were used so far
	withheld   map[world.Capability]bool // declared, but its facts are missing and its program honest
	answering  map[string]string         // principals that answer lawful process, and by which capability
	random     io.Reader
	pause      func(when) error // returns once the run has reached that point

	used   int // moment at which the first surface other than a tap was used, -1 before
	tapped int // moment of the first tap, -1 before
	seen   int // packets observed
	opened map[int]bool
	files  map[int]bool    // attachments recovered
	heard  map[int]bool    // utterances recovered, by number over all calls
	wrong  map[string]bool // false claims
	smug   map[string]bool // smuggled claims
	handed *truth.Handed
	proven []int         // ids of the first facts that were right claims
	claims map[int]int   // the fact that was the first right claim of a message
	count  int           // calls
	calls  int           // how many it may make
	agency bool          // the adversary is the agency, or sits in it
	events []trace.Event // as the trace shows them
	now    trace.Event   // what comes of the call under way
	held   interception
	rec    *trace.Recording // nil unless the lab records
}

// when is a point of a run: a moment, and days of rest after the last message.
type when struct{ moment, days int }

func (a *adversary) init() {
	a.used, a.tapped = -1, -1
	a.opened, a.files, a.heard = map[int]bool{}, map[int]bool{}, map[int]bool{}
	a.wrong, a.claims = map[string]bool{}, map[int]int{}
	a.smug, a.handed = map[string]bool{}, truth.NewHanded(a.run.truth, a.know)
	a.people = a.run.truth.Conversation.People(a.settings.Target)
	a.held = interception{members: map[string]string{}, withheld: map[string]bool{},
		own: map[string]int{}, programs: map[string]bool{}}
	a.answering = map[string]string{}
	if !a.shared {
		a.run.watchers = append(a.run.watchers, a.overhear)
	}
}

var errLoop = errors.New("not inside a loop over adv.packets(): a packet waits there for its answer")

// Call implements [technique.Port].
func (a *adversary) Call(c technique.Call) (any, error) {
	args := &technique.Arguments{Call: c}
	if err := a.allowed(args); err != nil {
		return nil, err
	}
	before := a.know.Len()
	out, err := a.dispatch(args)
	if err := args.Err(); err != nil {
		return nil, err // what was asked explains more than what came of it
	}
	if errors.Is(err, simulation.ErrRestless) {
		err = a.endless(err)
	}
	if err == nil && c.Line > 0 {
		a.record(c.Line, c.Method, c.Describe(out, a.know.Kinds(before)))
	}
	return out, err
}

// endless adds to the error of a run without end a program that the header declares and that
// nobody runs: held without it, a principal may send back for ever what a script sends on.
func (a *adversary) endless(err error) error {
	for _, name := range a.header.Applies {
		if _, isRule := a.know.Rule(name); !isRule && !a.held.programs[name] && len(a.held.members) > 0 {
			held := slices.Sorted(maps.Values(a.held.members))[0]
			return fmt.Errorf("%w; try adv.hold(%q, %q): nobody runs that program, which applies declares", err,
				held, name)
		}
	}
	return err
}

// allowed refuses what no script may do, whatever it declared.
func (a *adversary) allowed(args *technique.Arguments) error {
	if a.count++; a.count > a.calls {
		return fmt.Errorf("more than %d calls: does the script end?", a.calls)
	}
	switch args.Method {
	case "advance", "wait", "rest", "order":
		if a.held.next != nil {
			return errLoop
		}
	}
	return args.Check()
}

func (a *adversary) dispatch(args *technique.Arguments) (any, error) {
	switch args.Method {
	case "info":
		return a.info(), nil
	case "take":
		return a.take(args.Text(0), world.Kind(args.Optional(1, "kind")))
	case "tap":
		return nil, a.tap(args.Text(0))
	case "hold":
		return nil, a.hold(args.Text(0), args.Optional(1, "program"), args.Bytes("text"))
	case "advance":
		return nil, a.pause(when{args.Number(0), a.held.days})
	case "wait":
		return nil, a.wait(args.Number(0))
	case "rest":
		return nil, a.rest(args.Number(0))
	case "next", "release", "deliver", "drop", "replace":
		return a.held.answer(a, args)
	case "order":
		return a.order(args)
	case "send":
		return nil, a.send(args.Facts(0))
	case "solve":
		return a.solve(args.Facts(0))
	case "apply":
		return a.apply(args)
	case "attempt":
		ids, err := a.apply(args)
		if errors.Is(err, deduce.ErrNothing) {
			return []int{}, nil
		}
		return ids, err
	case "saturate":
		if err := a.know.Saturate(a.run.ctx); err != nil {
			return nil, err
		}
		return a.list(args.Optional(0, "kind"), "")
	case "facts":
		return a.list(args.Text(0), args.Optional(1, "ref"))
	case "read":
		return a.read(args.Fact(0))
	case "claim":
		return nil, a.claim(args.Fact(0))
	}
	return nil, fmt.Errorf("no such call: %s", args.Method)
}

func (a *adversary) info() map[string]any {
	needs := make([]string, len(a.needs))
	for i, c := range a.needs {
		needs[i] = c.String()
	}
	compares := []any{}
	for _, pair := range a.run.truth.Conversation.Comparisons() {
		compares = append(compares, pair[:])
	}
	since, until := a.run.truth.Conversation.Window(a.settings.Target, a.settings.At)
	return map[string]any{
		"at": a.settings.At, "since": since, "until": until,
		"end": len(a.run.truth.Conversation.Messages), "target": a.settings.Target,
		"partner":  a.run.truth.Conversation.Partner(a.settings.Target),
		"accounts": a.run.truth.Conversation.Accounts, "compares": compares,
		"t": a.settings.Threshold, "n": a.settings.Trustees, "needs": needs,
		"refresh": a.settings.Refresh, "design": a.design, "outsider": world.Outsider, "salt": truth.SaltSize,
	}
}

// declared resolves text, which may hold a range, to capabilities that the header
// declares. Some may be withheld.
func (a *adversary) declared(text string, surfaces ...world.Surface) ([]world.Capability, error) {
	wanted, err := a.principals.Expand([]string{text}, a.settings)
	if err != nil {
		return nil, err
	}
	for _, c := range wanted {
		switch {
		case !slices.Contains(a.needs, c):
			return nil, fmt.Errorf("capability %s is not among the needs that the header declares%s", c, a.meant(c.String()))
		case !slices.Contains(surfaces, c.Surface):
			return nil, fmt.Errorf("capability %s cannot be used so: want %v", c, surfaces)
		}
		a.now.Use(c.String())
		a.touched[c.String()] = true
	}
	return wanted, nil
}

// meant suggests the need that a capability was most likely meant to be.
func (a *adversary) meant(capability string) string {
	known := make([]string, len(a.needs))
	for i, c := range a.needs {
		known[i] = c.String()
	}
	return world.DidYouMean(capability, known)
}

// idle lists the needs that the script declared and never used. What answers an order is
// used by whoever sends one.
func (a *adversary) idle() []string {
	var list []string
	for _, c := range a.needs {
		if !a.touched[c.String()] && (c.Surface != world.Order || world.KindOf(c.Principal) == world.Court) {
			list = append(list, c.String())
		}
	}
	return list
}

// kind checks that there is such a kind of facts: in some design, or among what was taken.
func (a *adversary) kind(k world.Kind, facts ...world.Fact) error {
	if k == "" || len(a.know.Of(k)) > 0 ||
		slices.ContainsFunc(facts, func(f world.Fact) bool { return f.Kind == k }) {
		return nil
	}
	return a.names.CheckKind(k)
}

// members lists the nodes behind a capability in this deployment.
func (a *adversary) members(c world.Capability) []string {
	all, err := a.principals.Members(c.Principal, a.settings, a.people)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(name string) bool { return a.run.Net.Node(name) == nil })
}

func (a *adversary) mark() {
	if a.used < 0 {
		a.used = a.run.Moment()
	}
}

// at is the moment of the attack.
func (a *adversary) at() int {
	switch {
	case a.used >= 0:
		return a.used
	case a.tapped >= 0:
		return a.tapped
	}
	return a.settings.At
}

// take copies what a principal holds now, all of it or the facts of one kind.
func (a *adversary) take(text string, kind world.Kind) ([]int, error) {
	wanted, err := a.declared(text, world.Store, world.Control)
	if err != nil {
		return nil, err
	}
	if hasQuantum(wanted) {
		return nil, errQuantum
	}
	a.mark()
	ids := []int{}
	for _, c := range wanted {
		if a.withheld[c] {
			continue
		}
		for _, name := range a.members(c) {
			if c.Surface == world.Control && a.held.members[name] == "" {
				return nil, fmt.Errorf("capability %s: hold it before taking from it", c)
			}
			facts := a.run.Net.Node(name).Holdings()
			if c.Surface == world.Control {
				facts = world.InUse(a.run.Net.Node(name))
			}
			if err := a.kind(kind, facts...); err != nil {
				return nil, err
			}
			if kind != "" {
				facts = world.KeepKinds(slices.Clone(facts), kind)
			}
			ids = append(ids, a.loot(c.String(), facts, world.KindOf(name) == world.Agency)...)
		}
	}
	return ids, nil
}

func (a *adversary) loot(origin string, facts []world.Fact, lawful bool) []int {
	ids := make([]int, len(facts))
	for i, f := range facts {
		e := deduce.Entry{Fact: f, Origin: origin, Loot: true}
		ids[i] = a.know.Add(e)
		a.now.Gain(origin, f.Kind, 1)
		if lawful {
			a.docket.Obtained(e, ids[i], a.run.Net.Now())
		}
		a.docket.Looted(e, ids[i], a.run.Net.Now())
	}
	return ids
}

// observe records a packet as the adversary sees it and returns the fact's id.
// What is the adversary's own is never loot.
func (a *adversary) observe(origin string, p world.Packet, loot, own bool) int {
	a.seen++
	f := observed(a.seen, p, a.run.Net.Now())
	if loot {
		a.now.Gain(origin, f.Kind, 1)
	}
	e := deduce.Entry{Fact: f, Origin: origin, Loot: loot, Own: own}
	id := a.know.Add(e)
	if loot {
		a.docket.Looted(e, id, a.run.Net.Now())
	}
	return id
}

// observed is a packet as a fact, the number-th that was seen.
func observed(number int, p world.Packet, now time.Time) world.Fact {
	return world.Fact{Kind: world.Observed, Ref: strconv.Itoa(number), Data: p.Encode(now)}
}

func (a *adversary) tap(text string) error {
	wanted, err := a.declared(text, world.Tap)
	if err != nil || a.tapped >= 0 {
		return err
	}
	a.tapped = a.run.Moment()
	if a.withheld[wanted[0]] {
		return nil
	}
	a.run.watchers = append(a.run.watchers, func(p world.Packet) {
		if !p.Private() && a.run.rested <= a.held.days { // not while others rest on
			a.observe(wanted[0].String(), p, !a.held.mine, a.held.mine)
		}
	})
	return nil
}

func (a *adversary) rest(days int) error {
	if a.run.Moment() < len(a.run.truth.Conversation.Messages) {
		return errors.New("only after the last message: advance(adv.end) first")
	}
	if days < 1 || days > 36525 {
		return fmt.Errorf("%d days: want 1 to 36525", days)
	}
	a.held.days += days
	return a.pause(when{a.run.Moment(), a.held.days})
}

// wait lets hours pass, and life goes on in them: what is typed meanwhile is typed. It changes the
// clock, so it needs a run of the script's own.
func (a *adversary) wait(hours int) error {
	const most = 24 * 365
	if a.shared {
		return errors.New("only scripts that need control, tamper or an order can wait for hours")
	}
	if hours < 1 || hours > most {
		return fmt.Errorf("%d hours: want 1 to %d", hours, most)
	}
	until, k := a.run.Net.Now().Add(time.Duration(hours)*time.Hour), a.run.Moment()
	for messages := a.run.truth.Conversation.Messages; k < len(messages) &&
		!messages[k].Sent.After(until); k++ {
	}
	if err := a.pause(when{k, a.held.days}); err != nil {
		return err
	}
	if !until.After(a.run.Net.Now()) {
		return nil
	}
	return a.run.Net.Advance(until, a.run.Settle)
}
