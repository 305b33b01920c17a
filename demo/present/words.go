package present

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/demo/plain"
	"doormat/demo/summary"
)

// taken says whom an attack has used, or who said yes to an order, in so many columns.
func taken(kind, target string, capabilities []string, width int) string {
	verb := "taken: "
	if kind == "lawful" {
		verb = "said yes: "
	}
	if len(capabilities) == 0 {
		return ""
	}
	names := strings.Join(principals(capabilities), ", ")
	names = strings.ReplaceAll(names, "target’s", target+"’s")
	if text := plain.Clean(verb + names); lipgloss.Width(text) <= width {
		return text
	}
	return fmt.Sprintf("%s%d of them", verb, len(capabilities))
}

// principals names whose capabilities these are, those alike together:
// "trustees 1-3", "provider".
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

// called is how principals of one kind are called.
func called(name string, members []string) string {
	many := len(members) > 1 || len(members) == 1 && strings.Contains(members[0], "..")
	list := runs(members)
	switch {
	case len(members) == 0:
		return name
	case name == "jurisdiction":
		return "country " + list
	case name == "device" && many && len(members) > 4 && list == strings.Join(members, ", "):
		return "phones of " + summary.Some(members, 2) // by name, and there is little room
	case name == "device" && many:
		return "phones of " + list
	case name == "device":
		return list + "’s phone"
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
