package script

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
)

// inside is a Dial that runs the other end in a goroutine, as a process would.
func inside(context.Context) (io.ReadWriteCloser, error) {
	toChild, fromParent := io.Pipe()
	toParent, fromChild := io.Pipe()
	go func() {
		fromChild.CloseWithError(Serve(toChild, fromChild))
		_ = toChild.Close()
	}()
	return &pipes{toParent, fromParent, nil}, nil
}

type pipes struct {
	*io.PipeReader
	w     *io.PipeWriter
	cause error
}

func (p *pipes) Write(b []byte) (int, error) { return p.w.Write(b) }
func (p *pipes) Close() error {
	_ = p.w.Close()
	_ = p.PipeReader.Close()
	return p.cause
}

func remotely(t *testing.T, source string) technique.Technique {
	t.Helper()
	a, err := Remote(context.Background(), "attack1.star", []byte(source), false, inside, nil)
	require.NoError(t, err)
	return a
}

const forging = `
key = adv.take("trustee:1.store")[0]
adv.hold("provider.control")
for p in adv.packets(adv.end):
    adv.saturate()
    meta = adv.facts("metadata")
    if p.to == "provider":
        p.deliver()
    elif p.moment == 1:
        p.replace(adv.apply("forge a toy message", key, meta[0], text = b"\xff\x00 not what A typed"))
    elif p.moment == 2:
        p.drop()
`

// A script gives the same cell, trace and proof in both places.
func TestRemoteEqualsLocal(t *testing.T) {
	scripts := map[string]string{
		"reads": attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft),
		"acts": attack(`"provider.control", "trustee:1.store"`, `applies = ["forge a toy message"],`,
			`opens(target = "none", others = "none", forged = True, why = "the provider can write")`, forging),
		"expects by a function": attack(`"provider.store", "trustee:1.store"`, "",
			`lambda v: opens(target = v.level(v.end, len(v.messages)), others = "all", why = v.target)`, keyTheft),
		"reads bytes": attack(`"provider.store"`, "", opensAll, `
for f in adv.take("provider.store"):
    if len(adv.read(f).data) < 16 or type(adv.read(f).data) != "bytes" or adv.facts(adv.read(f).kind, adv.read(f).ref) == []:
        fail("read")`),
		"fails in a loop": attack(`"provider.control"`, "", opensAll, `
adv.hold("provider.control")
for p in adv.packets(adv.end):
    p.deliver()
    p.deliver()`),
		"advances in a loop": attack(`"provider.control"`, "", opensAll, `
adv.hold("provider.control")
for p in adv.packets(2):
    adv.advance(3)`),
		"undeclared": attack(`"provider.store"`, "", opensAll, `adv.take("trustee:1.store")`),
		"no loot":    attack(`"provider.store"`, "", opensAll, `adv.claim(0)`),
	}
	for name, source := range scripts {
		t.Run(name, func(t *testing.T) {
			local := toyLab(t, source)
			far := toyLab(t)
			far.Attacks = []technique.Technique{remotely(t, source)}
			want, got := runOne(t, local), runOne(t, far)
			require.Equal(t, local.Attacks[0].Header(), far.Attacks[0].Header())
			require.Equal(t, want, got)
		})
	}
}

func TestRemoteErrors(t *testing.T) {
	_, err := Remote(context.Background(), "a.star", []byte("technique(\nx = = 1)"), false, inside, nil)
	require.EqualError(t, err, "a.star:2:5: got '=', want primary expression")
	_, err = Remote(context.Background(), "a.star", make([]byte, MaxSource+1), false, inside, nil)
	require.ErrorContains(t, err, "the limit for a script is 1048576")
	died := errors.New("needs more than 256 MB")
	_, err = Remote(context.Background(), "a.star", nil, false, says("", died), nil)
	require.EqualError(t, err, "a.star: needs more than 256 MB")
	_, err = Remote(context.Background(), "a.star", nil, false,
		func(context.Context) (io.ReadWriteCloser, error) { return nil, died }, nil)
	require.EqualError(t, err, "a.star: needs more than 256 MB")
}

// says is a Dial to a process that says what it likes and hears nothing.
func says(output string, cause error) Dial {
	return func(context.Context) (io.ReadWriteCloser, error) {
		r, w := io.Pipe()
		_ = w.Close()
		_, sink := io.Pipe()
		_ = r.Close()
		return &speaker{strings.NewReader(output), &pipes{r, sink, cause}}, nil
	}
}

type speaker struct {
	*strings.Reader
	*pipes
}

func (s *speaker) Read(b []byte) (int, error)  { return s.Reader.Read(b) }
func (s *speaker) Write(b []byte) (int, error) { return len(b), nil }
func (s *speaker) WriteTo(w io.Writer) (int64, error) {
	return s.Reader.WriteTo(w)
}

