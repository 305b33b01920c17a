// Package stage shows attacks to a room: a local web page on which two designs stand side by
// side as walls of messages, and tiles turn as claims are confirmed.
//
// Every page is a pure function of its address (wall.go, query.go): attack, settings, beat, the
// room's bets. So a page can be reloaded, linked to, and taken up again
// after the program was restarted. What it shows comes from demo/replay and
// demo/summary, and so from the same results as text and JSON; the stage adds no number
// of its own. Runs are made once and shared (package jobs); while one is under way its
// page asks its own address for server-sent events of it (package events). The script in the browser only
// fetches the next page and swaps it in: without it, links and forms do the same.
//
// The page is for one machine (package loopback), and runs nothing but its own script.
// An uploaded chat stays in memory under an unguessable name (upload.go).
// The tests in this package feed it hostile requests; those in browser_test.go drive
// a real browser, where there is one.
//
// TestWallFromAfar goes through the story as a room does; TestSecretName keeps the name
// of an uploaded chat from whoever does not have it.
package stage

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/bidi"
	"doormat/demo/stage/events"
	"doormat/demo/stage/jobs"
	"doormat/world/memo"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed assets/*
var assets embed.FS

// A Stage is the pages over one kit.
type Stage struct {
	kit     demo.Kit
	initial choice
	ticket  ticket
	store   *jobs.Store
	hub     *events.Hub
	chats   *uploads
	pages   *template.Template
	acts    []technique.Header
	told    memo.Memo // what runs of the stories computed
	inTab   bool      // see InTab
}

// nav is what every page links to.
type nav struct {
	Home, Overview string
	Atlas          string
	Order          string // "" for a chat that declares none
	OnOverview     bool
	Chat           string
	Acts           []act
}

// act is one of the attacks that make the story.
type act struct {
	N                    int
	ID, Name, Title, URL string
	Kind                 string
	Here                 bool
}

// frame is what every page has.
type frame struct {
	Title   string
	Events  string // address of the page's events
	Waiting bool   // the page is not complete: it will be fetched again
	Nav     nav
}

// frame is that of a page under settings; here is the attack that it is about, or another place.
func (s *Stage) frame(title string, q choice, here string) frame {
	return frame{Title: title, Events: "/events", Nav: s.nav(q, here)}
}

func (s *Stage) nav(q choice, here string) nav {
	v := q.encode()
	n := nav{Home: address("/", v), Overview: address("/overview", v), Atlas: address("/atlas", v),
		OnOverview: here == "overview", Chat: q.Chat}
	if q.Chat == "" {
		n.Order = address("/order", v)
	}
	for i, h := range s.acts {
		n.Acts = append(n.Acts, act{N: i + 1, ID: h.ID, Name: h.ID, Title: h.Title, Kind: h.Family,
			URL: wallOf(h.ID, 1, q), Here: h.ID == here})
	}
	return n
}

// show renders a page whole before it sends anything.
func (s *Stage) show(w http.ResponseWriter, status int, name string, page any) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, page); err != nil {
		http.Error(w, fmt.Sprintf("stage: page %s: %v", name, err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, bidi.HTML(b.String()))
}

// failedPage says what went wrong, in the place of a page.
type failedPage struct {
	frame
	Problem string
}

func (s *Stage) fail(w http.ResponseWriter, q choice, status int, title string, err error) {
	if _, gone := s.chats.Get(q.Chat); q.Chat != "" && gone != nil {
		q.Chat = "" // so that the page's links lead somewhere
		q.Set("target", "")
		q.Set("at", "")
	}
	if _, wrong := parse(q.encode()); wrong != nil {
		q = defaults()
	}
	s.show(w, status, "failed", failedPage{frame{Title: title, Nav: s.nav(q, "")}, err.Error()})
}

// lab prepares a lab for a query.
func (s *Stage) lab(q choice) (*attacks.Lab, error) {
	conv, computed, err := s.conversation(q)
	if err != nil {
		return nil, err
	}
	lab, err := q.lab(s.kit, conv)
	if err == nil {
		lab.Memo = computed
	}
	return lab, err
}
