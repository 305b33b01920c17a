// Package publiclog is the principals that make a log public: the [Log] that appends and
// shows, four witnesses ([Witness]) who cosign what only grows, and the [Monitor] that reads
// it for everybody. What they tell each other is [Gossip]. The trees and signatures are those
// of package ledger.
//
// What stands in the log is its users' matter: records of court orders, posts of a key
// ceremony, changes of a directory of keys. [Log.Open] says who may post. Whoever reads
// posts verifies for himself that they make up a checkpoint which enough witnesses cosigned.
//
// TestLog proves the cosigning, TestBoard the order of posts, TestGossipProvesAFork that two
// readers who were shown different trees find out.
package publiclog

import (
	"fmt"

	"doormat/world"
)

// A log here has four witnesses, of whom three must have cosigned what a reader believes:
// with n witnesses, f of them dishonest, two forks cannot both reach k cosignatures if
// 2k > n + f, and honest ones alone reach k if k ≤ n - f. So f is 1.
const (
	Witnesses = 4
	Quorum    = 3
)

// WitnessNames lists the witnesses as principals.
func WitnessNames() (names []string) {
	for i := range Witnesses {
		names = append(names, fmt.Sprintf("%s:%d", world.WitnessName, i+1))
	}
	return names
}
