package ghost

import (
	"testing"

	"doormat/world"
	"doormat/world/worldtest"
)

// byClient is the design in the form in which clients check the sign-offs.
type byClient struct{ Design }

func (d byClient) Setup(config world.Config) (world.Deploy, error) {
	config.Settings.Own = config.Settings.Own.With(SignOffs, ByClient)
	return d.Design.Setup(config)
}

func TestConformance(t *testing.T) {
	t.Run(ByProvider, func(t *testing.T) { worldtest.Run(t, Design{}) })
	t.Run(ByClient, func(t *testing.T) { worldtest.Brief(t, byClient{}) })
}
