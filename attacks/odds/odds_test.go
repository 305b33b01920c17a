package odds

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/faulttree"
	"doormat/world"
)

func either(names ...string) *faulttree.Tree { return some(1, names...) }

func some(k int, names ...string) *faulttree.Tree {
	var list []*faulttree.Tree
	for _, name := range names {
		list = append(list, faulttree.Event(name))
	}
	return faulttree.AtLeast(k, list...)
}

func trustees(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("trustee:%d.store", i+1))
	}
	return names
}

// phones is a chat of two, and a third message between the second and somebody else.
var phones = Case{Design: "e2ee", Principals: world.SharedPrincipals(), Targets: func(i int) bool { return i < 2 },
	Messages: []*faulttree.Tree{either("device:alice.store", "device:bob.store"),
		either("device:alice.store", "device:bob.store"), either("device:bob.store", "device:carol.store")}}

// escrow is the same with 3 of 5 trustees, whom a thief of the provider's mail or a tap needs as well.
func escrow() Case {
	c := phones
	c.Design, c.Messages = "threshold", nil
	quorum := faulttree.And(either("provider.store", "network.tap"), some(3, trustees(5)...))
	for _, m := range phones.Messages {
		c.Messages = append(c.Messages, faulttree.Or(m, quorum))
	}
	return c
}

var given = Inputs{Users: 1000, Message: 1, Chances: map[string]float64{"device.store": 0.02, "provider.store": 0.1,
	"network.tap": 0.2, "trustee.store": 0.05}}

func row(t require.TestingT, c Case, in Inputs, years int) Row {
	r, err := c.Row(in, years, 1)
	require.NoError(t, err)
	return r
}

func TestYears(t *testing.T) {
	r := row(t, phones, given, 1)
	require.InDelta(t, 1-0.98*0.98, r.Message, 1e-12)
	require.InDelta(t, 1-0.98*0.98, r.Any, 1e-12)
	require.InDelta(t, 1-0.98*0.98, r.Target, 1e-12)
	require.InDelta(t, 0.02+0.98*0.02*0.02, r.Everything, 1e-12, "the second's phone, or both others")
	require.InDelta(t, 1-math.Pow(0.98, 20), row(t, phones, given, 10).Message, 1e-12)

	q := NewQuorum(3, 5, 0.05, 0)
	all := func(mail, quorum, phone float64) float64 { return 1 - (1-mail*quorum)*(1-phone) }
	require.InDelta(t, all(1-0.9*0.8, q.Year, 1-0.98*0.98), row(t, escrow(), given, 1).Message, 1e-12)
	ten := 1 - math.Pow(0.9, 10)*0.8 // a tap counts while the message travels, in the first year
	phone := 1 - math.Pow(0.98, 20)
	require.InDelta(t, all(ten, q.Ten, phone), row(t, escrow(), given, 10).Message, 1e-12)
	refreshed := given
	refreshed.Refresh = true
	require.InDelta(t, all(ten, q.Refreshed, phone), row(t, escrow(), refreshed, 10).Message, 1e-12)
	rotated := given
	rotated.Rotate = true
	require.InDelta(t, all(ten, tail(3, 5, 1-0.95*0.95), phone), row(t, escrow(), rotated, 10).Message, 1e-12,
		"the key of the first year lives for two")
	refreshed.Rotate = true
	require.InDelta(t, all(ten, 1-math.Pow(1-q.Year, 2), phone), row(t, escrow(), refreshed, 10).Message, 1e-12)
	require.InDelta(t, row(t, escrow(), given, 1).Message, row(t, escrow(), refreshed, 1).Message, 1e-15,
		"within a year nothing changes")

	silent := phones
	silent.Targets = func(int) bool { return false }
	require.Zero(t, row(t, silent, given, 1).Target, "nothing was written to the target or by it")

	one := given
	one.Chances = map[string]float64{"device.store": 0, "device:bob.store": 0.5}
	require.InDelta(t, 0.5, row(t, phones, one, 1).Message, 1e-12, "one's own chance goes before that of the kind")
}

