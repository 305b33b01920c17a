package atlas

import (
	"fmt"

	"doormat/attacks/truth"
	"doormat/world"
)

// goals names what can be read, and finds the facts that are it: bytes that equal what was
// typed or said, salt included, as in a claim.
func (a *Atlas) goals() {
	known, about := map[truth.Secret][]int{}, map[int][]int{}
	for id := range a.graph.know.Len() {
		e := a.graph.know.At(id)
		if e.Kind == world.Metadata {
			if k := a.Truth.About(e.Fact); k > 0 {
				about[k] = append(about[k], id)
			}
		}
		if s, ok := a.Truth.Find(e.Data); ok && a.graph.know.Computed(id) {
			known[s] = append(known[s], id)
		}
	}
	c, end := a.Truth.Conversation, a.Moments[len(a.Moments)-1]
	var target, everything, metadata [][]int
	for k := 1; k <= end; k++ {
		facts := known[truth.Secret{Part: truth.Text, Number: k}]
		a.Goals = append(a.Goals, Goal{Name: fmt.Sprintf("message %d", k), Message: k,
			facts: [][]int{facts}})
		everything, metadata = append(everything, facts), append(metadata, about[k])
		if c.Messages[k-1].Concerns(a.Settings.Target) {
			target = append(target, facts)
		}
	}
	for i := 1; i <= a.Truth.Files(); i++ {
		s := truth.Secret{Part: truth.File, Number: i}
		if a.Truth.Happened(s, end, 0) {
			a.Goals = append(a.Goals, Goal{Name: fmt.Sprintf("attachment %d", i), Attachment: i,
				facts: [][]int{known[s]}})
		}
	}
	a.Goals = append(a.Goals,
		Goal{Name: AnyOfTarget, facts: target},
		Goal{Name: AllOfTarget, facts: target, Several: true},
		Goal{Name: Anything, facts: everything},
		Goal{Name: Everything, facts: everything, Several: true},
		Goal{Name: AllMetadata, facts: metadata, Several: true, metadata: true})
}

// Names of the goals that are not one message or attachment.
const (
	AnyOfTarget = "any message of the target's"
	AllOfTarget = "all messages of the target's"
	Anything    = "any message"
	Everything  = "every message"
	AllMetadata = "who wrote to whom and when, of every message"
)
