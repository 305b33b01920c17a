package classroom

import (
	"testing"

	"doormat/world/worldtest"
)

func TestMain(m *testing.M) { worldtest.Main(m) }
