package text

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// A Run is what the report of a single attack is made of.
type Run struct {
	Header       technique.Header
	Result       *attacks.Result
	Conversation *world.Conversation
	ShowTexts    bool // print what was opened: right for invented people only
	WholeProof   bool // print each step of a long proof
}

// Text tells of one attack in full, design by design: what the adversary had, what
// it did, what it opened, the proof of one claim, and why.
func (r Run) Text(width int) string {
	p := newPage(width)
	p.title(r.Header.Title)
	p.prose(0, summary.Settings(r.Result, ""))
	p.gap()
	p.field("Happens", r.Header.Happens)
	for i := range r.Result.Cells {
		c := &r.Result.Cells[i]
		p.gap()
		p.heading("── "+summary.DesignOf(r.Result, c.Design).Name, state(c))
		if c.Applicable {
			r.cell(p, c)
		}
		if c.Why != "" {
			p.field("Why", c.Why)
		}
		if c.Trace.Unstated != "" {
			p.field("Not compared", c.Trace.Unstated+": the script does not say what it expects")
		}
		switch {
		case c.Error != "":
			p.field("Error", c.Error)
		case surprising(c):
			p.field("≠ Unexpected", summary.Surprise(c))
		}
	}
	p.gap()
	p.field("In general", r.Header.Why)
	p.field("Really", r.Header.Really)
	p.field("Source", r.Header.Source)
	p.field("Exercise", r.Header.Exercise)
	p.gap()
	for _, text := range summary.Caveats() {
		p.prose(0, text)
	}
	return p.String()
}

func (r Run) cell(p *page, c *attacks.Cell) {
	end := r.Result.Conversation.Messages
	p.field("Takes", strings.Join(world.Written(c.Needs),
		", ")+": "+used(r.Header.Kind, c)+", "+summary.Begun(c, end))
	if summary.Granted(world.Written(c.Needs)) {
		p.field("Granted", "the private half of public keys that were found: doormat hands it "+
			"over, no computer here finds it")
	}
	calls(p, c.Trace.Events)
	t, o := c.Content.Target, c.Content.Others
	p.field("Recovered", fmt.Sprintf("%d of %d messages of the target (before %d of %d, after %d "+
		"of %d)",
		t.Recovered, t.Total, t.Before, t.BeforeTotal, t.After, t.AfterTotal))
	p.field("", fmt.Sprintf("%d of %d messages of others (before %d of %d, after %d of %d)",
		o.Recovered, o.Total, o.Before, o.BeforeTotal, o.After, o.AfterTotal))
	parts := fmt.Sprintf("%d of %s", c.Attachments.Recovered,
		summary.Count(c.Attachments.Total, "attachment"))
	if c.Calls.Total > 0 {
		parts += fmt.Sprintf("; %d of %s", c.Calls.Recovered, summary.Count(c.Calls.Total, "call"))
	}
	p.field("", fmt.Sprintf("%s; metadata of %d of %d; forged %d; false claims %d",
		parts, c.Metadata.Recovered, c.Metadata.Total, c.Forged, c.FalseClaims))
	if n := c.Forwarded.Recovered; n > 0 {
		p.field("Forwarded", "words of "+summary.Count(n, "message")+" that stayed closed, read in "+
			"a message that forwards them")
	}
	people(p, c.People, c.Trace.Protected)
	if d := c.Delivered; d.Messages < d.Total {
		p.field("Delivered", fmt.Sprintf("%d of %s reached the screens of all whom they were for",
			d.Messages, summary.Count(d.Total, "message")))
	}
	r.orders(p, c)
	if c.Smuggled > 0 {
		p.field("Smuggled", summary.Count(c.Smuggled, "claim")+" of what the script had handed "+
			"in itself, or nobody had typed yet: not counted")
	}
	noticed(p, c)
	disclosed(p, c)
	if len(c.Trace.Opened) > 0 {
		p.field("Opened", "messages "+summary.Ranges(c.Trace.Opened))
		r.authors(p, c)
		r.opened(p, c)
	}
	r.proof(p, c)
}

// used counts who was used.
func used(kind string, c *attacks.Cell) string {
	text := summary.Took(kind, c)
	if c.Principals > c.Parties {
		text += fmt.Sprintf(" (%d, those of a country one by one)", c.Principals)
	}
	return text
}

// people tells of whom something was read.
func people(p *page, who attacks.People, professions []string) {
	if who.Read == 0 {
		return
	}
	text := fmt.Sprintf("%d wrote what was recovered; %d of them are neither the target nor "+
		"named in an order", who.Read, who.Unnamed)
	if who.Privileged > 0 {
		text += fmt.Sprintf("; %d of them the law protects", who.Privileged)
		if len(professions) > 0 {
			text += ": " + strings.Join(professions, " and ")
		}
	}
	p.field("People", text)
}

