package rules

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"

	"doormat/e2ee/wire"
	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/request"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/publiclog"
)

// All lists the rules of this package, those that open and those that make.
func All() []world.Rule {
	return slices.Concat(readingRules(), openingRules(), quantumRules(), makingRules())
}

func kinds(k ...world.Kind) []world.Kind { return k }

// readingRules say what bytes that somebody holds are made of.
func readingRules() []world.Rule {
	return []world.Rule{
		{Name: "read an escrow packet",
			Doc: "A packet may hold a trustee's sealed answer, the log's evidence, a witness's " +
				"cosignature, news of the board, a committee's certificate, or the order under " +
				"which a trustee is asked.",
			Takes: kinds(world.Observed),
			Gives: kinds(request.Answer, LogEvidence, Cosignature, committee.BoardPost, committee.Board, committee.Certificate,
				law.OrderFact),
			Apply: world.FromPacket(readPacket)},
		{Name: "read the certificate that a phone is handed",
			Doc: "The phone that registers as somebody is handed the newest certificate, and learns from it the " +
				"public polynomial under which it has to seal.",
			Takes: kinds(world.Observed), Gives: kinds(committee.Committee),
			Apply: world.FromPacket(readHandedCertificate)},
		{Name: "read what a trustee hands over",
			Doc: "A trustee with a false program sends what it holds: shares, its identity, and what it was " +
				"asked for.",
			Takes: kinds(world.Observed), Gives: handedOver, Apply: readHandedOver(handedOver)},
		{Name: "read a request log",
			Doc:   "A trustee keeps what it was asked for: the order, and who wrote to whom and when.",
			Takes: kinds(request.RequestLog), Gives: kinds(law.OrderFact, world.Metadata), Apply: readRequestLog},
		{Name: "read the log", Doc: "The log holds every post of every ceremony.",
			Takes: kinds(publiclog.LogState), Gives: kinds(committee.BoardPost), Apply: readLog},
		{Name: "open a sealed share",
			Doc: "A one-use key opens the new shares that were sealed to it on the board, then " +
				"and ever after.",
			Takes: kinds(committee.OneUseKey), All: committee.BoardPost, Gives: kinds(committee.Share, committee.Committee), Apply: openSealedShare},
		{Name: "read an escrow field", Doc: "The part beside the ratchet holds the encrypted seed and the body.",
			Takes: kinds(wire.Public, world.Metadata), Gives: kinds(request.EscrowField, Body), Apply: readField},
		{Name: "read the secret part", Doc: "The ratchet carries the message seed.",
			Takes: kinds(wire.Secret), Gives: kinds(Seed), Apply: readSecret},
	}
}

// handedOver are the kinds of facts that a trustee holds and rules read.
var handedOver = kinds(committee.Identity, committee.Share, committee.Committee, committee.CertifiedKey,
	committee.OneUseKey, request.RequestLog)

func readHandedOver(read []world.Kind) func(world.Input) ([]world.Derived, error) {
	return world.FromPacket(func(p world.Packet) ([]world.Derived, error) {
		facts, err := world.UnpackFacts(p.Data, request.KindHandOver)
		return world.Conclude(world.KeepKinds(facts, read...)...), err
	})
}

// openingRules compute with shares, answers and keys.
func openingRules() []world.Rule {
	return []world.Rule{
		{Name: "combine shares",
			Doc: "t good shares of one epoch give the committee's secret key (Shamir 1979, " +
				"verified as in Feldman 1987).",
			Takes: kinds(committee.Committee), All: committee.Share, Gives: kinds(committee.CommitteeKey), Apply: combineShares},
		{Name: "open an escrow field",
			Doc:   "The committee's secret key opens the seed of every message under it (TDH2).",
			Takes: kinds(committee.CommitteeKey, request.EscrowField), Gives: kinds(Seed), Apply: openField},
		{Name: "unseal an answer", Doc: "An agency's key opens what trustees sealed to it.",
			Takes: kinds(law.AgencyKey, request.Answer), Gives: kinds(request.Partial), Apply: unsealAnswer},
		{Name: "verify a share",
			Doc: "A share that fits the committee's public polynomial is good for any message " +
				"under the key.",
			Takes: kinds(committee.Committee, committee.Share), Gives: kinds(KeyShare), Apply: verifyShare},
		{Name: "read an answer", Doc: "A partial decryption names the message that was asked for.",
			Takes: kinds(request.Partial), Gives: kinds(Asked), Apply: readAnswer},
		{Name: "answer with a share", Doc: "Who holds a share can add its partial decryption to those of others.",
			Takes: kinds(KeyShare, Asked), Gives: kinds(request.Partial), Apply: answerWithShare},
		{Name: "find the key of an escrow field",
			Doc: "A field names its key, and whoever has checked that key's certificate knows " +
				"which point and which threshold it is.",
			Takes: kinds(committee.CertifiedKey, request.EscrowField), Gives: kinds(Question), Apply: findKey},
		{Name: "combine partial decryptions",
			Doc: "t good partial decryptions of one message's own field, under the certified key " +
				"that it names, open its seed (TDH2).",
			Takes: kinds(Question), All: request.Partial, Gives: kinds(Seed), Apply: combinePartials},
		{Name: "open a body", Doc: "A seed opens its one message.",
			Takes: kinds(Seed, Body), Gives: kinds(wire.Contents), Apply: openBody},
	}
}

