package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/text"
)

func (a *app) attack() *cobra.Command {
	return cli.Group(&cobra.Command{Use: "attack",
		Short: "List attacks, show one, run one, sweep one over a setting, or write one"},
		a.attackList(), a.attackShow(), a.attackRun(), a.attackSweep(), a.attackNew(), a.attackCheck(),
		a.attackStub())
}

func (a *app) attackList() *cobra.Command {
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the attacks that come with doormat",
		Long: `List the attacks that come with doormat, by family. --format json gives all that
their headers say.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			headers := []technique.Header{}
			for _, t := range kit.Attacks {
				headers = append(headers, t.Header())
			}
			return to.Show(headers, func(width int) string {
				return text.Attacks(kit.Attacks, width)
			})
		},
	}
	to.Add(c, "text", "json")
	return c
}

func (a *app) attackShow() *cobra.Command {
	var source bool
	c := &cobra.Command{
		Use:               "show ID",
		Short:             "Show what an attack needs, does and teaches, or its script",
		Args:              cli.Exactly(1, "an attack's id"),
		ValidArgsFunction: a.CompleteAttack,
		RunE: func(_ *cobra.Command, args []string) error {
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			t, err := kit.Attack(args[0])
			if err != nil {
				return err
			}
			return cli.Show(func(width int) string {
				if source {
					return t.Source()
				}
				return text.Attack(t.Header(), width)
			})
		},
	}
	c.Flags().BoolVar(&source, "script", false, "show the script instead, to learn from or to begin with")
	return c
}

func (a *app) attackRun() *cobra.Command {
	var o demo.Options
	var to cli.OutFlags
	var from runner.Outside
	var proof string
	var message int
	c := &cobra.Command{
		Use:   "run ID-or-FILE",
		Short: "Run one attack and tell what happened, with the proof of one claim",
		Long: `Run one attack, from the library by its id or from a file, and tell what happened
in each design: what the adversary took, what it did, what it opened, and the
proof of one claim, step by step. A script from a file runs in a process of its
own, with little memory and little time.`,
		Args:              cli.Exactly(1, "an attack's id or a script's file"),
		ValidArgsFunction: a.CompleteAttackOrFile,
		RunE: func(c *cobra.Command, args []string) error {
			if proof != "short" && proof != "all" {
				return demo.Usagef("--proof %q: want short or all", proof)
			}
			lab, err := a.Lab(o)
			if err != nil {
				return err
			}
			t, err := runner.Find(c.Context(), lab, args[0], from, runner.Printed)
			if err != nil {
				return err
			}
			if end := len(lab.Conversation.Messages); message < 0 || message > end {
				return demo.Usagef("--message %d: want 1 to %d", message, end)
			}
			lab.Attacks, lab.Record = []technique.Technique{t}, message > 0
			return measure(c.Context(), lab, to, func(r *attacks.Result, out *cli.Output) error {
				if err := prove(c.Context(), r, message); err != nil {
					return err
				}
				run := text.Run{Header: t.Header(), Result: r, Conversation: lab.Conversation,
					ShowTexts: o.Conversation == "", WholeProof: proof == "all"}
				return out.Text(run.Text(out.Width))
			})
		},
	}
	a.RunFlags(c, &o)
	to.Add(c, "text", "json")
	c.Flags().StringVar(&proof, "proof", "short",
		"of a long proof, the steps alike on one line each (`short`) or all")
	cli.Complete(c, "proof", cli.Words("short", "all"))
	c.Flags().IntVar(&message, "message", 0, "prove that message `N` was read, where it was (default: the longest proof)")
	cli.Complete(c, "message", cli.Words())
	from.Add(c)
	return c
}

// prove puts the proof of one message in the place of the one that each cell has, where the attack
// read that message; elsewhere there is none.
func prove(ctx context.Context, r *attacks.Result, message int) error {
	for i := range r.Cells {
		t := &r.Cells[i].Trace
		if message == 0 || t.Record == nil {
			continue
		}
		t.Proved, t.Proof = message, nil
		if !slices.Contains(t.Opened, message) {
			continue
		}
		var err error
		if t.Proof, err = t.Record.Prove(ctx, message); err != nil {
			return err
		}
	}
	return nil
}
