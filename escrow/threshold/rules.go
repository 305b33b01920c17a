package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.dedis.ch/kyber/v3"

	"doormat/e2ee"
	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/publiclog"
)

// Kinds of facts about the escrow.
const (
	Identity     world.Kind = "trustee identity"   // Ed25519 seed; Ref the trustee
	Share        world.Kind = "share"              // Ref the share epoch
	Committee    world.Kind = "committee"          // public polynomial; Ref the share epoch
	CommitteeKey world.Kind = "committee key"      // the secret that nobody should hold; Ref the key id
	EscrowField  world.Kind = "escrow field"       // an item; Ref the key id
	Body         world.Kind = "body"               // Ref the message id
	Seed         world.Kind = "message seed"       // 32 bytes; Ref the message id
	Partial      world.Kind = "partial decryption" // Ref the message id
	KeyShare     world.Kind = "share of the key"   // a verified share with its committee; Ref the key id
	Asked        world.Kind = "asked message"      // an item that some trustee answered for; Ref the key id
	CertifiedKey world.Kind = "certified key"      // t and the key, by who checked its certificate; Ref the key id
	Question     world.Kind = "question"           // an item and the certified key that it names; Ref the message id
	Answer       world.Kind = "sealed answer"      // a packet's data; Ref the agency's public key
	PhraseKey    world.Kind = "phrase key"         // of a client that encrypts underneath; Ref the accomplices
	LogEvidence  world.Kind = "log evidence"       // record and evidence; Ref "log"
	Cosignature  world.Kind = "cosignature"        // a checkpoint with a witness's signature; Ref the witness
	Board        world.Kind = "board"              // all records of the log, with a cosigned checkpoint; Ref "log"
	Certificate  world.Kind = "certificate"        // of a ceremony; Ref its name
	OneUseKey    world.Kind = "one-use key"        // with the roster; Ref the ceremony, a share epoch
	BoardPost    world.Kind = "board post"         // a record of the log; Ref the ceremony

	// A thief finds these in the middle of a ceremony. No rule reads them, so what
	// such a theft is worth without the board is not measured.
	Polynomial world.Kind = "polynomial"      // t values, while dealing; Ref the ceremony
	Salt       world.Kind = "commitment salt" // Ref the ceremony
	Received   world.Kind = "received share"  // dealer and share; Ref the ceremony
)

