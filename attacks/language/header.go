package language

// Families and kinds of attacks.
var (
	Families = []string{"insider", "theft", "compelled", "network", "evasion"}
	Kinds    = []string{"attack", "control", "lawful"}
)

// Technique is the header of an attack.
var Technique = Function{
	Name: "technique",
	Doc:  "The header, which every script calls once: what the attack is, needs and expects.",
	Parameters: []Parameter{
		{Name: "id", Type: "str", Named: true,
			Doc: "lower-case words joined by hyphens; in the library also the file's name"},
		{Name: "title", Type: "str", Named: true, Doc: "one line"},
		{Name: "family", Type: "str", Named: true,
			Doc: "`insider`, `theft`, `compelled`, `network` or `evasion`"},
		{Name: "kind", Type: "str", Named: true,
			Doc: "`attack`; `control`: run to see that what its title names stays closed; `lawful`: " +
				"meant to be served"},
		{Name: "needs", Type: "list[str]", Named: true, Doc: "capabilities, `principal.surface`; see the threat model"},
		{Name: "showcase", Type: "str", Named: true, Doc: "id of the column (`design list`) in which no need is idle"},
		{Name: "happens", Type: "str", Named: true, Doc: "prose: what the adversary does"},
		{Name: "why", Type: "str", Named: true, Doc: "prose: why it works, or does not"},
		{Name: "really", Type: "str", Named: true,
			Doc: "prose: what happened once, and no more than the sources say; or that nothing is documented"},
		{Name: "source", Type: "str", Named: true, Doc: "citations with semicolons between them"},
		{Name: "exercise", Type: "str", Named: true, Doc: "prose: what to try next"},
		{Name: "expects", Type: "dict[str, Outcome | Callable[[View], Outcome]]", Named: true,
			Doc: "what to expect, by the id of a column or design, or by a class of designs"},
		{Name: "applies", Type: "list[str]", Default: "[]", Named: true,
			Doc: "making rules and modified programs that the script uses by name"},
		{Name: "settings", Type: "dict[str, str | int]", Default: "{}", Named: true,
			Doc: "settings that the attack fixes, such as `{\"jurisdictions\": \"A:t,B:n-t\"}`"},
		{Name: "at_set_up", Type: "bool", Default: "False", Named: true,
			Doc: "`True` if the script begins before devices and trustees are switched on"},
		{Name: "beats", Type: "list[str]", Default: "[]", Named: true,
			Doc: "four sentences for the wall of `doormat stage`: what there is, what is taken, what opens, " +
				"who knows; of at most two lines in large type. `\"\"` leaves a sentence to what the result " +
				"says; `{t}`, `{n}` and `{target}` are filled in"},
	},
}

// Opens states what an attack comes to.
var Opens = Function{
	Name: "opens", Returns: "Outcome",
	Doc: "An outcome: how much the attack opens, as `\"none\"`, `\"some\"` (more than nothing and less " +
		"than all) or `\"all\"`. What is not stated is not compared, but for calls and for what is `False`.",
	Parameters: []Parameter{
		{Name: "target", Type: "str | tuple[str, str]",
			Doc: "messages that the target sent or received: a level, or a pair (before the attack, after it)"},
		{Name: "others", Type: "str | tuple[str, str]", Doc: "all other messages, in the same way"},
		{Name: "why", Type: "str", Doc: "the reason, for people"},
		{Name: "forged", Type: "bool", Default: "False",
			Doc: "a device that is not taken over shows a message which nobody sent"},
		{Name: "noticed", Type: "bool", Default: "False", Doc: "somebody is warned"},
		{Name: "served", Type: "bool", Default: "False", Doc: "every message in scope of the orders was read"},
		{Name: "files", Type: "str", Default: `""`, Doc: "a level, of attachments"},
		{Name: "calls", Type: "str", Default: `"none"`, Doc: "a level, of calls heard from beginning to end"},
		{Name: "metadata", Type: "str", Default: `""`, Doc: "a level, of who wrote to whom and when"},
		{Name: "disclosed", Type: "bool | None", Default: "None",
			Doc: "whether anybody learns of the access later, by design"},
	},
	Fails: "a level is none of the three words, or `why` is empty",
}

// NotApplicable states that there is nothing to attack.
var NotApplicable = Function{
	Name: "not_applicable", Returns: "Outcome",
	Doc: "An outcome: under these settings there is nothing that the attack could take. Of what a design " +
		"lacks altogether nothing needs to be written.",
	Parameters: []Parameter{{Name: "why", Type: "str", Doc: "the reason, for people"}},
	Fails:      "`why` is empty",
}

// Struct makes a value with attributes.
var Struct = Function{
	Name: "struct", Returns: "Any",
	Doc:        "A value with these attributes, which do not change: `struct(a = 1).a`.",
	Parameters: []Parameter{{Name: "**fields", Type: "Any"}},
}
