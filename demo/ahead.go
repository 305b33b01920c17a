package demo

import (
	"encoding/json"
	"sync"

	"doormat/attacks"
	"doormat/docs"
	"doormat/world"
)

// Ahead are the results of the default run in all columns, made ahead by `doormat docs`
// and compiled in: what is shown of the default run stands there at once, and a run of two
// columns can say what others gave. They are real results, which a test makes again.
var Ahead = sync.OnceValues(func() (*attacks.Result, error) {
	r := new(attacks.Result)
	return r, json.Unmarshal(docs.Results, r)
})

// aheadOf gives the results made ahead for a lab, nil if they are not of this very run.
func aheadOf(conv *world.Conversation, builtIn bool, l *attacks.Lab) *attacks.Result {
	r, err := Ahead()
	if err != nil || !builtIn || r.Doormat != l.Version || r.Seed != uint64(l.Seed) || len(l.Draw) > 0 || r.Settings != l.Settings ||
		r.Conversation.Title != conv.Title || r.Conversation.Messages != len(conv.Messages) {
		return nil
	}
	return r
}
