package threshold

import (
	"crypto/ed25519"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/request"
	"doormat/escrow/sharing"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/publiclog"
)

// identityOf gives the identity key that a trustee holds now: one, and no other.
func (s *stage) identityOf(i int) ed25519.PrivateKey {
	var found []ed25519.PrivateKey
	for _, f := range s.take(world.Trustee(i)) {
		if f.Kind == committee.Identity {
			found = append(found, ed25519.NewKeyFromSeed(f.Data))
		}
	}
	require.Len(s.t, found, 1)
	return found[0]
}

// hashes are those of all certificates that the board shows.
func (s *stage) hashes() (list [][32]byte) {
	for _, l := range s.trustee(1).board.State().Links {
		list = append(list, l.Hash())
	}
	return list
}

// newestCertificate is the provider's.
func (s *stage) newestCertificate() *ceremony.Certificate {
	facts := s.take("provider")
	for i := len(facts) - 1; i >= 0; i-- {
		if facts[i].Kind == committee.Certificate {
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
	c := &ceremony.Certificate{Counter: counter, Previous: before.Hash(), Session: []byte(committee.EpochName(number, 0)),
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
	return encoded, world.Fact{Kind: committee.CommitteeKey, Ref: committee.KeyName(number), Data: group.Bytes(p.Secret())}
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
			if f.Kind == committee.Identity {
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
		s.post(world.Packet{From: world.Outsider, To: "provider", Data: committee.Certificates(encoded)})
		s.post(world.Packet{From: "provider", To: "device:A", Data: committee.Certificates(encoded)})
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
	i, err := request.NewItem(s.uploads[len(s.uploads)-1])
	require.NoError(s.t, err)
	return i.KeyID
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
	s.post(world.Packet{From: world.Outsider, To: "provider", Data: committee.Certificates(encoded, encoded4)})
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
	s.post(world.Packet{From: world.Outsider, To: "provider", Data: committee.Certificates(encoded)})
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
		newest := s.trustee(1).board.State().Links
		listed := newest[len(newest)-1].Identities
		for i := 1; i <= 3; i++ {
			require.True(t, s.identityOf(i).Public().(ed25519.PublicKey).Equal(listed[i-1]))
			seen[string(listed[i-1])] = true
		}
	}
	require.Len(t, seen, 3*5, "after set-up, and after 2, 3, 4 and 6")
	require.Empty(t, s.warned)
}

// TestAway: a trustee that misses several ceremonies stays listed as stale, and renews its
// identity in the next one.
func TestAway(t *testing.T) {
	s := renewing(t, 2, 4, 2, 0, 10)
	s.advance(1)
	kept := s.identityOf(2)
	s.sim.Intercept = func(p world.Packet) bool { return p.To == "trustee:2" || p.From == "trustee:2" }
	s.advance(7)
	require.Equal(t, kept, s.identityOf(2))
	require.Equal(t, []int{2}, s.newestCertificate().Stale)
	s.sim.Intercept = nil
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
	s.sim.Intercept = func(p world.Packet) bool {
		f, err := world.Unpack(p.Data, publiclog.KindPost, 2)
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
	require.Len(t, s.refs("trustee:3", committee.Identity), 2)
	s.sim.Intercept = nil
	s.advance(8)
	require.True(t, s.newestCertificate().Identities[2].Equal(s.identityOf(3).Public()))
	require.Equal(t, []string{"key 1/epoch 4"}, s.refs("trustee:3", committee.Share))
}

// spoken is a post in a trustee's name with a stolen identity.
func (s *stage) spoken(i int, key ed25519.PrivateKey, name string, phase ceremony.Phase, body string) world.Packet {
	r := committee.WithSession(s.trustee(i).board.State().NextRoster, name)
	if e := s.trustee(i).board.State().LiveKey(1); name != committee.EpochName(2, 0) {
		r.From, r.Dealers = e.Commitments, e.Holders
	}
	raw, err := ceremony.Forge(r, key, phase, i, []byte(body))
	require.NoError(s.t, err)
	return world.Packet{From: world.Trustee(i), To: "log", Data: world.Pack(publiclog.KindPost, []byte(name), raw)}
}

// TestSpokenFor: a trustee that reads a post in its own name says so: with its identity, or
// one that it gave up; and it takes its seat out of the ceremony.
func TestSpokenFor(t *testing.T) {
	s := renewing(t, 2, 4, 3, 0, 6)
	former := s.identityOf(2)
	s.advance(4)
	name := committee.EpochName(1, 2)
	s.post(s.spoken(2, former, name, ceremony.PhaseKey, "x"))
	require.Equal(t, []string{"trustee:2: somebody else posts in its name in the ceremony for key 1/epoch 2, " +
		"with an identity that it has given up: the key is stolen"}, s.warned)
	s.advance(5)
	s.post(s.spoken(2, s.identityOf(2), name, ceremony.PhaseCommit, "x"), s.spoken(2, s.identityOf(3), name, ceremony.PhaseCommit, "not signed"))
	require.Contains(t, s.warned, "trustee:2: somebody else posts in its name in the ceremony for key 1/epoch 2, with its identity: the key is stolen")
	s.advance(6)
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:1", committee.Share))
	require.Empty(t, s.refs("trustee:2", committee.Share))
	require.Equal(t, []int{2}, s.newestCertificate().Stale)
}

// TestContestedTwice: a thief who speaks for a seat in one ceremony after the other keeps it
// excluded, and keeps the identity that it copied in force, in public.
func TestContestedTwice(t *testing.T) {
	s := renewing(t, 2, 5, 2, 0, 7)
	s.advance(1)
	stolen := s.identityOf(5)
	for epoch := 1; epoch <= 3; epoch++ {
		s.advance(2*epoch - 1)
		encoded, err := s.newestCertificate().Encode()
		require.NoError(t, err)
		e := s.trustee(1).board.State().LiveKey(1)
		made, err := applyRule(rules.SpeakAsTrustee, world.Input{Random: make([]byte, 64), Text: []byte(committee.EpochName(1, epoch)), Facts: []world.Fact{
			{Kind: committee.Identity, Ref: "trustee:5", Data: stolen.Seed()}, committee.CertificateFact(encoded), e.Fact()}})
		require.NoError(t, err)
		for _, d := range made {
			p, _, err := world.ParsePacket(d.Data)
			require.NoError(t, err)
			s.post(p)
		}
	}
	s.advance(7)
	require.Equal(t, committee.EpochName(1, 3), s.trustee(1).findKey("key 1").Epoch)
	require.Equal(t, []int{5}, s.newestCertificate().Stale)
	require.True(t, s.newestCertificate().Identities[4].Equal(stolen.Public()), "in force after three ceremonies")
	require.Empty(t, s.refs("trustee:5", committee.Share))
	for epoch := 1; epoch <= 3; epoch++ {
		require.Contains(t, s.warned, "trustee:5: somebody else posts in its name in the ceremony for "+committee.EpochName(1, epoch)+
			", with its identity: the key is stolen")
	}
}

// TestStrangersCeremony: a ceremony that somebody else opens holds up nobody.
func TestStrangersCeremony(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 6)
	s.advance(1)
	s.post(s.spoken(3, s.identityOf(3), committee.EpochName(2, 0), ceremony.PhaseKey, "x"))
	s.advance(6)
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:1", committee.Share))
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:3", committee.Share))
}

// TestNewPhone: a phone that is set up anew reads the board, and refuses what the log does not
// hold.
func TestNewPhone(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 8)
	s.advance(1)
	before := s.newestCertificate()
	stolen := map[int]ed25519.PrivateKey{1: s.identityOf(1), 2: s.identityOf(2)}
	s.advance(5)
	late, secret := s.forged(before, 2, 1, stolen)
	s.post(world.Packet{From: world.UserOf("A"), To: "device:A", Data: world.Pack(world.KindReinstall)})
	s.post(world.Packet{From: "provider", To: "device:A", Data: committee.Certificates(late)})
	require.Contains(t, s.warned[len(s.warned)-1], "device:A: a committee key was refused: committee certificate: the log does not hold")
	phone := s.sim.Net.Node("device:A").(*e2ee.Device).Extensions[0].(*envelope)
	require.Equal(t, s.hashes(), phone.Known)
	s.advance(8)
	require.Len(t, s.shown, 8)
	require.Zero(t, s.openedWith(secret))
}

// TestFalseBoards: what is not the whole of a board that the witnesses cosigned teaches a
// new phone nothing, and its user is told.
func TestFalseBoards(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 4)
	s.advance(4)
	good := s.boardNow()
	k := committee.Keyring{Cache: committee.NewCache(s.genesis, nil)}
	_, _, err := k.ReadUpdate(good.Encode())
	require.NoError(t, err, "alone, from the beginning")
	require.Equal(t, s.hashes(), k.Known)
	for name, bad := range map[string]*publiclog.Update{
		"not from the beginning": {First: 1, Records: good.Records[1:], Checkpoint: good.Checkpoint},
		"one is missing":         {Records: good.Records[1:], Checkpoint: good.Checkpoint},
		"one is another":         {Records: append([][]byte{[]byte("x")}, good.Records[1:]...), Checkpoint: good.Checkpoint},
		"nobody cosigned":        {Records: good.Records, Checkpoint: []byte("x")},
	} {
		k := committee.Keyring{Cache: committee.NewCache(s.genesis, nil)}
		_, _, err := k.ReadUpdate(bad.Encode())
		require.Error(t, err, name)
		require.Empty(t, k.Known, name)
	}
}

// FuzzCertificates hands a phone, the provider and a new phone anything. Nothing but the true
// certificates and the true board moves them.
func FuzzCertificates(f *testing.F) {
	s := renewing(&testing.T{}, 2, 3, 2, 0, 5)
	s.advance(5)
	s.post(world.Packet{From: world.Outsider, To: "log", Data: world.Pack(publiclog.KindReadBoard, world.Int(0))})
	for _, kind := range []byte{committee.KindKey, publiclog.KindUpdate, committee.KindFetchBoard} {
		of := s.of(kind)
		f.Add(of[0].Data)
		f.Add(of[len(of)-1].Data)
	}
	forged, _ := s.forged(s.newestCertificate(), 2, 3, map[int]ed25519.PrivateKey{1: s.identityOf(1), 2: s.identityOf(2)})
	f.Add(committee.Certificates(forged))
	want := s.hashes()
	device := e2ee.NewDevice("A", nil, 0, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, phone := range []*envelope{{Keyring: ring(s.genesis), device: device}, {Keyring: committee.Keyring{Cache: committee.NewCache(s.genesis, nil)}, device: device}} {
			_ = phone.Handle(s.sim.Net.Now(), world.Packet{From: world.Provider, Data: data})
			require.True(t, slices.Equal(want[:len(phone.Known)], phone.Known))
		}
		extension := newProviderExtension(committee.NewCache(s.genesis, nil), func() []string { return []string{"device:A"} })
		for _, from := range []string{"log", "trustee:1", "device:A", world.Outsider} {
			extension.Handle(s.sim.Net.Now(), world.Packet{From: from, To: "provider", Data: data})
			require.Len(t, extension.chain, len(extension.Known))
			require.Equal(t, want[:len(extension.Known)], extension.Known)
		}
	})
}

