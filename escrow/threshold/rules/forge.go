package rules

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
)

// Names of the making rules.
const (
	MakeUpOrder    = "make up an order"
	AttachEvidence = "attach the evidence"
	AskTrustee     = "ask a trustee"
	MakeCommittee  = "make a committee"
	OfferKey       = "offer a committee key"
)

// makingRules publishes what holders of a court's key or of an order can build.
func makingRules() []world.Rule {
	rules := []world.Rule{
		{Name: MakeUpOrder,
			Doc: "Anybody can write an order for the accounts in text, one a line, and sign it " +
				"with keys that are neither the court's nor the agency's.",
			Gives: kinds(law.OrderFact, law.AgencyKey), Text: world.TextAccount, Apply: makeUpOrder},
		{Name: AttachEvidence,
			Doc: "The log's evidence completes the order that it is for; cosignatures of its " +
				"checkpoint that are given are added.",
			Takes: kinds(law.OrderFact, LogEvidence), All: Cosignature, Gives: kinds(law.OrderFact), Apply: attachEvidence},
		{Name: AskTrustee,
			Doc: "Whoever holds a signed order can ask a trustee about envelopes; text names the " +
				"asker and the trustee.",
			Takes: kinds(law.OrderFact), All: wire.Envelopes, Gives: kinds(world.Outgoing), Text: world.TextSpecial,
			Apply: askTrustee},
		forkRule(),
		{Name: MakeCommittee,
			Doc: "Anybody can hold a ceremony alone, with identities and witnesses of its own: " +
				"text is the key id, t and n, a line each.",
			Gives: kinds(committee.Certificate, committee.Committee, committee.CommitteeKey),
			Text:  world.TextSpecial, Apply: makeCommittee},
		{Name: OfferKey, Doc: "A provider can hand any committee key to the device named in text.",
			Takes: kinds(committee.Certificate), Gives: kinds(world.Outgoing), Text: world.TextAddress,
			Apply: offerKey},
	}
	rules = append(rules, hijackRules()...)
	for i := range rules {
		rules[i].Make = true
	}
	return rules
}

// always is the time of packets that are not dated like a message.
var always = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// makeUpOrder gives no record for the log, which takes none without the court's
// signature.
func makeUpOrder(in world.Input) ([]world.Derived, error) {
	own := sha256.Sum256(in.Random)
	agency, err := ecdh.X25519().NewPrivateKey(in.Random[:32])
	if err != nil {
		return nil, err
	}
	made := law.ForgeOrder(in, ed25519.NewKeyFromSeed(own[:]), agency)
	return world.Conclude(made.Fact(), law.AgencyKeyFact(agency)), nil
}

func attachEvidence(in world.Input) ([]world.Derived, error) {
	s, err := law.ParseSigned(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	f, err := world.Unpack(in.Facts[1].Data, law.KindLogged, 2)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(f[0], s.Record) {
		return nil, errors.New("the evidence is for another order")
	}
	if s.Evidence, err = withCosignatures(f[1], in.Facts[2:]); err != nil {
		return nil, err
	}
	return world.Conclude(s.Fact()), nil
}

// withCosignatures adds to the evidence's checkpoint those cosignatures that are of it.
func withCosignatures(encoded []byte, cosigned []world.Fact) ([]byte, error) {
	if len(cosigned) == 0 {
		return encoded, nil
	}
	evidence, err := ledger.ParseEvidence(encoded)
	if err != nil {
		return nil, err
	}
	for _, f := range cosigned {
		if bytes.Equal(ledger.Text(f.Data), ledger.Text(evidence.Checkpoint)) {
			if evidence.Checkpoint, err = ledger.Combine(evidence.Checkpoint, f.Data); err != nil {
				return nil, err
			}
		}
	}
	return evidence.Encode()
}

// askTrustee takes the envelopes after the order.
func askTrustee(in world.Input) ([]world.Derived, error) {
	from, to, ok := strings.Cut(string(in.Text), " ")
	if !ok {
		return nil, fmt.Errorf("rule %q: text %q: want the asker and the trustee", AskTrustee, in.Text)
	}
	items, err := itemsOf(in.Facts[1:])
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: from, To: to, Data: request.Encode(in.Facts[0].Data, items)}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: to, Data: p.Encode(always)}), nil
}
