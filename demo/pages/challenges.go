package pages

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/demo/challenge"
	"doormat/demo/markdown"
)

// challenges is the list of exercises, as they are declared.
func challenges() (string, error) {
	list, err := challenge.All()
	if err != nil {
		return "", err
	}
	d := newDocument()
	d.Heading(1, "Challenges")
	d.Prose(fmt.Sprintf("%d exercises that mark themselves. [Teaching](teaching.md#challenges) says "+
		"how a student begins, how a class is marked by one command, and what a mark is worth; "+
		"[scripts](scripts.md) is the reference for answers. Hints, and what to think about afterwards, "+
		"come from the program: `doormat challenge show ID --hints 1`.", len(list)))
	level := 0
	for _, c := range list {
		if c.Level != level {
			level = c.Level
			d.Heading(2, fmt.Sprintf("Level %d", level))
		}
		d.challenge(c)
	}
	return d.String(), nil
}

// challenge is the section of one.
func (d *document) challenge(c *challenge.Challenge) {
	d.Heading(3, "`"+c.ID+"`: "+markdown.Text(c.Title))
	d.Prose(markdown.Text(c.Story))
	d.Prose("Solved if")
	for _, goal := range c.Goal {
		text := strings.ReplaceAll(goal.Text, "message {message}", "a message of each student's own")
		d.Item(markdown.Text(text) + " (`" + goal.Goal + "`)")
	}
	d.Gap()
	var flags []string
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		flags = append(flags, "`"+flag(name, c.Settings[name])+"`")
	}
	setting := markdown.Link("`"+c.Design+"`", "designs/"+c.Design+".md")
	if len(flags) > 0 {
		setting += ", " + strings.Join(flags, " ")
	}
	d.Prose(fmt.Sprintf("Side: %s. Column: %s. Budget: at most %d of %s.", c.Side, setting, c.Most,
		markdown.Code(c.Budget...)))
}
