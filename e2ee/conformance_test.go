package e2ee_test

import (
	"testing"

	"doormat/e2ee"
	"doormat/world/worldtest"
)

func TestConformance(t *testing.T) { worldtest.Run(t, e2ee.Design{}) }
