// Package request is what an agency asks trustees, and what they answer.
//
// A request brings an order that a court signed and the public log shows, and the messages that
// the provider produced, each as an [Item]: what the label of its escrow field is built from, and
// the encrypted seed. The body stays behind. A trustee answers with partial decryptions (TDH2,
// package tdh2), sealed for this order and these items by HPKE (RFC 9180), so that a wiretap
// cannot read what a court opened, and signed, so that whoever sends rubbish is named. [Agency] is
// the agency's part: it asks, and files only what it asked for and can verify under the
// committee that the board shows (package committee).
//
// TestAgencyRefuses, TestOwnCommittee, TestAnswerToAnotherRequest and TestFramed in
// escrow/threshold prove it; FuzzParseRequest and FuzzAnswer feed in anything.
package request
