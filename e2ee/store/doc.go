// Package store is what a device keeps, with the bytes that a thief of it finds: its
// identity and prekeys ([Keys]), a session with each contact's device ([Session]), for
// each group, its members and sender keys ([OwnSenderKey], [SenderKey]), and the
// history. Signal's library divides the memory of a client in the same way, into stores
// for identity, prekeys, sessions and sender keys.
//
// Every value encodes to the data of a fact, and decodes from it: the device of package e2ee lists
// these facts as its Holdings, and the rules of a thief read them again. So both mean the same, and
// a thief who goes on with a copied session does with it what its owner would ([Session.Open],
// [Session.Seal]).
//
// Forward secrecy lives here too: [Keys.Spend] erases the one-time prekeys that a session used,
// [Keys.Rotate] the signed prekey of the time before last (PQXDH, sections 3.2 and 4.2), and what
// is erased is in no encoding any more. TestForwardSecrecy, TestRotation and
// TestOneTimePrekeysAreSpentAndReplaced in package e2ee look for the bytes.
package store
