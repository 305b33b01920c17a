package attacks

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"doormat/attacks/technique"
	"doormat/attacks/truth"
	"doormat/world"
	"doormat/world/memo"
)

// Whoever asks which sets of capabilities would be enough, and not what one script does with
// some of them, needs every way in of a deployment, and what each yields.

// Surfaces lists every capability that there is against a design under the lab's settings:
// each node's by its name, the network's, and each jurisdiction's.
func (l *Lab) Surfaces(d world.Design) ([]world.Capability, error) {
	on, err := l.deployed(d)
	if err != nil {
		return nil, err
	}
	return on.surfaces()
}

// Loot is what one capability yields.
type Loot struct {
	Capability world.Capability
	Facts      []world.Fact
}

// Surveyed is what a survey was made under, and what was said in it.
type Surveyed struct {
	Settings world.Settings // the lab's, as the arrangement fixes them; no moment
	Truth    *truth.Truth
}

// Survey lives through one honest run of a design under the lab's settings and shows at each
// of the moments, in ascending order, what every store yields then, and what a tap has
// yielded that ran from before the first message: the facts that take and tap give a script.
// No principal notices, and no need of a header limits what is shown.
func (l *Lab) Survey(ctx context.Context, d world.Design, moments []int,
	show func(moment int, loot []Loot) error) (*Surveyed, error) {
	on, err := l.deployed(d)
	if err != nil {
		return nil, err
	}
	surfaces, err := on.surfaces()
	if err != nil {
		return nil, err
	}
	r, err := on.newRun(ctx, on.deploy)
	if err != nil {
		return nil, err
	}
	if err := r.Start(); err != nil {
		return nil, err
	}
	var tapped []world.Fact
	r.watchers = append(r.watchers, func(p world.Packet) {
		if !p.Private() {
			tapped = append(tapped, observed(len(tapped)+1, p, r.Net.Now()))
		}
	})
	for _, moment := range moments {
		if err := world.Guard(func() error { return r.Advance(moment) }); err != nil {
			return nil, err
		}
		var loot []Loot
		for _, c := range surfaces {
			switch c.Surface {
			case world.Store:
				loot = append(loot, Loot{c, r.Net.Node(c.Principal).Holdings()})
			case world.Tap:
				loot = append(loot, Loot{c, slices.Clip(tapped)})
			}
		}
		if err := show(moment, loot); err != nil {
			return nil, err
		}
	}
	return &Surveyed{on.settings, on.truth}, nil
}

// deployed sets a design up under the lab's settings, as its arrangement fixes them.
func (l *Lab) deployed(d world.Design) (*deployment, error) {
	settings, err := (&technique.Header{}).Override(l.Settings, d.Info())
	if err != nil {
		return nil, fmt.Errorf("design %s: %w", d.Info().ID, err)
	}
	if err := settings.Check(l.Conversation); err != nil {
		return nil, err
	}
	said, err := truth.New(l.Conversation, l.Seed, l.Draw)
	if err != nil {
		return nil, err
	}
	settings.At = 0
	on := &deployment{lab: l, truth: said.Under(settings), design: d, settings: settings,
		memo: cmp.Or(l.Memo, new(memo.Memo))}
	return on, on.setUp()
}

// surfaces lists every capability of this deployment.
func (d *deployment) surfaces() ([]world.Capability, error) {
	info := d.design.Info()
	var list []world.Capability
	add := func(name string, declared world.Principal) {
		for _, s := range declared.Surfaces {
			list = append(list, world.Capability{Principal: name, Surface: s})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.nodes)) {
		if p, ok := info.Principals.Named(world.KindOf(name)); ok && d.nodes[name] {
			add(name, p)
		}
	}
	placed, err := info.Principals.Placement(d.settings)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(placed, func(name, _ string) bool { return !d.nodes[name] })
	places := slices.Compact(slices.Sorted(maps.Values(placed)))
	for _, p := range world.Everywhere() {
		switch {
		case p.Several():
			for _, place := range places {
				add(p.Name+":"+place, p)
			}
		case p.Name != world.QuantumName || d.nodes[p.Name]:
			add(p.Name, p)
		}
	}
	return list, nil
}
