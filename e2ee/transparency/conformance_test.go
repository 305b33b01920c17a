package transparency

import (
	"testing"

	"doormat/world/worldtest"
)

func TestConformance(t *testing.T) { worldtest.Run(t, Design{}) }
