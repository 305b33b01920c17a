package language

// Adversary is adv, all that a run has of the world.
var Adversary = Class{
	Name: "Adversary",
	Doc: "What `run(adv)` is handed. The run begins before message 1. Facts are numbers; every call that " +
		"gives facts gives a list of them.",
	Values: []Value{
		{"at", "int", "the moment of the attack, in messages"},
		{"end", "int", "the last moment: how many messages there are"},
		{"since", "int", "with `until` the window that a narrow order asks for: the one that the conversation " +
			"declares, if it names the target and has passed, otherwise the last ten messages"},
		{"until", "int", "see `since`"},
		{"target", "str", "the account that the attack aims at"},
		{"partner", "str", "to whom the target writes most"},
		{"accounts", "list[str]", "everybody"},
		{"compares", "list[tuple[str, str]]", "pairs of accounts that compare safety numbers at some time, by name; with " +
			"`--compare all`, whoever write to each other"},
		{"t", "int", "how many trustees are enough"},
		{"n", "int", "how many trustees there are"},
		{"refresh", "int", "after how many messages key parts are dealt anew, 0 for never: the schedule is public"},
		{"design", "str", "the design's id"},
		{"needs", "list[str]", "the needs of the header, with ranges expanded"},
		{"outsider", "str", "the adversary's own address on the network"},
		{"salt", "int", "how many bytes stand before the text in a plaintext"},
	},
	Methods: []Function{
		{Name: "take", Returns: "list[int]", Doc: "Facts that the principal holds now, all or of one kind.",
			Parameters: []Parameter{{Name: "cap", Type: "str"}, {Name: "kind", Type: "str", Default: `""`}},
			Fails:      "not in `needs`; not `store`, nor `control` after `hold`"},
		{Name: "tap", Doc: "From now on each packet is a fact of kind `packet`.",
			Parameters: []Parameter{{Name: "cap", Type: "str"}}, Fails: "not `network.tap`"},
		{Name: "hold", Doc: "From now on the principal runs the adversary's program: the honest one watched, a " +
			"modified one, or `\"silence\"`.",
			Parameters: []Parameter{{Name: "cap", Type: "str"}, {Name: "program", Type: "str", Default: `""`},
				{Name: "text", Type: "str | bytes", Default: `""`, Named: true}},
			Fails: "not `control` or `tamper`; the program is not in `applies`"},
		{Name: "advance", Doc: "Life goes on until that moment.",
			Parameters: []Parameter{{Name: "moment", Type: "int"}},
			Fails:      "in the past, beyond the end, or inside a loop over packets"},
		{Name: "wait", Doc: "Life goes on for so many hours.", Parameters: []Parameter{{Name: "hours", Type: "int"}},
			Fails: "the script takes part in a run that others read; not 1 to 8760"},
		{Name: "rest", Doc: "Days without messages.", Parameters: []Parameter{{Name: "days", Type: "int"}},
			Fails: "before the end; not 1 to 36525"},
		{Name: Packets, Returns: "list[Packet]",
			Doc: "For a loop: the run goes on, and each packet that a held principal sends or gets is yielded; " +
				"with `network.tamper`, every packet that is not private.",
			Parameters: []Parameter{{Name: "until", Type: "int"}}, Fails: "inside another such loop"},
		order,
		{Name: "solve", Returns: "list[int]",
			Doc: "The private halves, facts of kind `private key`, of public keys that were found, facts of kind " +
				"`public key`: those of X25519, Ed25519 and ristretto255 that a program made. **Granted, not " +
				"computed**: no computer does that today. Rules say where public keys are to be seen and what " +
				"private halves are good for.",
			Parameters: facts, Fails: "no `quantum.control`; not a `public key`; it does not come from loot"},
		{Name: "saturate", Returns: "list[int]",
			Doc:        "Draws every conclusion by opening rules; gives all facts of the kind.",
			Parameters: []Parameter{{Name: "kind", Type: "str", Default: `""`}}, Fails: "a budget is used up"},
		{Name: "apply", Returns: "list[int]", Doc: "Applies one rule, by name.", Parameters: rule,
			Fails: "it gives nothing; kinds or references do not fit; a making rule is not in `applies`"},
		{Name: "attempt", Returns: "list[int]", Doc: "As `apply`, but gives `[]` where a rule gives nothing.",
			Parameters: rule, Fails: "as `apply` otherwise"},
		{Name: "send", Doc: "Sends facts of kind `packet to send`, and those of kind `packet` a second time: " +
			"as `outsider`, as a held principal, or as anybody with `network.tamper`. An answer to `outsider` " +
			"comes with the next `advance`, to the same moment if need be, and is a fact of kind `packet`.",
			Parameters: facts, Fails: "the sender is not held; the link is private"},
		{Name: "facts", Returns: "list[int]", Doc: "Known facts of a kind, or of a kind and reference.",
			Parameters: []Parameter{{Name: "kind", Type: "str"}, {Name: "ref", Type: "str", Default: `""`}}},
		{Name: "read", Returns: "Fact", Doc: "What a fact is.",
			Parameters: []Parameter{{Name: "fact", Type: "int"}}, Fails: "no such fact"},
		{Name: "claim", Doc: "\"This is what was said\", a plaintext or an attachment. A claim of anything else is counted " +
			"as false and reported.",
			Parameters: []Parameter{{Name: "fact", Type: "int"}}, Fails: "not derived by a rule from loot"},
	},
}