// Moments share the first year, and the last one lasts.
func TestMoments(t *testing.T) {
	c := Case{Principals: world.SharedPrincipals(), Targets: func(int) bool { return true }, Moments: []int{36, 72}}
	odds := func(tree *faulttree.Tree, in Inputs, years int) float64 {
		c.Messages = []*faulttree.Tree{tree}
		return row(t, c, in, years).Message
	}
	both := either("device:a.store@36", "device:a.store@72")
	require.InDelta(t, 0.02, odds(both, given, 1), 1e-12, "one phone in one year")
	require.InDelta(t, 1-math.Pow(0.98, 10), odds(both, given, 10), 1e-12)
	require.InDelta(t, 1-math.Pow(0.98, 0.5), odds(either("device:a.store@36"), given, 10), 1e-12, "that phone is no more")
	require.InDelta(t, 1-math.Pow(0.98, 9.5), odds(either("device:a.store@72"), given, 10), 1e-12)
	require.InDelta(t, 0.2, odds(either("network.tap"), given, 10), 1e-12)

	require.InDelta(t, 0.02, odds(either("device:a.store"+First), given, 10), 1e-12)
	require.InDelta(t, 1-math.Pow(0.98, 9), odds(either("device:a.store"+Later), given, 10), 1e-12)
	require.InDelta(t, 1-math.Pow(0.98, 10), odds(either("device:a.store"+First, "device:a.store"+Later), given, 10), 1e-12)

	pair := func(a, b string) *faulttree.Tree { return some(2, "trustee:1.store@"+a, "trustee:2.store@"+b) }
	refreshed := given
	refreshed.Refresh = true
	early, late := 1-math.Pow(0.95, 0.5), 1-math.Pow(0.95, 0.5)
	require.InDelta(t, early*late, odds(pair("36", "72"), refreshed, 10), 1e-12, "only in the first year there are both")
	late = 1 - math.Pow(0.95, 9.5)
	require.InDelta(t, early*late, odds(pair("36", "72"), given, 10), 1e-12)
	common := given
	common.Common, common.Refresh = 0.01, true
	year := func(p float64) float64 { return 1 - 0.99*(1-p*p) }
	require.InDelta(t, 1-(1-year(0.05))*(1-year(0.05)), odds(faulttree.AtLeast(2,
		either("trustee:1.store@36", "trustee:1.store@72"), either("trustee:2.store@36", "trustee:2.store@72")), common, 2), 1e-12)
}

// The closed form, and trees under the same inputs, give figures that were worked out apart from
// this program: two digits of each.
func TestQuorum(t *testing.T) {
	for _, want := range []struct {
		t, n                                      int
		year, common, refreshed, ten, unavailable string
	}{
		{1, 1, "0.05", "0.06", "0.4", "0.4", "0.05"},
		{2, 2, "0.0025", "0.012", "0.025", "0.16", "0.098"},
		{2, 3, "0.0073", "0.017", "0.07", "0.35", "0.0073"},
		{3, 5, "0.0012", "0.011", "0.012", "0.32", "0.0012"},
		{5, 9, "3.3e-05", "0.01", "0.00033", "0.27", "3.3e-05"},
		{7, 13, "1e-06", "0.01", "1e-05", "0.23", "1e-06"},
	} {
		q, struck := NewQuorum(want.t, want.n, 0.05, 0), NewQuorum(want.t, want.n, 0.05, 0.01)
		two := func(p float64) string { return fmt.Sprintf("%.2g", p) }
		if want.t > 1 || want.n > 1 { // 0.0595 rounds down in two digits
			require.Equal(t, want.common, two(struck.Common), want)
		}
		require.Equal(t, []string{want.year, want.refreshed, want.ten, want.unavailable},
			[]string{two(q.Year), two(q.Refreshed), two(q.Ten), two(q.Unavailable)}, want)

		c := Case{Principals: world.SharedPrincipals(), Targets: func(int) bool { return true },
			Messages: []*faulttree.Tree{some(want.t, trustees(want.n)...)}}
		in := Inputs{Message: 1, Chances: map[string]float64{"trustee.store": 0.05}}
		common := in
		common.Common = 0.01
		refreshed, both := in, common
		refreshed.Refresh, both.Refresh = true, true
		for _, pair := range [][2]float64{
			{q.Year, row(t, c, in, 1).Message}, {struck.Common, row(t, c, common, 1).Message},
			{q.Refreshed, row(t, c, refreshed, 10).Message}, {q.Ten, row(t, c, in, 10).Message},
			{struck.Refreshed, row(t, c, both, 10).Message}, {struck.Ten, row(t, c, common, 10).Message},
		} {
			require.InEpsilon(t, pair[0], pair[1], 1e-9, want)
		}
		d, err := some(want.n-want.t+1, trustees(want.n)...).Diagram()
		require.NoError(t, err)
		down := faulttree.Chances{}
		for _, name := range trustees(want.n) {
			down[name] = 0.05
		}
		p, err := d.Probability(down)
		require.NoError(t, err)
		require.InEpsilon(t, q.Unavailable, p, 1e-9, want)
	}
}