// A process that does not keep to the protocol gets an error, whatever it says.
func TestHostileProcess(t *testing.T) {
	header, err := json.Marshal(report{Header: &technique.Header{}})
	require.NoError(t, err)
	for output, want := range map[string]string{
		"":                            "unexpected EOF",
		"hello\n":                     "invalid character",
		"{}\n":                        "0 parts",
		`{"done":true,"error":"x"}`:   "2 parts",
		`{"done":true}`:               "want a header",
		`{"done":true} {}`:            "more than one value",
		`{"verdict":"secure"}`:        "unknown field",
		string(header):                "title is empty",
		strings.Repeat(" ", 17<<20):   "token too long",
		`{"error":"a.star:1:1: no"}`:  "a.star:1:1: no",
		`{"call":{"method":"claim"}}`: "want a header",
	} {
		_, err := Remote(context.Background(), "a.star", nil, false, says(output, nil), nil)
		require.ErrorContains(t, err, want, "%.60q", output)
	}
	call := `{"call":{"line":1,"method":"claim","args":[%s]}}`
	for value, want := range map[string]string{
		"1.5":                    "not a whole number",
		"9007199254740993":       "not a whole number",
		`{}`:                     "0 members",
		`{"bytes":"!"}`:          "illegal base64",
		`{"bytes":1}`:            "neither bytes",
		`{"map":{"a":1e9}}`:      "not a whole number",
		`[[{"a":1,"b":2}]]`:      "2 members",
		`0]}}` + "\n" + `{"x":[`: "does not exist",
	} {
		c := runOne(t, hostileLab(t, strings.ReplaceAll(call, "%s", value)))
		require.False(t, c.Expected)
		if want != "does not exist" {
			require.ErrorContains(t, errors.New(c.Error), want, "%s", value)
		}
	}
	c := runOne(t, hostileLab(t, `{"call":{"method":"claim","args":[99]}}`+"\n"+`{"call":{"method":"advance","args":[4]}}`))
	require.Contains(t, c.Error, "a call after one that failed")
}

// hostileLab has one attack with a proper header whose process says output.
func hostileLab(t *testing.T, output string) *attacks.Lab {
	l := toyLab(t)
	local, err := Load("a.star", []byte(attack(`"provider.control", "provider.store", "network.tamper", "trustee:1.store"`,
		`applies = ["forge a toy message"],`, opensAll, "pass")))
	require.NoError(t, err)
	l.Attacks = []technique.Technique{&stranger{local, &remote{name: "a.star", dial: says(output, nil)}}}
	return l
}

// stranger runs a hostile process under an honest header.
type stranger struct {
	technique.Technique
	far *remote
}

func (s *stranger) Run(ctx context.Context, p technique.Port) error { return s.far.Run(ctx, p) }

func FuzzRemoteRun(f *testing.F) {
	for _, seed := range []string{
		`{"call":{"line":1,"method":"hold","args":["provider.control"]}}
{"call":{"method":"next","args":[4]}}
{"call":{"method":"replace","args":[0]}}
{"call":{"method":"next","args":[4]}}
{"call":{"method":"drop"}}
{"call":{"method":"release"}}
{"done":true}`,
		`{"call":{"method":"take","args":["trustee:1.store"]}}
{"call":{"method":"next","args":[2]}}
{"call":{"method":"advance","args":[4]}}
{"call":{"method":"rest","args":[1]}}
{"call":{"method":"saturate"}}
{"call":{"method":"apply","args":["forge a toy message",0,1],"named":{"text":{"bytes":"AAEC"}}}}
{"call":{"method":"claim","args":[2]}}
{"error":"x"}`,
		`{"call":{"method":"hold","args":["network.tamper"]}}
{"call":{"method":"next","args":[4]}}
{"call":{"method":"hold","args":["provider.control"]}}
{"call":{"method":"advance","args":[3]}}
{"call":{"method":"deliver"}}
{"call":{"method":"read","args":[[[null,true,{"map":{"a":{"text":"/w=="}}}]]]}}`,
		`{"call":{"method":"take","args":["trustee:1.store"]}}
{"call":{"method":"advance","args":[4]}}
{"call":{"method":"rest","args":[36525]}}
{"call":{"method":"saturate"}}`, // a century, of which few nights are lived through
		`{"header":{}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, output string) {
		runOne(t, hostileLab(t, output))
	})
}

// A script prints from its top level, from an expectation and from its run, and
// never more than there is room for.
func TestPrint(t *testing.T) {
	var mutex sync.Mutex
	var heard []string
	hear := func(text string) {
		mutex.Lock()
		defer mutex.Unlock()
		heard = append(heard, text)
	}
	load := func(source string) technique.Technique {
		heard = nil
		a, err := Remote(context.Background(), "a.star", []byte(source), false, inside, hear)
		require.NoError(t, err)
		return a
	}
	l := toyLab(t)
	l.Attacks = []technique.Technique{load("print(\"top\")\n" + attack(`"provider.store"`, "",
		"lambda v: [print(\"expects\", v.t), "+opensAll+"][1]", `print("facts", adv.take("provider.store"))`))}
	require.Equal(t, []string{"a.star:1: top"}, heard)
	require.Empty(t, runOne(t, l).Error)
	require.Contains(t, heard, "a.star:4: expects 2")
	require.Contains(t, heard, "a.star:7: toy: facts []")

	l.Attacks = []technique.Technique{load(attack(`"provider.store"`, "", opensAll, "for i in range(3000):\n    print(\"x\" * 100)"))}
	require.Empty(t, runOne(t, l).Error)
	require.Contains(t, heard[len(heard)-1], "more than 65536 bytes; the rest is not shown")
	require.Less(t, len(strings.Join(heard, "")), maxPrinted+1000)
}
