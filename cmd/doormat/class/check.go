package class

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doormat/attacks/script"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/challenge"
	"doormat/demo/sandbox"
	"doormat/demo/story"
)

const answerOrFolder = "a challenge's id and a script's file, or a folder of answers"

// ErrUnsolved ends a check of an answer that does not solve its challenge.
var ErrUnsolved = errors.New("not solved")

const checkHelp = `Check an answer: does the script in FILE reach the goal of the challenge? It
runs in a process of its own, with little memory and little time, under a fresh
draw. Whose it is stands in the line that start wrote, unless --student or
--class says otherwise.

Of a folder, mark DIR/STUDENT/CHALLENGE.star, each under the name of its folder,
as many side by side as there are processors, or with --nats on many machines.
Nothing that one answer does changes another's mark. Every file that is not marked
is told, with what to rename it to. --format csv gives a line for each student.

Exit code 0: solved, or, of a folder, marked; 3: not solved; 1: the script did
not run to its end, or a file cannot be read; 2: flags and ids.`

func challengeCheck(a runner.App) *cobra.Command {
	var to cli.OutFlags
	var who studentFlags
	var timeout time.Duration
	var by runner.Many
	var class classFlags
	c := &cobra.Command{
		Use:   "check ID FILE | check DIR",
		Short: "Check an answer, or mark those of a whole class",
		Long:  checkHelp,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return cli.Exactly(2, answerOrFolder)(c, args)
		},
		ValidArgsFunction: completeAnswer,
		RunE: func(c *cobra.Command, args []string) error {
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			if timeout <= 0 {
				timeout = runner.Patience(len(story.Conversation().Messages))
			}
			g := &challenge.Grader{Kit: kit, Timeout: timeout, Dial: dialScripts}
			if len(args) == 1 {
				info, err := os.Stat(args[0])
				if err == nil && !info.IsDir() {
					id := strings.TrimSuffix(filepath.Base(args[0]), ".star")
					return demo.Usagef("%s %s: this is a file: give the challenge's id before it, as in "+
						"%s %s %s", c.CommandPath(), args[0], c.CommandPath(), id, args[0])
				} else if err != nil {
					return demo.Usagef("%s %s: this is no folder; want %s", c.CommandPath(), args[0],
						answerOrFolder)
				}
				if who != (studentFlags{}) {
					return demo.Usagef("--student and --class: in a folder of answers the names of its folders count")
				}
				answers, err := class.open(args[0])
				if err != nil {
					return err
				}
				return markFolder(c, a, g, answers, to, by)
			}
			if by.Server.URL != "" || len(class.only) > 0 || class.roster != "" {
				return demo.Usagef("--nats, --only and --roster: are for a folder of answers, and this is one " +
					"answer: leave them out")
			}
			return checkAnswer(c, g, args[0], args[1], who, to)
		},
	}
	who.add(c)
	to.Add(c, "text", "json", "junit", "csv")
	by.AddForClass(c)
	class.add(c)
	runner.TimeoutFlag(c, &timeout)
	return c
}

// dialScripts starts scripts' processes.
func dialScripts(timeout time.Duration) (script.Dial, error) {
	box, err := sandbox.Program(runner.ScriptCommand, timeout)
	return box.Dial, err
}

// checkAnswer checks one answer and writes the verdict.
func checkAnswer(c *cobra.Command, g *challenge.Grader, id, file string, who studentFlags,
	to cli.OutFlags) (err error) {
	found, s, err := who.find(id)
	if err != nil {
		return err
	}
	if to.Format == "csv" {
		return demo.Usagef("--format csv is for a folder of answers: want text, json or junit")
	}
	src, err := demo.ReadFile(file, script.MaxSource)
	if err != nil {
		return err
	}
	if s.Name == "" {
		s = challenge.Owner(src)
	}
	out, err := cli.Open(to.Out)
	if err != nil {
		return err
	}
	g.Print = runner.Printed
	v := g.Check(c.Context(), challenge.Answer{Challenge: found, Student: s, File: file, Source: src})
	if err = c.Context().Err(); err == nil {
		err = writeVerdict(out, v, found, to.Format)
	}
	out.Close(&err)
	switch {
	case err != nil:
		return err
	case v.Error != "":
		return errors.New(v.Error)
	case !v.Solved:
		return fmt.Errorf("%s: %w", id, ErrUnsolved)
	}
	return nil
}

func writeVerdict(out *cli.Output, v *challenge.Verdict, of *challenge.Challenge,
	format string) error {
	switch format {
	case "json":
		return out.Document(v)
	case "junit":
		return writeJUnit(out, v)
	}
	return out.Text(v.Text(of, out.Width))
}

// classFlags say who is in a class, and what it had to do.
type classFlags struct {
	only   []string
	roster string
}

func (f *classFlags) add(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.only, "only", nil, "of a folder, mark the challenges in `IDS`, a list with commas")
	c.Flags().StringVar(&f.roster, "roster", "", "of a folder, tell who of the names in `FILE`, one on each "+
		"line, handed in nothing")
	cli.Complete(c, "only", cli.Listed(func() (ids []string) {
		list, _ := challenge.All()
		for _, one := range list {
			ids = append(ids, one.ID)
		}
		return ids
	}))
	cli.Complete(c, "roster", cli.Files)
}

// open makes a class of a folder.
func (f *classFlags) open(dir string) (class challenge.Class, err error) {
	class = challenge.Class{Dir: dir, Only: f.only}
	for _, id := range f.only {
		if _, err := challenge.Named(id); err != nil {
			return class, err
		}
	}
	if f.roster != "" {
		class.Roster, err = challenge.ReadNames(f.roster)
	}
	return class, err
}

// markFolder marks a class and writes the grades.
func markFolder(c *cobra.Command, a runner.App, g *challenge.Grader, class challenge.Class,
	to cli.OutFlags, by runner.Many) (err error) {
	out, err := cli.Open(to.Out)
	if err != nil {
		return err
	}
	var grades *challenge.Grades
	if by.Server.URL == "" {
		grades, err = g.Folder(c.Context(), class, markedSoFar())
	} else {
		grades, err = challenge.FolderBy(class, func(answers []challenge.Answer) ([]*challenge.Verdict, error) {
			return by.Mark(c.Context(), a, answers, g.Timeout)
		})
	}
	if err == nil {
		for _, name := range grades.Ignored {
			runner.Complain(fmt.Sprintf("%s is no student's folder, and left out", name))
		}
		switch to.Format {
		case "json":
			err = out.Document(grades)
		case "junit":
			err = writeJUnit(out, grades)
		case "csv":
			err = out.Data(grades.CSV())
		default:
			err = out.Text(grades.Text(out.Width))
		}
	}
	if out.Close(&err); err == nil {
		runner.Complain(grades.Summary())
	}
	return err
}

// markedSoFar shows on a terminal how many students are marked.
func markedSoFar() func(int, int) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	return func(done, of int) {
		fmt.Fprintf(os.Stderr, "\r%d of %d students ", done, of)
		if done == of {
			fmt.Fprintf(os.Stderr, "\r%30s\r", "")
		}
	}
}

func writeJUnit(out *cli.Output, from interface{ JUnit() (string, error) }) error {
	text, err := from.JUnit()
	if err != nil {
		return err
	}
	return out.Data(text)
}
