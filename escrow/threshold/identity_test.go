package threshold

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world"
)

// identityOf gives the identity key that a trustee holds now: one, and no other.
func (s *stage) identityOf(i int) ed25519.PrivateKey {
	var found []ed25519.PrivateKey
	for _, f := range s.take(world.Trustee(i)) {
		if f.Kind == Identity {
			found = append(found, ed25519.NewKeyFromSeed(f.Data))
		}
	}
	require.Len(s.t, found, 1)
	return found[0]
}

// newestCertificate is the provider's.
func (s *stage) newestCertificate() *ceremony.Certificate {
	facts := s.take("provider")
	for i := len(facts) - 1; i >= 0; i-- {
		if facts[i].Kind == Certificate {
			c, err := ceremony.ParseCertificate(facts[i].Data)
			require.NoError(s.t, err)
			return c
		}
	}
	return nil
}

// forged is a certificate for a key of the thief's, with those identities, after before: with
// the checkpoint and the proofs of another certificate, for the log holds no others.
func (s *stage) forged(before *ceremony.Certificate, number, counter int, identities map[int]ed25519.PrivateKey) ([]byte, world.Fact) {
	p, err := sharing.NewPolynomial(suite, before.Threshold, nil, world.Seed(99).Stream("burglar"))
	require.NoError(s.t, err)
	c := &ceremony.Certificate{Counter: counter, Previous: before.Hash(), Session: []byte(epochName(number, 0)),
		Threshold: before.Threshold, Identities: before.Identities, Commitments: p.Commit(), Checkpoint: before.Checkpoint}
	for i := range c.Identities {
		c.Stale = append(c.Stale, i+1)
	}
	for i := 1; i <= len(c.Identities); i++ {
		if identities[i] != nil {
			c.Certify(i, identities[i])
			c.Proofs = append(c.Proofs, before.Proofs[len(c.Proofs)])
		}
	}
	encoded, err := c.Encode()
	require.NoError(s.t, err)
	return encoded, world.Fact{Kind: CommitteeKey, Ref: keyName(number), Data: group.Bytes(p.Secret())}
}

// openedWith counts the messages in the provider's store that secrets of the thief open.
func (s *stage) openedWith(secrets ...world.Fact) int {
	return len(s.opened(append(s.take("provider"), secrets...)...))
}

// TestSlowBurglarIdentities: a burglar with one refresh between any two visits has t
// identities, each of another epoch. They certify nothing, whatever number it writes and
// however often it is brought.
func TestSlowBurglarIdentities(t *testing.T) {
	s := renewing(t, 3, 5, 2, 0, 14)
	stolen := map[int]ed25519.PrivateKey{}
	for i, at := range []int{1, 4, 7} {
		s.advance(at)
		for _, f := range s.take(world.Trustee(i + 1)) {
			if f.Kind == Identity {
				stolen[i+1] = ed25519.NewKeyFromSeed(f.Data)
			}
		}
	}
	require.Len(t, stolen, 3)
	newest := s.newestCertificate()
	require.Equal(t, 3, newest.Counter)
	before := len(s.warned)
	var secrets []world.Fact
	for _, counter := range []int{0, 1, 3, 4, 5, ceremony.MaxCounter} {
		encoded, secret := s.forged(newest, 2, counter, stolen)
		secrets = append(secrets, secret)
		s.post(world.Packet{From: world.Outsider, To: "provider", Data: certificates(encoded)})
		s.post(world.Packet{From: "provider", To: "device:A", Data: certificates(encoded)})
	}
	require.GreaterOrEqual(t, len(s.warned)-before, 6, "provider and phone tell")
	for _, what := range s.warned[before:] {
		require.Regexp(t, "^(provider: refused a certificate that outsider brought|device:A: a committee key was refused)", what)
	}
	s.advance(14)
	require.Len(t, s.shown, 14)
	require.Zero(t, s.openedWith(secrets...))
	require.Equal(t, "key 1", s.lastKey())
}

