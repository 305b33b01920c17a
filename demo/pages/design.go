package pages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/markdown"
	"doormat/demo/overhead"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
	"doormat/world/simulation"
)

// design is the page of an arrangement. Rules stand on the page of the design's own name.
func design(ctx context.Context, w world.Design, list []technique.Technique,
	lab *attacks.Lab, added []overhead.Row) (string, error) {
	i := w.Info()
	d := newDocument()
	d.introduce(i)
	d.Heading(2, "Principals, and what a thief finds there")
	d.Prose(fmt.Sprintf("Under the default settings, after message %d of the built-in "+
		"conversation: kinds of facts, and how many of each the first principal of its row "+
		"holds. An attack takes them with `NAME.store`.", lab.Settings.At))
	if err := d.principals(ctx, w, lab); err != nil {
		return "", err
	}
	d.costs(i, added)
	if i.Of() != i.ID {
		d.Heading(2, "Rules")
		d.Prose("Those of " + markdown.Link("the design "+i.Of(), i.Of()+".md") +
			": an arrangement changes parameters and nothing else.")
	} else {
		d.published(w)
	}
	d.showcase(i, list)
	return d.String(), nil
}

// introduce says what a design is, what it fixes, and whom its users trust.
func (d *document) introduce(i world.Info) {
	d.Heading(1, markdown.Text(i.Name))
	d.Prose(markdown.Text(i.Doc))
	classes := "none"
	if len(i.Classes) > 0 {
		classes = markdown.Code(i.Classes...)
	}
	d.Prose(fmt.Sprintf("Id `%s`. Classes: %s. In a terminal: `go run ./cmd/doormat design "+
		"show %s`.", i.ID, classes, i.ID))
	for _, name := range slices.Sorted(maps.Keys(i.Fixed)) {
		d.Prose(fmt.Sprintf("Fixes `--%s %s`: flags do not change it.", name, i.Fixed[name]))
	}
	for _, p := range i.Parameters {
		d.Prose(fmt.Sprintf("Setting of its own, `--set %s=%s`: %s.", p.Name, p.Values(),
			markdown.Text(p.Doc)))
	}
	d.Heading(2, "Whom a user must trust")
	for _, t := range i.Trusts {
		d.Item(markdown.Text(t))
	}
	d.Gap()
}

// published lists what a design publishes: rules, modified programs and kinds of packets.
func (d *document) published(w world.Design) {
	i := w.Info()
	d.Heading(2, "How its bytes are read")
	d.Prose("Opening rules, tried on everything that an adversary has. Inputs join on equal " +
		"reference.")
	d.rules(w.Rules(), false)
	d.Heading(2, "What can be built")
	d.Prose("Making rules, which a script applies by name and declares in its header.")
	d.rules(w.Rules(), true)
	if len(i.Programs) > 0 {
		d.Heading(2, "Modified programs")
		for _, p := range i.Programs {
			d.Item("`" + p.Name + "`: " + markdown.Text(p.Doc))
		}
		d.Gap()
	}
	d.packets(i)
}

// packets lists the names by which scripts know packets.
func (d *document) packets(i world.Info) {
	if len(i.Packets) == 0 {
		return
	}
	names := make([]string, len(i.Packets))
	for k, p := range i.Packets {
		names[k] = "`" + p.Name + "`"
	}
	d.Heading(2, "What travels")
	d.Prose("Kinds of packets, by the names that scripts read in `p.kind`: " +
		strings.Join(names, ", ") + ".")
}

// showcase lists the attacks whose header names the arrangement.
func (d *document) showcase(i world.Info, list []technique.Technique) {
	shown := showcaseOf(i, list)
	if len(shown) == 0 {
		return
	}
	d.Heading(2, "Showcase of")
	for _, h := range shown {
		d.Item(markdown.Link("`"+h.ID+"`", "../attacks/"+h.ID+".md") + ": " +
			markdown.Text(h.Title))
	}
}

// principals lets the conversation happen up to the moment of the attack and
// lists who is there, those of one kind in one row.
func (d *document) principals(ctx context.Context, w world.Design, lab *attacks.Lab) error {
	conv := lab.Conversation
	s, err := lab.Settings.Override(w.Info().Fixed, w.Info().Parameters...)
	if err != nil {
		return err
	}
	deploy, err := w.Setup(world.Config{Settings: s, Accounts: conv.Accounts, Seed: lab.Seed})
	if err != nil {
		return err
	}
	var said []world.Payload
	for _, m := range conv.Messages {
		said = append(said, world.Payload{Body: []byte(m.Text), Files: m.Attachments})
	}
	play, err := simulation.New(ctx, conv, said, deploy(), nil)
	if err != nil {
		return err
	}
	if err := play.Advance(lab.Settings.At); err != nil {
		return err
	}
	var order []string
	members := map[string][]string{}
	for _, name := range play.Net.Names() {
		kind, _, _ := strings.Cut(name, ":")
		if members[kind] == nil {
			order = append(order, kind)
		}
		members[kind] = append(members[kind], name)
	}
	d.Head("principals", "who that is", "surfaces", "hold")
	for _, kind := range order {
		p, _ := w.Info().Principals.Named(kind)
		d.Row(markdown.Code(members[kind]...), p.Doc, p.SurfaceNames(),
			holdings(play.Net.Node(members[kind][0]).Holdings()))
	}
	d.Gap()
	return nil
}

// holdings counts facts by kind, in the order of the first of each.
func holdings(facts []world.Fact) string {
	var kinds []world.Kind
	n := map[world.Kind]int{}
	for _, f := range facts {
		if n[f.Kind]++; n[f.Kind] == 1 {
			kinds = append(kinds, f.Kind)
		}
	}
	if len(kinds) == 0 {
		return "nothing that can be copied"
	}
	parts := make([]string, len(kinds))
	for i, k := range kinds {
		parts[i] = fmt.Sprintf("%s ×%d", k, n[k])
	}
	return markdown.Text(strings.Join(parts, ", "))
}

func (d *document) rules(list []world.Rule, made bool) {
	d.Head("rule", "takes → gives", "what it says")
	for _, r := range list {
		if r.Make == made {
			d.Row("`"+r.Name+"`", markdown.Text(summary.Rule(r)), markdown.Text(r.Doc))
		}
	}
	d.Gap()
}

// designIndex lists designs.
func designIndex(list []world.Design) string {
	d := newDocument()
	d.Heading(1, "Designs")
	d.Prose("A design is one way of protecting a conversation. It publishes how its bytes are " +
		"read, so that an adversary needs keys and nothing else. How to add one: " +
		"[architecture](../architecture.md).")
	d.Head("design", "in short", "classes", "whom a user must trust", "rules")
	for _, w := range list {
		i := w.Info()
		d.Row(markdown.Link(markdown.Text(i.Name), i.ID+".md")+"<br>`"+i.ID+"`",
			markdown.Text(plain.FirstSentence(i.Doc)), markdown.Code(i.Classes...),
			markdown.Text(strings.Join(i.Trusts, "; ")), fmt.Sprint(len(w.Rules())))
	}
	return d.String()
}
