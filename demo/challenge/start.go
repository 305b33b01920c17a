package challenge

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"doormat/demo"
	"doormat/demo/plain"
	"doormat/world"
)

//go:embed template.star
var templateText string

var scriptTemplate = template.Must(template.New("script").Parse(templateText))

// commentWidth is how long a line of comment is, in columns.
const commentWidth = 98

// Start is a script to begin with: it runs, says in comments what is asked for, and solves
// nothing. file is what it will be called.
func (c *Challenge) Start(s Student, file string) string {
	var b strings.Builder
	comment := func(indent, text string) {
		for i, line := range plain.Wrap(plain.Clean(text), commentWidth-2-len(indent), 0) {
			if i == 1 {
				indent = strings.Repeat(" ", len(indent))
			}
			fmt.Fprintf(&b, "# %s%s\n", indent, line)
		}
	}
	fmt.Fprintf(&b, "# challenge: %s\n", c.ID)
	if s.Name != "" {
		fmt.Fprintf(&b, "# %s: %s\n", s.kind(), plain.Clean(s.Name))
	}
	b.WriteString("#\n")
	comment("", c.Title+". "+c.Story)
	b.WriteString("#\n# Solved if\n")
	for _, condition := range c.Goal {
		comment("- ", condition.words(c.Wanted(s)))
	}
	comment("Budget: ", c.allowance())
	b.WriteString("#\n")
	fmt.Fprintf(&b, "#     doormat challenge check %s %s\n", c.ID, demo.Quote(file))
	fmt.Fprintf(&b, "#     doormat challenge show %s --hints 1\n", c.ID)
	b.WriteString("#\n# What the adversary took, opened and set off, line by line:\n#\n")
	fmt.Fprintf(&b, "#     doormat attack run %s --draft%s\n\n", demo.Quote(file), c.flags(s))
	if wanted := c.Wanted(s); wanted > 0 {
		fmt.Fprintf(&b, "WANTED = %d    # the message that you are asked for\n\n", wanted)
	}
	_ = scriptTemplate.Execute(&b, c) // the fields are there: TestTemplates
	return b.String()
}

// allowance says what an answer may need.
func (c *Challenge) allowance() string {
	if len(c.Budget) == c.Most && !strings.Contains(strings.Join(c.Budget, ""), "..") {
		return strings.Join(c.Budget, ", ")
	}
	return fmt.Sprintf("at most %d of %s", c.Most, strings.Join(c.Budget, ", "))
}

// flags are the run's, as other verbs take them.
func (c *Challenge) flags(s Student) string {
	return fmt.Sprintf(" --designs %s --seed %d%s", c.Design, s.Seed(), c.settings())
}

// settings are the challenge's, as flags.
func (c *Challenge) settings() (text string) {
	for _, p := range demo.Parameters() {
		value, given := c.Settings[p.Name]
		_, common := world.ParameterNamed(p.Name)
		switch {
		case given && common:
			text += " --" + p.Name + " " + demo.Quote(value)
		case given:
			text += " --set " + p.Name + "=" + demo.Quote(value)
		}
	}
	return text
}
