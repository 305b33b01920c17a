package scorecard

import (
	"slices"

	"doormat/attacks"
	"doormat/demo/overhead"
	"doormat/demo/summary"
	"doormat/world"
)

// A question is put by published reviews to whoever proposes lawful access.
type question struct {
	name, asks string
	by         []string // short forms of docs/sources.md
	parts      []part
}

// Who asks. In which words stands in their texts; the wording here is doormat's.
const (
	risks1997 = "Abelson et al., The Risks of Key Recovery, Key Escrow, and Trusted " +
		"Third-Party Encryption"
	doormats   = "Abelson et al., Keys Under Doormats"
	bugs       = "Abelson et al., Bugs in Our Pockets"
	academies  = "National Academies, Decrypting the Encryption Debate"
	carnegie   = "Carnegie Endowment, Moving the Encryption Policy Conversation Forward"
	arleas     = "Green, Kaptchuk and Van Laer, Abuse Resistant Law Enforcement Access Systems"
	savage     = "Savage, Lawful Device Access without Mass Surveillance Risk"
	processes  = "Frankle et al., Practical Accountability of Secret Processes"
	warrants   = "Kroll, Felten and Boneh, Secure Protocols for Accountable Warrant Execution"
	ghost      = "Levy and Robinson, Principles for a More Informed Exceptional Access Debate"
	compromise = "Cohn-Gordon, Cremers and Garratt, On Post-Compromise Security"
	proactive  = "Canetti, Gennaro, Herzberg and Naor, " +
		"Proactive Security: Long-Term Protection Against Break-ins"
	blaze = "Blaze, Protocol Failure in the Escrowed Encryption Standard"
)

// Those who hold keys besides users are robbed or taken over in one of these; which of them there
// is depends on the design.
var holders = []string{"quorum-collusion", "quorum-asks-hardware", "quorum-theft", "vault-quorum",
	"backup-store-and-key", "tap-and-quorum", "cloud-insider", "silent-device-provider",
	"silent-device-stolen-keys"}

// ownWays are how an order is served in the way that a design has for it, the narrowest first.
var ownWays = []string{"narrow-order", "cloud-order", "silent-device-warranted",
	"intercept-order", "user-unlocks"}

// pastWays all answer one order, and futureWays another: in the design's own way, or else by a phone
// and by swapped keys.
var (
	pastWays   = []string{"narrow-order", "cloud-order", "user-unlocks"}
	futureWays = []string{"intercept-order", "silent-device-warranted", "provider-swap-ordered"}
)

// past and future are ways to serve an order without a phone, and without a warning on one.
var (
	past   = []string{"cloud-order", "backup-subpoena", "vault-ordered"}
	future = []string{"intercept-order", "silent-device-warranted"}
)

// Rows that show abuse, whatever it is. Those of the family evasion are about orders that are
// served less.
var abuse = []pick{kind("attack"), func(_ *column, a *attacks.AttackRow, _ *attacks.Cell) bool {
	return a.Family != "evasion"
}, reads}

// institutions are what takes part in abuse without phones; a quantum computer is nobody.
var institutions = []pick{without(append(personal, world.QuantumName)...), silent}

const (
	messages = "messages"
	laterOn  = "messages later"
	accesses = "rows"
	parties  = "principals"
	breaks   = "break-ins"
)

