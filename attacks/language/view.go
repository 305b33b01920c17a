package language

import (
	"strings"

	"doormat/world"
)

// View is what a function sees that states an expectation: the parameters of the run, and the
// shape of the conversation.
func View() Class {
	c := Class{
		Name: "View",
		Doc: "What a function in `expects` is handed: settings and the shape of the conversation, and no text. A " +
			"design's own parameters are there as well, where it has them: `getattr(v, \"keys\", \"\")`.",
		Methods: ViewMethods,
	}
	for _, p := range world.Parameters() {
		kind := "str"
		if p.Number() {
			kind = "int"
		}
		doc := strings.ReplaceAll(p.Doc, "`", "")
		if p.Number() && p.Zero != "" && !strings.Contains(doc, p.Zero) {
			doc += "; 0: " + p.Zero
		}
		c.Values = append(c.Values, Value{p.Key(), kind, doc})
	}
	c.Values = append(c.Values, viewValues...)
	return c
}

var viewValues = []Value{
	{"end", "int", "the last message's number"},
	{"partner", "str", "to whom the target writes most"},
	{"accounts", "list[str]", "everybody"},
	{"since", "int", "the first message of the window of a narrow order"},
	{"until", "int", "the last message of that window"},
	{"groups", "list[Group]", "as they are before the first message"},
	{"messages", "list[Message]", "all of them, in order"},
	{"calls", "list[Call]", "all of them, in order"},
	{"events", "list[Event]", "comparisons, phones set up anew, and changes of groups, in order"},
}

// ViewMethods are the methods of a view.
var ViewMethods = []Function{
	{Name: "events_after", Returns: "list[Event]", Doc: "The events between a message and the next.",
		Parameters: []Parameter{{Name: "number", Type: "int"}}},
	{Name: "level", Returns: "str", Doc: "The word for so much of a total: `none`, `some` or `all`.",
		Parameters: []Parameter{{Name: "opened", Type: "int"}, {Name: "total", Type: "int"}}},
	{Name: "levels", Returns: "tuple[tuple[str, str], tuple[str, str]]",
		Doc: "`target, others` for `opens`, if exactly these messages are read.",
		Parameters: []Parameter{{Name: "messages", Type: "list[Message]"},
			{Name: "at", Type: "int", Default: "...", Doc: "where before ends and after begins; left out: `v.at`"}}},
	{Name: "files", Returns: "str", Doc: "`files` for `opens`, if exactly the attachments of these messages are read.",
		Parameters: []Parameter{{Name: "messages", Type: "list[Message]"}}},
	{Name: "heard", Returns: "str", Doc: "`calls` for `opens`, if exactly these are heard.",
		Parameters: []Parameter{{Name: "calls", Type: "list[Call]"}}},
	{Name: "live", Returns: "bool",
		Doc: "Whether at a moment others than the readers hold a key under which a message or the key of a call " +
			"is sealed, as a design declares that: threshold escrow makes a new one every `rotate` messages and " +
			"keeps the one before.",
		Parameters: []Parameter{{Name: "message", Type: "Message | Call"}, {Name: "moment", Type: "int"}}},
	{Name: "seats", Returns: "int", Doc: "How many trustees sit there. The provider's government is `\"A\"`.",
		Parameters: []Parameter{{Name: "jurisdiction", Type: "str"}}},
}

// Message is one of v.messages.
var Message = Class{Name: "Message", Doc: "One of `v.messages`.", Values: []Value{
	{"number", "int", "counted from 1"},
	{"sender", "str", "who wrote it"},
	{"to", "list[str]", "who gets it"},
	{"group", "str", "the group that it is written to, `\"\"` if none"},
	{"files", "int", "how many are attached"},
	{"sent", "int", "seconds since the first message"},
	{"day", "int", "midnights passed since the devices were switched on"},
}}

// Call is one of v.calls.
var Call = Class{Name: "Call", Doc: "One of `v.calls`.", Values: []Value{
	{"number", "int", "counted from 1"},
	{"sender", "str", "who calls"},
	{"to", "list[str]", "who is called"},
	{"speakers", "list[str]", "who says something"},
	{"after", "int", "after which message"},
	{"sent", "int", "seconds since the first message"},
	{"day", "int", "midnights passed since the devices were switched on"},
}}

// Event is one of v.events.
var Event = Class{Name: "Event", Doc: "One of `v.events`.", Values: []Value{
	{"number", "int", "counted from 1"},
	{"after", "int", "after which message"},
	{"kind", "str", "`compare`, `reinstall`, `join` or `leave`"},
	{"account", "str", "whose phone, or who comes or goes"},
	{"peer", "str", "with whom numbers are compared, or who adds somebody"},
	{"group", "str", "which group changes"},
	{"by", "str", "whose phone tells of a change of a group, `\"\"` for other events"},
	{"told", "list[str]", "whom it tells"},
}}

// Group is one of v.groups.
var Group = Class{Name: "Group", Doc: "One of `v.groups`.", Values: []Value{
	{"name", "str", "its name"},
	{"members", "list[str]", "who is in it before the first message"},
}}