// lastKey is the key of the last message that was sent.
func (s *stage) lastKey() string {
	i, err := newItem(s.uploads[len(s.uploads)-1])
	require.NoError(s.t, err)
	return i.keyID
}

// TestRotationAfterTheftOfIdentities: a quorum is robbed once, and the key is rotated on
// schedule. With the identities of before, nothing that was sent under the new key opens,
// and a later lawful order is served.
func TestRotationAfterTheftOfIdentities(t *testing.T) {
	s := renewing(t, 3, 5, 0, 4, 20)
	s.advance(6)
	old := s.newestCertificate()
	stolen := map[int]ed25519.PrivateKey{1: s.identityOf(1), 2: s.identityOf(2), 3: s.identityOf(3)}
	s.advance(11) // key 3 came at 8, and with it new identities
	encoded, secret := s.forged(old, 3, old.Counter+1, stolen)
	encoded4, secret4 := s.forged(s.newestCertificate(), 1000000, old.Counter+2, stolen)
	s.post(world.Packet{From: world.Outsider, To: "provider", Data: certificates(encoded, encoded4)})
	require.Len(t, s.warned, 1)
	require.Contains(t, s.warned[0], "provider: refused a certificate that outsider brought")
	s.advance(20)
	require.Zero(t, s.openedWith(secret, secret4))
	require.Len(t, s.shown, 20)
	s.comply(everybody...)
	require.Len(t, s.opened(s.order()...), 4, "17 to 20 are under key 5; key 6 is new, and key 4 destroyed")
}

// TestPresentIdentities: t identities of the present certify anything, if the log holds
// the signatures. Off the log they certify nothing.
func TestPresentIdentities(t *testing.T) {
	s := newStage(t)
	s.advance(2)
	stolen := map[int]ed25519.PrivateKey{1: s.identityOf(1), 2: s.identityOf(2)}
	encoded, secret := s.forged(s.newestCertificate(), 2, 1, stolen)
	s.post(world.Packet{From: world.Outsider, To: "provider", Data: certificates(encoded)})
	require.Len(t, s.warned, 1)
	require.Contains(t, s.warned[0], "the log does not hold the signature of trustee 1")
	s.advance(4)
	require.Zero(t, s.openedWith(secret))
	require.Len(t, s.shown, 4)
}

// TestIdentitiesEnd: each ceremony ends the identities with which it was held, the
// trustees hold the new ones and no others, and the certificates list them.
func TestIdentitiesEnd(t *testing.T) {
	s := renewing(t, 2, 3, 2, 3, 6)
	seen := map[string]bool{}
	for m := range 7 {
		s.advance(m)
		newest := s.trustee(1).board.course().links
		listed := newest[len(newest)-1].Identities
		for i := 1; i <= 3; i++ {
			require.True(t, s.identityOf(i).Public().(ed25519.PublicKey).Equal(listed[i-1]))
			seen[string(listed[i-1])] = true
		}
	}
	require.Len(t, seen, 3*5, "after the founding, and after 2, 3, 4 and 6")
	require.Empty(t, s.warned)
}

// TestAway: a trustee that misses several ceremonies stays listed as stale, and renews its
// identity in the next one.
func TestAway(t *testing.T) {
	s := renewing(t, 2, 4, 2, 0, 10)
	s.advance(1)
	kept := s.identityOf(2)
	s.play.Intercept = func(p world.Packet) bool { return p.To == "trustee:2" || p.From == "trustee:2" }
	s.advance(7)
	require.Equal(t, kept, s.identityOf(2))
	require.Equal(t, []int{2}, s.newestCertificate().Stale)
	s.play.Intercept = nil
	s.advance(10)
	require.NotEqual(t, kept, s.identityOf(2))
	require.Empty(t, s.newestCertificate().Stale)
	require.True(t, s.newestCertificate().Identities[1].Equal(s.identityOf(2).Public()))
}

