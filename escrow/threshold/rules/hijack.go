package rules

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"go.dedis.ch/kyber/v3"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// These rules show what stolen identities of trustees are worth. With t of one epoch a thief
// holds a whole ceremony alone, in public, and is the committee from then on. With fewer it
// can post in their owners' names, and have these excluded.

// Names of the rules.
const (
	CertifyKey       = "certify a key with trustee identities"
	ProveCertificate = "prove a certificate by the board"
	SpeakAsTrustee   = "speak in a trustee's name"
)

func hijackRules() []world.Rule {
	return []world.Rule{
		{Name: CertifyKey,
			Doc: "t identities of the trustees that a certificate lists hold the ceremony of the " +
				"key named in text alone, and call time for the others: its secret, the " +
				"certificate, the posts for the board, and a request to read the board.",
			Takes: kinds(committee.Certificate), All: committee.Identity,
			Gives: kinds(committee.CommitteeKey, committee.Committee, committee.Certificate, world.Outgoing),
			Text:  world.TextSpecial, Apply: certifyKey},
		{Name: ProveCertificate,
			Doc: "The board shows where it holds the signatures of a certificate: the whole " +
				"certificate, and the packet that brings it to the provider.",
			Takes: kinds(committee.Certificate, committee.Board), Gives: kinds(committee.Certificate, world.Outgoing), Apply: proveCertificate},
		{Name: SpeakAsTrustee,
			Doc: "Whoever holds the identity of a trustee that a certificate lists can post in " +
				"its name in the next ceremony, named in text: in each phase up to the fifth, " +
				"something that convicts it.",
			Takes: kinds(committee.Identity, committee.Certificate, committee.Committee), Gives: kinds(world.Outgoing),
			Text: world.TextSpecial, Apply: speakAsTrustee},
	}
}