var (
	facts = []Parameter{{Name: "facts", Type: "int | list[int]", Many: true}}
	rule  = []Parameter{{Name: "rule", Type: "str"}, facts[0],
		{Name: "text", Type: "str | bytes", Default: `""`, Named: true}}
	order = Function{
		Name: "order", Returns: "list[int]",
		Doc: "The agency applies for an order and executes it. Gives what it obtained; what is served later, " +
			"because the window reaches into the future, is among the facts then.",
		Parameters: []Parameter{
			{Name: "accounts", Type: "list[str]", Named: true, Doc: "whom it names"},
			{Name: "since", Type: "int", Default: "1", Named: true, Doc: "the first message of its window"},
			{Name: "until", Type: "int", Default: "...", Named: true, Doc: "the last one; left out: the message of now"},
			{Name: "loot", Type: "bool", Default: "True", Named: true,
				Doc: "`False` leaves what was obtained with the agency, who then is somebody else"},
			{Name: "through", Type: "list[str]", Default: "[]", Named: true,
				Doc: "capabilities (`store`, `control`) that the order allows the agency to use"},
			{Name: "program", Type: "str", Default: `""`, Named: true,
				Doc: "what the vendor is compelled to publish for their phones"},
			{Name: "emergency", Type: "bool", Default: "False", Named: true,
				Doc: "the agency asks the provider at once, and no court"},
			{Name: "court", Type: "int", Default: "1", Named: true,
				Doc: "which of several courts signs, asked by the agency of its country"},
			{Name: "forbids", Type: "bool", Default: "False", Named: true,
				Doc: "an injunction: those in its country may not answer other courts about the accounts"},
		},
		Fails: "no `order` of that court; the program is not in `applies`; inside a loop; `through` with `loot = False`",
	}
)

// Packet is what a loop over adv.packets yields.
var Packet = Class{
	Name: "Packet",
	Doc: "What a loop over `adv.packets(until)` yields. It is answered once, in its own turn; without an answer " +
		"it is delivered.",
	Values: []Value{
		{"sender", "str", "the principal that sends it"},
		{"to", "str", "the principal that gets it"},
		{"kind", "str", "a name that the design gives to packets like it, such as `\"upload\"`; its page lists them"},
		{"data", "bytes", "its bytes"},
		{"fact", "int", "the fact that it is"},
		{"moment", "int", "how many messages have been typed"},
	},
	Methods: []Function{
		{Name: "deliver", Doc: "The honest program deals with it.", Fails: packetFails},
		{Name: "drop", Doc: "Nobody gets it.", Fails: packetFails},
		{Name: "replace", Doc: "Facts of kind `packet to send` take its place.", Parameters: facts, Fails: packetFails},
	},
}

const packetFails = "it was answered, or its turn is over"

// Fact is what adv.read gives.
var Fact = Class{
	Name: "Fact", Doc: "What `adv.read(fact)` gives.",
	Values: []Value{
		{"kind", "str", "what its bytes are, such as `\"plaintext\"`"},
		{"ref", "str", "what it belongs to: a message, a session, an account"},
		{"data", "bytes", "its bytes"},
	},
}
