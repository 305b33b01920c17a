package request

import "doormat/world"

// Kinds of facts about requests and answers.
const (
	EscrowField world.Kind = "escrow field"       // an item; Ref the key id
	Partial     world.Kind = "partial decryption" // Ref the message id
	Answer      world.Kind = "sealed answer"      // a packet's data; Ref the agency's public key
	RequestLog  world.Kind = "request log"        // of a trustee: the order, and metadata; Ref the trustee
)
