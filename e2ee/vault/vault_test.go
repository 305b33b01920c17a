package vault

import (
	"bytes"
	"crypto/ecdh"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"github.com/stretchr/testify/require"
)

const owner = "Ada"

var (
	rightPIN = []byte("4711")
	secret   = []byte("the key of a backup, 32 bytes ok")
)

func source(name string) io.Reader {
	var seed [32]byte
	copy(seed[:], name)
	return rand.NewChaCha8(seed)
}

// vault is k servers at which the owner has registered.
type vault struct {
	Params
	servers []*Server
	random  io.Reader
}

func newVault(t testing.TB, p Params) *vault {
	v := &vault{Params: p, random: source("client")}
	list, err := Register(p, rightPIN, secret, v.random)
	require.NoError(t, err)
	for i := range p.Servers {
		s := NewServer(i+1, source(fmt.Sprint("server ", i)))
		_, err := ParseReply(s.Serve(owner, RegisterRequest(owner, list[i])))
		require.NoError(t, err)
		v.servers = append(v.servers, s)
	}
	return v
}

// guess asks these servers, numbered from 1, and proves the key to each. It returns what the first
// released.
func (v *vault) guess(pin []byte, servers ...int) ([]byte, error) {
	a, err := NewAttempt(v.Params, pin, v.random)
	if err != nil {
		return nil, err
	}
	answers := map[int]*Answer{}
	for _, i := range servers {
		answer, err := ParseAnswer(v.servers[i-1].Serve(owner, EvaluateRequest(owner, a.Blinded())))
		if err != nil {
			return nil, err
		}
		answers[i] = answer
	}
	key, err := a.Combine(answers)
	if err != nil {
		return nil, err
	}
	var opened []byte
	for _, i := range servers {
		nonce := answers[i].Nonce
		request := ReleaseRequest(owner, nonce, key.Proof(i, nonce))
		sealed, err := ParseReply(v.servers[i-1].Serve(owner, request))
		if err != nil {
			return nil, err
		}
		if opened, err = key.Open(sealed); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// open lists the servers that would still answer a guess, fewest guesses first.
func (v *vault) open() []int {
	var list []int
	count := func(i int) int { return len(v.servers[i-1].Record(owner).Guesses) }
	for i := 1; i <= v.Servers; i++ {
		if r := v.servers[i-1].Record(owner); r.Registration != nil && count(i) < v.Limit {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return count(a) - count(b) })
	return list
}

func pin(n int) []byte { return fmt.Appendf(nil, "%04d", n) }

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// TestRFC9497 runs the vectors with the whole key, and with 3 of 5 shares of it.
func TestRFC9497(t *testing.T) {
	var file struct {
		SkSm    string
		Vectors []struct{ Input, Blind, Blinded, Evaluation, Output string }
	}
	raw, err := os.ReadFile("testdata/rfc9497.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Vectors, 2)
	key, err := group.DecodeScalar(suite, unhex(t, file.SkSm))
	require.NoError(t, err)
	polynomial, err := sharing.NewPolynomial(suite, 3, key, source("shares"))
	require.NoError(t, err)
	for _, v := range file.Vectors {
		blind, err := group.DecodeScalar(suite, unhex(t, v.Blind))
		require.NoError(t, err)
		a := newAttempt(Params{Need: 3, Servers: 5, Limit: 1}, unhex(t, v.Input), blind)
		require.Equal(t, v.Blinded, hex.EncodeToString(a.Blinded()))
		whole := evaluate(key, a.blinded)
		require.Equal(t, v.Evaluation, whole.String())
		output := finalize(a.pin, evaluate(suite.Scalar().Inv(blind), whole))
		require.Equal(t, v.Output, hex.EncodeToString(output[:]))

		answers := map[int]*Answer{}
		for _, i := range []int{5, 2, 3} {
			share, err := polynomial.Share(i)
			require.NoError(t, err)
			element := group.Bytes(evaluate(share.Value, a.blinded))
			answers[i] = &Answer{Check: newKey(output).check(), Element: [32]byte(element)}
		}
		got, err := a.Combine(answers)
		require.NoError(t, err)
		require.Equal(t, newKey(output), got)
	}
}

func TestRelease(t *testing.T) {
	for _, p := range []Params{{1, 1, 1}, {1, 3, 5}, {2, 3, 10}, {3, 5, 10}, {4, 4, 255}} {
		v := newVault(t, p)
		all := v.open()
		for range 3 {
			got, err := v.guess(rightPIN, all[p.Servers-p.Need:]...)
			require.NoError(t, err)
			require.Equal(t, secret, got)
		}
		_, err := v.guess([]byte("4712"), all[:p.Need]...)
		require.ErrorIs(t, err, ErrPIN)
		if p.Need > 1 {
			_, err = v.guess(rightPIN, all[:p.Need-1]...)
			require.ErrorContains(t, err, "are needed")
		}
	}
}

// The owner's blinded PIN looks like any other: it is another element each time, and no server sees
// one that it could compare.
func TestBlinding(t *testing.T) {
	seen := map[string]bool{}
	random := source("blinds")
	for i := range 50 {
		a, err := NewAttempt(Params{1, 1, 1}, pin(4711+i%2), random)
		require.NoError(t, err)
		require.False(t, seen[string(a.Blinded())])
		seen[string(a.Blinded())] = true
	}
}

// m servers that collude find the PIN in as many tries as it takes, and count nothing. m-1 of them
// have no guesser, and the key of another number of shares opens nothing.
func TestColludingServers(t *testing.T) {
	v := newVault(t, Params{Need: 3, Servers: 5, Limit: 3})
	var stolen []*Registration
	for _, i := range []int{1, 4, 5} {
		r, err := ParseRecord(v.servers[i-1].Record(owner).Bytes())
		require.NoError(t, err)
		stolen = append(stolen, r.Registration)
	}
	_, err := Collude(stolen[:2])
	require.ErrorContains(t, err, "3 are needed")
	_, err = Collude([]*Registration{stolen[0], stolen[1], stolen[1]})
	require.ErrorContains(t, err, "twice")
	changed := *stolen[2]
	changed.Share.Value = suite.Scalar().Add(changed.Share.Value, suite.Scalar().One())
	_, err = Collude([]*Registration{stolen[0], stolen[1], &changed})
	require.Error(t, err, "a share that fits nothing is not used")

	changed = *stolen[2]
	changed.Sealed = append(bytes.Clone(changed.Sealed), 0)
	require.NotEqual(t, stolen[2].Version(), changed.Version(), "another secret, another version")

	g, err := Collude(stolen)
	require.NoError(t, err)
	g, err = ParseGuesser(g.Bytes())
	require.NoError(t, err)
	_, err = ParseGuesser(g.Bytes()[:31])
	require.Error(t, err)
	tries := 0
	for n := range 10000 {
		tries++
		if got, ok := g.Try(pin(n)); ok {
			require.Equal(t, rightPIN, pin(n))
			require.Equal(t, secret, got)
			break
		}
	}
	require.Equal(t, 4712, tries)
	for _, s := range v.servers {
		require.Empty(t, s.Record(owner).Guesses, "nobody counted")
	}
}

// A lone server of two that are needed takes its share for the key: neither the sealed secret nor its
// tag answers to the right PIN or to any other near it.
func TestTooFewColluders(t *testing.T) {
	v := newVault(t, Params{Need: 2, Servers: 3, Limit: 3})
	r := v.servers[0].Record(owner)
	for n := range 200 {
		lone := finalize(pin(4700+n), evaluate(r.Share.Value, hashToGroup(pin(4700+n))))
		key := newKey(lone)
		_, err := key.Open(r.Sealed)
		require.ErrorIs(t, err, ErrPIN)
		require.NotEqual(t, r.Tag, key.tag(1))
	}
}

// Servers set back to a copy answer for ever. No key leaks: it is guesses that come back.
func TestRolledBackServers(t *testing.T) {
	v := newVault(t, Params{Need: 2, Servers: 3, Limit: 3})
	tries := 0
	guess := func(n int) bool {
		copies := []*Record{v.servers[0].Record(owner), v.servers[2].Record(owner)}
		got, err := v.guess(pin(n), 1, 3)
		v.servers[0].Restore(owner, copies[0])
		v.servers[2].Restore(owner, copies[1])
		tries++
		return err == nil && bytes.Equal(got, secret)
	}
	n := 4500
	for !guess(n) {
		n++
	}
	require.Equal(t, rightPIN, pin(n))
	require.Greater(t, tries, 20*v.Limit)

	// One rolled-back server of the two that are needed does not help: the other counts.
	v = newVault(t, Params{Need: 2, Servers: 3, Limit: 3})
	answered := 0
	for n := range 20 {
		fresh := v.servers[0].Record(owner)
		if _, err := v.guess(pin(n), 1, 2); err == nil || errors.Is(err, ErrPIN) {
			answered++
		}
		v.servers[0].Restore(owner, fresh)
	}
	require.Equal(t, v.Limit, answered)
}

// Whoever changes the quorum has exactly ⌊k·limit/m⌋ guesses, here for every small m and k.
func TestChangingQuorum(t *testing.T) {
	for k := 1; k <= 6; k++ {
		for m := 1; m <= k; m++ {
			for _, limit := range []int{1, 3, 4} {
				v := newVault(t, Params{Need: m, Servers: k, Limit: limit})
				guesses := 0
				for open := v.open(); len(open) >= m; open = v.open() {
					_, err := v.guess(pin(guesses), open[:m]...)
					require.ErrorIs(t, err, ErrPIN)
					guesses++
				}
				require.Equal(t, k*limit/m, guesses, "m = %d, k = %d, limit = %d", m, k, limit)

				fixed := newVault(t, v.Params)
				guesses = 0
				for ; len(fixed.open()) == k; guesses++ {
					_, err := fixed.guess(pin(guesses), fixed.open()[:k]...)
					require.ErrorIs(t, err, ErrPIN)
				}
				require.Equal(t, limit, guesses, "asking all of them each time")
			}
		}
	}
}

// Whoever robbed s < m servers evaluates with their shares itself, and asks m-s of the others for each
// guess: it has exactly ⌊(k-s)·limit/(m-s)⌋ of them.
func TestRobbedAndAsked(t *testing.T) {
	p := Params{Need: 3, Servers: 5, Limit: 4}
	for robbed := range p.Need {
		v := newVault(t, p)
		guesses := 0
		for {
			open := slices.DeleteFunc(v.open(), func(i int) bool { return i <= robbed })
			if len(open) < p.Need-robbed {
				break
			}
			a, err := NewAttempt(p, pin(guesses), v.random)
			require.NoError(t, err)
			answers := map[int]*Answer{}
			for _, i := range open[:p.Need-robbed] {
				answers[i], err = ParseAnswer(v.servers[i-1].Serve(owner, EvaluateRequest(owner, a.Blinded())))
				require.NoError(t, err)
			}
			for i := 1; i <= robbed; i++ {
				r := v.servers[i-1].Record(owner)
				answers[i] = &Answer{Version: r.Version(), Check: r.Check,
					Element: [group.Size]byte(group.Bytes(evaluate(r.Share.Value, a.blinded)))}
			}
			_, err = a.Combine(answers)
			require.ErrorIs(t, err, ErrPIN)
			guesses++
		}
		require.Equal(t, (p.Servers-robbed)*p.Limit/(p.Need-robbed), guesses, "%d robbed", robbed)
	}
}

// An owner who comes by now and then gives whoever guesses a little below the limit fresh guesses.
func TestSuccessResets(t *testing.T) {
	v := newVault(t, Params{Need: 2, Servers: 2, Limit: 5})
	guesses := 0
	for range 10 {
		for range v.Limit - 1 {
			_, err := v.guess(pin(guesses), 1, 2)
			require.ErrorIs(t, err, ErrPIN)
			guesses++
		}
		got, err := v.guess(rightPIN, 1, 2)
		require.NoError(t, err)
		require.Equal(t, secret, got)
	}
	require.Equal(t, 10*(v.Limit-1), guesses)
}

// Somebody who knows nothing locks the owner out, for good.
func TestBurnedGuesses(t *testing.T) {
	v := newVault(t, Params{Need: 2, Servers: 3, Limit: 4})
	anything := group.Bytes(suite.Point().Base())
	for i := range 2 { // k-m+1 servers are enough
		for range v.Limit + 1 {
			v.servers[i].Serve(owner, EvaluateRequest(owner, anything))
		}
		require.Nil(t, v.servers[i].Record(owner).Registration, "the share is erased")
	}
	for _, quorum := range [][]int{{1, 2}, {1, 3}, {2, 3}} {
		_, err := v.guess(rightPIN, quorum...)
		require.ErrorIs(t, err, ErrLocked)
	}
	list, err := Register(v.Params, pin(1), secret, v.random)
	require.NoError(t, err)
	require.NoError(t, v.servers[0].Register(owner, list[0]), "whoever is locked registers anew")
}

// A proof is worth one reset: recorded, or made for another server or another guess, it is refused.
func TestProofs(t *testing.T) {
	v := newVault(t, Params{Need: 1, Servers: 2, Limit: 9})
	a, err := NewAttempt(v.Params, rightPIN, v.random)
	require.NoError(t, err)
	first, err := v.servers[0].Evaluate(owner, a.Blinded())
	require.NoError(t, err)
	key, err := a.Combine(map[int]*Answer{1: first})
	require.NoError(t, err)
	good := key.Proof(1, first.Nonce)
	for name, p := range map[string][32]byte{
		"none": {}, "another server's": key.Proof(2, first.Nonce), "another guess's": key.Proof(1, Nonce{}),
	} {
		_, err = v.servers[0].Release(owner, first.Nonce, p)
		require.ErrorIs(t, err, ErrProof, name)
	}
	require.Len(t, v.servers[0].Record(owner).Guesses, 1)
	_, err = v.servers[0].Release(owner, first.Nonce, good)
	require.NoError(t, err)
	require.Empty(t, v.servers[0].Record(owner).Guesses)
	_, err = v.servers[0].Evaluate(owner, a.Blinded())
	require.NoError(t, err)
	_, err = v.servers[0].Release(owner, first.Nonce, good)
	require.ErrorIs(t, err, ErrProof, "replayed")
	require.Len(t, v.servers[0].Record(owner).Guesses, 1)
}

// A server that answers with another element makes the right PIN look wrong, and learns nothing.
func TestFalseAnswer(t *testing.T) {
	v := newVault(t, Params{Need: 2, Servers: 2, Limit: 9})
	a, err := NewAttempt(v.Params, rightPIN, v.random)
	require.NoError(t, err)
	one, err := v.servers[0].Evaluate(owner, a.Blinded())
	require.NoError(t, err)
	two, err := v.servers[1].Evaluate(owner, a.Blinded())
	require.NoError(t, err)
	two.Element = one.Element
	_, err = a.Combine(map[int]*Answer{1: one, 2: two})
	require.ErrorIs(t, err, ErrPIN)
	nonsense := [32]byte(bytes.Repeat([]byte{0xff}, 32))
	for _, bad := range []*Answer{{Version: one.Version, Check: one.Check},
		{Version: one.Version, Check: one.Check, Element: nonsense}} {
		_, err = a.Combine(map[int]*Answer{1: one, 2: bad})
		require.ErrorContains(t, err, "server 2")
	}
	for _, field := range []*[32]byte{&two.Version, &two.Check} {
		field[0] ^= 1
		_, err = a.Combine(map[int]*Answer{1: one, 2: two})
		require.ErrorContains(t, err, "one registration")
		field[0] ^= 1
	}
}

func TestHostileRegistrations(t *testing.T) {
	p := Params{Need: 2, Servers: 3, Limit: 5}
	list, err := Register(p, rightPIN, secret, source("register"))
	require.NoError(t, err)
	s := NewServer(1, source("server"))
	require.ErrorContains(t, s.Register(owner, list[1]), "server 2 came to server 1")
	bad := *list[0]
	bad.Share = sharing.Share{Index: 1, Value: list[1].Share.Value}
	require.ErrorContains(t, s.Register(owner, &bad), "does not match")
	require.NoError(t, s.Register(owner, list[0]))
	require.ErrorIs(t, s.Register(owner, list[0]), ErrRegistered)
	for name, blinded := range map[string][]byte{
		"identity": make([]byte, 32), "short": make([]byte, 31), "none": nil,
		"no element": bytes.Repeat([]byte{0xff}, 32),
	} {
		_, err = s.Evaluate(owner, blinded)
		require.Error(t, err, name)
	}
	require.Empty(t, s.Record(owner).Guesses, "what is no element is no guess")
	_, err = ParseAnswer(s.Serve("Bob", EvaluateRequest(owner, group.Bytes(suite.Point().Base()))))
	require.ErrorIs(t, err, errRequest, "another's request")
	_, err = s.Evaluate("Bob", group.Bytes(suite.Point().Base()))
	require.ErrorIs(t, err, ErrUnknown)
	_, err = s.Release("Bob", Nonce{}, [32]byte{})
	require.ErrorIs(t, err, ErrUnknown)
	for _, p := range []Params{{}, {0, 1, 1}, {2, 1, 1}, {1, 101, 1}, {1, 1, 0}, {1, 1, 256}} {
		_, err := Register(p, rightPIN, secret, source("register"))
		require.Error(t, err, p)
	}
}

func TestEncodings(t *testing.T) {
	v := newVault(t, Params{Need: 2, Servers: 3, Limit: 2})
	raw := v.servers[1].Record(owner).Registration.Bytes()
	r, err := ParseRegistration(raw)
	require.NoError(t, err)
	require.Equal(t, raw, r.Bytes())
	for cut := range len(raw) - len(r.Sealed) {
		_, err := ParseRegistration(raw[:cut])
		require.Error(t, err, cut)
	}
	_, err = ParseRegistration(append(raw, make([]byte, maxSealed)...))
	require.Error(t, err)
	for at, b := range map[int]byte{0: 0, 1: 0, 2: 0, 34: 0xff} {
		changed := bytes.Clone(raw)
		changed[at] = b
		_, err := ParseRegistration(changed)
		require.Error(t, err, "byte %d", at)
	}
	_, err = v.guess(pin(1), 1, 2)
	require.ErrorIs(t, err, ErrPIN)
	rec := v.servers[1].Record(owner)
	require.Len(t, rec.Guesses, 1)
	again, err := ParseRecord(rec.Bytes())
	require.NoError(t, err)
	require.Equal(t, rec.Bytes(), again.Bytes())
	tooMany := slices.Concat([]byte{3}, make([]byte, 3*NonceSize), raw)
	for _, bad := range [][]byte{nil, {1}, append([]byte{1}, make([]byte, 16)...), tooMany} {
		_, err := ParseRecord(bad)
		require.Error(t, err)
	}
	for _, bad := range [][]byte{nil, {6}, {0}, append([]byte{0}, make([]byte, 114)...)} {
		_, err := ParseAnswer(bad)
		require.Error(t, err)
	}
	_, err = ParseReply([]byte{1, 0})
	require.NotErrorIs(t, err, ErrUnknown, "a refusal has one encoding")
}

// Only the server that was asked can answer, and nothing that is changed on the way opens.
func TestChannel(t *testing.T) {
	private := bytes.Repeat([]byte{5}, 32)
	key, err := ecdh.X25519().NewPrivateKey(private)
	require.NoError(t, err)
	public := key.PublicKey().Bytes()
	sealed, reply, err := SealRequest(source("channel"), public, []byte("request"))
	require.NoError(t, err)
	request, theirs, err := OpenRequest(private, sealed)
	require.NoError(t, err)
	require.Equal(t, "request", string(request))
	answer := theirs.Seal([]byte("answer"))
	got, err := reply.Open(answer)
	require.NoError(t, err)
	require.Equal(t, "answer", string(got))
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		_, _, err := OpenRequest(private, changed)
		require.Error(t, err, i)
	}
	for i := range answer {
		changed := bytes.Clone(answer)
		changed[i] ^= 1
		_, err := reply.Open(changed)
		require.Error(t, err, i)
	}
	_, _, err = OpenRequest(bytes.Repeat([]byte{6}, 32), sealed)
	require.Error(t, err)
	_, err = ReplyKey{}.Open(answer)
	require.ErrorContains(t, err, "was asked")
}

// FuzzServe throws requests at a server: it never panics, never counts below what it answered, and
// never releases without a proof.
func FuzzServe(f *testing.F) {
	p := Params{Need: 2, Servers: 2, Limit: 3}
	list, err := Register(p, rightPIN, secret, source("fuzz"))
	require.NoError(f, err)
	f.Add(RegisterRequest(owner, list[0]))
	f.Add(RegisterRequest("Bob", list[0]))
	f.Add(EvaluateRequest(owner, group.Bytes(suite.Point().Base())))
	f.Add(ReleaseRequest(owner, Nonce{}, [32]byte{}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := NewServer(1, source("server"))
		require.NoError(t, s.Register(owner, list[0]))
		answered := 0
		for range p.Limit + 2 {
			out := s.Serve(owner, raw)
			require.NotEmpty(t, out)
			if _, err := ParseAnswer(out); err == nil {
				answered++
			}
			body, err := ParseReply(out)
			require.False(t, err == nil && bytes.Equal(body, list[0].Sealed))
		}
		require.LessOrEqual(t, answered, p.Limit)
		for _, name := range s.Accounts() {
			r := s.Record(name)
			again, err := ParseRecord(r.Bytes())
			require.NoError(t, err)
			require.Equal(t, r.Bytes(), again.Bytes())
		}
		if r, err := ParseRegistration(raw); err == nil {
			require.Equal(t, raw, r.Bytes())
		}
		if account, r, err := Registered(raw); err == nil {
			require.Equal(t, raw, RegisterRequest(account, r))
		}
	})
}

// One server that lies, and can have the others evaluate what it likes, learns nothing of the PIN of
// an owner who opens the vault: not even when it has the honest answers to the owner's own blinded
// PIN before it gives its own. It aims its answer so that the sum is y·B for a y of its own, and the
// owner's key is F(y, PIN), of which the liar can compute everything but the PIN. Whatever the owner
// sends then, a proof above all, would let it try all PINs in silence.
func TestLyingServer(t *testing.T) {
	v := newVault(t, Params{Need: 3, Servers: 5, Limit: 10})
	a, err := NewAttempt(v.Params, rightPIN, v.random)
	require.NoError(t, err)
	answers := map[int]*Answer{}
	for _, i := range []int{1, 2, 3} {
		answers[i], err = ParseAnswer(v.servers[i-1].Serve(owner, EvaluateRequest(owner, a.Blinded())))
		require.NoError(t, err)
	}
	y := suite.Scalar().SetInt64(42)
	weights, err := sharing.Lagrange(suite, []int{1, 2, 3})
	require.NoError(t, err)
	aim := evaluate(y, a.blinded)
	for n, i := range []int{1, 2} {
		element, err := group.DecodePoint(suite, answers[i].Element[:])
		require.NoError(t, err)
		aim.Sub(aim, evaluate(weights[n], element))
	}
	answers[3].Element = [group.Size]byte(group.Bytes(evaluate(suite.Scalar().Inv(weights[2]), aim)))

	key, err := a.Combine(answers)
	require.ErrorIs(t, err, ErrPIN, "the owner says nothing under a key that is not the registered one")
	require.Nil(t, key)
}

// Commitments to one more coefficient, and a sealed secret that is a point shorter, are the same
// bytes in a row and another registration.
func TestVersions(t *testing.T) {
	list, err := Register(Params{Need: 2, Servers: 2, Limit: 3}, rightPIN, secret, source("versions"))
	require.NoError(t, err)
	r := list[0]
	all := r.Commitments.Bytes()
	first, err := sharing.DecodeCommitments(suite, 1, all[:group.Size])
	require.NoError(t, err)
	moved := Registration{Commitments: first, Sealed: slices.Concat(all[group.Size:], r.Sealed)}
	same := Registration{Commitments: r.Commitments, Sealed: r.Sealed}
	require.NotEqual(t, same.Version(), moved.Version())
}
