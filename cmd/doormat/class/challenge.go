// Package class has the commands for those who teach and those who learn: challenges, which mark
// themselves, and what a teacher prints.
//
// TestTranscripts in cmd/doormat plays them, challenge.txt and classroom.txt.
package class

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/challenge"
)

// Challenge is the command of that name.
func Challenge(a runner.App) *cobra.Command {
	return cli.Group(&cobra.Command{Use: "challenge",
		Short: "List exercises, show one, start one, check answers, or export them for CTFd"},
		challengeList(), challengeShow(), challengeStart(), challengeCheck(a), challengeExport())
}

func challengeList() *cobra.Command {
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the challenges, the easiest first",
		Args:  cli.Exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			list, err := challenge.All()
			if err != nil {
				return err
			}
			return to.Show(list, func(width int) string { return challenge.List(list, width) })
		},
	}
	to.Add(c, "text", "json")
	return c
}

func challengeShow() *cobra.Command {
	var to cli.OutFlags
	var who studentFlags
	var hints int
	c := &cobra.Command{
		Use:               "show ID",
		Short:             "Show a challenge, and as many of its three hints as you like",
		Args:              cli.Exactly(1, "a challenge's id"),
		ValidArgsFunction: completeChallenge,
		RunE: func(_ *cobra.Command, args []string) error {
			found, s, err := who.find(args[0])
			switch {
			case err != nil:
				return err
			case hints < 0 || hints > 3:
				return demo.Usagef("--hints %d: want 0 to 3", hints)
			}
			return to.Show(found, func(width int) string { return found.Text(s, hints, width) })
		},
	}
	who.add(c)
	c.Flags().IntVar(&hints, "hints", 0, "show the first `N` of three hints")
	cli.Complete(c, "hints", cli.Words("1", "2", "3"))
	to.Add(c, "text", "json")
	return c
}

const startHelp = `Write a commented script to begin with for each challenge, which runs and solves
nothing yet, to ID.star in the current folder. Keys, and the message asked for where
a challenge asks for one, follow from the name. A file that is there stays as it is.

With --students write them for a whole class, to DIR/NAME/ID.star for each name on
the lines of FILE: whoever collects these folders can have DIR checked as it is.`

func challengeStart() *cobra.Command {
	var who studentFlags
	var students, out string
	c := &cobra.Command{
		Use:               "start ID...",
		Short:             "Write a commented script to begin with, which runs and solves nothing yet",
		Long:              startHelp,
		Args:              cli.AtLeastOne("a challenge's id"),
		ValidArgsFunction: completeAnswer,
		RunE: func(_ *cobra.Command, args []string) error {
			var list []*challenge.Challenge
			var s challenge.Student
			for _, id := range args {
				found, named, err := who.find(id)
				if err != nil {
					return err
				}
				list, s = append(list, found), named
			}
			switch {
			case (students == "") != (out == ""):
				return demo.Usagef("--students FILE and --out DIR: give both, or none")
			case students != "" && s.Name != "":
				return demo.Usagef("--students: gives each its own name; leave --student and --class out")
			case students != "":
				return startClass(list, students, out)
			}
			return startOne(list, s)
		},
	}
	who.add(c)
	c.Flags().StringVar(&students, "students", "", "write for all names in `FILE`, one on each line")
	c.Flags().StringVar(&out, "out", "", "with --students: the folder `DIR` for theirs")
	cli.Complete(c, "students", cli.Files)
	cli.Complete(c, "out", cli.Files)
	return c
}

// startClass writes scripts for all whose names are in a file.
func startClass(list []*challenge.Challenge, students, out string) error {
	names, err := challenge.ReadNames(students)
	if err != nil {
		return err
	}
	wrote, kept, err := challenge.StartClass(out, list, names)
	if err != nil {
		return err
	}
	runner.Complain(fmt.Sprintf("%d students in %s: wrote %d scripts; %d were there already and stay",
		len(names), out, wrote, kept))
	return nil
}