// TestCopiedPosts: whoever puts the posts of set-up, which are public, on the board of the
// next ceremony does not make it look as if a key were stolen. The signatures of set-up on
// the certificate are not bound to a ceremony by their context.
func TestCopiedPosts(t *testing.T) {
	s := renewing(t, 2, 3, 3, 0, 6)
	s.advance(1)
	for _, record := range s.trustee(1).board.Version.Records {
		r, err := publiclog.ParseBoardRecord(record)
		require.NoError(t, err)
		_, author, _, err := ceremony.Split(r.Post)
		require.NoError(t, err)
		s.post(world.Packet{From: world.Trustee(author), To: "log", Data: world.Pack(publiclog.KindPost, []byte(committee.EpochName(1, 1)), r.Post)})
	}
	s.advance(6)
	require.Empty(t, s.warned)
	require.Equal(t, []string{"key 1/epoch 2"}, s.refs("trustee:1", committee.Share))
}

// TestNegativeEpoch: there is none. A certificate of "key 1/epoch -1" would be that of a
// set-up, and put another key in the place of the one that has the same name.
func TestNegativeEpoch(t *testing.T) {
	for _, name := range []string{"key 1/epoch -1", "key 1/epoch -0", "key -1/epoch 0", "key 0/epoch 0"} {
		_, _, ok := committee.ParseEpoch(name)
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
	k := ring(s.genesis)
	_, err = k.TakeOffers([][]byte{encoded}, "provider")
	require.ErrorContains(t, err, `"key 1/epoch -1" is not the name of a ceremony`)
}

// TestKeptFromThePresent: log and witnesses are honest. A provider shows a new phone a true
// board that is old, and keeps from it what came since. Then a thief of t identities of the
// epoch in which that board ends, long over, holds a ceremony with them in public. By its
// signatures and proofs the certificate is the next one, to whoever has not seen the true
// one. The phone asks for the board up to the certificate's checkpoint, and there the true
// one comes first. Shown nothing more, the phone stays where it was, and tells.
func TestKeptFromThePresent(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 8)
	s.advance(1)
	old, before, facts := s.boardNow().Encode(), s.newestCertificate(), s.stolenIdentities()
	s.advance(5) // two refreshes, so the identities have ended
	made, err := applyRule(rules.CertifyKey, world.Input{Facts: facts, Text: []byte("key 2"), Random: make([]byte, 64)})
	require.NoError(t, err)
	for _, d := range made[3:] {
		p, _, err := world.ParsePacket(d.Data)
		require.NoError(t, err)
		s.post(p)
	}
	boards := s.of(publiclog.KindUpdate)
	now := boards[len(boards)-1].Data
	proved, err := applyRule(rules.ProveCertificate, world.Input{Facts: []world.Fact{made[2].Fact, {Kind: committee.Board, Data: now}}})
	require.NoError(t, err)
	c, err := ceremony.ParseCertificate(proved[0].Data)
	require.NoError(t, err)
	require.NoError(t, c.Verify(committee.WithSession(committee.NextRoster(before), string(c.Session))), "it looks like the next one")

	phone := newPhone(s.genesis)
	require.Empty(t, phone.handle(old))
	require.Len(t, phone.Known, 1)
	for try := range 4 {
		out := phone.handle(committee.Certificates(proved[0].Data))
		if try < 3 {
			require.Equal(t, phone.fetchBoard(), out, "%d", try)
		} else {
			require.Contains(t, warningOf(out), "a committee key was refused")
		}
		require.Equal(t, "key 1/epoch 0", phone.Newest().Epoch)
	}
	phone.handle(committee.Certificates(proved[0].Data))
	require.Contains(t, warningOf(phone.handle(now)), "certificate 1, of key 2/epoch 0, is not the one that the board shows")
	require.Equal(t, s.hashes(), phone.Known)
	require.Equal(t, "key 1/epoch 2", phone.Newest().Epoch)
}

