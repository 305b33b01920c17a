// Package manual writes what an installed program brings along: a manual page for each command,
// in the macros of man(7), and the completions of four shells. All of it is made of the commands
// themselves and is the same wherever it is made. TestPages holds the pages to the commands.
//
// Cobra has a writer of its own for manual pages; it goes through Markdown and links a parser of
// it, and one of YAML, into every program that uses it.
package manual

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Files are the texts of all files, by path.
func Files(root *cobra.Command) (map[string]string, error) {
	files := Pages(root)
	for path, write := range map[string]func(*bytes.Buffer) error{
		"completions/doormat.bash": func(b *bytes.Buffer) error { return root.GenBashCompletionV2(b, true) },
		"completions/_doormat":     func(b *bytes.Buffer) error { return root.GenZshCompletion(b) },
		"completions/doormat.fish": func(b *bytes.Buffer) error { return root.GenFishCompletion(b, true) },
		"completions/doormat.ps1":  func(b *bytes.Buffer) error { return root.GenPowerShellCompletionWithDesc(b) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files[path] = b.String()
	}
	return files, nil
}

// Pages are manual pages by path: man/man1/doormat-attack-run.1 for doormat attack run.
func Pages(root *cobra.Command) map[string]string {
	files := map[string]string{}
	for _, c := range shown(root) {
		files["man/man1/"+name(c)+".1"] = page(c)
	}
	return files
}

// shown lists a command and all below it but those that are hidden.
func shown(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" && sub.Name() != "completion" {
			list = append(list, shown(sub)...)
		}
	}
	return list
}

// name is that of a command's page.
func name(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// page is the manual page of a command. It has no date, so that it changes with the program alone.
func page(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"doormat %s\" \"\"\n", quote(strings.ToUpper(name(c))), escape(c.Root().Version))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", escape(name(c)), escape(c.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", escape(c.UseLine()))
	long := c.Long
	if long == "" {
		long = c.Short + "."
	}
	b.WriteString(".SH DESCRIPTION\n" + paragraphs(long))
	options(&b, "OPTIONS", c.NonInheritedFlags())
	options(&b, "OPTIONS OF ALL COMMANDS", c.InheritedFlags())
	var others []string
	if c.HasParent() {
		others = append(others, name(c.Parent()))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" && sub.Name() != "completion" {
			others = append(others, name(sub))
		}
	}
	b.WriteString(".SH SEE ALSO\n")
	for i, other := range others {
		comma := ","
		if i == len(others)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, ".BR %s (1)%s\n", escape(other), comma)
	}
	return b.String()
}

// options lists flags that are not hidden.
func options(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		text := "\\fB\\-\\-" + escape(f.Name) + "\\fR"
		if f.Shorthand != "" {
			text = "\\fB\\-" + f.Shorthand + "\\fR, " + text
		}
		if value != "" {
			text += " \\fI" + escape(value) + "\\fR"
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" && f.DefValue != "0s" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(b, ".TP\n%s\n%s\n", text, line(usage))
	})
}

// paragraphs is prose with empty lines between paragraphs. A line that is indented stands as it is.
func paragraphs(text string) string {
	var b strings.Builder
	b.WriteString(".PP\n")
	literal := false
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		indented := strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t")
		if indented != literal && strings.TrimSpace(l) != "" {
			literal = indented
			b.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[literal])
		}
		if strings.TrimSpace(l) == "" {
			b.WriteString(".PP\n")
			continue
		}
		b.WriteString(line(l) + "\n")
	}
	if literal {
		b.WriteString(".fi\n")
	}
	return b.String()
}

// line is a line of text that no macro begins.
func line(text string) string {
	text = escape(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + text
	}
	return text
}

var special = strings.NewReplacer(`\`, `\e`, "-", `\-`)

// escape keeps what roff would take for its own.
func escape(text string) string { return special.Replace(text) }

func quote(text string) string { return `"` + strings.ReplaceAll(escape(text), `"`, `\(dq`) + `"` }
