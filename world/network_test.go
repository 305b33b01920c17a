package world

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// script is a node that answers by a function and keeps what it was told.
type script struct {
	name   string
	answer func(Packet) []Packet
	heard  []string
}

func (s *script) Name() string     { return s.name }
func (s *script) Holdings() []Fact { return nil }
func (s *script) Handle(now time.Time, p Packet) []Packet {
	s.heard = append(s.heard, fmt.Sprintf("%s %s %d", now.Format("01-02 15:04"), p.From, p.Kind()))
	if s.answer == nil {
		return nil
	}
	return s.answer(p)
}

func settle(n *Network) func() error {
	return func() error {
		for {
			p, ok := n.Next()
			if !ok {
				return n.Err()
			}
			n.Deliver(p)
		}
	}
}

func TestNetworkOrder(t *testing.T) {
	a := &script{name: "a", answer: func(p Packet) []Packet {
		if p.Kind() == 40 {
			return []Packet{{From: "a", To: "b", Data: []byte{41}}, {From: "a", To: "b", Data: []byte{42}}, {From: "a", To: "nobody"}}
		}
		return nil
	}}
	b := &script{name: "b", answer: func(p Packet) []Packet {
		if p.Kind() == 41 {
			return []Packet{{From: "b", To: "a", Data: []byte{43}}}
		}
		return nil
	}}
	n, err := NewNetwork(noon, b, a)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, n.Names())
	var seen []byte
	n.Watch = func(p Packet) { seen = append(seen, p.Kind()) }
	n.Post(Packet{From: "x", To: "a", Data: []byte{40}}, Packet{From: "x", To: "b", Data: []byte{44}})
	require.NoError(t, settle(n)())
	require.Equal(t, []byte{40, 44, 41, 42, 0, 43}, seen, "first in, first out; what goes to nobody travels too")
	require.Equal(t, []string{"02-28 12:00 x 44", "02-28 12:00 a 41", "02-28 12:00 a 42"}, b.heard)

	_, err = NewNetwork(noon, a, &script{name: "a"})
	require.ErrorContains(t, err, `two nodes named "a"`)
	b.answer = func(Packet) []Packet { return []Packet{{From: "a", To: "a"}} }
	n.Deliver(Packet{From: "x", To: "b"})
	require.ErrorContains(t, n.Err(), "b answered in the name of a")
}

func TestTicks(t *testing.T) {
	a := &script{name: "a"}
	n, err := NewNetwork(noon, a)
	require.NoError(t, err)
	require.NoError(t, n.Advance(noon.Add(11*time.Hour), settle(n)))
	require.Empty(t, a.heard, "no day has begun")
	require.NoError(t, n.Advance(noon.AddDate(0, 0, 2), settle(n)))
	require.Equal(t, []string{"02-29 00:00 clock 9", "03-01 00:00 clock 9"}, a.heard, "2020 is a leap year")
	require.NoError(t, n.Advance(noon, settle(n)))
	require.Equal(t, noon.AddDate(0, 0, 2), n.Now(), "never backward")
	require.NoError(t, n.Advance(noon.AddDate(0, 0, 2), settle(n)))
	require.Len(t, a.heard, 2)
	require.NoError(t, n.Advance(noon.AddDate(0, 0, 2).Add(12*time.Hour), settle(n)))
	require.Len(t, a.heard, 3, "midnight itself begins a day")
	broken := errors.New("broken")
	require.ErrorIs(t, n.Advance(noon.AddDate(1, 0, 0), func() error { return broken }), broken)
}

func TestPrivate(t *testing.T) {
	for p, want := range map[[2]string]bool{
		{"device:A", "provider"}: false, {"outsider", "device:A"}: false, {"agency", "court"}: false,
		{"device:A", "user:A"}: true, {"user:A", "device:A"}: true, {"clock", "log"}: true, {"log", "public"}: true,
		{"life", "user:A"}: true, {"agency", "law"}: true, {"provider", "users:A"}: false,
	} {
		require.Equal(t, want, Packet{From: p[0], To: p[1]}.Private(), "%v", p)
	}
	account, ok := AccountOf("device:user:A")
	require.True(t, ok)
	require.Equal(t, "user:A", account)
	_, ok = AccountOf("trustee:1")
	require.False(t, ok)
}