// Rules implements [world.Design].
func (Design) Rules() []world.Rule {
	kinds := func(k ...world.Kind) []world.Kind { return k }
	rules := append(append(e2ee.FoundBesides(e2ee.Rules(), PhraseKey), law.Rules()...),
		world.Rule{Name: "read an escrow packet",
			Doc: "A packet may hold a trustee's sealed answer, the log's evidence, a witness's " +
				"cosignature, news of the board, a committee's certificate, or the order under " +
				"which a trustee is asked.",
			Takes: kinds(world.Observed),
			Gives: kinds(Answer, LogEvidence, Cosignature, BoardPost, Board, Certificate,
				law.OrderFact),
			Apply: readPacket},
		world.Rule{Name: "read a request log",
			Doc:   "A trustee keeps what it was asked for: the order, and who wrote to whom and when.",
			Takes: kinds(RequestLog), Gives: kinds(law.OrderFact, world.Metadata), Apply: readRequestLog},
		world.Rule{Name: "read the log", Doc: "The log holds every post of every ceremony.",
			Takes: kinds(publiclog.LogState), Gives: kinds(BoardPost), Apply: readLog},
		world.Rule{Name: "open a sealed share",
			Doc: "A one-use key opens the new shares that were sealed to it on the board, then " +
				"and ever after.",
			Takes: kinds(OneUseKey), All: BoardPost, Gives: kinds(Share, Committee), Apply: openSealedShare},
		world.Rule{Name: "read an escrow field", Doc: "The part beside the ratchet holds the encrypted seed and the body.",
			Takes: kinds(e2ee.Public, world.Metadata), Gives: kinds(EscrowField, Body), Apply: readField},
		world.Rule{Name: "read the secret part", Doc: "The ratchet carries the message seed.",
			Takes: kinds(e2ee.Secret), Gives: kinds(Seed), Apply: readSecret},
		world.Rule{Name: "combine shares",
			Doc: "t good shares of one epoch give the committee's secret key (Shamir 1979, " +
				"verified as in Feldman 1987).",
			Takes: kinds(Committee), All: Share, Gives: kinds(CommitteeKey), Apply: combineShares},
		world.Rule{Name: "open an escrow field",
			Doc:   "The committee's secret key opens the seed of every message under it (TDH2).",
			Takes: kinds(CommitteeKey, EscrowField), Gives: kinds(Seed), Apply: openField},
		world.Rule{Name: "unseal an answer", Doc: "An agency's key opens what trustees sealed to it.",
			Takes: kinds(law.AgencyKey, Answer), Gives: kinds(Partial), Apply: unsealAnswer},
		world.Rule{Name: "verify a share",
			Doc: "A share that fits the committee's public polynomial is good for any message " +
				"under the key.",
			Takes: kinds(Committee, Share), Gives: kinds(KeyShare), Apply: verifyShare},
		world.Rule{Name: "read an answer", Doc: "A partial decryption names the message that was asked for.",
			Takes: kinds(Partial), Gives: kinds(Asked), Apply: readAnswer},
		world.Rule{Name: "answer with a share", Doc: "Who holds a share can add its partial decryption to those of others.",
			Takes: kinds(KeyShare, Asked), Gives: kinds(Partial), Apply: answerWithShare},
		world.Rule{Name: "find the key of an escrow field",
			Doc: "A field names its key, and whoever has checked that key's certificate knows " +
				"which point and which threshold it is.",
			Takes: kinds(CertifiedKey, EscrowField), Gives: kinds(Question), Apply: findKey},
		world.Rule{Name: "combine partial decryptions",
			Doc: "t good partial decryptions of one message's own field, under the certified key " +
				"that it names, open its seed (TDH2).",
			Takes: kinds(Question), All: Partial, Gives: kinds(Seed), Apply: combinePartials},
		world.Rule{Name: "open a body", Doc: "A seed opens its one message.",
			Takes: kinds(Seed, Body), Gives: kinds(e2ee.Contents), Apply: openBody},
	)
	rules = append(rules, quantumRules()...)
	return append(append(rules, makingRules()...), e2ee.MakingRules(madeEnvelope, Committee)...)
}

// madeEnvelope builds the honest envelope for a writer who knows the committee,
// which is public. Of several keys it takes the newest.
func madeEnvelope(random io.Reader, more []world.Fact) (e2ee.Envelope, error) {
	if len(more) == 0 {
		return nil, fmt.Errorf("rule %q: give the fact of kind %q as third argument", e2ee.Write, Committee)
	}
	newest := slices.MaxFunc(more, func(a, b world.Fact) int { return keyNumber(keyOfEpoch(a.Ref)) - keyNumber(keyOfEpoch(b.Ref)) })
	commitments, err := parseCommittee(newest.Data)
	if err != nil {
		return nil, err
	}
	c, err := buildCommittee(keyNumber(keyOfEpoch(newest.Ref)), commitments, nil)
	if err != nil {
		return nil, err
	}
	return &envelope{keyring: keyring{keys: []*committee{c}}, random: random}, nil
}