// newPhone is the extension of a phone that has read nothing of the board.
func newPhone(g *committee.Genesis) *envelope {
	return &envelope{Keyring: committee.Keyring{Cache: committee.NewCache(g, nil)}, device: e2ee.NewDevice("A", nil, 0, nil)}
}

// handle gives it a packet of the provider.
func (e *envelope) handle(data []byte) []world.Packet {
	return e.Handle(time.Time{}, world.Packet{From: world.Provider, Data: data})
}

// warningOf is the text of the last packet, a warning; "" if there is none.
func warningOf(out []world.Packet) string {
	if len(out) == 0 {
		return ""
	}
	f, err := world.Unpack(out[len(out)-1].Data, world.KindWarning, 1)
	if err != nil {
		return ""
	}
	return string(f[0])
}

// TestFalseFirstBoard: a board that is refused leaves a new phone as new as it was.
func TestFalseFirstBoard(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 8)
	s.advance(5)
	board := s.boardNow()
	last := len(board.Records) - 1
	board.Records[last] = append(slices.Clone(board.Records[last]), 0)
	phone := newPhone(s.genesis)
	require.Contains(t, warningOf(phone.handle(board.Encode())), "refused")
	require.Nil(t, phone.Board)
	out := phone.handle((&publiclog.Update{First: int64(last), Checkpoint: s.genesis.Checkpoint}).Encode())
	require.Contains(t, warningOf(out), "refused", "the checkpoint of set-up, and nothing before it")
	require.Empty(t, phone.Keys)
}