func TestSimulation(t *testing.T) {
	c := sample()
	var typed []string
	device := func(account string) *script {
		return &script{name: DeviceOf(account), answer: func(p Packet) []Packet {
			switch p.Kind() {
			case KindTyped:
				m, err := ParseTyped(p.Data)
				require.NoError(t, err)
				typed = append(typed, fmt.Sprintf("%s to %v: %s", account, m.To, m.Body))
			case KindReinstall:
				typed = append(typed, account+" anew")
			case KindTick:
				return []Packet{{From: DeviceOf(account), To: "server", Data: []byte{50}}}
			case KindAskNumber:
				return []Packet{{From: DeviceOf(account), To: UserOf(account), Data: Pack(KindNumber, p.Data[5:], []byte("1"), []byte("1"))}}
			}
			return nil
		}}
	}
	nodes := []Node{device("Ada"), device("Ben"), device("Cleo")}
	p, err := NewSimulation(context.Background(), c, []Payload{{Body: []byte("one")}, {Body: []byte("two")}, {Body: []byte("three")}}, nodes, nil)
	require.NoError(t, err)
	require.Empty(t, nodes[0].(*script).heard, "nothing is switched on yet")
	require.NoError(t, p.Start())
	require.NoError(t, p.Start(), "once")
	require.Equal(t, []string{"02-28 11:00 life 1"}, nodes[0].(*script).heard)
	require.NoError(t, p.Advance(2))
	require.Equal(t, 2, p.Moment())
	require.Equal(t, []string{"Ada to [Ben]: one", "Ben to [Ada Cleo]: two"}, typed)

	// Whoever stops in the night before message 3 does not hear it.
	p.Intercept = func(q Packet) bool {
		p.Stop()
		return q.To == "server"
	}
	require.NoError(t, p.Advance(3))
	require.Equal(t, 2, p.Moment())
	p.Intercept = nil
	require.NoError(t, p.Advance(3))
	require.Equal(t, []string{"Cleo to [Ben]: three", "Ben anew"}, typed[2:])
	require.ErrorContains(t, p.Advance(2), "moment 2: want one from 3 (now) to 3 (the end)")
	require.NoError(t, p.Rest(2))
	require.Equal(t, noon.AddDate(0, 0, 4), p.Net.Now())
	for k, ticks := range []int{0, 0, 2} {
		require.Equal(t, ticks, c.Day(k+1), "message %d", k+1)
	}
	c.Messages[2].Sent = noon.Add(12 * time.Hour)
	require.Equal(t, 1, c.Day(3), "midnight itself begins a day")
}

func TestPlayEnds(t *testing.T) {
	c := sample()
	echo := func(name, to string) Node {
		return &script{name: name, answer: func(p Packet) []Packet { return []Packet{{From: name, To: to}} }}
	}
	p, err := NewSimulation(context.Background(), c, nil, []Node{echo("a", "b"), echo("b", "a")}, nil)
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(), "the network does not come to rest")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("out of time"))
	p, err = NewSimulation(ctx, c, nil, []Node{echo("a", "b"), echo("b", "a")}, nil)
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(), "out of time")
}

// users puts two users and their devices, which know these numbers, on a network.
func users(t *testing.T, adas, bens string) (*Network, *[]Packet) {
	device := func(account, number string) Node {
		return &script{name: DeviceOf(account), answer: func(p Packet) []Packet {
			me := DeviceOf(account)
			switch p.Kind() {
			case KindAskNumber:
				f, err := Unpack(p.Data, KindAskNumber, 1)
				require.NoError(t, err)
				return []Packet{{From: me, To: UserOf(account), Data: Pack(KindNumber, f[0], []byte(number), []byte("half of "+account))}}
			case KindUnlock:
				return []Packet{{From: me, To: UserOf(account), Data: Pack(KindHoldings, EncodeFacts(nil))}}
			}
			return nil
		}}
	}
	n, err := NewNetwork(noon, NewUser("Ada"), NewUser("Ben"), device("Ada", adas), device("Ben", bens))
	require.NoError(t, err)
	var seen []Packet
	n.Watch = func(p Packet) { seen = append(seen, p) }
	return n, &seen
}

