package challenge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"doormat/demo"
	"doormat/demo/atomicfile"
)

// Export writes a folder for each challenge, with a challenge.yml and the script to begin with,
// as ctfcli uploads them to CTFd. dir must not be there yet, and is there in the end whole or
// not at all.
//
// The fields are those that ctfcli documents and checks
// (https://github.com/CTFd/ctfcli, ctfcli/spec/challenge-example.yml, and
// ctfcli/core/lint.py for what is required; both were read in November 2026):
//
//	name, author, category, description, attribution, value   required
//	type         "standard": the value stays as it is
//	flags        strings are static flags, case sensitive; see [Challenge.Flag]
//	topics       for admins; the arrangement
//	tags         for players; side and level
//	files        paths relative to challenge.yml
//	hints        strings are free hints, as they are in the program
//	state        "hidden": a teacher looks first
//	version      "0.1"
//
// get says where players get the program; "" if they know. What is not used is left out: image,
// protocol, host, connection_info, healthcheck, extra, attempts, requirements. TestExport parses the files and holds each field to that list.
func Export(dir string, class Student, get string) (err error) {
	list, err := All()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(dir); err == nil {
		return demo.Usagef("--out %s: is there already; choose a folder that is not", dir)
	}
	temp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".doormat-*")
	if err != nil {
		return fmt.Errorf("--out %s: %w", dir, atomicfile.WithoutPath(err))
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(temp)
			err = fmt.Errorf("--out %s: %w", dir, atomicfile.WithoutPath(err))
		}
	}()
	for _, c := range list {
		if err := c.export(filepath.Join(temp, c.ID), class, get); err != nil {
			return err
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	return os.Rename(temp, dir)
}

// export writes the folder of one challenge.
func (c *Challenge) export(dir string, class Student, get string) error {
	flag, err := c.Flag(class)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	script := c.ID + ".star"
	write := func(name, text string) error {
		return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
	}
	if err := write(script, c.Start(class, script)); err != nil {
		return err
	}
	return write("challenge.yml", c.yaml(class, script, flag, get))
}

// yaml is challenge.yml. Strings are written as JSON writes them, which YAML 1.2 reads.
func (c *Challenge) yaml(class Student, script, flag, get string) string {
	var b strings.Builder
	b.WriteString("# Made by: doormat challenge export. The flag is good for one class.\n")
	field := func(name, value string) { fmt.Fprintf(&b, "%s: %s\n", name, value) }
	items := func(name string, values ...string) {
		b.WriteString(name + ":\n")
		for _, v := range values {
			fmt.Fprintf(&b, "  - %s\n", quoted(v))
		}
	}
	field("name", quoted(c.Title))
	field("author", quoted("doormat"))
	field("category", quoted("doormat: "+c.Side))
	field("description", quoted(c.description(class, script, get)))
	field("attribution", quoted("doormat, under the Apache licence 2.0"))
	field("value", fmt.Sprint(100*c.Level))
	field("type", quoted("standard"))
	items("flags", flag)
	items("topics", c.Design)
	items("tags", c.Side, fmt.Sprintf("level %d", c.Level))
	items("files", script)
	items("hints", c.Hints...)
	field("state", quoted("hidden"))
	field("version", quoted("0.1"))
	return b.String()
}

// description is the challenge in Markdown, with what to type.
func (c *Challenge) description(class Student, script, get string) string {
	var b strings.Builder
	b.WriteString(c.Story + "\n\nSolved if\n\n")
	for _, condition := range c.Goal {
		b.WriteString("- " + condition.words(c.Wanted(class)) + "\n")
	}
	fmt.Fprintf(&b, "\nBudget: %s.\n\nChange the script that comes with this and have it checked: ",
		c.allowance())
	fmt.Fprintf(&b, "`doormat challenge check %s %s` prints the flag.\n", c.ID, script)
	if get != "" {
		fmt.Fprintf(&b, "\nGet doormat here: %s\n", get)
	}
	return b.String()
}

func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string and a buffer: nothing fails
	return strings.TrimSpace(b.String())
}
