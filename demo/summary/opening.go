package summary

import (
	"fmt"
	"strings"

	"doormat/demo/plain"
	"doormat/world"
)

// What stands at the beginning of everything that tells of a run.
const (
	// Question is what a run answers, and Title the same where nothing else says doormat.
	Question = "Who can read your messages after something goes wrong?"
	Title    = "doormat: who can read your messages after something goes wrong?"
	// Demonstration says what doormat is not.
	Demonstration = "This is a demonstration. It protects nobody's real messages."
)

// Opening says in three sentences what is done to a conversation of so many messages and
// accounts in so many designs, and how its numbers come about.
func Opening(messages, accounts, designs int) []string {
	return []string{
		fmt.Sprintf("One conversation, %s of %s, goes through %s of protecting messages.",
			Count(messages, "message"), Count(accounts, "account"), Count(designs, "way")),
		"Adversaries with stated means take real keys and real ciphertext from running programs, " +
			"and compute.",
		"What they open is compared, byte for byte, with what was said.",
	}
}

// Expectations says what each attack states before it runs, and how to check all of it.
func Expectations() []string {
	return []string{
		"Each attack says beforehand what it expects of each design, and why; an outcome that " +
			"differs is marked ≠.",
		"Anybody can repeat the run: equal flags and an equal seed give equal numbers.",
	}
}

// Promise is what a design says of itself in a sentence, with a quorum as the settings have it.
func Promise(d world.Info, s world.Settings) string {
	quorum := fmt.Sprintf(" %d of %d ", s.Threshold, s.Trustees)
	return strings.Replace(plain.FirstSentence(d.Doc), " t of n ", quorum, 1)
}

// Target says which messages count as the target's.
func Target(account string) string {
	return fmt.Sprintf("Attacks aim at %s: messages of the target are those that %s sent or "+
		"received.",
		account, account)
}
