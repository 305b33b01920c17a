package demo

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/demotest"
)

// TestReasons: the reason that stands beside a cell is true of that cell. No sentence is the reason
// both for what opens and for what stays closed, so no attack gives one for both, in any column and
// under any settings.
func TestReasons(t *testing.T) {
	opening, closed := map[[2]string]string{}, map[[2]string]string{} // where, by attack and reason
	list := []string{"mailbox=delivered at=1 retention=1"}
	if *demotest.All {
		list = append(list, "", "mailbox=delivered", "at=1 retention=1", "at=72 rotate=20")
	}
	for _, settings := range list {
		l := lab(t, "", func(o *Options) {
			o.Designs = []string{AllDesigns}
			for _, s := range strings.Fields(settings) {
				name, value, _ := strings.Cut(s, "=")
				o.Set(name, value)
			}
		})
		expectations(t, l, func(attack, design string, o technique.Outcome) {
			levels := []technique.Level{o.TargetBefore, o.TargetAfter, o.OthersBefore, o.OthersAfter, o.Files, o.Calls}
			of, key := closed, [2]string{attack, o.Why}
			if slices.Contains(levels, technique.Some) || slices.Contains(levels, technique.All) {
				of = opening
			}
			of[key] = design + " " + settings
		})
	}
	require.NotEmpty(t, opening)
	for key, where := range opening {
		if other, both := closed[key]; both {
			t.Errorf("%s: %q is the reason for what opens (%s) and for what does not (%s): "+
				"see attacks/library/helpers/reason.star", key[0], key[1], where, other)
		}
	}
}

// expectations asks every attack of a lab what it expects of each design, and runs none.
func expectations(t *testing.T, l *attacks.Lab, tell func(attack, design string, o technique.Outcome)) {
	for _, d := range l.Designs {
		info := d.Info()
		for _, a := range l.Attacks {
			h := a.Header()
			if !h.Fits(d) {
				continue
			}
			s, err := h.Override(l.Settings, info)
			require.NoError(t, err)
			o, err := a.Expect(technique.Keys(info),
				technique.NewView(l.Conversation.Comparing(s.Compare), s, info))
			require.NoError(t, err, "%s on %s", h.ID, info.ID)
			if !o.NotApplicable && !o.Unstated {
				tell(h.ID, info.ID, o)
			}
		}
	}
}