// readPacket gives what a packet on a link holds, if it is of the escrow.
func readPacket(p world.Packet) ([]world.Derived, error) {
	switch p.Kind() {
	case request.KindAnswer:
		return readAnswerPacket(p.Data)
	case committee.KindKey:
		return readCertificates(p.Data)
	case request.KindRequest:
		return readRequest(p.Data)
	case law.KindLogged:
		return world.Conclude(world.Fact{Kind: LogEvidence, Ref: world.Log, Data: p.Data}), nil
	case publiclog.KindCosigned:
		return readCosignature(p)
	case publiclog.KindUpdate:
		return readUpdate(p.Data)
	}
	return nil, errors.New("nothing of the escrow in this packet")
}

func readAnswerPacket(data []byte) ([]world.Derived, error) {
	a, err := request.ParseAnswer(data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: request.Answer, Ref: request.AgencyRef(a.Agency), Data: data}), nil
}

func readCertificates(data []byte) ([]world.Derived, error) {
	list, err := world.UnpackList(data, committee.KindKey)
	if err != nil {
		return nil, err
	}
	var facts []world.Fact
	for _, encoded := range list {
		facts = append(facts, committee.CertificateFact(encoded))
	}
	return world.Conclude(facts...), nil
}

// readHandedCertificate looks only at what a stranger was handed: all others who see
// certificates have the polynomial from elsewhere, or no use for it.
func readHandedCertificate(p world.Packet) ([]world.Derived, error) {
	list, err := world.UnpackList(p.Data, committee.KindKey)
	if err != nil || p.From != world.Provider || p.To != world.Outsider {
		return nil, errors.New("no certificate that the provider handed to a stranger's phone")
	}
	var facts []world.Fact
	for _, encoded := range list {
		c, err := ceremony.ParseCertificate(encoded)
		if err != nil {
			return nil, err
		}
		facts = append(facts, committee.Fact(string(c.Session), c.Commitments))
	}
	return world.Conclude(facts...), nil
}

