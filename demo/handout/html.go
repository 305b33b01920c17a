package handout

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"doormat/attacks/technique"
	"doormat/demo/drawing"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

//go:embed page
var files embed.FS

// page is what page.html fills in.
type page struct {
	*Handout
	Name, Title, Scale, Line        string
	Style                           template.CSS
	About, Caveats, Meaning, Alarms []string
	People                          []person
	Order                           string
	Designs                         []designInfo
	Legend                          []summary.Sign
	Searched                        string // by an atlas
	Heat                            template.HTML
	Families                        []family
	Moments                         []momentView
	Atlas                           []atlasView
	Settings                        []setting
	Repeat                          []shellLine
}

// A family is its attacks, under one heading.
type family struct {
	ID, Name, About string
	Sections        []*section
}

// families says who the adversary is.
var familyAbout = map[string][2]string{
	"insider": {"Insiders", "The adversary is one of those who run the service, the escrow or " +
		"the agency, or several of them."},
	"theft": {"Theft", "The adversary copies what somebody holds, or runs a program on " +
		"somebody's machine."},
	"compelled": {"Under orders", "Somebody with the power to order, lawfully or not, asks for " +
		"messages."},
	"network": {"On the network", "The adversary hears or changes what passes."},
	"evasion": {"Evasion", "Users do what they can to keep an order from being served. What " +
		"opens here was asked for by a court."},
}

// A momentView is one attack at every moment, on every design.
type momentView struct {
	ID, Title string
	Pictures  []picture
}

// An atlasView is everything that is enough to read a message of a design.
type atlasView struct {
	Name, Certificate string
	Ideas             []string
	Tree              template.HTML
}

type picture struct {
	Name    string
	Picture template.HTML
}

func (h *Handout) report(name string, sections []*section) ([]byte, error) {
	style, err := files.ReadFile("page/page.css")
	if err != nil {
		return nil, err
	}
	c := h.Result.Conversation
	p := page{
		Handout: h, Name: name, Title: title, Line: summary.Settings(h.Result, ""),
		Scale: fmt.Sprintf("%s, %s", summary.Content(c), summary.Count(c.Accounts, "account")),
		Style: template.CSS(drawing.CSS + string(style)),
		About: h.about(), Caveats: caveats(), Meaning: summary.Meaning(h.Result),
		Alarms: h.alarms(), Designs: h.designs(),
		People: h.people(), Order: h.order(), Legend: summary.Signs(),
		Families: inFamilies(sections), Settings: h.settings(), Repeat: h.repeat(name),
		Searched: summary.AtlasScope,
		Heat:     drawing.Heat(h.Result, func(attack, _ string) string { return "#attack-" + attack }),
	}
	for _, s := range h.Sweeps {
		v := momentView{ID: s.Results[0].Attacks[0].ID, Title: s.Results[0].Attacks[0].Title}
		for i, d := range h.Result.Designs {
			v.Pictures = append(v.Pictures, picture{d.Name, drawing.Moments(s, i)})
		}
		p.Moments = append(p.Moments, v)
	}
	for _, doc := range h.Atlases {
		name := summary.DesignOf(h.Result, doc.Arrangement).Name
		v := atlasView{Name: name, Certificate: summary.AtlasCertificate(doc),
			Tree: drawing.FaultTree(name, doc.Goal("message 1"))}
		for _, idea := range doc.Ideas {
			v.Ideas = append(v.Ideas, fmt.Sprintf("%s: %s messages, %s", idea.Text,
				summary.OutOf(len(idea.Messages), summary.AtlasMessages(doc)), summary.AtlasIdea(idea)))
		}
		p.Atlas = append(p.Atlas, v)
	}
	var b bytes.Buffer
	t, err := h.templates()
	if err != nil {
		return nil, err
	}
	if err := t.ExecuteTemplate(&b, "page.html", p); err != nil {
		return nil, fmt.Errorf("handout: %w", err)
	}
	return b.Bytes(), nil
}

func inFamilies(sections []*section) (list []family) {
	for _, s := range sections {
		if n := len(list); n == 0 || list[n-1].ID != s.Family {
			about := familyAbout[s.Family]
			list = append(list, family{ID: s.Family, Name: about[0], About: about[1]})
		}
		last := &list[len(list)-1]
		last.Sections = append(last.Sections, s)
	}
	return list
}

// alarms tells of cells that went wrong or otherwise than expected.
func (h *Handout) alarms() (list []string) {
	for i := range h.Result.Cells {
		if c := &h.Result.Cells[i]; c.Error != "" || !c.Expected {
			list = append(list, plain.Clean(fmt.Sprintf("%s on %s: %s", c.Attack,
				summary.DesignOf(h.Result, c.Design).Name, summary.Reason(c))))
		}
	}
	return list
}

// templates parses the page.
func (h *Handout) templates() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"demonstration": func() template.HTML { return template.HTML(summary.Demonstration) },
		"clean":         plain.Clean,
		"prose":         func(text string) string { return plain.Clean(plain.Prose(text)) },
	}).ParseFS(files, "page/*.html")
}

// A section is what the report tells of one attack.
type section struct {
	technique.Header
	Number   int // from 1: on paper, links are numbers
	Verdicts []string
	Told     template.HTML
}

// sections makes one for each attack of the result.
func (h *Handout) sections() (list []*section) {
	for i, row := range h.Result.Attacks {
		for _, t := range h.Lab.Attacks {
			if t.Header().ID == row.ID {
				list = append(list, h.section(i+1, t))
			}
		}
	}
	return list
}

func (h *Handout) section(number int, t technique.Technique) *section {
	o := h.options()
	o.Attacks = nil
	header := t.Header()
	s := &section{Header: header, Number: number, Verdicts: h.verdicts(header)}
	s.Told = drawing.Attack{Replay: replay.New(h.Result, t, h.Lab.Conversation),
		Story: h.Options.Tale(), Command: command("attack run "+header.ID, o)}.HTML()
	return s
}
