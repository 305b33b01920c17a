package tasks

import (
	"context"
	"encoding/json"
	"fmt"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/demo/cluster"
	"doormat/world"
)

// An Atlas is what is asked of an atlas.
type Atlas struct {
	Moments []int `json:"moments"`
	Sets    int   `json:"sets"`
	Again   int   `json:"again"`
	Active  bool  `json:"active"`
	Generic bool  `json:"generic"` // with Active only
}

// Documents gives the atlas of each column of the lab, which others compute.
func (s *Set) Documents(ctx context.Context, h *cluster.Host, lab *attacks.Lab, f Atlas,
	from Source) ([]*atlas.Document, error) {
	shared, err := s.common(lab, from)
	if err != nil {
		return nil, err
	}
	work := cluster.Batch{Common: shared}
	for _, d := range lab.Designs {
		j := job{Kind: "atlas", Design: d.Info().ID, Points: []settings{settings(lab.Settings)}, Atlas: f}
		for _, t := range lab.Attacks {
			j.Attacks = append(j.Attacks, t.Header().ID)
		}
		body, err := json.Marshal(j)
		if err != nil {
			return nil, err
		}
		work.Jobs = append(work.Jobs, body)
	}
	answers, err := h.Run(ctx, work)
	if err != nil {
		return nil, err
	}
	var list []*atlas.Document
	for i, a := range answers {
		if a.Failure != "" {
			return nil, fmt.Errorf("%s: %s", lab.Designs[i].Info().ID, a.Failure)
		}
		doc := new(atlas.Document)
		if err := cluster.Decode(a.Body, doc); err != nil {
			return nil, err
		}
		doc.Seconds = a.Seconds[0]
		for n := range doc.Spent {
			doc.Spent[n].Seconds = a.Seconds[n+1]
		}
		list = append(list, doc)
	}
	return list, nil
}

// MakeDocument makes the atlas of one column here.
func MakeDocument(ctx context.Context, lab *attacks.Lab, d world.Design, f Atlas) (*atlas.Atlas,
	*atlas.Document, error) {
	a, doc, err := atlas.Make(ctx, lab, d, f.Moments, f.Sets, f.Again)
	if err == nil && f.Active {
		err = doc.FindActive(ctx, lab, d, f.Generic)
	}
	return a, doc, err
}

// doAtlas is how a worker does a column of an atlas.
func doAtlas(ctx context.Context, lab *attacks.Lab, j job) (a cluster.Answer, err error) {
	if len(j.Points) != 1 {
		return a, fmt.Errorf("an atlas has one setting, not %d", len(j.Points))
	}
	lab.Settings = world.Settings(j.Points[0])
	_, doc, err := MakeDocument(ctx, lab, lab.Designs[0], j.Atlas)
	if err != nil {
		return a, err
	}
	a.Seconds, doc.Seconds, doc.Generic.Seconds = []float64{doc.Seconds}, 0, 0
	for n := range doc.Spent {
		a.Seconds, doc.Spent[n].Seconds = append(a.Seconds, doc.Spent[n].Seconds), 0
	}
	a.Body, err = json.Marshal(doc)
	return a, err
}

// checkAtlas refuses what is no atlas of the job's column.
func checkAtlas(j job, a cluster.Answer) error {
	var doc atlas.Document
	if err := cluster.Decode(a.Body, &doc); err != nil {
		return err
	}
	if doc.Arrangement != j.Design || len(a.Seconds) != 1+len(doc.Spent) {
		return fmt.Errorf("an atlas of %.40q and %d times: want %s, and one for all and each part", doc.Arrangement,
			len(a.Seconds), j.Design)
	}
	for _, g := range doc.Goals {
		if g.Minimal == nil || g.Maximal == nil {
			return fmt.Errorf("goal %.40q lacks its numbers", g.Goal)
		}
	}
	return nil
}
