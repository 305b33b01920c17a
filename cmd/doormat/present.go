package main

import (
	"context"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/present"
	"doormat/demo/replay"
)

// presentation is what the flags of the verb say.
type presentation struct {
	options demo.Options
	auto    bool
	pace    time.Duration
	record  string
	timeout time.Duration
}

func (a *app) present() *cobra.Command {
	var f presentation
	c := &cobra.Command{
		Use:   "present [ID-or-FILE ...]",
		Short: "Tell the story in a terminal, for an audience",
		Long: `Tell the story in a terminal, for those who speak from one: each attack, from the
library by its id or from a file, is an act of four beats, with a cell for each
message. Without arguments there are four acts. Space goes on, b goes back, p takes the room's guess, and
? lists the keys. The terminal needs 70 columns and 20 rows, so that letters
can be large. By itself (--auto) the story takes two minutes.

Where input or output is no terminal, all screens are printed one after the
other. --record writes them as a recording that asciinema plays (asciicast v2);
it is the same to the byte every time.`,
		ValidArgsFunction: a.completeActs,
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("pace") && !f.auto && f.record == "" {
				return demo.Usagef("--pace: is for --auto and --record; give one of them")
			}
			if f.pace < 100*time.Millisecond || f.pace > 10*time.Minute {
				return demo.Usagef("--pace %s: want a time from 100ms to 10m", f.pace)
			}
			ctx, stop := context.WithCancel(c.Context())
			defer stop()
			return a.talk(ctx, f, args)
		},
	}
	a.RunFlags(c, &f.options)
	c.Flags().BoolVar(&f.auto, "auto", false, "go on without keys; space pauses")
	c.Flags().DurationVar(&f.pace, "pace", present.Pace,
		"`TIME` for a screen")
	c.Flags().StringVar(&f.record, "record", "",
		"write a recording to `FILE`, whole or not at all, and show nothing")
	runner.TimeoutFlag(c, &f.timeout)
	cli.Complete(c, "auto", cli.Words())
	cli.Complete(c, "pace", cli.Words())
	cli.Complete(c, "record", cli.Files)
	return c
}

// completeActs offers attacks, however many there are already.
func (a *app) completeActs(c *cobra.Command, _ []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	return a.CompleteAttackOrFile(c, nil, begun)
}

func (a *app) talk(ctx context.Context, f presentation, names []string) error {
	lab, err := a.Lab(f.options)
	if err != nil {
		return err
	}
	if n := len(lab.Designs); n > present.MaxDesigns && len(f.options.Designs) > 0 {
		return demo.Usagef("--designs: %d designs: want at most %d beside each other", n,
			present.MaxDesigns)
	}
	lab.Designs = lab.Designs[:min(len(lab.Designs), present.MaxDesigns)]
	acts, err := actors(ctx, lab, names, f.timeout)
	if err != nil {
		return err
	}
	show, err := f.show(ctx, lab, acts)
	if err != nil {
		return err
	}
	if f.record != "" {
		err = record(show, f.record)
	} else {
		err = perform(ctx, show)
	}
	return judged(show.Cells, err)
}

// show prepares a talk of acts; those without an attack are left to cards.
func (f *presentation) show(ctx context.Context, lab *attacks.Lab,
	acts []actor) (*present.Show, error) {
	t := present.Talk{Conversation: lab.Conversation, Story: f.options.Tale(),
		Settings: lab.Settings, Seed: uint64(lab.Seed), Auto: f.auto, Pace: f.pace}
	for _, d := range lab.Designs {
		t.Designs = append(t.Designs, d.Info())
	}
	all := *lab
	all.Attacks = nil
	for _, a := range acts {
		header := technique.Header{}
		if a.tech != nil {
			header = a.tech.Header()
			all.Attacks = append(all.Attacks, a.tech)
		}
		t.Acts = append(t.Acts, header)
	}
	if err := demo.CheckSize(&all, 1); err != nil {
		return nil, err
	}
	t.Run = func(i int) present.Ran { return acts[i].run(ctx, i) }
	return present.New(t), nil
}

// perform shows to whoever sits at the terminal or, where nobody does, prints all screens.
func perform(ctx context.Context, show *present.Show) error {
	if interactive() {
		return play(ctx, show)
	}
	if err := runAll(show); err != nil {
		return err
	}
	return show.Print(os.Stdout)
}

// judged is how a show ended, by the cells of its acts.
func judged(ended func() ([]attacks.Cell, error), err error) error {
	if err != nil {
		return err
	}
	cells, err := ended() // of the acts that were ready when somebody quit
	if err != nil {
		return err
	}
	return runner.Verdict(&attacks.Result{Cells: cells})
}

// actor runs one act.
type actor struct {
	lab  attacks.Lab
	tech technique.Technique
}

// actors are the attacks of that name, or those that the demo tells one by one.
func actors(ctx context.Context, lab *attacks.Lab, names []string,
	timeout time.Duration) (list []actor, err error) {
	if len(names) == 0 {
		for _, h := range demo.Showcases(lab.Attacks) {
			names = append(names, h.ID)
		}
	}
	for _, name := range names {
		own := *lab
		t, err := runner.Find(ctx, &own, name, runner.Outside{Timeout: timeout}, nil)
		if err != nil {
			return nil, err
		}
		list = append(list, actor{own, t})
	}
	return list, nil
}

// run runs the act, and keeps a fault in it from leaving the terminal as it is.
func (a *actor) run(ctx context.Context, number int) (ran present.Ran) {
	defer func() {
		if fault := recover(); fault != nil {
			ran = present.Ran{Act: number, Err: fmt.Errorf("attack %s: fault: %v",
				a.tech.Header().ID, fault)}
		}
	}()
	p, err := replay.Run(ctx, &a.lab, a.tech)
	return present.Ran{Act: number, Replay: p, Err: err}
}

// runAll runs all acts before anything is shown.
func runAll(show *present.Show) error {
	for i := range show.Acts {
		if show.Cards[i] != nil {
			continue
		}
		ran := show.Run(i)
		if ran.Err != nil {
			return ran.Err
		}
		show.Take(ran)
	}
	return nil
}

func record(show *present.Show, path string) error {
	out, err := atomicfile.Create(path)
	if err != nil {
		return fmt.Errorf("--record %w", err)
	}
	if err = runAll(show); err == nil {
		err = show.Record(out, os.Getenv("NO_COLOR") != "")
	}
	cli.Finish(out, &err)
	return err
}

// interactive reports whether somebody can press keys and see what comes of it.
func interactive() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) &&
		os.Getenv("TERM") != "dumb"
}

// play shows on the terminal, without colours if NO_COLOR is anything.
func play(ctx context.Context, show *present.Show) error {
	environment := os.Environ()
	if os.Getenv("NO_COLOR") != "" {
		environment = append(environment, "NO_COLOR=1")
	}
	return show.Play(ctx, tea.WithEnvironment(environment))
}
