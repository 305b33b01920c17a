package lesson

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// A Deck is a lesson that is being given: what it shows, in order, and how many hands were up.
type Deck struct {
	Lesson *Lesson
	Record *Record
	Places []Place
	// Measured gives the cell of the act at a place, nil until it has run.
	Measured func(place int, design string) *attacks.Cell
	// Save keeps the record whenever a hand was counted. Saved says that it did, and Unsaved is
	// its first error.
	Save    func(*Record) error
	Saved   bool
	Unsaved error
}

// A Place is an act, or else has a card.
type Place struct {
	Step *Step
	Card *Card // nil for an act
}

// NewDeck lays out the steps of a lesson. A question that comes again takes two places: the
// second one shows both counts.
func (l *Lesson) NewDeck(r *Record) *Deck {
	d := &Deck{Lesson: l, Record: r, Save: func(*Record) error { return nil },
		Measured: func(int, string) *attacks.Cell { return nil }}
	begins := 0
	for i := range l.Steps {
		s := &l.Steps[i]
		card := &Card{deck: d, step: s, begins: begins}
		begins += s.Minutes
		switch s.Kind {
		case Note:
		case Act:
			d.Places = append(d.Places, Place{Step: s})
		case Again:
			both := *card
			both.compares = true
			d.Places = append(d.Places, Place{s, card}, Place{s, &both})
		default:
			d.Places = append(d.Places, Place{s, card})
		}
	}
	return d
}

// measured is what was measured for an option, "" if nothing is.
func (d *Deck) measured(o Option) string {
	place := slices.IndexFunc(d.Places, func(p Place) bool {
		return p.Step.Kind == Act && p.Step.Attack == o.Attack && len(p.Step.Values) == 0
	})
	if o.Attack == "" || place < 0 {
		return ""
	}
	c := d.Measured(place, o.Design)
	if c == nil {
		return ""
	}
	return summary.MeasureNamed(o.Measure).Say(c)
}

// A Card is a step that is no act, as a screen shows it.
type Card struct {
	deck     *Deck
	step     *Step
	begins   int  // after so many minutes
	compares bool // it shows both counts
	chosen   int  // the option whose hands are counted
	typed    bool // digits have been typed for it
}

// Compares reports whether both counts stand here.
func (c *Card) Compares() bool { return c.compares }

// Body is what stands under the heading of a text.
func (c *Card) Body() []string { return c.step.Body }

// Heading is what stands over it.
func (c *Card) Heading() string {
	if c.compares {
		return "Before and after: " + c.step.Heading
	}
	return c.step.Heading
}

// Corner says when it is, by the plan.
func (c *Card) Corner() string {
	return fmt.Sprintf("minute %d of %d", c.begins, c.deck.Lesson.Minutes())
}

// Keys says what can be pressed, "" for no more than everywhere.
func (c *Card) Keys() string {
	if c.Votes() {
		return "hands: up and down choose, digits count · space next · left back · q quit"
	}
	return ""
}

// Votes reports whether hands are counted here.
func (c *Card) Votes() bool {
	return !c.compares && (c.step.Kind == Question || c.step.Kind == Again)
}

// Press takes a key, and reports whether it was one of the card's.
func (c *Card) Press(key string) bool {
	if !c.Votes() {
		return false
	}
	asked := c.deck.Record.question(c.step.Name)
	hands := c.hands(asked, c.chosen)
	switch {
	case key == "up" || key == "down":
		by := map[string]int{"up": len(asked.Options) - 1, "down": 1}[key]
		c.chosen, c.typed = (c.chosen+by)%len(asked.Options), false
		return true
	case key == "backspace":
		*hands, c.typed = *hands/10, true
	case len(key) == 1 && key >= "0" && key <= "9":
		if !c.typed {
			*hands, c.typed = 0, true
		}
		if n := *hands*10 + int(key[0]-'0'); n <= mostHands {
			*hands = n
		}
	default:
		return false
	}
	c.count(asked)
	return true
}

// count notes that hands were counted here.
func (c *Card) count(asked *Asked) {
	if c.step.Kind == Question {
		asked.Before = true
	} else {
		asked.After = true
	}
	c.deck.Keep()
}

