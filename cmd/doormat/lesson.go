package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/data"
	"doormat/demo/lesson"
	"doormat/demo/present"
	"doormat/demo/stage/lessons"
	"doormat/world"
)

func (a *app) lesson() *cobra.Command {
	var f presentation
	var hands string
	var page webPage
	c := cli.Group(&cobra.Command{
		Use:   "lesson FILE-or-ID",
		Short: "Play a lesson in a terminal: texts, attacks, questions, pauses",
		Long: `Play a lesson in a terminal: texts, pauses, attacks in four beats each as in doormat
present, and questions for which hands are counted, before and after. Three lessons come
with the program (doormat lesson list); one of your own is a file of text: begin with a
copy of one of them (doormat lesson show 15). Attacks may be scripts of your own that
lie beside the file.

On a question, up and down choose an option and digits count its hands. With --record
the numbers are kept in a file, without names; given again, the lesson goes on with
them, so that a question can be asked on Monday and again on Friday. Where input or
output is no terminal, all screens are printed one after the other.

With --stage the lesson is shown on a web page of this machine, for a projector, until
Ctrl-C; its address is printed, and opened in a browser where there is one.`,
	}, lessonList(), lessonShow())
	c.Args = cli.Exactly(1, "a lesson's file, or its id (see doormat lesson list)")
	c.ValidArgsFunction = cli.First(cli.WordsOrFiles(lesson.BuiltIn...))
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx, stop := context.WithCancel(c.Context())
		defer stop()
		l, err := a.readLesson(args[0])
		if err != nil {
			return err
		}
		return a.teach(ctx, f, page, l, args[0], hands)
	}
	a.lessonFlags(c, &f, &page, &hands)
	return c
}

func (a *app) lessonFlags(c *cobra.Command, f *presentation, page *webPage, hands *string) {
	a.RunFlags(c, &f.options)
	c.Flags().BoolVar(&page.on, "stage", false, "show it on a web page of this machine")
	page.add(c)
	c.Flags().StringVar(hands, "record", "",
		"keep in `FILE` how many hands were up, before and after")
	runner.TimeoutFlag(c, &f.timeout)
	cli.Complete(c, "record", cli.Files)
}

// A listedLesson is a row of doormat lesson list.
type listedLesson struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Minutes int    `json:"minutes"`
	Steps   int    `json:"steps"`
}

func lessonList() *cobra.Command {
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the lessons that come with doormat",
		Args:  cli.Exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			rows := []listedLesson{}
			for _, id := range lesson.BuiltIn {
				l, err := lesson.Open(id)
				if err != nil {
					return err
				}
				rows = append(rows, listedLesson{id, l.Title, l.Minutes(), len(l.Steps)})
			}
			return to.Show(rows, func(int) string {
				text := ""
				for _, r := range rows {
					text += fmt.Sprintf("%-4s %3d minutes  %s\n", r.ID, r.Minutes, r.Title)
				}
				return text
			})
		},
	}
	to.Add(c, "text", "json")
	return c
}

func lessonShow() *cobra.Command {
	return &cobra.Command{
		Use:               "show ID",
		Short:             "Print the file of a lesson, to begin one of your own with",
		Args:              cli.Exactly(1, "a lesson's id"),
		ValidArgsFunction: cli.First(cli.Words(lesson.BuiltIn...)),
		RunE: func(_ *cobra.Command, args []string) error {
			src, err := lesson.Source(args[0])
			if err != nil {
				return demo.Usagef("%v", err)
			}
			return cli.Show(func(int) string { return string(src) })
		},
	}
}

