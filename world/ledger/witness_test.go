package ledger_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"doormat/world/ledger"

	"github.com/stretchr/testify/require"
	cosig "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func TestWitnessFollows(t *testing.T) {
	l := newLog(t, 0)
	witnesses, keys := newWitnesses(t, l, 1)
	w, policy := witnesses[0], newPolicy(t, l, 1, keys...)
	require.Nil(t, w.Last())
	for _, size := range []int{0, 1, 2, 2, 7, 8, 40} {
		grow(l, size)
		msg, err := ask(w, l)
		require.NoError(t, err, "size %d", size)
		require.Equal(t, l.Checkpoint(), w.Last())
		require.EqualValues(t, size, w.Size())
		c, err := policy.Check(msg)
		require.NoError(t, err)
		require.Equal(t, at, c.Time)
		w, err = ledger.ParseWitness(w.Encode()) // through the store each time
		require.NoError(t, err)
	}
}

// TestCosignatureMatchesLibrary compares with the signer of the formats
// library, whose clock is the wall's: ours, asked for the same second, gives the same bytes.
func TestCosignatureMatchesLibrary(t *testing.T) {
	l := newLog(t, 3)
	seed := bytes.Repeat([]byte{7}, 32)
	w, err := ledger.NewWitness("w.example", l.VerifierKey(), bytes.NewReader(seed))
	require.NoError(t, err)
	private, _, err := note.GenerateKey(bytes.NewReader(seed), "w.example")
	require.NoError(t, err)
	signer, err := cosig.NewSignerForCosignatureV1(private)
	require.NoError(t, err)
	text, _, _ := strings.Cut(string(l.Checkpoint()), "\n\n")
	theirs, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
	require.NoError(t, err)

	verifier, err := cosig.NewVerifierForCosignatureV1(w.VerifierKey())
	require.NoError(t, err)
	opened, err := note.Open(theirs, note.VerifierList(verifier))
	require.NoError(t, err)
	now, err := cosig.CoSigV1Timestamp(opened.Sigs[0])
	require.NoError(t, err)
	none, err := l.Consistency(3, 3)
	require.NoError(t, err)
	ours, err := w.Cosign(l.Checkpoint(), none, now)
	require.NoError(t, err)
	require.Equal(t, string(l.Checkpoint())+lastLine(theirs), string(ours))
}

func lastLine(msg []byte) string {
	lines := strings.SplitAfter(string(msg), "\n")
	return lines[len(lines)-2]
}

func TestWitnessRefuses(t *testing.T) {
	l := newLog(t, 8)
	old, five := l.Checkpoint(), mustFork(t, l, 5)
	stranger, err := ledger.New(logName, random(99))
	require.NoError(t, err)
	grow(stranger, 12)
	other, err := ledger.New("log.example/other", random(1))
	require.NoError(t, err)
	grow(other, 12)
	witnesses, _ := newWitnesses(t, l, 1)
	w := witnesses[0]
	_, err = ask(w, l)
	require.NoError(t, err)
	grow(l, 12)
	fork := mustFork(t, l, 7)
	fork.Append([]byte("slipped in"))
	same := fork.Checkpoint()
	grow(fork, 12)
	proof := func(l *ledger.Log, a, b int64) []byte {
		p, err := l.Consistency(a, b)
		require.NoError(t, err)
		return p
	}
	inclusion, err := l.Inclusion(3, 12)
	require.NoError(t, err)
	good, text := proof(l, 8, 12), string(l.Checkpoint())
	longer := append(bytes.Clone(good), make([]byte, 32)...)
	longer[2] += 32
	for name, c := range map[string]struct {
		msg, proof []byte
		want       string
		is         error
	}{
		"rollback":           {five.Checkpoint(), proof(l, 5, 5), "size 5 after 8", ledger.ErrRollback},
		"fork at the size":   {same, proof(l, 8, 8), "size 8", ledger.ErrFork},
		"fork beyond":        {fork.Checkpoint(), proof(fork, 8, 12), "invalid", ledger.ErrInconsistent},
		"no proof":           {l.Checkpoint(), nil, "kind", ledger.ErrInconsistent},
		"proof of inclusion": {l.Checkpoint(), inclusion, "kind 2", ledger.ErrInconsistent},
		"inclusion renamed":  {l.Checkpoint(), append([]byte{2}, inclusion[1:]...), "invalid", ledger.ErrInconsistent},
		"proof from 7":       {l.Checkpoint(), proof(l, 7, 12), "invalid", ledger.ErrInconsistent},
		"proof cut":          {l.Checkpoint(), good[:len(good)-32], "length", ledger.ErrInconsistent},
		"proof with tail":    {l.Checkpoint(), append(bytes.Clone(good), 0), "length", ledger.ErrInconsistent},
		"one hash too many":  {l.Checkpoint(), longer, "invalid", ledger.ErrInconsistent},
		"proof for nothing":  {old, good, "invalid", ledger.ErrInconsistent},
		"another key":        {stranger.Checkpoint(), good, "signature", nil},
		"another name":       {other.Checkpoint(), good, "signature", nil},
		"unsigned":           {[]byte(strings.SplitAfter(text, "\n\n")[0]), good, "signature", nil},
		"size changed":       {[]byte(strings.Replace(text, "\n12\n", "\n13\n", 1)), good, "invalid signature", nil},
		"not a note":         {[]byte("12"), good, "malformed", nil},
		"too long":           {[]byte(text + strings.Repeat("x", ledger.MaxNote)), good, "more than", nil},
	} {
		before := w.Encode()
		_, err := w.Cosign(c.msg, c.proof, at)
		require.ErrorContains(t, err, c.want, name)
		if c.is != nil {
			require.ErrorIs(t, err, c.is, name)
		}
		require.Equal(t, before, w.Encode(), name)
	}
	_, err = w.Cosign(l.Checkpoint(), good, time.Unix(-1, 0))
	require.ErrorContains(t, err, "1970")
	_, err = w.Cosign(l.Checkpoint(), good, time.Unix(0, 0))
	require.NoError(t, err)
}