var questions = []question{
	{"forward secrecy", "What is read of the past once keys are lost?", []string{risks1997,
		doormats}, []part{
		{"the target's earlier messages, by its phone, which keeps them, and a tap", messages,
			most(targetBefore, "device-theft")},
		{"the target's messages, by its phone and the provider's store, where phones keep one " +
			"message", messages,
			most(target, "deleted-photos")},
		{"all earlier messages, by the stores of everybody but users at that moment, and a " +
			"tap", messages,
			opened(machines, earlier)},
		{"all messages from before, by whoever holds keys besides users, robbed or taken over " +
			"(the worst row)",
			messages, most(before, holders...)},
	}},
	{"healing", "How long can a thief who got in once keep reading?", []string{compromise}, []part{
		{"the target's later messages, by what its phone held (the worst row)", messages,
			most(targetAfter, "device-theft", "copied-login")},
		{"messages after the theft until the last that the phone's store and a tap read",
			laterOn,
			lockedOut(phone)},
		{"all later messages, by the stores of everybody but users at that moment, and a tap",
			messages,
			opened(machines, later)},
		{"messages after the theft until the last of those", laterOn, lockedOut(machines)},
		{"all later messages, by the same and what the provider keeps at the end", messages,
			opened(machinesAndMail, later)},
	}},
	{"particularity", "What does an access open beyond what its order names?",
		[]string{carnegie, savage, arleas}, []part{
			{"messages beyond the order, in the narrowest way that served one in full", messages,
				narrowest("no way serves an order in full", beyond, kind("lawful"), fully)},
			{"messages beyond the order, in the way that opens most beyond", messages,
				largest("no way serves an order in full", beyond, kind("lawful"), fully)},
			{"all messages opened by the widest order that was served in full, in its scope and " +
				"beyond; one for everybody is put to trustees only, and not to a provider", messages,
				largest("no way serves an order in full", everybody, kind("lawful"), fully)},
			{"people whom an order for some past messages of the target does not name, and of whom " +
				"words are read, in the design's own way or else by an unlocked phone", "people",
				firstInFull(pastWays, unnamed)},
			{"the same for an order for all its later messages, or else by swapped keys", "people",
				firstInFull(futureWays, unnamed)},
			{"messages of somebody whom a slip of the pen named, opened", messages, most(served,
				"mistyped-target")},
		}},
	{"non-scalability", "What does the second access cost, and the millionth?",
		[]string{savage, doormats, arleas}, []part{
			{"everybody else's messages, by the theft that opens one phone", messages, most(others,
				"device-theft")},
			{"everybody else's messages until the theft, by all stores but users' and a tap: once " +
				"robbed, the next costs no further theft", messages, opened(machines, both(earlier, ofOthers))},
			{"everybody else's messages, by the key that signs the phones' program", messages,
				most(others, "update-everybody")},
			{"everybody else's messages, in the worst row without phones and their vendor", messages,
				largest("no such row reads anything", others, append(abuse, nobodysPhone)...)},
			{"who has to act for each further order, in the design's own way", parties,
				inTheirWay(principals)},
			{"messages served of several orders, where trustees count them", messages, most(served,
				"cap-reached")},
			{"what people would take for the millionth order", "", never("how many orders people " +
				"can look at is no property of a program")},
		}},
	{"window", "Which time does an access open: the past, the future?", []string{arleas}, []part{
		{"past messages of an order, served without a phone", messages, most(served, past...)},
		{"future messages of an order, served without a phone and without a warning", messages,
			most(served, future...)},
		{"future messages, by swapped keys, of which phones may warn", messages, most(served,
			"provider-swap-ordered")},
		{"past messages, by an unlocked phone", messages, most(served, "user-unlocks")},
		{"future messages, by an implant on the phone", messages, most(served,
			"phone-implant-ordered")},
	}},
	{"concentration", "Who is the smallest coalition that reads in silence?",
		[]string{doormats, risks1997}, []part{
			{"smallest set of stores and taps, phones apart, that reads some message", parties,
				smallest},
			{"fewest break-ins, a country counting as one, by which something is read in an attack " +
				"without phones of which nobody learns; who sits in a country is as each row says", breaks,
				reach(fewest("no such attack reads anything", breakIns, append(abuse,
					institutions...)...))},
			{"the same without whoever makes the phones' program", breaks,
				reach(fewest("no such attack reads anything", breakIns, append(append(abuse,
					without(world.Vendor)), institutions...)...))},
			{"fewest of those by which every message is read", breaks,
				reach(fewest("no such attack reads every message", breakIns,
					append(append(abuse, without(world.Vendor), readsAll), institutions...)...))},
		}},
	{"exposure of the key", "How much hangs on one key, and how often is it used?",
		[]string{doormats, risks1997}, []part{
			{"messages sealed under one key that others than their readers hold", messages,
				underOneKey},
			{"who has to act for each access, in the design's own way", parties,
				inTheirWay(principals)},
		}},
	{"refresh and rotation", "What is an old key part worth later?", []string{proactive}, []part{
		{"all messages, by key parts of a quorum that one visit after another took, never " +
			"refreshed, and the provider's store", messages,
			most(everybody, "slow-burglar")},
		{"the same, with a refresh every ten messages", messages, most(everybody,
			"slow-burglar-refresh")},
		{"the same, with key parts of one moment and a refresh every ten", messages,
			most(everybody, "key-for-sale")},
		{"all later messages, by the same, with a new key every twenty", messages,
			most(after, "rotation-after-theft")},
	}},
	{"signing keys", "Do keys that sign stay with their owners: are forged messages accepted?",
		[]string{risks1997}, []part{
			{"forged messages that a phone showed, by whoever runs the provider", messages,
				most(forged, "prekey-swap-unchecked", "prekey-swap-checked")},
			{"the same, by whoever copied a phone (the worst row)", messages,
				most(forged, "identity-key-impersonation", "sender-key-impersonation",
					"signed-prekey-impersonation")},
			{"the same, by whoever holds keys besides users", messages, byHolders},
		}},
	{"authenticity", "Can whoever holds keys forge a message, or the proof of one?",
		[]string{doormats, arleas}, []part{
			{"served messages that came with a proof of who wrote them", messages, proof},
			{"forged messages that a phone showed, in the worst of all rows", messages,
				largest("no attack that forges anywhere applies", forged, forges)},
		}},
	{"authorisation", "Are forged orders accepted?", []string{carnegie, risks1997}, []part{
		{"messages opened by a request in the police's name, without a court's key", messages,
			most(everybody, "forged-emergency", "trustee-spouse")},
		{"with the court's key, and no agency's", messages, most(everybody, "court-key-alone")},
		{"with the keys of all who sign, from the agency's address where one is asked for (the " +
			"worst row)", messages,
			most(everybody, "court-key-watched", "court-key-unwatched", "judges-keys-stolen",
				"silent-device-stolen-keys", "court-key-provider")},
		{"messages opened, without a phone, by a court that false papers misled", messages,
			most(everybody, "misled-judge")},
	}},
	{"audit by the user", "Of which accesses can the target learn?", []string{carnegie,
		processes}, []part{
		{"lawful rows that read the target's messages, of which it learns, at once or later",
			accesses,
			share("no lawful row reads any", []pick{kind("lawful"), readsTarget}, targetKnows)},
		{"hours from the signing until it knows, in the design's own way: 0 if whoever unlocks a " +
			"phone stands beside it; later notice is the law's, the same in every column",
			"hours", inTheirWay(knows)},
		{"rows of abuse that read the target's messages, of which it learns", accesses,
			share("no such row reads any", append(abuse, readsTarget), targetKnows)},
	}},
	{"audit by the public", "Which accesses are missing from the public log, and nobody notices?",
		[]string{processes, warrants, carnegie}, []part{
			{"lawful rows that read something and are missing from a public log, after the sealing " +
				"period; a log of court orders is a choice of the column and needs no escrow, but " +
				"only columns with trustees have one here", accesses,
				share("no lawful row reads any", []pick{kind("lawful"), reads}, unlogged)},
			{"rows of abuse that read something, of which nobody at all learns", accesses,
				share("no such row reads any", abuse, silent)},
		}},
	{"trust", "Whom must a user newly trust?", []string{ghost, academies}, []part{
		{"who stands there, as declared, and in pure end-to-end encryption does not; for what " +
			"each has to be " +
			"trusted, and how many may fail, the design's page says", parties, newParties},
	}},
	{"bypass", "Does a phone that leaves the field out, or spoils it, still talk to others?",
		[]string{blaze, risks1997}, []part{
			{"of all messages, honest phones' too, those delivered although the target's phone spoils " +
				"fields (the row with most; which fields, it says)",
				messages,
				most(delivered, "garbage-field", "omitted-recipient", "backdated-label")},
			{"the same, where two accomplices' phones accept anything", messages,
				most(delivered, "partner-accepts-anything")},
			{"the same, where they leave it out and the provider looks away", messages,
				most(delivered, "provider-looks-away")},
			{"messages that an order to open them is then served", messages, most(served,
				"provider-looks-away")},
		}},
	{"utility", "How much of a lawful order is served, and when?", []string{carnegie,
		academies}, []part{
		{"past messages of an order, without a phone", messages, most(served, past...)},
		{"future messages of an order, without a phone and without a warning", messages,
			most(served, future...)},
		{"everything of the target's, by the provider alone", messages, most(served,
			"provider-hands-over")},
		{"in an emergency", messages, most(served, "emergency-request")},
		{"hours from that request to the last message", "hours", late("emergency-request")},
		{"by a phone that its owner unlocks", messages, most(served, "user-unlocks")},
		{"by the locked phone of an owner who is dead, with whatever the provider holds", messages, most(served,
			"locked-phone-dead-owner")},
		{"by a locked phone, its maker or an exploit letting the passcode be guessed", messages,
			most(served, "locked-phone-update", "locked-phone-exploit")},
		{"future messages, by swapped keys, of which phones may warn", messages, most(served,
			"provider-swap-ordered")},
		{"future messages, by an implant on the phone", messages, most(served,
			"phone-implant-ordered")},
		{"by a recipient who reports", messages, most(served, "recipient-reports")},
	}},
	{"liveness", "What is left of it where somebody refuses, or is gone?", []string{risks1997,
		academies}, []part{
		{"messages served where only t of those who hold key parts answer", messages,
			most(served, "narrow-order", "vault-ordered")},
		{"where one more refuses", messages, most(served, "order-refused")},
		{"where too few are left", messages, most(served, "trustees-gone")},
		{"where the owner of the phone refuses, and nobody else is asked", messages,
			most(served, "user-refuses")},
		{"where the provider refuses", messages, never("in no row does the provider refuse an " +
			"order")},
		{"messages that users still send each other, too few trustees being left", messages,
			most(delivered, "trustees-gone")},
		{"messages that users still send each other, the service being blocked", messages,
			most(delivered, "service-blocked")},
	}},
	{"jurisdiction", "What is served, and what exposed, where countries disagree?",
		[]string{doormats, academies}, []part{
			{"messages served by one country that another forbids to (t-1 seats)", messages,
				most(served, "order-forbidden-abroad")},
			{"messages served by one country alone (t seats)", messages, most(served,
				"intercept-order")},
			{"messages exposed to a government that asks nobody, with t seats", messages,
				most(everybody, "secret-order")},
			{"the same, with one seat less", messages, most(everybody, "secret-order-spread")},
			{"messages exposed to two governments that agree", messages, most(everybody,
				"allied-governments")},
			{"messages exposed to a country that holds the provider and too few key parts for a quorum, " +
				"if any (the worst row)", messages,
				largest("no attack takes over no more than the provider", everybody, kind("attack"),
					noQuorum)},
		}},
	{"metadata", "What does it leak who writes to whom, and when?", []string{academies}, []part{
		{"messages of which a tap on the network learns it", messages, most(metadata, "wiretap")},
		{"of which the provider's store tells it", messages, most(metadata, "provider-dump")},
		{"messages for which a provider that goes on running learns it", messages, most(metadata,
			"parent-company")},
		{"of which an order learns it", messages, most(orderMetadata, "metadata-only")},
		{"of which a trustee's machine learns it when courts ask", messages, most(metadata,
			"curious-operator")},
	}},
	{"complexity", "What more has to be right?", []string{doormats, risks1997}, []part{
		{"secret keys in all places", "keys", counted(secretKeys)},
		{"bytes of a message between phones and provider", "bytes",
			counted(aMessage(func(c *overhead.Count) int { return c.Phones }))},
		{"bytes of a message between others", "bytes",
			counted(aMessage(func(c *overhead.Count) int { return c.Machines }))},
		{"lines of program more, to two digits", "lines", addedLines},
	}},
	{"cost", "What does it cost, a message, an access, a year?", []string{risks1997,
		academies}, []part{
		{"bytes stored for a message, phones apart", "bytes", counted(aMessage(stored))},
		{"bytes to ask for the story's order and to answer it", "bytes", anOrder},
		{"who has to act for each access, in the design's own way", parties,
			inTheirWay(principals)},
		{"bytes of a year at a stated scale", "bytes", never("some are for accounts, files and " +
			"ceremonies and not " +
			"for messages: no figure for a year follows from so short a conversation")},
		{"work for a message", "", never("times are of a machine: doormat design show and " +
			"doormat measure take them")},
	}},
	{"repurposing", "What can a new kind of order reach without new code?", []string{bugs,
		carnegie}, []part{
		{"messages that one order for everybody opens", messages, most(served, "broad-order")},
		{"messages that orders from name to name open", messages, most(served, "accomplices")},
		{"messages of which these tell who wrote to whom", messages, most(orderMetadata,
			"accomplices")},
		{"what an order to search for words would open", "", never("an order names accounts " +
			"and times here; no design searches what nobody named")},
	}},
	{"long-tail repair", "What is exposed until the last program is mended?",
		[]string{doormats}, []part{
			{"messages until the last phone is mended", messages,
				never("all phones run one version: none is mended before another")},
		}},
	{"super-encryption", "What is left of it where two users encrypt underneath?",
		[]string{academies, risks1997}, []part{
			{"messages served, two of the target's circle encrypting underneath", messages,
				most(served, "encrypt-underneath")},
			{"the same, under a cover text", messages, most(served, "cover-text")},
			{"the same, with false fields that a partner accepts", messages, most(served,
				"partner-accepts-anything")},
			{"the same, in another messenger", messages, most(served, "another-app")},
		}},
}

