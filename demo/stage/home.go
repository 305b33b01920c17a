package stage

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"doormat/demo/summary"
	"doormat/world"
)

// homePage says who talks and what each design does, and leads into the story.
type homePage struct {
	frame
	Question, Intro, Who string
	First                string // address of the story
	Designs              []homeDesign
	Settings             settings
	Chat                 *chatView
}

type homeDesign struct {
	ID, Name, Doc string
	Trusts        []string
}

// chatView tells of an uploaded chat.
type chatView struct {
	ID, Title, About string
	Warnings         []string
}

func (s *Stage) home(w http.ResponseWriter, r *http.Request) {
	q, lab, ok := s.prepare(w, r, "The stage")
	if !ok {
		return
	}
	conv := lab.Conversation
	page := homePage{frame: s.frame("The stage", q, "")}
	opening := summary.Opening(len(conv.Messages), len(conv.Accounts), len(s.kit.Designs))
	page.Question, page.Intro = summary.Question, strings.Join(opening, " ")
	page.Who = fmt.Sprintf("%s: %s. %s", conv.Title, people(conv),
		summary.Target(lab.Settings.Target))
	if len(page.Nav.Acts) > 0 {
		page.First = address("/wall", q.encode())
	}
	page.Settings = newSettings(q, conv, lab.Outline().Designs, lab.Settings, "/", url.Values{})
	page.Chat = s.chatView(q)
	for _, d := range s.kit.Designs {
		i := d.Info()
		page.Designs = append(page.Designs, homeDesign{ID: i.ID, Name: i.Name,
			Doc: summary.Promise(i, lab.Settings), Trusts: i.Trusts})
	}
	s.warm(q)
	s.show(w, http.StatusOK, "home", page)
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
