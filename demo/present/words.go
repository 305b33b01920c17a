package present

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// using tells in a sentence which principals may be used how.
func using(needs []string) string {
	var parts []string
	for _, s := range []struct {
		surface world.Surface
		words   string
	}{
		{world.Tap, "listen to "}, {world.Tamper, "change what passes "},
		{world.Store, "copy what is stored at "}, {world.Control, "run its own program at "},
		{world.Order, "get answers, by order, from "},
	} {
		of := slices.DeleteFunc(slices.Clone(needs), func(need string) bool {
			return !strings.HasSuffix(need, "."+string(s.surface))
		})
		if len(of) > 0 {
			parts = append(parts, s.words+strings.Join(principals(of), ", "))
		}
	}
	return strings.Join(parts, "; ") + "."
}

// principals names whose capabilities these are, those alike together:
// "trustees 1-3", "the provider".
func principals(capabilities []string) []string {
	var names []string
	members := map[string][]string{}
	for _, c := range capabilities {
		name, member, _ := strings.Cut(c[:max(0, strings.LastIndexByte(c, '.'))], ":")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if member != "" && !slices.Contains(members[name], member) {
			members[name] = append(members[name], member)
		}
	}
	for i, name := range names {
		names[i] = called(name, members[name])
	}
	return names
}

// briefly names principals where there is little room.
func briefly(capabilities []string) string {
	names := principals(capabilities)
	for i, name := range names {
		names[i] = strings.TrimPrefix(strings.TrimPrefix(name, "the "), "every service in ")
	}
	return strings.Join(names, ", ")
}

// called is how principals of one kind are called.
func called(name string, members []string) string {
	many := len(members) > 1 || len(members) == 1 && strings.Contains(members[0], "..")
	list := runs(members)
	switch {
	case len(members) == 0:
		return "the " + name
	case name == "jurisdiction":
		return "every service in country " + list
	case name == "device" && many && len(members) > 4 && list == strings.Join(members, ", "):
		return "phones of " + summary.Some(members, 2) // by name, and there is little room
	case name == "device" && many:
		return "phones of " + list
	case name == "device" && (list == "target" || list == "partner"):
		return "the " + list + "'s phone"
	case name == "device":
		return list + "'s phone"
	case many && strings.HasSuffix(name, "s"):
		return name + "es " + list
	case many:
		return name + "s " + list
	}
	return name + " " + list
}

// runs writes members, numbers in a row as "1-3".
func runs(members []string) string {
	var parts []string
	for i := 0; i < len(members); {
		first, err := strconv.Atoi(members[i])
		j := i + 1
		for ; err == nil && j < len(members) && members[j] == strconv.Itoa(first+j-i); j++ {
		}
		part := members[i]
		if j-i > 1 {
			part += "-" + members[j-1]
		}
		parts, i = append(parts, part), j
	}
	return strings.Join(parts, ", ")
}

// now tells what a step changed in a design.
func now(before, after *replay.Frame) string {
	if !after.Ran {
		return "–"
	}
	var parts []string
	add := func(n int, words string) {
		if n > 0 {
			parts = append(parts, words)
		}
	}
	gained := func(f *replay.Frame) (n int) {
		for _, g := range f.Gained {
			n += g.Facts
		}
		return n
	}
	files, wrong, typed := after.Files-before.Files, after.False-before.False,
		after.Moment-before.Moment
	facts, days, forged := gained(after)-gained(before), after.Days-before.Days,
		after.Forged-before.Forged
	calls := after.Calls - before.Calls
	joined := slices.DeleteFunc(slices.Clone(after.Used), func(c string) bool {
		return slices.Contains(before.Used, c)
	})
	add(len(after.New), fmt.Sprintf("+%d open", len(after.New)))
	add(files, "+"+summary.Count(files, "file"))
	add(calls, "+"+summary.Count(calls, "call"))
	add(wrong, summary.Count(wrong, "false claim"))
	add(forged, fmt.Sprintf("+%d forged", forged))
	add(len(joined), "+"+briefly(joined))
	add(typed, fmt.Sprintf("%d typed", typed))
	add(days, summary.Count(days, "day"))
	add(facts, "+"+summary.Count(facts, "fact"))
	if len(parts) == 0 && len(after.Did) > 0 {
		_, came, ok := strings.Cut(after.Did[0], "): ") // "saturate(plaintext): 20 facts"
		if !ok {
			came = after.Did[0]
		}
		return came
	}
	return strings.Join(parts, ", ")
}

// noticedBy tells who noticed, and what was forged.
func noticedBy(list []attacks.Evidence, forged int) string {
	text := "nobody"
	var by []string
	for _, e := range list {
		by = append(by, e.By+".")
	}
	if slices.Sort(by); len(by) > 0 {
		text = "! " + briefly(by)
	}
	if forged > 0 {
		text += fmt.Sprintf("; %d forged", forged)
	}
	return text
}

// disclosedTo tells who learned of it by design, where nobody noticed at the time.
func disclosedTo(c *attacks.Cell) string {
	if len(c.Disclosed) == 0 || len(c.Noticed) > 0 {
		return ""
	}
	text := "; later " + briefly([]string{c.Disclosed[0].By + "."})
	if n := len(c.Disclosed) - 1; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

// served tells how much of what a court asked for was obtained.
func served(c *attacks.Cell) string { return cmp.Or(summary.Orders(c), "none signed") }

// state is what stands beside numbers of messages: a glyph and a word; without numbers
// where nothing was counted.
func state(c *attacks.Cell, e attacks.Exposure, numbers string) string {
	s := summary.Extent(e.Recovered, e.Total)
	if !summary.Measured(c) {
		s = summary.StateOf(c)
	}
	switch s {
	case summary.Failed:
		return alarm.Render(s.String())
	case summary.NotApplicable, summary.Absent:
		return faint.Render(s.String())
	case summary.None:
		return closed.Render(s.String() + numbers)
	}
	return open.Render(s.String() + numbers)
}

// split tells what was opened of what was said before and after the moment.
func split(e attacks.Exposure) string {
	return fmt.Sprintf("before %s, after %s", summary.Fraction(e.Before, e.BeforeTotal),
		summary.Fraction(e.After, e.AfterTotal))
}
