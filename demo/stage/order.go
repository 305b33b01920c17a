package stage

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/summary"
)

// orderPage shows one order of a court by every way that each design offers to serve it.
type orderPage struct {
	frame
	Headline, Asked, Why, Note string
	Designs                    []orderDesign
}

type orderDesign struct {
	ID, Name string
	Ways     []orderWay
}

// An orderWay is a row of a table.
type orderWay struct {
	Attack, Title, URL         string
	Served, Metadata, Evidence string
	People, Lacks              string
	Beyond, Needs              int
	Knows, Later, Remains, Why string
}

const orderTitle = "One order, every way to serve it"

// ordering prepares the lab of the page: the scripts that serve orders, or serves the error.
func (s *Stage) ordering(w http.ResponseWriter, r *http.Request) (choice, *attacks.Lab, bool) {
	q, lab, ok := s.prepare(w, r, orderTitle)
	if !ok {
		return q, nil, false
	}
	if lab.Conversation.Application == nil {
		s.fail(w, q, http.StatusBadRequest, orderTitle,
			demo.Usagef("this chat declares no order of a court: an invented one does"))
		return q, nil, false
	}
	lab.Attacks = slices.DeleteFunc(slices.Clone(lab.Attacks), func(t technique.Technique) bool {
		return t.Header().Kind != "lawful"
	})
	return q, lab, true
}

// orders runs them.
func (s *Stage) orders(lab *attacks.Lab, q choice) task {
	t := s.matrix(lab, q)
	t.key = "order/" + t.key
	return t
}

func (s *Stage) order(w http.ResponseWriter, r *http.Request) {
	q, lab, ok := s.ordering(w, r)
	if !ok {
		return
	}
	brief, cancel := s.briefContext(r)
	defer cancel()
	v, err := s.waitBriefly(brief, s.orders(lab, q))
	switch {
	case errors.Is(err, errUnderWay):
		s.show(w, http.StatusOK, "waiting", frame{Title: orderTitle, Waiting: true,
			Events: address("/events/order", q.encode()), Nav: s.nav(q, "order")})
		return
	case err != nil:
		s.fail(w, q, statusOf(err), orderTitle, err)
		return
	}
	ways := summary.NewWays(lab.Conversation, v.(*attacks.Result))
	o := ways.Order
	page := orderPage{frame: frame{Title: orderTitle, Events: "/events", Nav: s.nav(q, "order")},
		Headline: orderTitle, Note: summary.WaysNote,
		Why: fmt.Sprintf("Applied for by %s: %s. At that time %s.", o.AppliedBy, o.Why,
			summary.InHand(o.Phones)),
		Asked: fmt.Sprintf("What %s wrote and received from message %d to %d: %s, of which %d are "+
			"evidence, of %d that there are.", strings.Join(o.Accounts, ", "), o.Since, o.Until,
			summary.Count(o.Messages, "message"), o.Evidence.Found, o.Evidence.Total)}
	for _, d := range ways.Designs {
		page.Designs = append(page.Designs, orderDesign{d.ID, d.Name, orderWays(ways, d.ID, q)})
	}
	s.show(w, http.StatusOK, "order", page)
}

// orderWays are the rows of a design.
func orderWays(ways *summary.Ways, design string, q choice) (list []orderWay) {
	for i := range ways.Ways {
		y := &ways.Ways[i]
		if y.Design != design {
			continue
		}
		c := attacks.Cell{Disclosed: y.Disclosed}
		row := orderWay{Attack: y.Attack, Title: y.Title, Beyond: y.Lawful.Beyond,
			URL:      replayAddress{attack: y.Attack, query: q}.url(),
			Served:   summary.OutOf(y.Lawful.Served, y.Lawful.Asked),
			Metadata: summary.OutOf(y.Lawful.Metadata.Recovered, y.Lawful.Metadata.Total),
			Lacks:    y.Lacks,
			Evidence: summary.OutOf(y.Evidence.Found, y.Evidence.Total),
			People: fmt.Sprintf("%d, %d not named, %d privileged", y.People.Read,
				y.People.Unnamed, y.People.Privileged),
			Needs: y.Principals, Remains: y.Remains, Knows: "nobody", Later: "nobody", Why: y.Error}
		if y.Lawful.DelayHours > 0 {
			row.Served += ", the last after " + summary.Count(y.Lawful.DelayHours, "hour")
		}
		if names := summary.Witnesses(y.Noticed); len(names) > 0 {
			row.Knows = summary.Some(names, 3)
		}
		if later := summary.DisclosedTo(&c); later != "" {
			row.Later = later
		}
		list = append(list, row)
	}
	return list
}

func (s *Stage) orderEvents(w http.ResponseWriter, r *http.Request) {
	if q, lab, ok := s.ordering(w, r); ok {
		s.follow(w, r, s.orders(lab, q), show)
	}
}
