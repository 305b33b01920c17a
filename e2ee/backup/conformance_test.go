package backup

import (
	"testing"

	"doormat/world/worldtest"
)

func TestConformance(t *testing.T) {
	t.Run("backup-provider", func(t *testing.T) { worldtest.Brief(t, ByProvider{}) })
	t.Run("backup-user", func(t *testing.T) { worldtest.Run(t, ByUser{}) })
}