// readLesson reads a lesson by its id or its file, and checks the names in it.
func (a *app) readLesson(name string) (*lesson.Lesson, error) {
	kit, err := a.Kit()
	if err != nil {
		return nil, err
	}
	l, err := lesson.Open(name)
	if !slices.Contains(lesson.BuiltIn, name) {
		src, missing := demo.ReadFile(name, lesson.MaxBytes)
		if errors.Is(missing, fs.ErrNotExist) && !strings.ContainsAny(name, `./\`) {
			return nil, demo.Usagef("%v", err)
		} else if missing != nil {
			return nil, missing
		}
		l, err = lesson.Parse(name, src)
	}
	if err != nil {
		return nil, err
	}
	return l, l.Check(name, lesson.Known{Stories: demo.StoryIDs(), Designs: kit.DesignIDs(),
		Attacks: kit.AttackIDs(), Settings: world.ParameterNames(demo.Parameters())})
}

// teach plays a lesson.
func (a *app) teach(ctx context.Context, f presentation, page webPage, l *lesson.Lesson,
	file, hands string) error {
	lab, err := a.lessonLab(&f.options, l)
	if err != nil {
		return err
	}
	l.Fill(lab.Conversation, lab.Settings)
	deck := l.NewDeck(l.NewRecord(demo.Version))
	acts, err := a.actsOf(ctx, f, deck, lab, file)
	if err != nil {
		return err
	}
	show, err := f.show(ctx, lab, acts)
	if err != nil {
		return err
	}
	lay(deck, show)
	if hands != "" {
		if err := keep(deck, hands, page.on); err != nil {
			return err
		}
	}
	ended := show.Cells
	if page.on {
		ended, err = page.project(ctx, deck, show, lab)
	} else {
		err = perform(ctx, show)
	}
	if err == nil {
		err = deck.Unsaved
	}
	if hands != "" && deck.Saved && deck.Unsaved == nil {
		cli.Wrote(hands)
	}
	return judged(ended, err)
}

// lessonLab is the lab of a lesson, whose heads count where flags say nothing.
func (a *app) lessonLab(o *demo.Options, l *lesson.Lesson) (*attacks.Lab, error) {
	if o.Story == "" && o.Conversation == "" {
		o.Story = l.Story
	}
	if len(o.Designs) == 0 {
		o.Designs = l.Designs
	}
	lab, err := a.Lab(*o)
	if err != nil {
		return nil, err
	}
	if n := len(lab.Designs); n > present.MaxDesigns {
		return nil, demo.Usagef("--designs: %d designs: want at most %d beside each other", n,
			present.MaxDesigns)
	}
	return lab, nil
}

// lay puts the cards of a lesson between the acts of a show, and says which settings an act has.
func lay(deck *lesson.Deck, show *present.Show) {
	show.Title, show.Cards = deck.Lesson.Title, map[int]present.Card{}
	for i, p := range deck.Places {
		if p.Card != nil {
			show.Cards[i] = p.Card
		} else if len(p.Step.Values) > 0 {
			h := &show.Acts[i]
			h.ID, h.Title = p.Step.Named(), h.Title+strings.TrimPrefix(p.Step.Named(), p.Step.Attack)
		}
	}
	deck.Measured = show.Cell
}

// actsOf finds the attacks of a lesson, each with its own settings; places that have a card get
// none. What is wrong with one is told with its line.
func (a *app) actsOf(ctx context.Context, f presentation, deck *lesson.Deck, lab *attacks.Lab,
	file string) (list []actor, err error) {
	kit, err := a.Kit()
	if err != nil {
		return nil, err
	}
	for _, p := range deck.Places {
		act := actor{lab: *lab}
		if p.Card == nil {
			if len(p.Step.Values) > 0 {
				o := f.options
				for _, v := range p.Step.Values {
					o.Set(v[0], v[1])
				}
				var own *attacks.Lab
				if own, err = o.Lab(kit, lab.Conversation); err == nil {
					act.lab = *own
				}
			}
			name := p.Step.Attack
			if p.Step.IsScript() && !filepath.IsAbs(name) {
				name = filepath.Join(filepath.Dir(file), name)
			}
			if err == nil {
				act.tech, err = runner.Find(ctx, &act.lab, name, runner.Outside{Timeout: f.timeout}, nil)
			}
			if err != nil { // the fault is the file's, and no flag's
				return nil, &lesson.Fault{File: file, Line: p.Step.Line, Text: err.Error()}
			}
		}
		list = append(list, act)
	}
	return list, nil
}

// project shows a lesson on a page until ctx ends. Acts run meanwhile, one after the other.
func (p *webPage) project(ctx context.Context, deck *lesson.Deck, show *present.Show,
	lab *attacks.Lab) (ended func() ([]attacks.Cell, error), err error) {
	board, err := lessons.New(deck, lab.Designs, show.Story)
	if err != nil {
		return nil, err
	}
	run := func() {
		for place := range show.Acts {
			if show.Cards[place] != nil {
				continue
			}
			ran := show.Run(place)
			if ctx.Err() != nil { // whoever ends the lesson has broken no act
				return
			}
			board.Take(place, ran.Replay, ran.Err)
		}
	}
	return board.Cells, p.serve(ctx, board.Handler, "/", "/", func() { go run() })
}

// keep has the hands written to a file, and goes on with those that it has.
func keep(deck *lesson.Deck, path string, page bool) error {
	old, err := demo.ReadFile(path, lesson.MaxRecord)
	switch {
	case err == nil:
		if err := deck.Record.Resume(old); err != nil {
			return fmt.Errorf("--record %s: %w", path, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("--record %w", err)
	case !page && !interactive():
		return demo.Usagef("--record %s: hands are counted with keys, and input or output is no "+
			"terminal here", path)
	}
	deck.Save = func(r *lesson.Record) error {
		out, err := atomicfile.Create(path)
		if err != nil {
			return fmt.Errorf("--record %w", err)
		}
		text, err := data.JSON(r)
		if err == nil {
			_, err = out.Write(text)
		}
		if err != nil {
			out.Discard()
			return err
		}
		return out.Commit()
	}
	if len(old) == 0 {
		deck.Keep() // so that a file that cannot be written is no surprise later
	}
	return deck.Unsaved
}
