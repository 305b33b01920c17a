package rules

import (
	"doormat/escrow/request"
	"doormat/world"
)

// readRequestLog gives the order and the metadata.
func readRequestLog(in world.Input) ([]world.Derived, error) {
	s, metas, err := request.ParseLog(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	facts := []world.Fact{s.Fact()}
	for _, m := range metas {
		facts = append(facts, m.Fact())
	}
	return world.Conclude(facts...), nil
}
