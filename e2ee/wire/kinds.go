package wire

import "doormat/world"

// Kinds of facts about what travels, and what the provider stores.
const (
	Envelopes   world.Kind = "envelope"            // an [Upload]; Ref the message id
	Delivered   world.Kind = "delivery"            // one part; Ref "message id→recipient"
	Secret      world.Kind = "secret part"         // what a ciphertext carried; Ref the message id
	Public      world.Kind = "public part"         // what travelled beside it; Ref the message id
	Bundle      world.Kind = "prekey bundle"       // Ref the account
	OldIdentity world.Kind = "former identity"     // fingerprint, 16 bytes; Ref the account
	LastSeen    world.Kind = "last seen"           // when a phone last sent a message, to the minute; Ref the account
	UsedNumber  world.Kind = "used message number" // an [OpenHash]; Ref a hash of the message id
	Contents    world.Kind = "content"             // what an envelope sealed; Ref the message id
	GroupUpdate world.Kind = "group update"        // a change of members; Ref the message id
	SealedMail  world.Kind = "sealed envelope"     // an [Upload] that names no sender; Ref its time
	Receipt     world.Kind = "receipt"             // Ref the message that has come, Data the receipt's own id
	SealedChunk world.Kind = "attachment chunk"    // a [Chunk]; Ref as of the file
	CallFrame   world.Kind = "call frame"          // a [Frame]; Ref the call
)

// Kinds of facts about what a device holds.
const (
	DeviceKeys    world.Kind = "device keys"     // identity and prekeys; Ref the account
	Session       world.Kind = "session"         // one side of a session; Ref "peer→own"
	GroupView     world.Kind = "group members"   // as a device knows them; Ref the group
	OwnSenderKey  world.Kind = "own sender key"  // with those who have it; Ref the group
	SenderKey     world.Kind = "sender key"      // of another member; Ref the group
	AttachmentKey world.Kind = "attachment key"  // a [Pointer]; Ref as of the file
	CallKey       world.Kind = "call key"        // 32 bytes, while a call lasts; Ref the call
	KeptMessage   world.Kind = "kept message"    // history of a device; Ref the message id
	KeptFile      world.Kind = "kept attachment" // the same of a file; Ref as of the file

	// VerifiedContact is that a user has compared safety numbers with a contact: Ref is the
	// contact, Data the fingerprint of the identity, 16 bytes.
	VerifiedContact world.Kind = "verified contact"
)

// Kinds of facts about locked devices and their programs.
const (
	SealedStore world.Kind = "sealed store"   // wrapped key and ciphertext; Ref the account
	StoreKey    world.Kind = "store key"      // opens it, 32 bytes; Ref the account
	ElementKey  world.Kind = "key of element" // of the secure element, 32 bytes; Ref the account

	// VendorKey is the key with which a vendor signs what phones run: an Ed25519 seed, 32
	// bytes. Its Ref is the public key in hexadecimal.
	VendorKey world.Kind = "vendor key"
)

// Produced lists the kinds of facts that an honest provider hands over under an order.
func Produced() []world.Kind { return []world.Kind{Envelopes, SealedChunk, CallFrame, LastSeen} }

// Searched lists the kinds of facts that are found on a device.
func Searched() []world.Kind {
	return []world.Kind{DeviceKeys, Session, VerifiedContact, GroupView, OwnSenderKey, SenderKey,
		world.Metadata,
		Secret, Public, AttachmentKey, SealedChunk, CallKey, KeptMessage, KeptFile}
}
