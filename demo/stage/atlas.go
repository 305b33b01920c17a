package stage

import (
	"context"
	"html/template"
	"net/http"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/demo/drawing"
	"doormat/demo/stage/jobs"
	"doormat/demo/summary"
)

// atlasPage shows everything that is enough to read a message of each design.
type atlasPage struct {
	frame
	Headline, Moments, Scope string
	Designs                  []atlasDesign
}

type atlasDesign struct {
	ID, Name, Unscripted, Certificate string
	Ideas                             []atlasIdea
	Tree                              template.HTML
}

type atlasIdea struct{ Opens, Text, Sets string }

const atlasTitle = "Everything that is enough to read a message"

// atlases makes the atlas of each design at half of the conversation and at its end.
func (s *Stage) atlases(lab *attacks.Lab, q choice) task {
	moments := atlas.Moments(len(lab.Conversation.Messages))
	return task{"atlas?" + q.encode().Encode(), weight(lab),
		func(ctx context.Context, report func(jobs.Progress)) (any, error) {
			var docs []*atlas.Document
			for i, d := range lab.Designs {
				report(jobs.Progress{Done: i, Total: len(lab.Designs), What: d.Info().ID})
				_, doc, err := atlas.Make(ctx, lab, d, moments, atlas.Sets, atlas.Again)
				if err != nil {
					return nil, err
				}
				docs = append(docs, doc)
			}
			return docs, nil
		}}
}

func (s *Stage) atlas(w http.ResponseWriter, r *http.Request) {
	q, lab, ok := s.prepare(w, r, atlasTitle)
	if !ok {
		return
	}
	page := atlasPage{frame: s.frame(atlasTitle, q, "atlas"), Headline: atlasTitle,
		Scope: summary.AtlasScope}
	v, ok := s.have(w, r, page.frame, q, s.atlases(lab, q))
	if !ok {
		return
	}
	for i, doc := range v.([]*atlas.Document) {
		name := lab.Designs[i].Info().Name
		d := atlasDesign{ID: doc.Arrangement, Name: name, Unscripted: summary.AtlasUnscripted(doc),
			Certificate: summary.AtlasCertificate(doc), Tree: drawing.FaultTree(name, doc.Goal("message 1"))}
		for _, idea := range doc.Ideas {
			d.Ideas = append(d.Ideas, atlasIdea{summary.OutOf(len(idea.Messages), summary.AtlasMessages(doc)),
				idea.Text, summary.AtlasIdea(idea)})
		}
		page.Moments, page.Designs = summary.AtlasMoments(doc), append(page.Designs, d)
	}
	s.show(w, http.StatusOK, "atlas", page)
}
