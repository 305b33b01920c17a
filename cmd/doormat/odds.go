package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/attacks/odds"
	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/terminal"
	"doormat/demo/text"
)

// oddsFlags are those of the verb, as they were given.
type oddsFlags struct {
	in             odds.Inputs
	file           string
	chances        []string
	common, phones string
	years, moment  []int
	yearly         []string
	users          int
	active         bool
}

func (a *app) odds() *cobra.Command {
	var o demo.Options
	var f oddsFlags
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "odds --chance KIND=P...",
		Short: "Turn chances of break-ins, which you give, into chances that messages are read",
		Long: `Turn your own chances that things fall in a year, such as trustee.store=0.05,
into chances that messages are read within years: a given message, any and all of
the target's, all of this chat. What opens each message is found from the bytes
of one run (see doormat atlas). Nothing has a default: without a chance for
everything that matters the command says what is missing, and which figures are
published. docs/odds.md teaches the method, with examples to check by hand.

A file has a line each, NAME = NUMBER, and # begins a comment. A name is a kind of
capability (trustee.store), one capability (trustee:2.store), common, that one
cause takes all who hold shares, or common-phones, that one takes all phones.
Flags go before the file.

--format json prints a list with one document for each number of years.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return a.likely(c.Context(), o, f, to) },
	}
	a.RunFlags(c, &o)
	f.add(c)
	to.Add(c, "text", "json")
	return c
}

func (f *oddsFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "chances", "", "`FILE` with chances")
	c.Flags().StringArrayVar(&f.chances, "chance", nil, "chance in a year, as `KIND=P`; may be "+
		"repeated")
	c.Flags().StringVar(&f.common, "common", "", "chance `P` in a year that one cause takes all who "+
		"hold shares (default: none such)")
	c.Flags().StringVar(&f.phones, "common-phones", "", "chance `P` in a year that one cause takes "+
		"all phones (default: none such)")
	c.Flags().IntSliceVar(&f.years, "years", []int{1, 10}, "within `Y,Y` years, 1 to 100 each")
	c.Flags().StringSliceVar(&f.yearly, "yearly", nil, "what changes every year: `refresh,rotate` "+
		"(default: nothing)")
	c.Flags().IntVar(&f.in.Message, "message", 1, "the given message, by its number `N`")
	c.Flags().IntVar(&f.users, "users", 1_000_000_000, "how many `USERS` share provider and "+
		"trustees")
	c.Flags().IntSliceVar(&f.moment, "moments", nil, "look at stores after messages `M,M` "+
		"(default: at the end)")
	c.Flags().BoolVar(&f.active, "active", false, "count what attacks of the library open too, by "+
		"more than stores and a tap; takes a while")
	cli.Complete(c, "chances", cli.Files)
	cli.Complete(c, "yearly", cli.Words(yearly...))
	for _, flag := range []string{"chance", "common", "common-phones", "years", "message", "users",
		"moments"} {
		cli.Complete(c, flag, cli.Words())
	}
}

// yearly is what may change every year.
var yearly = []string{"refresh", "rotate"}

// inputs reads what was given: the file, then flags.
func (f *oddsFlags) inputs(lab *attacks.Lab) (odds.Inputs, error) {
	in := f.in
	names, err := odds.NewNames(demo.Declared(lab.Known...), lab.Settings, lab.Conversation.Accounts)
	if err != nil {
		return in, err
	}
	in.Users, in.Active = float64(f.users), f.active
	if f.users < 1 {
		return in, demo.Usagef("--users %d: want at least 1", f.users)
	}
	for _, y := range f.years {
		if y < 1 || y > 100 {
			return in, demo.Usagef("--years %d: want 1 to 100", y)
		}
	}
	for _, word := range f.yearly {
		if !slices.Contains(yearly, word) {
			return in, demo.Usagef("--yearly %q: want %s", word, strings.Join(yearly, ", "))
		}
	}
	in.Refresh = slices.Contains(f.yearly, yearly[0])
	in.Rotate = slices.Contains(f.yearly, yearly[1])
	if f.file != "" {
		file, err := os.Open(f.file)
		if err != nil {
			return in, fmt.Errorf("--chances %s: %w", f.file, atomicfile.WithoutPath(err))
		}
		defer file.Close()
		if err := in.Read(f.file, file, names); err != nil {
			return in, err
		}
	}
	return in, f.set(&in, names)
}

// set reads the chances that flags give, which go before those of the file.
func (f *oddsFlags) set(in *odds.Inputs, names odds.Names) error {
	seen := map[string]bool{}
	for _, text := range f.chances {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return demo.Usagef("--chance %q: want KIND=P, such as trustee.store=0.05", text)
		}
		if seen[name] {
			return demo.Usagef("--chance %s was given already", name)
		}
		seen[name] = true
		if err := in.Set(name, value, names); err != nil {
			return demo.Usagef("--chance %v", err)
		}
	}
	for _, cause := range [][2]string{{"common", f.common}, {"common-phones", f.phones}} {
		if cause[1] == "" {
			continue
		}
		if err := in.Set(cause[0], cause[1], names); err != nil {
			return demo.Usagef("--%v", err)
		}
	}
	return nil
}

// likely computes and writes the reports.
func (a *app) likely(ctx context.Context, o demo.Options, f oddsFlags, to cli.OutFlags) (err error) {
	lab, err := a.Lab(o)
	if err != nil {
		return err
	}
	in, err := f.inputs(lab)
	if err != nil {
		return err
	}
	if n := len(lab.Conversation.Messages); in.Message < 1 || in.Message > n {
		return demo.Usagef("--message %d: want 1 to %d", in.Message, n)
	}
	cases, err := demo.OddsCases(ctx, lab, f.moment, f.active)
	if err != nil {
		return err
	}
	if missing := in.Missing(cases...); len(missing) > 0 {
		fmt.Fprint(os.Stderr, wanted(missing))
		return demo.Usagef("odds: no chance was given for %s; none has a default",
			strings.Join(missing, ", "))
	}
	out, err := cli.Open(to.Out)
	if err != nil {
		return err
	}
	defer out.Close(&err)
	reports := []odds.Report{}
	for _, y := range f.years {
		r, err := odds.NewReport(cases, in, y, o.Seed)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	if to.Format == "json" {
		return out.Document(reports)
	}
	return out.Text(text.Odds(reports, out.Width))
}

// wanted lists kinds of capabilities without a chance, and what is published of each.
func wanted(kinds []string) string {
	var b strings.Builder
	b.WriteString("Wanted, each the chance from 0 to 1 that it happens in a year:\n")
	for _, kind := range kinds {
		f, known := odds.Published(kind)
		if !known {
			fmt.Fprintf(&b, "  --chance %s=P\n      no published figure\n", kind)
			continue
		}
		fmt.Fprintf(&b, "  --chance %s=P\n", kind)
		published := fmt.Sprintf("published: %s to %s: %s (%s)", odds.Decimal(f.Low),
			odds.Decimal(f.High), f.What, f.Source)
		for _, line := range terminal.Wrap(published, 74) {
			fmt.Fprintf(&b, "      %s\n", line)
		}
	}
	return b.String()
}
