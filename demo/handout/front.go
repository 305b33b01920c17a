package handout

import (
	"fmt"
	"strings"

	"doormat/demo"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// What stands before and after the attacks, the same in all formats.

const title = summary.Question

// about says what the handout is, and how its numbers came about.
func (h *Handout) about() []string {
	return []string{
		strings.Join(h.opening(), " ") + " The rules by which they compute are published by each " +
			"design.",
		"Every number here was counted in that run. " + strings.Join(summary.Expectations(), " "),
	}
}

func (h *Handout) opening() []string {
	c := h.Result.Conversation
	return summary.Opening(c.Messages, c.Accounts, len(h.Result.Designs))
}

// caveats say what the handout is not.
func caveats() []string {
	return append(summary.Caveats(), "Somebody chose the attacks and the designs. Each row shows "+
		"that something can happen to a program like these, under these settings; counting rows "+
		"proves little.")
}

// A person is a line of who talks.
type person struct {
	Name     string
	Messages int
	About    string
}

// people lists who writes to whom, or of a real chat the accounts.
func (h *Handout) people() (list []person) {
	conv := h.Lab.Conversation
	if told := h.Options.Tale(); told != nil {
		for _, tie := range told.Ties() {
			p := person{Name: tie.Name(), About: tie.About}
			for i := range conv.Messages {
				if tie.Holds(&conv.Messages[i]) {
					p.Messages++
				}
			}
			list = append(list, p)
		}
		return list
	}
	const most = 20
	wrote := map[string]int{}
	for _, m := range conv.Messages {
		wrote[m.From]++
	}
	for i, a := range conv.Accounts {
		if i == most {
			return append(list, person{Name: fmt.Sprintf("and %d more", len(conv.Accounts)-most)})
		}
		list = append(list, person{Name: a, Messages: wrote[a]})
	}
	return list
}

// order is what a court has ordered of the invented people.
func (h *Handout) order() string {
	if told := h.Options.Tale(); told != nil {
		return told.Order
	}
	return ""
}

// A setting is a line of the settings.
type setting struct{ Name, Value, Means string }

func (h *Handout) settings() []setting {
	s := h.Result.Settings
	list := []setting{{"conversation", h.Result.Conversation.Title,
		"what was said; the ground truth"}}
	for _, p := range world.Parameters() {
		list = append(list, setting{p.Name, p.Say(p.Text(s)), p.Means})
	}
	list = append(list, setting{"seed", fmt.Sprint(h.Result.Seed), "decides every random choice"})
	return append(list, setting{"doormat", h.Result.Doormat, "version of the program"})
}

// A designInfo is a design as the handout introduces it.
type designInfo struct {
	ID, Name string
	Doc      string
	Trusts   []string
}

func (h *Handout) designs() (list []designInfo) {
	for _, d := range h.Lab.Designs {
		i := d.Info()
		list = append(list, designInfo{i.ID, i.Name, plain.Prose(i.Doc), i.Trusts})
	}
	return list
}

// A shell line is a command and what it is for.
type shellLine struct{ Command, For string }

func (h *Handout) repeat(name string) []shellLine {
	o := h.options()
	one := o
	one.Attacks = nil
	list := []shellLine{
		{command("demo --out "+demo.Quote(name+".html"), o), "these files"},
		{command("matrix", o), "the table, in a terminal"},
		{command("matrix --format json", o), "the numbers, for programs"},
	}
	if shown := demo.Showcases(h.Lab.Attacks); len(shown) > 0 {
		list = append(list, shellLine{command("attack run "+shown[0].ID, one),
			"one attack in full"})
	}
	step := ""
	if n := len(h.Lab.Conversation.Messages); n > roomy {
		step = fmt.Sprintf(" --step %d", (n-1)/roomy+1)
	}
	for _, h := range demo.Showcases(h.Lab.Attacks) {
		if overTime.Fits(h) == nil {
			over := one
			over.Set("at", "")
			return append(list, shellLine{command("attack sweep "+h.ID+" --over at"+step, over),
				"the same attack at every moment"})
		}
	}
	return list
}

// short is as many sentences of a text as fit on a slide, the first at least.
func short(text string) string {
	const room = 200
	sentences := strings.SplitAfter(plain.Prose(text), ". ")
	out := sentences[0]
	for _, more := range sentences[1:] {
		if len(out)+len(more) > room {
			break
		}
		out += more
	}
	return strings.TrimSpace(out)
}