// orders tells what courts' orders yielded, how late, and whose the recovery is.
func (r Run) orders(p *page, c *attacks.Cell) {
	l := c.Lawful
	if l.Asked == 0 {
		return
	}
	text := summary.Orders(c) + " messages in scope of what the court signed"
	switch {
	case l.Served == 0:
	case l.DelayHours == 0:
		text += ", at once"
	default:
		text += ", the last " + summary.Count(l.DelayHours, "hour") + " after the signing"
	}
	if summary.MoreMetadata(c) {
		text += "; who wrote to whom and when, of " +
			summary.Fraction(l.Metadata.Recovered, l.Metadata.Total)
	}
	beyond := "; nothing beyond the scope came with it"
	if l.Beyond > 0 {
		beyond = fmt.Sprintf("; %d beyond the scope came with it, read or not", l.Beyond)
	}
	p.field("Orders", text+beyond)
	if c.Content.Target.Recovered+c.Content.Others.Recovered > 0 {
		whose := "what was recovered is the agency's"
		if c.ForOthers {
			whose = "what was recovered is the adversary's, who is not the agency"
		}
		if c.ByNoOrder > 0 {
			whose += fmt.Sprintf("; %d of it came by no order", c.ByNoOrder)
		}
		p.field("", whose)
	}
}

// noticed lists who noticed what, the first few.
func noticed(p *page, c *attacks.Cell) {
	const few = 4
	if len(c.Noticed) == 0 {
		p.field("Noticed", "by "+summary.Nobody(c))
	}
	label := "Noticed"
	for i, e := range c.Noticed {
		if i == few {
			p.field("", fmt.Sprintf("and %d more", len(c.Noticed)-few))
			break
		}
		p.field(label, "by "+summary.Warning(e))
		label = ""
	}
}

// disclosed lists who learned of it later, by design, the first few.
func disclosed(p *page, c *attacks.Cell) {
	const few = 3
	label := "Disclosed"
	for i, d := range c.Disclosed {
		if i == few {
			p.field("", fmt.Sprintf("and %d more", len(c.Disclosed)-few))
			break
		}
		p.field(label, fmt.Sprintf("to %s, %s later, by design: %s", d.By,
			summary.Count(d.AfterHours/24, "day"), d.What))
		label = ""
	}
}

// calls lists what the script did; the middle of a long list is left out.
func calls(p *page, events []trace.Event) {
	const first, last = 12, 4
	var list []string
	for _, e := range events {
		if e.Line == 0 {
			continue // after the script
		}
		text := fmt.Sprintf("line %d: %s", e.Line, e.Text)
		if e.Times > 1 {
			text += fmt.Sprintf(" and %d more of the same line", e.Times-1)
		}
		if e.Method == "take" {
			text += gained(e.Gained)
		}
		list = append(list, text)
	}
	if n := len(list); n > first+last+1 {
		middle := fmt.Sprintf("… %d more …", n-first-last)
		list = slices.Concat(list[:first], []string{middle}, list[n-last:])
	}
	label := "Does"
	for _, call := range list {
		p.field(label, call)
		label = ""
	}
}

// authors tells who wrote what was opened, and to whom: the busiest first, as many as there is room for.
func (r Run) authors(p *page, c *attacks.Cell) {
	const most = 30
	var pairs []string
	numbers := map[string][]int{}
	for _, k := range c.Trace.Opened {
		m := &r.Conversation.Messages[k-1]
		pair := plain.Clean(m.From) + " to " + summary.Readers(m)
		if numbers[pair] == nil {
			pairs = append(pairs, pair)
		}
		numbers[pair] = append(numbers[pair], k)
	}
	slices.SortStableFunc(pairs, func(a, b string) int { return len(numbers[b]) - len(numbers[a]) })
	for i, pair := range pairs {
		if i == most && !r.WholeProof {
			p.field("", fmt.Sprintf("and %d more pairs, which --proof all lists as well", len(pairs)-most))
			break
		}
		p.field("", pair+": "+summary.Ranges(numbers[pair]))
	}
}

// opened shows the texts of a few messages, spread over the conversation.
func (r Run) opened(p *page, c *attacks.Cell) {
	if !r.ShowTexts {
		return
	}
	for _, k := range summary.Spread(c.Trace.Opened, 3) {
		who, text, _ := strings.Cut(summary.Quote(k, &r.Conversation.Messages[k-1]), ": “")
		p.beside(13, "", faint(who+": ")+"“"+text)
	}
}

// proof prints the proof of one claim, a line a step; alike steps of a long one share a
// line.
func (r Run) proof(p *page, c *attacks.Cell) {
	proof := c.Trace.Proof
	if len(proof) == 0 {
		if c.Trace.Proved > 0 {
			p.field("Proof", fmt.Sprintf("none of message %d: it was not read here", c.Trace.Proved))
		}
		return
	}
	nodes := replay.Graph(proof)
	if r.WholeProof {
		nodes = replay.Unfolded(proof)
	}
	text := fmt.Sprintf("message %d, computed from what was taken", c.Trace.Proved)
	if len(nodes) < len(proof) {
		text += fmt.Sprintf(" in %d steps; those alike share a line here, --proof all gives each "+
			"its own", len(proof))
	}
	p.field("Proof", text)
	for i, n := range nodes {
		how, data := replay.Told(proof, n, r.ShowTexts)
		p.beside(17, fmt.Sprintf("%16s", fmt.Sprintf("%d ", i+1)),
			bold(plain.Clean(n.Kind))+" "+how+faint(", "+data))
	}
}

// gained counts what a call took by kind, whoever it was taken from.
func gained(list []trace.Gain) string {
	facts := map[world.Kind]int{}
	for _, g := range list {
		facts[g.Kind] += g.Facts
	}
	var words []string
	for _, kind := range slices.Sorted(maps.Keys(facts)) {
		words = append(words, fmt.Sprintf("%d %s", facts[kind], kind))
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