// TestCutOffAfterConfirming: a trustee that confirmed and was then shown nothing holds both
// identities, for it cannot know which is in force, and keeps the right one when it sees.
func TestCutOffAfterConfirming(t *testing.T) {
	s := renewing(t, 2, 4, 2, 0, 8)
	cut := false
	s.play.Intercept = func(p world.Packet) bool {
		f, err := world.Unpack(p.Data, escrow.KindPost, 2)
		if err == nil && p.From == "trustee:3" {
			phase, _, _, err := ceremony.Split(f[1])
			require.NoError(t, err)
			cut = cut || phase == ceremony.PhaseConfirm && len(f[1]) > 100
			return false
		}
		return cut && p.To == "trustee:3" && p.From == "log"
	}
	s.advance(5)
	require.True(t, cut)
	require.Len(t, s.refs("trustee:3", Identity), 2)
	s.play.Intercept = nil
	s.advance(8)
	require.True(t, s.newestCertificate().Identities[2].Equal(s.identityOf(3).Public()))
	require.Equal(t, []string{"key 1/epoch 4"}, s.refs("trustee:3", Share))
}

// spoken is a post in a trustee's name with a stolen identity.
func (s *stage) spoken(i int, key ed25519.PrivateKey, name string, phase ceremony.Phase, body string) world.Packet {
	r := named(s.trustee(i).board.course().next, name)
	if e := s.trustee(i).board.course().epochOf(1); name != epochName(2, 0) {
		r.From, r.Dealers = e.commitments, e.holders
	}
	raw, err := ceremony.Forge(r, key, phase, i, []byte(body))
	require.NoError(s.t, err)
	return world.Packet{From: world.Trustee(i), To: "log", Data: world.Pack(escrow.KindPost, []byte(name), raw)}
}

// TestSpokenFor: a trustee that reads a post in its own name says so: with its identity, or
// one that it gave up; and it takes its seat out of the ceremony.
func TestSpokenFor(t *testing.T) {
	s := renewing(t, 2, 4, 3, 0, 6)
	former := s.identityOf(2)
	s.advance(4)
	name := epochName(1, 2)
	s.post(s.spoken(2, former, name, ceremony.PhaseKey, "x"))
	require.Equal(t, []string{"trustee:2: somebody else posts in its name in the ceremony for key 1/epoch 2, " +
		"with an identity that it has given up: the key is stolen"}, s.warned)
	s.advance(5)
	s.post(s.spoken(2, s.identityOf(2), name, ceremony.PhaseCommit, "x"), s.spoken(2, s.identityOf(3), name, ceremony.PhaseCommit, "not signed"))
	require.Contains(t, s.warned, "trustee:2: somebody else posts in its name in the ceremony for key 1/epoch 2, with its identity: the key is stolen")
	s.advance(6)
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:1", Share))
	require.Empty(t, s.refs("trustee:2", Share))
	require.Equal(t, []int{2}, s.newestCertificate().Stale)
}

// TestStrangersCeremony: a ceremony that somebody else opens holds up nobody.
func TestStrangersCeremony(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 6)
	s.advance(1)
	s.post(s.spoken(3, s.identityOf(3), epochName(2, 0), ceremony.PhaseKey, "x"))
	s.advance(6)
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:1", Share))
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:3", Share))
}

// TestNewPhone: a phone that is set up anew reads the board, and of two certificates of one
// number takes the one that came first.
func TestNewPhone(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 8)
	s.advance(1)
	before := s.newestCertificate()
	stolen := map[int]ed25519.PrivateKey{1: s.identityOf(1), 2: s.identityOf(2)}
	s.advance(5)
	late, secret := s.forged(before, 2, 1, stolen)
	s.post(world.Packet{From: world.UserOf("A"), To: "device:A", Data: world.Pack(world.KindReinstall)})
	s.post(world.Packet{From: "provider", To: "device:A", Data: certificates(late)})
	require.Contains(t, s.warned[len(s.warned)-1], "device:A: a committee key was refused: certificate 1, of key 2/epoch 0, is not the one")
	phone := s.play.Net.Node("device:A").(*e2ee.Device).Correspondent.(*envelope)
	require.Equal(t, s.trustee(1).board.course().next, phone.at)
	s.advance(8)
	require.Len(t, s.shown, 8)
	require.Zero(t, s.openedWith(secret))
}

