package stage

import (
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

func (s *Stage) order(w http.ResponseWriter, r *http.Request) {
	q, lab, ok := s.prepare(w, r, orderTitle)
	if !ok {
		return
	}
	if lab.Conversation.Application == nil {
		s.fail(w, q, http.StatusBadRequest, orderTitle,
			demo.Usagef("this chat declares no order of a court: an invented one does"))
		return
	}
	lab.Attacks = slices.DeleteFunc(slices.Clone(lab.Attacks), func(t technique.Technique) bool {
		return t.Header().Kind != "lawful"
	})
	f := s.frame(orderTitle, q, "order")
	v, ok := s.have(w, r, f, q, s.matrix("order", lab, q))
	if !ok {
		return
	}
	ways := summary.NewWays(lab.Conversation, v.(*attacks.Result))
	o := ways.Order
	page := orderPage{frame: f,
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
			URL:      wallOf(y.Attack, 1, q),
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
