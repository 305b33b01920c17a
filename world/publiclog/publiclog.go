// Package publiclog is the principals that make a log public: the [Log] that appends and
// shows, four witnesses ([Witness]) who cosign what only grows, and the [Monitor] that reads
// it for everybody. What they tell each other is [Gossip]. The trees and signatures are those
// of package ledger.
//
// What stands in the log is its users' matter: records of court orders, posts of a key
// ceremony, changes of a directory of keys. Who may post, [Log.Open] says. Whoever reads
// posts verifies for himself that they make up a checkpoint which enough witnesses cosigned.
//
// TestLog proves the cosigning, TestBoard the order of posts, TestGossipProvesAFork that two
// readers who were shown different trees find out.
package publiclog