// TestFalseBoards: what is not the whole of a board that the witnesses cosigned teaches a
// new phone nothing, and its user is told.
func TestFalseBoards(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 4)
	s.advance(4)
	s.post(world.Packet{From: world.Outsider, To: "log", Data: world.Pack(escrow.KindReadBoard, world.Int(0))})
	answered := s.of(escrow.KindUpdate)
	good, err := escrow.ParseUpdate(answered[len(answered)-1].Data)
	require.NoError(t, err)
	stranger := newAnchor(s.founding, newCommons(s.founding))
	k := keyring{anchor: stranger}
	require.NoError(t, k.replay(good.Encode()), "alone, from the beginning")
	require.Equal(t, s.trustee(1).board.course().next.Previous, k.at.Previous)
	for name, bad := range map[string]*escrow.Update{
		"not from the beginning": {First: 1, Records: good.Records[1:], Checkpoint: good.Checkpoint},
		"one is missing":         {Records: good.Records[1:], Checkpoint: good.Checkpoint},
		"one is another":         {Records: append([][]byte{[]byte("x")}, good.Records[1:]...), Checkpoint: good.Checkpoint},
		"nobody cosigned":        {Records: good.Records, Checkpoint: []byte("x")},
	} {
		k := keyring{anchor: newAnchor(s.founding, newCommons(s.founding))}
		require.Error(t, k.replay(bad.Encode()), name)
		require.Nil(t, k.at, name)
	}
}

// FuzzCertificates hands a phone, the provider and a new phone anything. Nothing but the true
// certificates and the true board moves them.
func FuzzCertificates(f *testing.F) {
	s := renewing(&testing.T{}, 2, 3, 2, 0, 5)
	s.advance(5)
	s.post(world.Packet{From: world.Outsider, To: "log", Data: world.Pack(escrow.KindReadBoard, world.Int(0))})
	for _, kind := range []byte{KindKey, escrow.KindUpdate, KindFetchKeys} {
		of := s.of(kind)
		f.Add(of[0].Data)
		f.Add(of[len(of)-1].Data)
	}
	forged, _ := s.forged(s.newestCertificate(), 2, 3, map[int]ed25519.PrivateKey{1: s.identityOf(1), 2: s.identityOf(2)})
	f.Add(certificates(forged))
	want := s.trustee(1).board.course().next
	f.Fuzz(func(t *testing.T, data []byte) {
		anchor := newAnchor(s.founding, newCommons(s.founding))
		known := keyring{anchor: anchor}
		known.adopt(s.trustee(1).board.course())
		for _, phone := range []*envelope{{keyring: known}, {keyring: keyring{anchor: anchor}}} {
			before := phone.at
			_, _ = phone.Hear(data)
			require.True(t, phone.at == before || before == nil && phone.at.Previous == want.Previous ||
				before == nil && phone.at.Counter < want.Counter, "an older board is a true one")
		}
		desk := newClerk(anchor, s.founding)
		for _, from := range []string{"log", "trustee:1", "device:A", world.Outsider} {
			desk.Handle(world.Packet{From: from, To: "provider", Data: data}, []string{"device:A"})
			require.Len(t, desk.chain, desk.at.Counter)
			require.LessOrEqual(t, desk.at.Counter, want.Counter)
		}
	})
}

// TestOfferedTooEarly: a certificate that was offered before its turn makes a phone ask for
// those before it, once; if nobody shows them its user is told.
func TestOfferedTooEarly(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 6)
	s.advance(2)
	encoded, _ := s.forged(s.newestCertificate(), 2, 77, map[int]ed25519.PrivateKey{1: s.identityOf(1), 2: s.identityOf(2)})
	s.post(world.Packet{From: "provider", To: "device:A", Data: certificates(encoded)})
	require.Equal(t, []string{"device:A: a committee key was refused: certificate 77 was offered, and nobody shows those before it"}, s.warned)
	require.Len(t, s.of(KindFetchKeys), 3, "two at the start, and one that asks")
	s.advance(6)
	require.Len(t, s.shown, 6)
}