func readPacket(in world.Input) ([]world.Derived, error) {
	p, _, err := world.ParsePacket(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	switch p.Kind() {
	case KindAnswer:
		a, err := parseAnswer(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: Answer, Ref: agencyRef(a.agency), Data: p.Data}), nil
	case KindKey:
		list, err := world.UnpackList(p.Data, KindKey)
		if err != nil {
			return nil, err
		}
		var facts []world.Fact
		for _, encoded := range list {
			facts = append(facts, certificateFact(encoded))
		}
		return world.Conclude(facts...), nil
	case law.KindLogged:
		return world.Conclude(world.Fact{Kind: LogEvidence, Ref: "log", Data: p.Data}), nil
	case publiclog.KindCosigned:
		f, err := world.Unpack(p.Data, publiclog.KindCosigned, 2)
		if err != nil || len(f[0]) == 0 {
			return nil, errors.New("no cosignature in this packet")
		}
		return world.Conclude(world.Fact{Kind: Cosignature, Ref: p.From, Data: f[0]}), nil
	case KindRequest:
		s, _, err := parseRequest(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(s.Fact()), nil
	case publiclog.KindUpdate:
		u, err := publiclog.ParseUpdate(p.Data)
		if err != nil {
			return nil, err
		}
		out := boardPosts(u.Records)
		if u.First == 0 {
			out = append(out, world.Conclude(world.Fact{Kind: Board, Ref: world.Log, Data: p.Data})...)
		}
		return out, nil
	}
	return nil, errors.New("nothing of the escrow in this packet")
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
	i := &item{m, sum(f.Body), f.KeyID, f.Seed}
	return world.Conclude(
		world.Fact{Kind: EscrowField, Ref: f.KeyID, Data: i.encode()},
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
	commitments, err := parseCommittee(in.Facts[0].Data)
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
	return []world.Derived{{Fact: world.Fact{Kind: CommitteeKey, Ref: keyOfEpoch(in.Facts[0].Ref),
		Data: group.Bytes(secret)}, From: from}}, nil
}

// openField checks neither the proof nor that the secret is the key's: a thief
// need not. A seed that is wrong opens no body.
func openField(in world.Input) ([]world.Derived, error) {
	secret, err := group.DecodeScalar(suite, in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	i, err := parseItem(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	seed, err := tdh2.OpenUnchecked(suite, secret, i.seed)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: Seed, Ref: i.meta.ID, Data: seed[:]}), nil
}

func checkItem(i *item, key kyber.Point) (*tdh2.Checked, error) {
	public, err := tdh2.NewPublicKey(suite, []byte(i.keyID), key)
	if err != nil {
		return nil, err
	}
	ct, err := tdh2.DecodeCiphertext(suite, i.seed)
	if err != nil {
		return nil, err
	}
	return public.Check(i.label(), ct)
}

func unsealAnswer(in world.Input) ([]world.Derived, error) {
	a, err := parseAnswer(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	facts, err := openAnswer(in.Facts[0].Data, a.info, a.sealed)
	if err != nil {
		return nil, err
	}
	return world.Conclude(facts...), nil
}

// findKey puts a field beside the key that it names. It takes no certificate: whoever
// holds a certified key has checked one, and a key that somebody made up at home is not
// certified.
func findKey(in world.Input) ([]world.Derived, error) {
	if _, _, err := parseCertified(in.Facts[0].Data); err != nil {
		return nil, err
	}
	i, err := parseItem(in.Facts[1].Data)
	if err != nil || i.keyID != in.Facts[0].Ref {
		return nil, errors.New("a field under another key")
	}
	return world.Conclude(world.Fact{Kind: Question, Ref: i.meta.ID,
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
	t, key, err := parseCertified(f[0])
	if err != nil {
		return nil, err
	}
	by := map[string][]int{}
	var order []string
	for at, fact := range in.Facts[1:] {
		p, err := parsePartial(fact.Data)
		if err != nil || !bytes.Equal(p.item, f[1]) {
			continue // of another message, or of a field that is not this message's
		}
		if by[string(p.committee)] == nil {
			order = append(order, string(p.committee))
		}
		by[string(p.committee)] = append(by[string(p.committee)], at+1)
	}
	for _, committee := range order {
		if len(by[committee]) < t {
			continue
		}
		c, err := parseCommittee([]byte(committee))
		if err != nil || c.Threshold() != t || !bytes.Equal(group.Bytes(c.Key()), key) {
			continue
		}
		// One polynomial is enough: all of them have the same secret.
		if d, err := combineUnder(c, f[1], in.Facts, by[committee]); err == nil {
			return []world.Derived{d}, nil
		}
	}
	return nil, errors.New("too few good partial decryptions")
}

// combineUnder opens an item with t good partial decryptions under one polynomial.
func combineUnder(c *sharing.Commitments, data []byte, facts []world.Fact, at []int) (world.Derived, error) {
	i, err := parseItem(data)
	if err != nil {
		return world.Derived{}, err
	}
	checked, err := checkItem(i, c.Key())
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
	seed, _, err := checked.Combine(c, good)
	return world.Derived{Fact: world.Fact{Kind: Seed, Ref: i.meta.ID, Data: seed[:]}, From: from}, err
}

func goodPartial(data []byte, c *sharing.Commitments, checked *tdh2.Checked, have []*tdh2.Partial) (*tdh2.Partial, error) {
	claim, err := parsePartial(data)
	if err != nil {
		return nil, err
	}
	p, err := tdh2.DecodePartial(suite, claim.partial)
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
	return world.Conclude(world.Fact{Kind: e2ee.Contents, Ref: in.Facts[0].Ref, Data: content}), nil
}