func readRequest(data []byte) ([]world.Derived, error) {
	s, _, err := request.Parse(data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(s.Fact()), nil
}

func readCosignature(p world.Packet) ([]world.Derived, error) {
	f, err := world.Unpack(p.Data, publiclog.KindCosigned, 2)
	if err != nil || len(f[0]) == 0 {
		return nil, errors.New("no cosignature in this packet")
	}
	return world.Conclude(world.Fact{Kind: Cosignature, Ref: p.From, Data: f[0]}), nil
}

func readUpdate(data []byte) ([]world.Derived, error) {
	u, err := publiclog.ParseUpdate(data)
	if err != nil {
		return nil, err
	}
	out := boardPosts(u.Records)
	if u.First == 0 {
		out = append(out, world.Conclude(world.Fact{Kind: committee.Board, Ref: world.Log, Data: data})...)
	}
	return out, nil
}

func readField(in world.Input) ([]world.Derived, error) {
	m, err := world.ParseMeta(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	f, err := escrow.ParseField(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	i := &request.Item{Meta: m, BodyHash: sha256.Sum256(f.Body), KeyID: f.KeyID, Seed: f.Seed}
	return world.Conclude(
		world.Fact{Kind: request.EscrowField, Ref: f.KeyID, Data: i.Encode()},
		world.Fact{Kind: Body, Ref: m.ID, Data: f.Body}), nil
}

func readSecret(in world.Input) ([]world.Derived, error) {
	if len(in.Facts[0].Data) != escrow.SeedSize {
		return nil, errors.New("not a seed")
	}
	return world.Conclude(world.Fact{Kind: Seed, Ref: in.Facts[0].Ref, Data: in.Facts[0].Data}), nil
}

// combineShares verifies each share against the public polynomial before it
// takes t of them.
func combineShares(in world.Input) ([]world.Derived, error) {
	commitments, err := committee.ParseFact(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	var good []sharing.Share
	from, seen := []int{0}, map[int]bool{}
	for at, f := range in.Facts[1:] {
		s, err := ceremony.ParseShare(f.Data)
		if err != nil || seen[s.Index] || commitments.Verify(s) != nil {
			continue
		}
		seen[s.Index] = true
		good, from = append(good, s), append(from, at+1)
		if len(good) == commitments.Threshold() {
			break
		}
	}
	secret, _, err := sharing.Recover(commitments, good)
	if err != nil {
		return nil, err
	}
	return []world.Derived{{Fact: world.Fact{Kind: committee.CommitteeKey, Ref: committee.KeyOfEpoch(in.Facts[0].Ref),
		Data: group.Bytes(secret)}, From: from}}, nil
}

// openField checks neither the proof nor that the secret is the key's: a thief
// need not. A seed that is wrong opens no body.
func openField(in world.Input) ([]world.Derived, error) {
	secret, err := group.DecodeScalar(suite, in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	i, err := request.ParseItem(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	seed, err := tdh2.OpenUnchecked(suite, secret, i.Seed)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: Seed, Ref: i.Meta.ID, Data: seed[:]}), nil
}

func unsealAnswer(in world.Input) ([]world.Derived, error) {
	a, err := request.ParseAnswer(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	facts, err := request.OpenAnswer(in.Facts[0].Data, a.Info, a.Sealed)
	if err != nil {
		return nil, err
	}
	return world.Conclude(facts...), nil
}

// findKey puts a field beside the key that it names. It takes no certificate: whoever
// holds a certified key has checked one, and a key that somebody made up at home is not
// certified.
func findKey(in world.Input) ([]world.Derived, error) {
	if _, _, err := committee.ParseCertified(in.Facts[0].Data); err != nil {
		return nil, err
	}
	i, err := request.ParseItem(in.Facts[1].Data)
	if err != nil || i.KeyID != in.Facts[0].Ref {
		return nil, errors.New("a field under another key")
	}
	return world.Conclude(world.Fact{Kind: Question, Ref: i.Meta.ID,
		Data: world.Pack(questionTag, in.Facts[0].Data, in.Facts[1].Data)}), nil
}

const questionTag = 'q'

// combinePartials opens the seed of the message's own escrow field. It takes no word of
// a partial decryption for which item, committee or threshold it is: the item must be
// the one from the envelope, the key the certified one, and t that of the certificate.
// Partial decryptions of different share epochs do not add up, so they are sorted by
// the polynomial that they name.
func combinePartials(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, questionTag, 2)
	if err != nil {
		return nil, err
	}
	t, key, err := committee.ParseCertified(f[0])
	if err != nil {
		return nil, err
	}
	by := map[string][]int{}
	var order []string
	for at, fact := range in.Facts[1:] {
		p, err := request.ParsePartial(fact.Data)
		if err != nil || !bytes.Equal(p.Item, f[1]) {
			continue // of another message, or of a field that is not this message's
		}
		if by[string(p.Committee)] == nil {
			order = append(order, string(p.Committee))
		}
		by[string(p.Committee)] = append(by[string(p.Committee)], at+1)
	}
	for _, polynomial := range order {
		if len(by[polynomial]) < t {
			continue
		}
		c, err := committee.ParseFact([]byte(polynomial))
		if err != nil || c.Threshold() != t || !bytes.Equal(group.Bytes(c.Key()), key) {
			continue
		}
		// One polynomial is enough: all of them have the same secret.
		if d, err := combineUnder(c, f[1], in.Facts, by[polynomial]); err == nil {
			return []world.Derived{d}, nil
		}
	}
	return nil, errors.New("too few good partial decryptions")
}

// combineUnder opens an item with t good partial decryptions under one polynomial.
func combineUnder(c *sharing.Commitments, data []byte, facts []world.Fact, at []int) (world.Derived, error) {
	i, err := request.ParseItem(data)
	if err != nil {
		return world.Derived{}, err
	}
	checked, err := request.CheckItem(i, c.Key())
	if err != nil {
		return world.Derived{}, err
	}
	var good []*tdh2.Partial
	from := []int{0}
	for _, n := range at {
		p, err := goodPartial(facts[n].Data, c, checked, good)
		if err != nil {
			continue
		}
		good, from = append(good, p), append(from, n)
		if len(good) == c.Threshold() {
			break
		}
	}
	if len(good) < c.Threshold() {
		return world.Derived{}, errors.New("too few good partial decryptions")
	}
	seed, err := checked.CombineVerified(good)
	return world.Derived{Fact: world.Fact{Kind: Seed, Ref: i.Meta.ID, Data: seed[:]}, From: from}, err
}

func goodPartial(data []byte, c *sharing.Commitments, checked *tdh2.Checked, have []*tdh2.Partial) (*tdh2.Partial, error) {
	claim, err := request.ParsePartial(data)
	if err != nil {
		return nil, err
	}
	p, err := tdh2.DecodePartial(suite, claim.Partial)
	if err != nil {
		return nil, err
	}
	for _, other := range have {
		if other.Index() == p.Index() {
			return nil, errors.New("the same trustee twice")
		}
	}
	public, err := c.PublicShare(p.Index())
	if err != nil {
		return nil, err
	}
	return p, checked.Verify(public, p)
}

func openBody(in world.Input) ([]world.Derived, error) {
	content, err := escrow.OpenBody(in.Facts[0].Data, in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: wire.Contents, Ref: in.Facts[0].Ref, Data: content}), nil
}

// Kinds of facts that rules find out.
const (
	Body        world.Kind = "body"             // Ref the message id
	Seed        world.Kind = "message seed"     // 32 bytes; Ref the message id
	KeyShare    world.Kind = "share of the key" // a verified share with its committee; Ref the key id
	Asked       world.Kind = "asked message"    // an item that some trustee answered for; Ref the key id
	Question    world.Kind = "question"         // an item and the certified key that it names; Ref the message id
	LogEvidence world.Kind = "log evidence"     // record and evidence; Ref "log"
	Cosignature world.Kind = "cosignature"      // a checkpoint with a witness's signature; Ref the witness
)
