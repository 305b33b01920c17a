package threshold

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/restraint"
	"doormat/escrow/supplier"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
)

// Parameters of the design [Hardened], and their values. Each can be used alone.
const (
	Hardware       = "hardware"  // where a trustee's keys are
	HardwareChecks = "checks"    // in hardware that checks orders itself
	HardwareCounts = "counts"    // in hardware that opens what the machine asks for, and counts
	HardwareOff    = "off"       // in the machine's own store
	Rate           = "rate"      // messages that a hardware node opens in an hour
	Judges         = "judges"    // whose signatures an order needs
	Cap            = "cap"       // orders that a trustee answers in thirty days
	Objection      = "objection" // hours before the first answer to an order
)

// Hardened is threshold escrow in its strongest form: the design "threshold-hardened". It
// implements [world.Design]. TestHardenedConformance has it under each form of hardware, TestCap,
// TestSecondSignature, TestRefusingJudge and TestObjectionPeriod its parameters.
type Hardened struct{ Design }

// Info implements [world.Design].
func (h Hardened) Info() world.Info {
	info := h.Design.Info()
	info.ID, info.Name = "threshold-hardened", "Threshold escrow, hardened"
	info.Classes = append([]string{"hardened"}, info.Classes...)
	info.Doc = "Threshold escrow as those would build it who want it to be safe. What is secret of a " +
		"trustee lives in a hardware node, which runs the ceremonies, checks orders itself, and opens " +
		"so many messages an hour: who controls a trustee has an oracle and never a share. A " +
		"trustee answers an order only with a second judge's signature beside the court's, at which " +
		"provider, vendor and operator do not look, and a limited number of orders in thirty days. It " +
		"may wait first, for hours in which court and second judge can object. That nobody gets " +
		"into the hardware is an assumption, and no measurement: it has no surfaces here. Real hardware has makers and sellers, side channels, and " +
		"firmware that somebody signs; whoever has those of t nodes holds the key. A node that is lost " +
		"takes its share along, and with more than n - t of them all that is escrowed is lost. Orders " +
		"for everybody, judges who sign what they are shown, and the discrete logarithms under the " +
		"escrow field are as in threshold."
	info.Trusts = append(slices.Clone(info.Trusts),
		"the makers of the trustees' hardware, whoever signs its firmware, and whoever delivers it",
		"that the court and the second judge are not robbed, deceived or ordered together")
	info.Principals = append(slices.Clone(info.Principals),
		world.Principal{Name: request.HardwareName, Count: "n",
			Doc: "holds a trustee's keys; nobody gets in, by assumption"},
		world.Principal{Name: law.JudgeName, Doc: "signs orders beside the court",
			Surfaces: []world.Surface{world.Store, world.Control},
			Absent:   "no second judge signs"})
	info.Packets = slices.Concat(info.Packets, request.HardwarePackets(), law.JudgePackets(),
		law.ObjectionPackets())
	info.Programs = append(slices.Clone(info.Programs), world.Program{Name: restraint.Object,
		Doc: "a trustee that objects to every order that it is shown, and answers none"})
	info.Parameters = append(slices.Clone(info.Parameters),
		world.OwnWord(Hardware, "where a trustee's keys are: in hardware that checks orders itself, "+
			"in hardware that only counts what it opens, or in its machine",
			HardwareChecks, HardwareCounts, HardwareOff),
		world.OwnNumber(Rate, "messages that a hardware node opens in an hour", "100", "", maxRate),
		world.OwnWord(Judges, "how many judges sign an order: the court, and a second judge", "2", "1"),
		world.OwnNumber(Cap, "orders that a trustee answers in thirty days", "4", "none", maxRate),
		world.OwnNumber(Objection, "hours that a trustee waits, once it is shown an order in the log, "+
			"before it answers: time for the court, the second judge or a trustee to object",
			"none", "none", maxHoursToObject),
	)
	return info
}

