package threshold

import (
	"testing"

	"doormat/world"
	"doormat/world/worldtest"
)

func TestConformance(t *testing.T) { worldtest.Run(t, Design{}) }

// valued is the hardened design under other values of its own parameters.
type valued struct {
	Hardened
	values map[string]string
}

func (d valued) Setup(config world.Config) (world.Deploy, error) {
	for name, value := range d.values {
		config.Settings.Own = config.Settings.Own.With(name, value)
	}
	return d.Hardened.Setup(config)
}

func (d valued) Rules() []world.Rule {
	if d.values[Hardware] == HardwareOff {
		return d.Design.Rules() // where there is no hardware, there is none to ask
	}
	return d.Hardened.Rules()
}

// TestHardenedConformance has the usual form in brief, and with -all, as in .ci/run, this and the
// others whole.
func TestHardenedConformance(t *testing.T) {
	for _, hardware := range []string{HardwareChecks, HardwareCounts, HardwareOff} {
		t.Run(hardware, func(t *testing.T) {
			if hardware != HardwareChecks {
				worldtest.OnlyAll(t)
			}
			worldtest.Brief(t, valued{values: map[string]string{Hardware: hardware}})
		})
	}
}