// Simulations agree with diagrams within the error that they state.
func TestSimulated(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 5))
	for seed := range uint64(25) {
		in := Inputs{Users: 1e9, Message: 1, Chances: map[string]float64{}, Common: random.Float64() / 10,
			Phones: random.Float64() / 10, Refresh: random.IntN(2) == 0, Rotate: random.IntN(2) == 0}
		for _, kind := range []string{"device.store", "provider.store", "network.tap", "trustee.store"} {
			in.Chances[kind] = random.Float64() / 2
		}
		r, err := escrow().Row(in, 1+random.IntN(4), seed)
		require.NoError(t, err)
		exact, simulated, margin := r.each(), r.Simulated.each(), r.Error.each()
		for i := range exact {
			require.InDelta(t, *exact[i], *simulated[i], *margin[i])
			require.Less(t, *margin[i], 0.02)
		}
		require.LessOrEqual(t, r.Everything, r.Target)
		require.LessOrEqual(t, r.Target, r.Any)
		require.InEpsilon(t, 1+r.Message*1e9, 1+r.Crowd.Mean, 1e-6)
	}
}

func TestCommonCauses(t *testing.T) {
	in := given
	in.Common, in.Phones = 0.01, 0.03
	q := NewQuorum(3, 5, 0.05, 0.01)
	phone := func(years float64) float64 { return 1 - math.Pow(0.97*0.98*0.98, years) }
	r := row(t, escrow(), in, 1)
	require.InDelta(t, 1-(1-0.28*q.Common)*(1-phone(1)), r.Message, 1e-12)
	require.InDelta(t, 1-(1-0.28*q.Common)*0.97*(1-(0.02+0.98*0.02*0.02)), r.Everything, 1e-12)
	require.InDelta(t, 0.0300, r.Crowd.Half-0.28*q.Common*0.97, 1e-4, "all phones at once, or trustees and mail")
	require.InDelta(t, phone(10), row(t, phones, in, 10).Message, 1e-12)
	require.InEpsilon(t, phone(1), row(t, escrow(), in.with("trustee.store", r.BreakEven[0].Chance).without("device.store"), 1).Message, 1e-9)
}

// without is the inputs with nothing of that kind, and no common cause of phones.
func (in Inputs) without(kind string) Inputs {
	in.Phones = 0
	return in.with(kind, 0)
}

func TestWeight(t *testing.T) {
	r := row(t, escrow(), given, 1)
	require.Equal(t, "device.store", r.Matters[0].Kind)
	require.InDelta(t, (1-0.28*NewQuorum(3, 5, 0.05, 0).Year)*0.98, r.Matters[0].Importance, 1e-12,
		"it decides unless the other phone falls, or mail and quorum do")
	common := given
	common.Common = 0.001
	r = row(t, escrow(), common, 1)
	require.Equal(t, commonCause, r.Matters[1].Kind)
	require.Equal(t, 0.001, r.Matters[1].Chance)
	r = row(t, escrow(), given.with("device.store", 0), 1)
	require.Equal(t, "device.store", r.Matters[0].Kind, "it decides by how much it would add, whether it has a chance or not")
	require.Zero(t, r.Matters[0].Chance)
}

