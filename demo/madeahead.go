package demo

import (
	"encoding/json"
	"io/fs"
	"reflect"
	"sync"

	"doormat/attacks"
	"doormat/attacks/library"
	"doormat/demo/story"
	"doormat/docs"
)

// Ahead are the results of the default run in all columns, made ahead by `doormat docs`
// and compiled in: what is shown of the default run stands there at once, and a run of two
// columns can say what others gave. They are real results, which a test makes again.
var Ahead = sync.OnceValues(func() (*attacks.Result, error) {
	r := new(attacks.Result)
	return r, json.Unmarshal(docs.Results, r)
})

// aheadOf gives the results made ahead for a lab, nil if they are not of this very run: of
// the built-in conversation, whatever its title, and of the library's own scripts, whatever
// id another script has. They are decoded last, since that takes longer than all else that a
// short command does.
func aheadOf(l *attacks.Lab) *attacks.Result {
	if len(l.Draw) > 0 || !reflect.DeepEqual(l.Conversation, story.Conversation()) {
		return nil
	}
	for _, a := range l.Attacks {
		source, err := fs.ReadFile(library.Files, a.Header().ID+".star")
		if err != nil || string(source) != a.Source() {
			return nil
		}
	}
	r, err := Ahead()
	if err != nil || r.Doormat != l.Version || r.Seed != uint64(l.Seed) || r.Settings != l.Settings {
		return nil
	}
	return r
}
