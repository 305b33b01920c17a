package summary

import (
	"doormat/attacks"
	"doormat/world"
)

// A Sweep is one attack over a range of one setting.
type Sweep struct {
	Over         string
	Values       []string
	Results      []*attacks.Result // one a value, of one attack each
	Conversation *world.Conversation
}