// At the break-even, what needs no phone is as likely as what needs phones only.
func TestBreakEven(t *testing.T) {
	for _, years := range []int{1, 10} {
		for _, b := range row(t, escrow(), given, years).BreakEven {
			require.Equal(t, "trustee.store", b.Kind)
			require.True(t, b.Possible)
			quorum := given.with("trustee.store", b.Chance).with("device.store", 0)
			alone := given.with("trustee.store", 0)
			need, have := row(t, escrow(), quorum, years), row(t, escrow(), alone, years)
			if b.Goal == "message" {
				require.InEpsilon(t, have.Message, need.Message, 1e-9)
			} else {
				require.InEpsilon(t, have.Everything, need.Everything, 1e-9)
			}
		}
	}
	require.Empty(t, row(t, phones, given, 1).BreakEven, "nobody holds a share")
	common := given
	common.Common = 0.5
	require.Equal(t, BreakEven{"trustee.store", "message", 0, false}, row(t, escrow(), common, 1).BreakEven[0])
	stolen := given.with("device.store", 0.9)
	require.Equal(t, BreakEven{"trustee.store", "message", 1, true}, row(t, escrow(), stolen, 1).BreakEven[0])
}

// Means and bands of a crowd are those of drawn ones.
func TestCrowd(t *testing.T) {
	in := given.with("trustee.store", 0.5)
	in.Users = 400
	c := row(t, escrow(), in, 1).Crowd
	random, drawn, half, sum := rand.New(rand.NewPCG(3, 4)), []int{}, 0, 0
	const crowds = 4000
	fell := func(p float64) bool { return random.Float64() < p }
	for range crowds {
		mail, quorum := fell(0.1), 0
		mail = fell(0.2) || mail
		for range 5 {
			if fell(0.5) {
				quorum++
			}
		}
		n := 0
		for range 400 {
			if mail && quorum >= 3 || fell(1-0.98*0.98) {
				n++
			}
		}
		if n >= 200 {
			half++
		}
		drawn, sum = append(drawn, n), sum+n
	}
	require.InEpsilon(t, float64(sum)/crowds, c.Mean, 0.1)
	require.InDelta(t, float64(half)/crowds, c.Half, 0.025)
	under := func(x float64) (n int) {
		for _, d := range drawn {
			if float64(d) <= x {
				n++
			}
		}
		return n
	}
	require.InDelta(t, 0.05, float64(under(c.Low))/crowds, 0.04)
	require.Equal(t, 400.0, c.High)

	in = given
	in.Users = 1e9
	c = row(t, phones, in, 1).Crowd
	require.InDelta(t, 39_600_000, c.Mean, 1)
	sd := math.Sqrt(1e9 * 0.0396 * 0.9604)
	require.InDelta(t, 39_600_000-1.645*sd, c.Low, 0.01*sd)
	require.InDelta(t, 39_600_000+1.645*sd, c.High, 0.01*sd)
	require.Zero(t, c.Half)
}

// A row names whom nobody can get at, and what its case leaves out.
func TestAssumed(t *testing.T) {
	c := escrow()
	c.Principals = c.Principals.With(world.Principals{{Name: "hardware", Count: "n"}})
	c.LeftOut = []LeftOut{{"secret-order", []string{"jurisdictions A:3"}}}
	r := row(t, c, given, 1)
	require.Equal(t, []string{"hardware"}, r.Assumed)
	require.Equal(t, c.LeftOut, r.LeftOut)
	r = row(t, escrow(), given, 1)
	require.Equal(t, []string{}, r.Assumed)
	require.Equal(t, []LeftOut{}, r.LeftOut)
}

