package stage

import (
	"net/http"
	"slices"
	"strings"

	"doormat/demo"
	"doormat/demo/wall"
)

// closingPage ends the story: whenever the attack comes, what can be read?
type closingPage struct {
	frame
	Back, Next string
	Moments    []momentsView
}

// strongestPage follows: the acts in the strongest form of each design.
type strongestPage struct {
	frame
	Back, Next string
	Columns    []string
	Rows       []strongestRow
}

type strongestRow struct {
	Title, URL string
	Numbers    []string
}

func (s *Stage) closing(w http.ResponseWriter, r *http.Request) {
	const title = "Whenever it comes"
	q, lab, ok := s.prepare(w, r, title)
	if !ok {
		return
	}
	page := closingPage{frame: s.frame(title, q, "")}
	v, ok := s.have(w, r, page.frame, q, s.maps(q))
	if !ok {
		return
	}
	page.Moments = v.([]momentsView)
	page.Back, page.Next = page.Nav.Home, page.Nav.Overview
	if len(s.acts) > 0 {
		page.Back = wallOf(s.acts[len(s.acts)-1].ID, wall.Beats, q)
	}
	if lab.Outline().Ahead != nil {
		page.Next = address("/strongest", q.encode())
	}
	s.show(w, http.StatusOK, "closing", page)
}

func (s *Stage) strongest(w http.ResponseWriter, r *http.Request) {
	q, lab, ok := s.prepare(w, r, "The strongest forms")
	if !ok {
		return
	}
	page := strongestPage{frame: s.frame("The strongest forms", q, "")}
	page.Back, page.Next = address("/closing", q.encode()), page.Nav.Overview
	ahead := lab.Outline().Ahead
	if ahead == nil {
		s.fail(w, q, http.StatusBadRequest, page.Title, demo.Usagef("results are made ahead for "+
			"the default settings only; run doormat matrix --designs %s",
			strings.Join(demo.Strongest, ",")))
		return
	}
	for _, act := range s.acts {
		row := strongestRow{Title: act.Title, URL: wallOf(act.ID, 1, q)}
		for i := range ahead.Cells {
			c := &ahead.Cells[i]
			if c.Attack == act.ID && slices.Contains(demo.Strongest, c.Design) {
				open := c.Content.Target.Recovered + c.Content.Others.Recovered
				row.Numbers = append(row.Numbers, wall.Number(act.Kind, c, open))
			}
		}
		page.Rows = append(page.Rows, row)
	}
	for _, d := range ahead.Designs {
		if slices.Contains(demo.Strongest, d.ID) {
			page.Columns = append(page.Columns, d.Name)
		}
	}
	s.show(w, http.StatusOK, "strongest", page)
}