func TestComparingNumbers(t *testing.T) {
	compare := Packet{From: Environment, To: "user:Ada", Data: Pack(KindCompare, []byte("Ben"), nil)}
	for _, c := range []struct {
		adas, bens string
		packets    int
		warns      bool
	}{
		{"1", "1", 9, false}, {"1", "2", 8, true}, {"", "1", 3, false}, {"1", "", 7, false}, {"half of Ben and Ada", "", 8, false},
	} {
		n, seen := users(t, c.adas, c.bens)
		n.Post(compare)
		require.NoError(t, settle(n)())
		require.Len(t, *seen, c.packets, "%+v", c)
		warned := slices.ContainsFunc(*seen, func(p Packet) bool { return p.Kind() == KindWarning })
		require.Equal(t, c.warns, warned)
		if warned {
			require.Equal(t, Warn("user:Ben", "safety numbers differ: Ben and Ada"), (*seen)[7])
		}
	}
	n, seen := users(t, "1", "2")
	n.Post(Packet{From: "device:Ada", To: "user:Ada", Data: Pack(KindNumber, []byte("Ben"), []byte("3"), nil)})
	n.Post(Packet{From: "device:Ben", To: "user:Ada", Data: Pack(KindNumber, []byte("Ben"), []byte("3"), nil)})
	for _, data := range [][]byte{nil, {KindCompare}, Pack(KindNumber), Pack(KindCompare, nil)} {
		n.Post(Packet{From: "device:Ada", To: "user:Ada", Data: data})
	}
	require.NoError(t, settle(n)())
	n.Post(Packet{From: "user:Ben", To: "user:Ada", Data: Pack(KindCompared, []byte("Ben"), Int(1))})
	n.Post(Packet{From: "device:Ben", To: "user:Ada", Data: Pack(KindHeldBack, []byte("Ben"))})
	require.NoError(t, n.Advance(noon.AddDate(0, 0, nightsBeforeCall+1), settle(n)))
	*seen = slices.DeleteFunc(*seen, func(p Packet) bool { return p.Kind() == KindTick })
	require.Len(t, *seen, 8, "numbers that nobody asked for, and nonsense, are ignored")

	u := NewUser("Ada")
	require.Len(t, u.Handle(noon, compare), 1)
	number := Packet{From: "device:Ben", To: "user:Ada", Data: Pack(KindNumber, []byte("Ben"), []byte("3"), nil)}
	require.Empty(t, u.Handle(noon, number), "only one's own device knows the number")
	number.From = "device:Ada"
	require.Equal(t, []Packet{{From: "user:Ada", To: "user:Ben", Data: Pack(KindCompare, []byte("Ada"), []byte("3"))}}, u.Handle(noon, number))
}

// TestHeldBack: a user whose device holds messages back compares at the third midnight
// if the environment brings the two together no earlier, and tells the device if the numbers agree.
func TestHeldBack(t *testing.T) {
	for _, c := range []struct {
		name, adas, bens string
		confirms, warns  []string
	}{
		{"agree", "1", "1", []string{"Ada", "Ben"}, nil},
		{"differ", "1", "2", nil, []string{"user:Ada", "user:Ben"}},
		{"the other has a new phone", "half of Ben and Ada", "", []string{"Ada"}, nil},
		{"the other's new phone has another key", "half of Eve and Ada", "", nil, []string{"user:Ada"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, seen := users(t, c.adas, c.bens)
			n.Post(Packet{From: "device:Ada", To: "user:Ada", Data: Pack(KindHeldBack, []byte("Ben"))})
			require.NoError(t, n.Advance(noon.AddDate(0, 0, nightsBeforeCall-1), settle(n)))
			require.False(t, slices.ContainsFunc(*seen, func(p Packet) bool { return p.Kind() == KindCompare }), "not yet")
			require.NoError(t, n.Advance(noon.AddDate(0, 0, 3*nightsBeforeCall), settle(n)))
			var confirms, warns []string
			compares := 0
			for _, p := range *seen {
				switch p.Kind() {
				case KindConfirm:
					account, _ := AccountOf(p.From)
					require.Equal(t, DeviceOf(account), p.To)
					confirms = append(confirms, account)
				case KindWarning:
					warns = append(warns, p.From)
				case KindCompare:
					compares++
				}
			}
			slices.Sort(confirms)
			slices.Sort(warns)
			require.Equal(t, 1, compares)
			require.Equal(t, c.confirms, confirms)
			require.Equal(t, c.warns, warns)
		})
	}
	n, seen := users(t, "1", "1")
	n.Post(Packet{From: "device:Ada", To: "user:Ada", Data: Pack(KindHeldBack, []byte("Ben"))},
		Packet{From: Environment, To: "user:Ben", Data: Pack(KindCompare, []byte("Ada"), nil)})
	require.NoError(t, n.Advance(noon.AddDate(0, 0, 2*nightsBeforeCall), settle(n)))
	compares := slices.DeleteFunc(*seen, func(p Packet) bool { return p.Kind() != KindCompare })
	require.Len(t, compares, 2, "the environment has brought them together: nobody calls")
}