func TestMissing(t *testing.T) {
	require.Equal(t, []string{"device.store", "provider.store", "trustee.store", "network.tap"},
		Inputs{}.Missing(phones, escrow()))
	require.Equal(t, []string{"trustee.store"}, Inputs{Chances: map[string]float64{"device.store": 0, "network.tap": 0,
		"trustee:1.store": 0, "provider.store": 0}}.Missing(escrow()), "one trustee's is not that of the others")
	require.Empty(t, given.Missing(phones, escrow()))
	_, err := escrow().Row(Inputs{Message: 1}, 1, 1)
	require.ErrorContains(t, err, "odds of threshold, years 1: event")
}

func TestRead(t *testing.T) {
	read := func(text string) (Inputs, error) {
		var in Inputs
		settings := world.Settings{Threshold: 2, Trustees: 3, Jurisdictions: "A:2,B:1"}
		names, err := NewNames(world.SharedPrincipals().With(world.Everywhere()), settings, []string{"alice"})
		require.NoError(t, err)
		err = in.Read("mine.txt", strings.NewReader(text), names)
		return in, err
	}
	in, err := read("\ufeff# mine\ntrustee.store = 0.05 # a guess\n\n\"device:alice.store\"=1e-3\r\ncommon = 0.01\ncommon-phones=2e-3\n")
	require.NoError(t, err)
	require.Equal(t, Inputs{Chances: map[string]float64{"trustee.store": 0.05, "device:alice.store": 0.001}, Common: 0.01, Phones: 0.002}, in)
	require.Equal(t, []string{"device:alice.store = 0.001", "trustee.store = 0.05", "common = 0.01",
		"common-phones = 0.002"}, in.Given())
	again, err := read(strings.Join(in.Given(), "\n"))
	require.NoError(t, err)
	require.Equal(t, in, again)
	for text, want := range map[string]string{
		"trustee.store = 1.5":        `mine.txt:1: trustee.store: "1.5" is no probability, want a number from 0 to 1`,
		"\ntrustee.store = NaN":      `mine.txt:2: trustee.store: "NaN" is no probability`,
		"common = -1":                `mine.txt:1: common: "-1" is no probability`,
		"common = -0":                `mine.txt:1: common: "-0" is no probability`,
		"common = 1e400":             `mine.txt:1: common: "1e400" is no probability`,
		"device:bob.store = 0.1":     `mine.txt:1: "device:bob.store": there is nobody of that name`,
		"witness:5.store = 0.1":      `did you mean "witness:1.store"?`,
		"witness:0.store = 0.1":      `there is nobody of that name`,
		"jurisdiction:C.order = 0.1": `did you mean "jurisdiction:A.order"?`,
		"\ntrustee:4.store = 0.1":    `mine.txt:2: "trustee:4.store": there is nobody`,
		"trustee.store 0.5":          `mine.txt:1: "trustee.store 0.5": want NAME = NUMBER`,
		"trustee.store =":            `want NAME = NUMBER`,
		"= 0.5":                      `want NAME = NUMBER`,
		"trustee.stor = 0.5":         `did you mean "trustee.store"?`,
		"network.store = 0.5":        `no capability of that kind is declared`,
		"common = 0.1\ncommon = 0.1": `mine.txt:2: common was given in line 1 already`,
		"trustee.store = 0.5\n" + strings.Repeat("x", 5000): `mine.txt:2: the line is longer than 4096 bytes`,
	} {
		_, err := read(text)
		require.ErrorContains(t, err, want, text)
	}
}

// Published figures are probabilities of kinds that are declared, and say whose they are.
func TestPublished(t *testing.T) {
	for kind, f := range published {
		require.Contains(t, Kinds(world.SharedPrincipals().With(world.Everywhere())), kind)
		require.True(t, 0 < f.Low && f.Low < f.High && f.High < 1, kind)
		require.NotEmpty(t, f.What)
		require.NotEmpty(t, f.Source)
	}
	_, known := Published("trustee.store")
	require.False(t, known)
}
