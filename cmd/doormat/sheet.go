package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/chat"
	"doormat/demo/sheet"
	"doormat/demo/summary"
)

// errDiffers ends a verification whose sheet does not hold.
var errDiffers = errors.New("measured again, the sheet does not hold")

func (a *app) sheet() *cobra.Command {
	var o demo.Options
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "sheet",
		Short: "Write one page for testimony: claims, and how anybody can measure them again",
		Long: fmt.Sprintf(`Write one page for whoever has to answer for numbers, before a committee or a
court: each claim in plain words, its number, the command with seed and all settings, the
version, the SHA-256 of the result, what is not said, and whom to ask. A claim is
one attack on one arrangement: choose them by --attacks and --designs; without, they
are the acts of the story on its two designs. A page has room for %d rows, one for
each attack and one for each claim. Of a chat of your own
the sheet has the hash of its file and its number of messages, and no word.

doormat verify SHEET measures it again.`, sheet.MostRows),
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.testimony(o)
			if err != nil {
				return err
			}
			return measure(c.Context(), s.Lab, to, func(r *attacks.Result, out *cli.Output) error {
				s.Result = r
				page, err := s.Bytes(to.Format)
				if err != nil {
					return err
				}
				return out.Data(string(page))
			})
		},
	}
	a.RunFlags(c, &o)
	a.AttacksFlag(c, &o)
	c.Flags().Lookup("attacks").Usage = "`ID,FAMILY` of attacks (default: the acts of the story)"
	to.Add(c, sheet.Formats...)
	return c
}

// testimony prepares a sheet that is to be measured.
func (a *app) testimony(o demo.Options) (*sheet.Sheet, error) {
	kit, err := a.Kit()
	if err != nil {
		return nil, err
	}
	if len(o.Attacks) == 0 {
		for _, h := range demo.Showcases(kit.Attacks) {
			o.Attacks = append(o.Attacks, h.ID)
		}
	}
	s := &sheet.Sheet{Program: version(), Pairs: len(kit.Designs) * len(kit.Attacks)}
	if o.Conversation != "" {
		data, err := demo.ReadFile(o.Conversation, chat.MaxBytes)
		if err != nil {
			return nil, err
		}
		s.Chat = sheet.Hash(data)
	}
	if s.Lab, err = a.Lab(o); err != nil {
		return nil, err
	}
	of, on := len(s.Lab.Attacks), len(s.Lab.Designs)
	if n := sheet.Rows(of, on); n > sheet.MostRows {
		return nil, demo.Usagef("--attacks, --designs: %s on %s make %d rows, one for an attack and "+
			"one for each claim: a page has room for %d; write several sheets",
			summary.Count(of, "attack"), summary.Count(on, "arrangement"), n, sheet.MostRows)
	}
	s.Options = sheet.Chosen(o, s.Lab)
	if o.Conversation != "" { // where it lies is nobody's business
		s.Options.Conversation = filepath.Base(o.Conversation)
	}
	return s, nil
}

func (a *app) verify() *cobra.Command {
	var own string
	c := &cobra.Command{
		Use:   "verify SHEET",
		Short: "Measure the claims of a testimony sheet again, and say whether they hold",
		Long: `Read a sheet that doormat sheet wrote, measure in this program what its command
measured, and say of each claim whether it holds. A sheet about somebody's own chat
names the hash of its file: give the file with --conversation. Of a sheet that
another version wrote, the numbers are compared, and it is said.

Exit codes: 0 all claims hold; 1 the sheet was edited, or is none: the file and the
line are named; 3 a claim, or the hash of the result, differs from what was measured.`,
		Args:              cli.Exactly(1, "the file of a sheet"),
		ValidArgsFunction: cli.First(cli.Files),
		RunE: func(c *cobra.Command, args []string) error {
			report, err := a.again(c.Context(), args[0], own)
			if line := new(sheet.LineError); errors.As(err, &line) {
				return fmt.Errorf("%s:%v", args[0], line) // a flag on a sheet is no flag of this command
			} else if err != nil {
				return err
			}
			if err := cli.Show(func(int) string { return report.Text() }); err != nil {
				return err
			}
			if failed := report.Failed(); failed != "" {
				return fmt.Errorf("%s: %w: it differs in %s", args[0], errDiffers, failed)
			}
			return nil
		},
	}
	c.Flags().StringVar(&own, "conversation", "", "the exported chat in `FILE` that the "+
		"sheet is about")
	cli.Complete(c, "conversation", cli.Files)
	return c
}

// again measures what a sheet claims. What is wrong with the sheet is a *sheet.LineError.
func (a *app) again(ctx context.Context, file, own string) (*sheet.Report, error) {
	data, err := demo.ReadFile(file, sheet.MostBytes)
	if err != nil {
		return nil, err
	}
	read, err := sheet.Parse(data)
	if err != nil {
		return nil, err
	}
	asked, err := a.options(read.Command)
	if err != nil {
		return nil, read.InCommand(err)
	}
	full := asked
	if read.Program != version() { // whose defaults may be others
		if full, err = a.options(append(read.Command, read.Settings...)); err != nil {
			return nil, read.InSettings(err)
		}
	}
	if err := chosen(read, file, own, &full); err != nil {
		return nil, err
	}
	s, err := a.testimony(full)
	if usage := new(demo.UsageError); errors.As(err, &usage) {
		return nil, read.InCommand(err)
	} else if err != nil {
		return nil, err
	}
	if s.Chat != read.Chat {
		return nil, fmt.Errorf("--conversation %s: this is not the chat that %s is about, which has "+
			"the SHA-256 %s", own, file, read.Chat)
	}
	s.Options = asked
	if err := demo.CheckSize(s.Lab, 1); err != nil {
		return nil, read.InCommand(err)
	}
	if s.Result, err = runner.Run(ctx, s.Lab); err != nil {
		return nil, err
	}
	return read.Compare(s)
}

// chosen puts the chat that is at hand in place of the one that a sheet names, which is never
// opened.
func chosen(read *sheet.Read, file, own string, o *demo.Options) error {
	named := o.Conversation
	switch {
	case (named != "") != (read.Chat != ""):
		return read.InCommand(errors.New("the sheet names a chat here, or its hash, and not both"))
	case named != "" && own == "":
		return demo.Usagef("%s is about somebody's own chat: give its file with --conversation FILE",
			file)
	case named == "" && own != "":
		return demo.Usagef("--conversation: %s is about a built-in conversation", file)
	}
	o.Conversation, o.Called = own, named
	return nil
}

// options reads the flags on a sheet.
func (a *app) options(flags []string) (o demo.Options, err error) {
	c := &cobra.Command{Use: "sheet"}
	a.RunFlags(c, &o)
	a.AttacksFlag(c, &o)
	if err := c.ParseFlags(flags); err != nil {
		return o, cli.FlagError(c, err)
	}
	if rest := c.Flags().Args(); len(rest) > 0 {
		return o, fmt.Errorf("want flags, and not %q", strings.Join(rest, " "))
	}
	return o, nil
}