// certifyKey hijacks the ceremony for a new key with t stolen identities. It ignores those
// that the certificate does not list.
func certifyKey(in world.Input) ([]world.Derived, error) {
	before, err := ceremony.ParseCertificate(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	number := committee.KeyNumber(string(in.Text))
	if number == 0 {
		return nil, fmt.Errorf("rule %q: text %q: want the id of the new key", CertifyKey, in.Text)
	}
	name := committee.EpochName(number, 0)
	h := &hijack{roster: committee.WithSession(committee.NextRoster(before), name), seed: world.Seed(binary.BigEndian.Uint64(in.Random))}
	if h.audit, err = ceremony.NewAudit(h.roster); err != nil {
		return nil, err
	}
	if err := h.takeSeats(in.Facts[1:]); err != nil {
		return nil, err
	}
	if err := h.runCeremony(before.Checkpoint); err != nil {
		return nil, err
	}
	return h.facts(name)
}

// hijack is a ceremony that a thief of t identities holds alone.
type hijack struct {
	roster *ceremony.Roster
	seed   world.Seed
	audit  *ceremony.Audit
	seats  []int
	stolen []*ceremony.Trustee
	posts  []world.Packet
}

// takeSeats takes the t lowest seats whose identities are stolen.
func (h *hijack) takeSeats(identities []world.Fact) error {
	for i := 1; i <= len(h.roster.Identities) && len(h.seats) < h.roster.Threshold; i++ {
		for _, f := range identities {
			if len(f.Data) != ed25519.SeedSize {
				continue
			}
			t, err := ceremony.NewTrustee(h.roster, i, ed25519.NewKeyFromSeed(f.Data))
			if err == nil {
				h.seats, h.stolen = append(h.seats, i), append(h.stolen, t)
				break
			}
		}
	}
	if len(h.seats) < h.roster.Threshold {
		return fmt.Errorf("rule %q: %d identities that the certificate lists, %d are needed",
			CertifyKey, len(h.seats), h.roster.Threshold)
	}
	return nil
}

// runCeremony goes through the phases. In the first, the thieves vote to close it without
// everybody else.
func (h *hijack) runCeremony(checkpoint []byte) error {
	for h.audit.Phase() < ceremony.PhaseDone {
		phase := h.audit.Phase()
		for k, t := range h.stolen {
			if h.audit.Phase() != phase {
				break // the vote closed the phase
			}
			raw, err := committee.NextPost(t, h.audit, checkpoint, h.seed.Stream(fmt.Sprint(phase, h.seats[k])))
			if err == nil {
				err = h.post(h.seats[k], raw)
			}
			if err != nil {
				return err
			}
		}
		for k, t := range h.stolen {
			if h.audit.Phase() != phase || phase > ceremony.PhaseConfirm {
				break
			}
			call, err := t.VoteToClose(h.audit)
			if err == nil {
				err = h.post(h.seats[k], call)
			}
			if err != nil {
				return err
			}
		}
		if h.audit.Phase() == phase {
			return fmt.Errorf("rule %q: the ceremony gets no further than the %s phase", CertifyKey, phase)
		}
	}
	return nil
}

func (h *hijack) post(seat int, raw []byte) error {
	h.posts = append(h.posts, boardPacket(seat, string(h.roster.Session), raw))
	return h.audit.Read(raw)
}

// boardPacket brings a post in the name of a trustee, since the log takes posts from nobody
// else.
func boardPacket(seat int, session string, raw []byte) world.Packet {
	return world.Packet{From: world.Trustee(seat), To: world.Log, Data: world.Pack(publiclog.KindPost, []byte(session), raw)}
}

// recoverSecret puts the shares together that trustees have when a ceremony is over.
func recoverSecret(c *sharing.Commitments, trustees []*ceremony.Trustee) (kyber.Scalar, error) {
	var shares []sharing.Share
	for _, t := range trustees {
		share, err := t.Share()
		if err != nil {
			return nil, err
		}
		shares = append(shares, share)
	}
	secret, _, err := sharing.Recover(c, shares)
	return secret, err
}

// facts gives the new key's secret and certificate, and the packets that post the
// ceremony on the board.
func (h *hijack) facts(name string) ([]world.Derived, error) {
	certificate, err := h.audit.Certificate()
	if err != nil {
		return nil, err
	}
	encoded, err := certificate.Encode()
	if err != nil {
		return nil, err
	}
	secret, err := recoverSecret(certificate.Commitments, h.stolen)
	if err != nil {
		return nil, err
	}
	out := []world.Fact{{Kind: committee.CommitteeKey, Ref: committee.KeyOfEpoch(name), Data: group.Bytes(secret)},
		committee.Fact(name, certificate.Commitments), {Kind: committee.Certificate, Ref: name, Data: encoded}}
	read := world.Packet{From: world.Outsider, To: world.Log, Data: world.Pack(publiclog.KindReadBoard, world.Int(0))}
	for _, p := range append(h.posts, read) {
		out = append(out, world.Fact{Kind: world.Outgoing, Ref: world.Log, Data: p.Encode(always)})
	}
	return world.Conclude(out...), nil
}

// proveCertificate completes a certificate from the board, as every reader of the board does.
func proveCertificate(in world.Input) ([]world.Derived, error) {
	c, err := ceremony.ParseCertificate(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	u, err := publiclog.ParseUpdate(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	var tree ledger.Reader
	places := map[int]committee.Position{}
	for i, record := range u.Records {
		tree.Add(record)
		r, err := publiclog.ParseBoardRecord(record)
		if err != nil || r.Session != string(c.Session) {
			continue
		}
		for _, s := range c.Signatures {
			if slices.Equal(r.Post, c.CertifiedPost(s)) {
				places[s.Trustee] = committee.Position{Before: r.Before, Index: int64(i)}
			}
		}
	}
	if len(places) < len(c.Signatures) {
		return nil, errors.New("the board does not hold the signatures of the certificate")
	}
	if err := committee.Prove(c, places, &tree, u.Checkpoint); err != nil {
		return nil, err
	}
	encoded, err := c.Encode()
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: world.Outsider, To: world.Provider, Data: committee.Certificates(encoded)}
	return world.Conclude(committee.CertificateFact(encoded),
		world.Fact{Kind: world.Outgoing, Ref: world.Provider, Data: p.Encode(always)}), nil
}

// speakAsTrustee posts signed rubbish. The roster of a refresh names the dealers, who hold
// shares of the epoch that ends. They are those whom the certificate of that epoch does not
// list as stale, since a seat that was excluded got neither a share nor a new identity.
func speakAsTrustee(in world.Input) ([]world.Derived, error) {
	c, err := ceremony.ParseCertificate(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	_, n, ok := committee.ParseEpoch(string(in.Text))
	if !ok || len(in.Facts[0].Data) != ed25519.SeedSize {
		return nil, fmt.Errorf("rule %q: text %q: want the name of a ceremony", SpeakAsTrustee, in.Text)
	}
	key := ed25519.NewKeyFromSeed(in.Facts[0].Data)
	r := committee.WithSession(committee.NextRoster(c), string(in.Text))
	if n > 0 {
		if r.From, err = committee.ParseFact(in.Facts[2].Data); err != nil {
			return nil, err
		}
		for i := range r.Identities {
			if !slices.Contains(c.Stale, i+1) {
				r.Dealers = append(r.Dealers, i+1)
			}
		}
	}
	seat := 1 + slices.IndexFunc(r.Identities, func(k ed25519.PublicKey) bool { return k.Equal(key.Public()) })
	if seat == 0 {
		return nil, errors.New("the certificate lists another identity")
	}
	var out []world.Fact
	for phase := ceremony.PhaseKey; phase < ceremony.PhaseConfirm; phase++ {
		raw, err := ceremony.Forge(r, key, phase, seat, in.Random[:16])
		if err != nil {
			return nil, err
		}
		p := boardPacket(seat, string(in.Text), raw)
		out = append(out, world.Fact{Kind: world.Outgoing, Ref: world.Log, Data: p.Encode(always)})
	}
	return world.Conclude(out...), nil
}