// inTheirWay reads a field of the first of a design's own ways that serves its order in full.
func inTheirWay(read field) func(*column) Figure { return firstInFull(ownWays, read) }

// firstInFull reads a field of the first of some rows that serves its order in full.
func firstInFull(ways []string, read field) func(*column) Figure {
	return func(c *column) Figure {
		for _, id := range ways {
			if cell := c.cells[id]; cell != nil && summary.Measured(cell) && summary.Full(cell) {
				return c.of(id, read)
			}
		}
		return lacking("no way serves an order in full", c.counts())
	}
}

// nobodysPhone chooses rows that need no phone, no vendor of its program and no quantum computer.
func nobodysPhone(c *column, a *attacks.AttackRow, cell *attacks.Cell) bool {
	return without(append(personal, world.Vendor, world.QuantumName)...)(c, a, cell)
}

// noQuorum chooses rows that take over the provider and nobody else, and the one whose country
// holds the provider and one key part less than a quorum: where keys are kept by nobody but users,
// it is the provider alone.
func noQuorum(_ *column, a *attacks.AttackRow, cell *attacks.Cell) bool {
	if a.ID == "secret-order-spread" {
		return true
	}
	return !slices.ContainsFunc(cell.Needs, func(n world.Capability) bool {
		return n.Principal != world.Provider
	})
}

// late is how many hours an order took that was served at all.
func late(id string) func(*column) Figure {
	return func(c *column) Figure {
		f := c.of(id, delay)
		if cell := c.cells[id]; f.Measured && cell.Lawful.Served == 0 {
			return lacking("nothing is served", f.Source)
		}
		return f
	}
}

// byHolders says why there is no figure of what those forge who hold keys besides users.
func byHolders(c *column) Figure {
	if c.info.KeyLife == nil && c.info.KeysWith == "" {
		return lacking("nobody but users holds a key to a message", Source{Kind: None})
	}
	return lacking("no attack of the library tries to write with what they hold",
		Source{Kind: None})
}

// proof is what of the served messages came with evidence, in whatever row shows most.
func proof(c *column) Figure {
	for _, cell := range c.picked(kind("lawful")) {
		if _, of := evidence(cell); of > 0 {
			return largest("", evidence, kind("lawful"))(c)
		}
	}
	return lacking("nothing that serves orders here gives a proof of who wrote",
		Source{Kind: None})
}