func mustFork(t testing.TB, l *ledger.Log, size int64) *ledger.Log {
	fork, err := l.Fork(size)
	require.NoError(t, err)
	return fork
}

// TestCheckpointIsCanonical signs texts that the note format allows and this
// package does not, with the log's own key.
func TestCheckpointIsCanonical(t *testing.T) {
	seed := bytes.Repeat([]byte{7}, 32)
	l, err := ledger.New(logName, bytes.NewReader(seed))
	require.NoError(t, err)
	private, _, err := note.GenerateKey(bytes.NewReader(seed), logName)
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	const root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
	policy := newPolicy(t, l, 0)
	for body, want := range map[string]string{
		"7\n" + root + "\n":                    "",
		"4294967296\n" + root + "\n":           "",
		"4294967297\n" + root + "\n":           "larger",
		"18446744073709551615\n" + root + "\n": "larger",
		"07\n" + root + "\n":                   "canonical",
		"+7\n" + root + "\n":                   "size invalid",
		"7\n" + root + "\nextension\n":         "canonical",
		"7\n" + root[:42] + "J=\n":             "canonical", // spare bits set
		"7\nAAAA\n":                            "canonical",
		"0\n" + root + "\n":                    "empty tree",
		"7\n":                                  "newlines",
	} {
		msg, err := note.Sign(&note.Note{Text: logName + "\n" + body}, signer)
		require.NoError(t, err)
		_, err = policy.Check(msg)
		if want == "" {
			require.NoError(t, err, body)
		} else {
			require.ErrorContains(t, err, want, body)
		}
	}
	msg, err := note.Sign(&note.Note{Text: "elsewhere\n7\n" + root + "\n"}, signer)
	require.NoError(t, err)
	refused[ledger.Checkpoint](t, "elsewhere")(policy.Check(msg))
	// The signature's base64 has two spare bits before its one padding byte.
	loose := string(l.Checkpoint())
	loose = strings.TrimSuffix(loose, "=\n")
	last := strings.IndexByte(alphabet, loose[len(loose)-1])
	loose = loose[:len(loose)-1] + string(alphabet[last|1]) + "=\n"
	refused[ledger.Checkpoint](t, "illegal base64")(policy.Check([]byte(loose)))
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func TestWitnessStateIsStrict(t *testing.T) {
	l := newLog(t, 4)
	witnesses, _ := newWitnesses(t, l, 2)
	w := witnesses[0]
	msg := cosigned(t, l, witnesses...)
	state := w.Encode()
	again, err := ledger.ParseWitness(state)
	require.NoError(t, err)
	require.Equal(t, state, again.Encode())
	for n := range state {
		_, err := ledger.ParseWitness(state[:n])
		require.Error(t, err, "cut to %d bytes", n)
	}
	refused[*ledger.Witness](t, "long")(ledger.ParseWitness(append(bytes.Clone(state), 0)))
	refused[*ledger.Witness](t, "kind")(ledger.ParseWitness(l.Encode()))

	plain := l.Checkpoint()
	before := bytes.Clone(state[:len(state)-len(plain)-2])
	with := append(binary.BigEndian.AppendUint16(before, uint16(len(msg))), msg...)
	refused[*ledger.Witness](t, "the log's signature alone")(ledger.ParseWitness(with))

	// Fresh forgets, and keeps the key; the original remembers.
	fresh := w.Fresh()
	require.Zero(t, fresh.Size())
	require.Nil(t, fresh.Last())
	require.Equal(t, w.VerifierKey(), fresh.VerifierKey())
	require.Equal(t, state, w.Encode())
	refused[*ledger.Witness](t, "log key")(ledger.NewWitness("w", w.VerifierKey(), random(1)))
}