// startOne writes scripts for one student.
func startOne(list []*challenge.Challenge, s challenge.Student) error {
	text := ""
	if s.Name == "" {
		text = "It is nobody's: with --student NAME it has keys of its own, and can be marked in a class.\n"
	}
	for _, c := range list {
		name := c.ID + ".star"
		err := cli.WriteNew(name, c.Start(s, name))
		if errors.Is(err, fs.ErrExist) {
			return demo.Usagef("%s is there already: go on with it, or move it away", name)
		} else if err != nil {
			return err
		}
		text += fmt.Sprintf("Change it, and then: doormat challenge check %s %s\n", c.ID, name)
	}
	return cli.Show(func(int) string { return text })
}

func challengeExport() *cobra.Command {
	var format, out, class, get string
	c := &cobra.Command{
		Use:   "export --format ctfd --out DIR",
		Short: "Write the challenges as folders that ctfcli uploads to CTFd",
		Long: `Write the challenges as folders that ctfcli uploads to CTFd, each with a
challenge.yml and the script to begin with. One class plays under one name, so
that its flags are alike; check prints a flag when a challenge is solved. The name
stands in the scripts, and whoever has it and changes the program has the flags
without solving anything: for marks that count, collect the scripts and run check
on their folder. Challenges arrive hidden, and their hints are free.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			switch {
			case format != "ctfd":
				return demo.Usagef("--format %q: want ctfd", format)
			case out == "":
				return demo.Usagef("--out is missing: want a folder that is not there yet")
			case strings.TrimSpace(class) == "":
				return demo.Usagef("--class is missing: want the name under which the class plays")
			}
			if err := challenge.Export(out, challenge.Student{Name: class, Class: true}, get); err != nil {
				return err
			}
			cli.Wrote(out)
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "ctfd", "`FORMAT` of the folders: ctfd")
	c.Flags().StringVar(&out, "out", "", "write to the folder `DIR`, which must not be there yet")
	c.Flags().StringVar(&class, "class", "", "`NAME` under which the class plays")
	c.Flags().StringVar(&get, "get", "", "`ADDRESS` at which players get doormat, for the descriptions")
	cli.Complete(c, "get", cli.Words())
	cli.Complete(c, "format", cli.Words("ctfd"))
	cli.Complete(c, "out", cli.Files)
	cli.Complete(c, "class", cli.Words())
	return c
}

// studentFlags say who answers.
type studentFlags struct{ student, class string }

func (f *studentFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.student, "student", "", "`NAME` of who answers; keys depend on it")
	c.Flags().StringVar(&f.class, "class", "", "`NAME` under which a whole class plays, instead")
	cli.Complete(c, "student", cli.Words())
	cli.Complete(c, "class", cli.Words())
}

// find gets the challenge, and who was named.
func (f *studentFlags) find(id string) (*challenge.Challenge, challenge.Student, error) {
	s := challenge.Student{Name: f.student}
	if f.class != "" {
		s = challenge.Student{Name: f.class, Class: true}
	}
	if f.class != "" && f.student != "" {
		return nil, s, demo.Usagef("--student and --class: want one of them")
	}
	if s.Name != "" {
		if err := challenge.CheckName(s.Name); err != nil {
			return nil, s, err
		}
	}
	found, err := challenge.Named(id)
	return found, s, err
}

// completeChallenge offers the challenges, with their titles.
func completeChallenge(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	return cli.First(func(*cobra.Command, []string, string) (out []string, _ cobra.ShellCompDirective) {
		list, _ := challenge.All()
		for _, found := range list {
			if strings.HasPrefix(found.ID, begun) {
				out = append(out, cobra.CompletionWithDesc(found.ID, found.Title))
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	})(c, args, begun)
}

// completeAnswer offers challenges, or folders, and then files.
func completeAnswer(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	list, _ := completeChallenge(c, args, begun)
	return list, cobra.ShellCompDirectiveDefault
}