// TestCopiedPosts: whoever puts the founding's posts, which are public, on the board of the
// next ceremony does not make it look as if a key were stolen. The founding's signatures on
// the certificate are not bound to a ceremony by their context.
func TestCopiedPosts(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 6)
	s.advance(1)
	for _, record := range s.trustee(1).board.at.records {
		r, err := escrow.ParseBoardRecord(record)
		require.NoError(t, err)
		_, author, _, err := ceremony.Split(r.Post)
		require.NoError(t, err)
		s.post(world.Packet{From: world.Trustee(author), To: "log", Data: world.Pack(escrow.KindPost, []byte(epochName(1, 1)), r.Post)})
	}
	s.advance(6)
	require.Empty(t, s.warned)
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:1", Share))
}

// TestNegativeEpoch: there is none. A certificate of "key 1/epoch -1" would be that of a
// founding, and put another key in the place of the one that has the same name.
func TestNegativeEpoch(t *testing.T) {
	for _, name := range []string{"key 1/epoch -1", "key 1/epoch -0", "key -1/epoch 0", "key 0/epoch 0"} {
		_, _, ok := parseEpoch(name)
		require.False(t, ok, name)
	}
	s := newStage(t)
	before := s.newestCertificate()
	p, err := sharing.NewPolynomial(suite, before.Threshold, nil, world.Seed(99).Stream("burglar"))
	require.NoError(t, err)
	c := &ceremony.Certificate{Counter: 1, Previous: before.Hash(), Session: []byte("key 1/epoch -1"), Threshold: before.Threshold,
		Identities: before.Identities, Stale: []int{1, 2, 3}, Commitments: p.Commit()}
	encoded, err := c.Encode()
	require.NoError(t, err)
	k := ring(s.founding)
	_, err = k.learn(encoded)
	require.ErrorContains(t, err, `"key 1/epoch -1" is not the name of a ceremony`)
}

// TestKeptFromThePresent states what the chain does not do. Log and witnesses are honest. But
// a provider shows a new phone a true board that is old, and keeps the certificates since
// from it: then t identities of the epoch in which that board ends are those in force, for
// this phone, and the log holds whatever their thief posts, however late.
func TestKeptFromThePresent(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 8)
	s.advance(1)
	read := world.Packet{From: world.Outsider, To: "log", Data: world.Pack(escrow.KindReadBoard, world.Int(0))}
	s.post(read)
	boards := s.of(escrow.KindUpdate)
	old, before := boards[len(boards)-1].Data, s.newestCertificate()
	encoded, err := before.Encode()
	require.NoError(t, err)
	facts := []world.Fact{certificateFact(encoded)}
	for i := 1; i <= 2; i++ {
		facts = append(facts, world.Fact{Kind: Identity, Ref: world.Trustee(i), Data: s.identityOf(i).Seed()})
	}
	s.advance(5) // two refreshes, so the identities have ended
	made, err := certifyKey(world.Input{Facts: facts, Text: []byte("key 2"), Random: make([]byte, 64)})
	require.NoError(t, err)
	for _, d := range made[3:] {
		p, _, err := world.ParsePacket(d.Data)
		require.NoError(t, err)
		s.post(p)
	}
	boards = s.of(escrow.KindUpdate)
	now := boards[len(boards)-1].Data
	proved, err := proveCertificate(world.Input{Facts: []world.Fact{made[2].Fact, {Kind: Board, Data: now}}})
	require.NoError(t, err)
	for board, want := range map[string]string{string(old): "key 2", string(now): "key 1"} {
		k := keyring{anchor: newAnchor(s.founding, newCommons(s.founding))}
		require.NoError(t, k.replay([]byte(board)))
		_, _, err := k.hear([][]byte{proved[0].Data})
		require.Equal(t, want == "key 1", err != nil)
		require.Equal(t, want, k.newest().id)
	}
}