// TestUnsignedCertificate: a new phone refuses a certificate that nobody signed, whatever
// its checkpoint.
func TestUnsignedCertificate(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 8)
	s.advance(1)
	c := s.newestCertificate()
	c.Signatures, c.Proofs = nil, nil
	encoded, err := c.Encode()
	require.NoError(t, err)
	out := newPhone(s.genesis).handle(committee.Certificates(encoded))
	require.Len(t, out, 1)
	require.Contains(t, warningOf(out), "0 trustees signed it, 2 are needed")
}

// TestLaggingProvider: the same against a provider that missed what trustees brought it.
func TestLaggingProvider(t *testing.T) {
	s := renewing(t, 2, 3, 2, 0, 8)
	s.advance(1)
	facts := s.stolenIdentities()
	s.sim.Intercept = func(p world.Packet) bool { return p.To == "provider" && p.Kind() == committee.KindKey }
	s.advance(3)
	s.sim.Intercept = nil
	require.Equal(t, 0, s.newestCertificate().Counter)
	made, err := applyRule(rules.CertifyKey, world.Input{Facts: facts, Text: []byte("key 2"), Random: make([]byte, 64)})
	require.NoError(t, err)
	for _, d := range made[3:] {
		p, _, err := world.ParsePacket(d.Data)
		require.NoError(t, err)
		s.post(p)
	}
	boards := s.of(publiclog.KindUpdate)
	proved, err := applyRule(rules.ProveCertificate, world.Input{Facts: []world.Fact{made[2].Fact, {Kind: committee.Board, Data: boards[len(boards)-1].Data}}})
	require.NoError(t, err)
	p, _, err := world.ParsePacket(proved[1].Data)
	require.NoError(t, err)
	s.post(p)
	require.Contains(t, s.warned, "provider: refused a certificate that outsider brought: "+
		"certificate 1, of key 2/epoch 0, is not the one that the board shows")
	require.Equal(t, []string{"key 1/epoch 1"}, s.refs("provider", committee.Committee), "it has read on")
	s.advance(8)
	require.Equal(t, "key 1", s.lastKey())
}
