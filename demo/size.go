package demo

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// What is too large is refused before anything runs, with what to do about it: a run that
// fills the memory of a laptop takes everything else on it down, and one that ends
// tomorrow tells nobody anything.
const (
	// maxWeight is what one run with one adversary may hold, as [attacks.Lab.Weight]
	// estimates it: that of 100,000 deliveries if it only reads, of 30,000 if it acts.
	maxWeight = attacks.DefaultRoom
	// maxWork is how many deliveries all cells together may take: some 15,000 for each
	// attack that is applicable of the library on two designs, of which two then run at a time.
	maxWork = 1_170_000
	// maxSharedWork is the same if workers compute: it is not time that bounds it then but
	// what this machine holds of results, at most a number for each delivery, as text and as such.
	maxSharedWork = 30 * maxWork
)

// CheckSize refuses a lab that needs too much memory or time, over so many points of a
// sweep. The error says what would fit.
func CheckSize(lab *attacks.Lab, points int) error { return checkSize(lab, points, maxWork) }

// CheckShared is CheckSize if workers compute.
func CheckShared(lab *attacks.Lab, points int) error { return checkSize(lab, points, maxSharedWork) }

func checkSize(lab *attacks.Lab, points, work int) error {
	cells := max(1, points*applicable(lab))
	if fits(lab, cells, work) {
		return nil
	}
	conv := lab.Conversation
	what := fmt.Sprintf("this chat is too large: its %s messages make %s deliveries, one for "+
		"each recipient", plain.Number(len(conv.Messages)), plain.Number(conv.Deliveries()))
	if n := conv.Attachments(); n > 0 {
		what += fmt.Sprintf(", with %s files", plain.Number(n))
	}
	limit := fmt.Sprintf("%s on %s can take %s", summary.Count(len(lab.Attacks), "attack"),
		summary.Count(len(lab.Designs), "design"), plain.Number(work/cells))
	if points > 1 {
		limit = fmt.Sprintf("a sweep of %s points can take %s", plain.Number(points),
			plain.Number(work/cells))
	}
	if lab.Weight() > maxWeight {
		limit = fmt.Sprintf("one attack would need %s MB of memory, and doormat allows %s",
			plain.Number(lab.Weight()>>20), plain.Number(maxWeight>>20))
	}
	return Usagef("%s; %s: %s", what, limit, strings.Join(alternatives(lab, cells, work), ", or "))
}

// applicable counts the cells in which something runs: whatever the settings are, none does
// where the design lacks what the attack needs.
func applicable(lab *attacks.Lab) (cells int) {
	for _, d := range lab.Designs {
		for _, a := range lab.Attacks {
			if a.Header().Fits(d) {
				cells++
			}
		}
	}
	return cells
}

func fits(lab *attacks.Lab, cells, work int) bool {
	return lab.Weight() <= maxWeight && lab.Conversation.Deliveries()*cells <= work
}

// alternatives lists what helps.
func alternatives(lab *attacks.Lab, cells, work int) []string {
	var list []string
	conv, part := lab.Conversation, *lab
	n := largest(len(conv.Messages), func(n int) bool {
		part.Conversation = last(conv, n)
		return fits(&part, cells, work)
	})
	if n > 0 {
		list = append(list, fmt.Sprintf("give --last %d, to use only the last %s messages", n,
			plain.Number(n)))
	}
	if attacks := len(lab.Attacks); attacks > 1 && lab.Weight() <= maxWeight {
		list = append(list, fmt.Sprintf("give --attacks ID,ID, with at most %d attacks",
			max(1, work/conv.Deliveries()*attacks/cells)))
	}
	if len(list) == 0 {
		list = []string{"even its last message alone is too large"}
	}
	return list
}

// largest is the largest number below n that has a property, which smaller ones have as
// well, rounded down to two digits: nobody wants to type more.
func largest(n int, fits func(int) bool) int {
	low := 0
	for high := n; low+1 < high; {
		if middle := (low + high) / 2; fits(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	unit := 1
	for low/unit >= 100 {
		unit *= 10
	}
	return low / unit * unit
}

// last is a conversation's last n messages among the same people, to be counted and not
// to be run: groups and events are those of the whole.
func last(c *world.Conversation, n int) *world.Conversation {
	part := *c
	part.Messages = c.Messages[len(c.Messages)-n:]
	return &part
}
