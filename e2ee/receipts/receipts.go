// Package receipts is the parameter by which a phone tells the author of each message that it has
// come: the second tick of the big messengers. Package e2ee sends them (Device.acknowledge).
//
// A receipt is a content like a call's key: sealed in the session with the author, under what the
// design puts around a content, and routed and kept as a message is. So nobody on the way reads
// it. That there is one they all see, and when. A message that its reader never answers
// is answered all the same, by the phone, at once; and the provider, which notes when an account
// last sent something, notes of readers, too, when they were there (package directory). A receipt
// is also an answer in the sense of the Double Ratchet: each message now brings a new key from
// the other side, so a chat heals from a thief sooner (TestReceiptsHeal).
//
// To a group it goes from each member to the author, not to the group. A phone sends none in
// return for a receipt, for a change of a group or for a call; none where it would have to start
// a session; and none to a contact whose changed key its owner has not compared. What its owner has
// seen is no matter of this program: a phone here shows what comes, so a receipt for reading
// would say the same. Who is shown a tick is left out, and so is that users may switch receipts
// off one by one.
//
// TestReceipts in package e2ee shows who gets one and who does not, TestReceiptsShowPresence what the
// provider learns.
package receipts

import "doormat/world"

// The parameter that says whether phones send receipts, and its values.
const (
	Name = "receipts"
	Off  = "off"
	On   = "on"
)

// Parameter declares it.
func Parameter() world.Parameter {
	return world.OwnWord(Name, "whether a phone tells the author of each message that it has "+
		"come, encrypted as a message is", Off, On)
}
