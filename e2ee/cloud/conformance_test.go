package cloud

import (
	"testing"

	"doormat/world"
	"doormat/world/worldtest"
)

// apart is the design with the storage key in the key store.
type apart struct{ Design }

func (apart) Setup(c world.Config) (world.Deploy, error) {
	c.Settings.Own = c.Settings.Own.With(Keys, Apart)
	return Design{}.Setup(c)
}

func TestConformance(t *testing.T) {
	t.Run(Beside, func(t *testing.T) { worldtest.Run(t, Design{}) })
	t.Run(Apart, func(t *testing.T) { worldtest.Brief(t, apart{}) })
}