// Count takes the hands of all options at once, as a form gives them.
func (c *Card) Count(hands []int) error {
	asked := c.deck.Record.question(c.step.Name)
	if !c.Votes() || len(hands) != len(asked.Options) {
		return fmt.Errorf("no question with %s is asked here", summary.Count(len(hands), "option"))
	}
	for _, n := range hands {
		if n < 0 || n > mostHands {
			return fmt.Errorf("%d hands: want 0 to %d", n, mostHands)
		}
	}
	for i, n := range hands {
		*c.hands(asked, i) = n
	}
	c.count(asked)
	return nil
}

// A Row is an option with its hands, "–" where nobody was asked yet, and what was measured.
type Row struct {
	Option, Before, After, Measured string
	Here                            int // hands that are counted on this card
}

// Rows are those of a card that has a question, none of another.
func (c *Card) Rows() (list []Row) {
	asked := c.deck.Record.question(c.step.Name)
	if asked == nil {
		return nil
	}
	count := func(was bool, n int) string {
		if !was {
			return "–"
		}
		return fmt.Sprint(n)
	}
	for i, o := range c.step.Options {
		h := asked.Options[i]
		list = append(list, Row{o.Text, count(asked.Before, h.Before), count(asked.After, h.After),
			c.deck.measured(o), *c.hands(asked, i)})
	}
	return list
}

// hands is where those of an option are kept.
func (c *Card) hands(asked *Asked, option int) *int {
	if c.step.Kind == Question {
		return &asked.Options[option].Before
	}
	return &asked.Options[option].After
}

// Keep saves the record, with what has been measured so far.
func (d *Deck) Keep() {
	for i := range d.Record.Questions {
		q := &d.Record.Questions[i]
		for k, o := range d.Lesson.Question(q.Name).Options {
			q.Options[k].Measured = d.measured(o)
		}
	}
	if err := d.Save(d.Record); err == nil {
		d.Saved = true
	} else if d.Unsaved == nil {
		d.Unsaved = err
	}
}

// Lines are what stands under the heading.
func (c *Card) Lines(width int) []string {
	switch {
	case c.compares:
		return c.comparison(width)
	case c.Votes():
		return c.ballot(width)
	}
	var lines []string
	for i, text := range c.step.Body {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, plain.Wrap(text, width, 0)...)
	}
	if c.step.Kind == Pause && c.step.Minutes > 0 {
		lines = append(lines, "", summary.Count(c.step.Minutes, "minute"))
	}
	return lines
}

// Letter is that of an option, on screens and on paper.
func Letter(option int) string { return string(rune('a' + option)) }

// ballot lists the options, and the hands that were counted.
func (c *Card) ballot(width int) (lines []string) {
	asked := c.deck.Record.question(c.step.Name)
	counted := asked.Before
	if c.step.Kind == Again {
		counted = asked.After
	}
	for i, o := range c.step.Options {
		mark, number := " ", ""
		if counted {
			number = fmt.Sprint(*c.hands(asked, i))
		}
		if i == c.chosen {
			mark = "›"
		}
		text := plain.Short(fmt.Sprintf("%s %s  %s", mark, Letter(i), o.Text), width-6)
		lines = append(lines, strings.TrimRight(pad(text, width-6)+number, " "))
	}
	return append(lines, "", "Which of these? Hands up, one each; only their number is kept.")
}

// pad fills text up to so many columns.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-plain.Width(text)))
}

// comparison is a table: each option, hands before and after, and what was measured.
func (c *Card) comparison(width int) []string {
	const number, measured = 8, 17
	left := width - 2*number - measured
	row := func(text, before, after, was string) string {
		return strings.TrimRight(pad(text, left)+pad(before, number)+pad(after, number)+was, " ")
	}
	lines := []string{row("", "before", "after", "measured")}
	for _, r := range c.Rows() {
		for _, text := range plain.Wrap(r.Option, left-2, 2) {
			lines = append(lines, row(text, r.Before, r.After, r.Measured))
			r.Before, r.After, r.Measured = "", "", ""
		}
	}
	return lines
}