const (
	maxRate          = 1_000_000
	maxHoursToObject = 14 * 24 // an objection doubles it, and an order is good for thirty days
)

// Rules implements [world.Design].
func (h Hardened) Rules() []world.Rule { return append(h.Design.Rules(), rules.Hardened()...) }

// Setup implements [world.Design].
func (Hardened) Setup(config world.Config) (world.Deploy, error) {
	key := setupKey{config.Seed, config.Settings.Threshold, config.Settings.Trustees}
	s, err := memo.Recall(config.Memo, key, func() (*setup, error) { return runSetup(config) })
	if err != nil {
		return nil, fmt.Errorf("threshold-hardened: %w", err)
	}
	if _, err := harden(config, s); err != nil {
		return nil, fmt.Errorf("threshold-hardened: %w", err)
	}
	return func() []world.Node {
		nodes, _ := harden(config, s) // the same inputs as above
		return nodes
	}, nil
}

// harden builds the nodes of threshold escrow, and adds hardware and a second judge. If the
// settings do without one of them, it is there and nobody asks it.
func harden(config world.Config, s *setup) ([]world.Node, error) {
	nodes, err := deploy(config, s)
	if err != nil {
		return nil, err
	}
	own := ownOf(config.Settings)
	var judge *law.Judge
	for _, n := range nodes {
		if court, ok := n.(*law.Court); ok {
			if judge == nil {
				judge, err = law.NewJudge(config.Stream(law.JudgeName), court.Register())
			}
			if err != nil {
				return nil, err
			}
			if own.judges == 2 {
				court.AskSecond(judge.Public())
			}
		}
	}
	var out []world.Node
	for _, n := range nodes {
		t, ok := n.(*trustee)
		if !ok {
			out = append(out, n)
			continue
		}
		if t.cap.Most, t.period = own.cap, own.period(); own.judges == 2 {
			t.judge = judge.Public()
		}
		pair, err := withHardware(t, config, s, own)
		if err != nil {
			return nil, err
		}
		out = append(out, pair...)
	}
	return append(out, judge), nil
}

// withHardware gives a trustee's machine and its hardware.
func withHardware(t *trustee, config world.Config, s *setup, own values) ([]world.Node, error) {
	name := request.HardwareOf(t.name)
	if own.hardware == HardwareOff {
		return []world.Node{t, idle(name)}, nil
	}
	desk, err := newTrustee(s.trustees[t.index-1], committee.NewCache(s.genesis, config.Memo),
		t.register, config)
	if err != nil {
		return nil, err
	}
	desk.judge, desk.cap, desk.Programs = t.judge, t.cap, t.Programs
	t.Programs = supplier.Programs{} // what a machine is sent does not run in hardware
	if own.hardware == HardwareCounts {
		desk.period, t.period = t.period, nil
		t.judge, t.cap = nil, restraint.Cap{}
	}
	m, h, err := newHardware(t, desk, s.genesis.FirstKey(), config,
		own.hardware == HardwareChecks, own.rate)
	return []world.Node{m, h}, err
}

// values are those of the design's own parameters, the usual ones where nothing is given.
type values struct {
	hardware          string
	rate, judges, cap int
	objection         int // hours
}

// period is a trustee's own objection period, nil if there is none.
func (v *values) period() *restraint.Period {
	if v.objection == 0 {
		return nil
	}
	p := &restraint.Period{Length: time.Duration(v.objection) * time.Hour,
		Asked: []string{world.Court}}
	if v.judges == 2 {
		p.Asked = append(p.Asked, law.JudgeName)
	}
	return p
}

func ownOf(s world.Settings) values {
	given, err := s.Override(nil, Hardened{}.Info().Parameters...)
	if err != nil {
		given = s // whoever made the settings has checked them
	}
	judges, _ := strconv.Atoi(given.Own.Value(Judges))
	return values{hardware: given.Own.Value(Hardware), rate: given.Own.Number(Rate),
		judges: judges, cap: given.Own.Number(Cap), objection: given.Own.Number(Objection)}
}
