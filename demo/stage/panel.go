package stage

import (
	"html/template"

	"doormat/attacks"
	"doormat/demo/replay"
	"doormat/demo/stage/scene"
	"doormat/demo/story"
	"doormat/demo/summary"
)

// A panel is one design on the stage.
type panel struct {
	ID, Name, About string
	Absent          string // why the attack is not applicable, "" if it is
	Cards, Seats    []scene.Card
	Journey         template.HTML
	Timeline        template.HTML
	Counters        []scene.Counter
	Did             []string
	Noticed         []string
	Why             string
	Sample          string        // one text that was read, of invented people only
	Problem         string        // what went wrong, or otherwise than expected
	Changed         template.HTML // what the change of settings did to the picture
	Guess           []guessed
	Proof           string // link to the proof of one claim
}

// about says in a sentence what protects messages, as the settings have it.
func (s *Stage) about(d attacks.DesignRow, c *attacks.Cell) string {
	design, err := s.kit.Design(d.ID)
	if err != nil {
		return ""
	}
	return summary.Promise(design.Info(), c.Trace.Settings)
}

// sample quotes the message that the outcome's proof is about and, of an order, tells
// whether it found what the court was after.
func sample(told *story.Story, p *replay.Replay, c *attacks.Cell) string {
	k := c.Trace.Proved
	if k == 0 {
		return ""
	}
	text := "Recovered, among others: message " + summary.Quote(k, &p.Conversation.Messages[k-1])
	if p.Header.Kind == "lawful" {
		text += " " + told.Found(p.Conversation, c.Trace.Opened)
	}
	return text
}
