package stage

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"doormat/demo/drawing"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// homePage says who talks and what each design does, and leads into the story.
type homePage struct {
	frame
	Question, Intro, Who string
	First, Steps         string // addresses of the story, on a wall and in steps
	Designs              []homeDesign
	Settings             settings
	Chat                 *chatView
}

type homeDesign struct {
	ID, Name, Doc string
	Trusts        []string
	Journey       template.HTML
}

// chatView tells of an uploaded chat.
type chatView struct {
	ID, Title, About string
	Warnings         []string
}

func (s *Stage) home(w http.ResponseWriter, r *http.Request) {
	q, err := parse(r.URL.Query())
	if err != nil {
		s.fail(w, defaults(), statusOf(err), "The stage", err)
		return
	}
	lab, conv, err := s.lab(q)
	if err != nil {
		s.fail(w, defaults(), statusOf(err), "The stage", err)
		return
	}
	page := homePage{frame: frame{Title: "The stage", Events: "/events", Nav: s.nav(q, "")}}
	opening := summary.Opening(len(conv.Messages), len(conv.Accounts), len(s.kit.Designs))
	page.Question, page.Intro = summary.Question, strings.Join(opening, " ")
	page.Who = fmt.Sprintf("%s: %s. %s", conv.Title, people(conv),
		summary.Target(lab.Settings.Target))
	if len(page.Nav.Acts) > 0 {
		page.First = address("/wall", q.encode())
		page.Steps = replayAddress{attack: page.Nav.Acts[0].ID, query: q}.url()
	}
	page.Settings = newSettings(q, conv, lab.Outline().Designs, lab.Settings, "/", url.Values{})
	page.Chat = s.chatView(q)
	for _, d := range s.kit.Designs {
		i := d.Info()
		page.Designs = append(page.Designs, homeDesign{ID: i.ID, Name: i.Name,
			Doc: summary.Promise(i, lab.Settings), Trusts: i.Trusts})
	}
	brief, cancel := s.briefContext(r)
	defer cancel()
	if p := s.firstReplay(brief, q); p != nil {
		for i := range page.Designs {
			page.Designs[i].Journey = drawing.Journey(p.Journey(i))
		}
	}
	s.warm(q)
	s.show(w, http.StatusOK, "home", page)
}

// firstReplay is that of the first act, if it is there soon: the way of a message
// comes from it.
func (s *Stage) firstReplay(brief context.Context, q choice) *replay.Replay {
	if len(s.acts) == 0 {
		return nil
	}
	t, err := s.kit.Attack(s.acts[0].ID)
	if err != nil {
		return nil
	}
	p, err := s.replayOf(brief, t, q)
	if err != nil {
		return nil
	}
	return p
}

// people names those who talk.
func people(c *world.Conversation) string {
	const few = 8
	names := c.Accounts
	if len(names) > few {
		return fmt.Sprintf("%d people", len(names))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