func TestUnlocking(t *testing.T) {
	unlock := Packet{From: "agency", To: "user:Ada", Data: Pack(KindUnlock)}
	handed := func(packets []Packet) int {
		return slices.IndexFunc(packets, func(p Packet) bool { return p.To == "agency" })
	}
	warning := Warn("user:Ada", "was made to unlock the phone")
	n, seen := users(t, "1", "1")
	n.Post(Packet{From: "agency", To: "user:Ada", Data: Pack(KindComply)}, unlock)
	require.NoError(t, settle(n)())
	require.Less(t, handed(*seen), 0, "only the law makes a user willing")
	n.Post(Packet{From: "device:Ada", To: "user:Ada", Data: Pack(KindHoldings, EncodeFacts(nil))})
	require.NoError(t, settle(n)())
	require.Less(t, handed(*seen), 0, "what nobody waits for is not handed over")
	require.NotContains(t, *seen, warning, "who does not unlock has nothing to tell")
	n.Post(Packet{From: Law, To: "user:Ada", Data: Pack(KindComply)}, unlock)
	require.NoError(t, settle(n)())
	i := handed(*seen)
	require.Greater(t, i, 0)
	require.Equal(t, Packet{From: "user:Ada", To: "agency", Data: Pack(KindHoldings, EncodeFacts(nil))}, (*seen)[i])
	require.Contains(t, *seen, warning, "who unlocks knows it")
	n.Post(Packet{From: "device:Ben", To: "user:Ada", Data: Pack(KindHoldings, nil)})
	before := len(*seen)
	require.NoError(t, settle(n)())
	require.Less(t, handed((*seen)[before:]), 0, "another's device is not one's own")
}

// sleeper asks for one day.
type sleeper struct {
	*script
	due time.Time
}

func (s *sleeper) Wakes() time.Time { return s.due }

// TestLongSilence lets thirteen years pass before something happens: who knows when it
// has something to do lives through that night and the last one, everybody else through
// the first weeks and the last night.
func TestLongSilence(t *testing.T) {
	s := &sleeper{script: &script{name: "a"}, due: noon.AddDate(5, 0, 0)}
	other := &script{name: "b"}
	n, err := NewNetwork(noon, s, other)
	require.NoError(t, err)
	s.answer = func(Packet) []Packet {
		if !n.Now().Before(s.due) {
			s.due = time.Time{}
		}
		return nil
	}
	require.NoError(t, n.Advance(noon.AddDate(13, 0, 0), settle(n)))
	require.Equal(t, noon.AddDate(13, 0, 0), n.Now())
	require.Equal(t, []string{"03-01 00:00 clock 9", "02-28 00:00 clock 9"}, s.heard,
		"the first midnight after what it asked for, and the last night")
	require.Equal(t, "02-29 00:00 clock 9", other.heard[0])
	require.Equal(t, "02-28 00:00 clock 9", other.heard[len(other.heard)-1], "the last night")
	require.Len(t, other.heard, settlingNights+2)

	s.heard, other.heard, s.due = nil, nil, Tonight
	s.answer = nil
	require.NoError(t, n.Advance(n.Now().AddDate(0, 0, 100), settle(n)))
	require.Len(t, s.heard, 100, "it asks for every night")
	require.Len(t, other.heard, settlingNights+2)

	s.heard, other.heard, s.due = nil, nil, time.Time{}
	require.NoError(t, n.Advance(n.Now().AddDate(0, 0, settlingNights), settle(n)))
	require.Len(t, s.heard, 1)
	require.Len(t, other.heard, settlingNights, "some weeks are lived through")
}

// TestRestInParts rests for a year at once, and in parts: the same nights are lived.
func TestRestInParts(t *testing.T) {
	nights := func(parts ...int) []string {
		s := &sleeper{script: &script{name: "a"}, due: noon.AddDate(0, 0, 90)}
		n, err := NewNetwork(noon, s)
		require.NoError(t, err)
		s.answer = func(Packet) []Packet {
			if !n.Now().Before(s.due) {
				s.due = time.Time{}
			}
			return nil
		}
		for _, days := range parts {
			require.NoError(t, n.Rest(n.Now().AddDate(0, 0, days), settle(n)))
		}
		return s.heard
	}
	whole := nights(365)
	require.Contains(t, whole, "05-29 00:00 clock 9", "ninety days later")
	require.Less(t, len(whole), settlingNights+10)
	for _, parts := range [][]int{{1, 364}, {20, 1, 1, 343}, {50, 41, 100, 174}, {89, 1, 275}} {
		require.Equal(t, whole, nights(parts...), "%v", parts)
	}
}
