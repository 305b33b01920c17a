package simulation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// script is a node that answers by a function and keeps what it was told.
type script struct {
	name   string
	answer func(world.Packet) []world.Packet
	heard  []string
}

func (s *script) Name() string           { return s.name }
func (s *script) Holdings() []world.Fact { return nil }
func (s *script) Handle(now time.Time, p world.Packet) []world.Packet {
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
	a := &script{name: "a", answer: func(p world.Packet) []world.Packet {
		if p.Kind() == 40 {
			return []world.Packet{{From: "a", To: "b", Data: []byte{41}}, {From: "a", To: "b", Data: []byte{42}}, {From: "a", To: "nobody"}}
		}
		return nil
	}}
	b := &script{name: "b", answer: func(p world.Packet) []world.Packet {
		if p.Kind() == 41 {
			return []world.Packet{{From: "b", To: "a", Data: []byte{43}}}
		}
		return nil
	}}
	n, err := NewNetwork(begin, b, a)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, n.Names())
	var seen []byte
	n.Watch = func(p world.Packet) { seen = append(seen, p.Kind()) }
	n.Post(world.Packet{From: "x", To: "a", Data: []byte{40}}, world.Packet{From: "x", To: "b", Data: []byte{44}})
	require.NoError(t, settle(n)())
	require.Equal(t, []byte{40, 44, 41, 42, 0, 43}, seen, "first in, first out; what goes to nobody travels too")
	require.Equal(t, []string{"02-28 12:00 x 44", "02-28 12:00 a 41", "02-28 12:00 a 42"}, b.heard)

	_, err = NewNetwork(begin, a, &script{name: "a"})
	require.ErrorContains(t, err, `two nodes named "a"`)
	b.answer = func(world.Packet) []world.Packet { return []world.Packet{{From: "a", To: "a"}} }
	n.Deliver(world.Packet{From: "x", To: "b"})
	require.ErrorContains(t, n.Err(), "b answered in the name of a")
}

func TestTicks(t *testing.T) {
	a := &script{name: "a"}
	n, err := NewNetwork(begin, a)
	require.NoError(t, err)
	require.NoError(t, n.Advance(begin.Add(11*time.Hour), settle(n)))
	require.Empty(t, a.heard, "no day has begun")
	require.NoError(t, n.Advance(begin.AddDate(0, 0, 2), settle(n)))
	require.Equal(t, []string{"02-29 00:00 clock 9", "03-01 00:00 clock 9"}, a.heard, "2020 is a leap year")
	require.NoError(t, n.Advance(begin, settle(n)))
	require.Equal(t, begin.AddDate(0, 0, 2), n.Now(), "never backward")
	require.NoError(t, n.Advance(begin.AddDate(0, 0, 2), settle(n)))
	require.Len(t, a.heard, 2)
	require.NoError(t, n.Advance(begin.AddDate(0, 0, 2).Add(12*time.Hour), settle(n)))
	require.Len(t, a.heard, 3, "midnight itself begins a day")
	broken := errors.New("broken")
	require.ErrorIs(t, n.Advance(begin.AddDate(1, 0, 0), func() error { return broken }), broken)
}

func TestPrivate(t *testing.T) {
	for p, want := range map[[2]string]bool{
		{"device:A", "provider"}: false, {"outsider", "device:A"}: false, {"agency", "court"}: false,
		{"device:A", "user:A"}: true, {"user:A", "device:A"}: true, {"clock", "log"}: true, {"log", "public"}: true,
		{"life", "user:A"}: true, {"agency", "law"}: true, {"provider", "users:A"}: false,
	} {
		require.Equal(t, want, world.Packet{From: p[0], To: p[1]}.Private(), "%v", p)
	}
	account, ok := world.AccountOf("device:user:A")
	require.True(t, ok)
	require.Equal(t, "user:A", account)
	_, ok = world.AccountOf("trustee:1")
	require.False(t, ok)
}

func TestSimulation(t *testing.T) {
	c := chat()
	var typed []string
	device := func(account string) *script {
		return &script{name: world.DeviceOf(account), answer: func(p world.Packet) []world.Packet {
			switch p.Kind() {
			case world.KindTyped:
				m, err := world.ParseTyped(p.Data)
				require.NoError(t, err)
				typed = append(typed, fmt.Sprintf("%s to %v: %s", account, m.To, m.Body))
			case world.KindReinstall:
				typed = append(typed, account+" anew")
			case world.KindTick:
				return []world.Packet{{From: world.DeviceOf(account), To: "server", Data: []byte{50}}}
			case world.KindAskNumber:
				return []world.Packet{{From: world.DeviceOf(account), To: world.UserOf(account), Data: world.Pack(world.KindNumber, p.Data[5:], []byte("1"), []byte("1"))}}
			}
			return nil
		}}
	}
	nodes := []world.Node{device("Ada"), device("Ben"), device("Cleo")}
	p, err := New(context.Background(), c, []world.Payload{{Body: []byte("one")}, {Body: []byte("two")}, {Body: []byte("three")}}, nodes, nil)
	require.NoError(t, err)
	require.Empty(t, nodes[0].(*script).heard, "nothing is switched on yet")
	require.NoError(t, p.Start())
	require.NoError(t, p.Start(), "once")
	require.Equal(t, []string{"02-28 11:00 life 1"}, nodes[0].(*script).heard)
	require.NoError(t, p.Advance(2))
	require.Equal(t, 2, p.Moment())
	require.Equal(t, []string{"Ada to [Ben]: one", "Ben to [Ada Cleo]: two"}, typed)

	// Whoever stops in the night before message 3 does not hear it.
	p.Intercept = func(q world.Packet) bool {
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
	require.Equal(t, begin.AddDate(0, 0, 4), p.Net.Now())
	for k, ticks := range []int{0, 0, 2} {
		require.Equal(t, ticks, c.Day(k+1), "message %d", k+1)
	}
	c.Messages[2].Sent = begin.Add(12 * time.Hour)
	require.Equal(t, 1, c.Day(3), "midnight itself begins a day")
}

func TestPlayEnds(t *testing.T) {
	c := chat()
	echo := func(name, to string) world.Node {
		return &script{name: name, answer: func(p world.Packet) []world.Packet { return []world.Packet{{From: name, To: to}} }}
	}
	p, err := New(context.Background(), c, nil, []world.Node{echo("a", "b"), echo("b", "a")}, nil)
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(), "the network does not come to rest")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("out of time"))
	p, err = New(ctx, c, nil, []world.Node{echo("a", "b"), echo("b", "a")}, nil)
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(), "out of time")
}

// users puts two users and their devices, which know these numbers, on a network.
func users(t *testing.T, adas, bens string) (*Network, *[]world.Packet) {
	device := func(account, number string) world.Node {
		return &script{name: world.DeviceOf(account), answer: func(p world.Packet) []world.Packet {
			me := world.DeviceOf(account)
			switch p.Kind() {
			case world.KindAskNumber:
				f, err := world.Unpack(p.Data, world.KindAskNumber, 1)
				require.NoError(t, err)
				return []world.Packet{{From: me, To: world.UserOf(account), Data: world.Pack(world.KindNumber, f[0], []byte(number), []byte("half of "+account))}}
			case world.KindUnlock:
				return []world.Packet{{From: me, To: world.UserOf(account), Data: world.Pack(world.KindHoldings, world.EncodeFacts(nil))}}
			}
			return nil
		}}
	}
	n, err := NewNetwork(begin, NewUser("Ada"), NewUser("Ben"), device("Ada", adas), device("Ben", bens))
	require.NoError(t, err)
	var seen []world.Packet
	n.Watch = func(p world.Packet) { seen = append(seen, p) }
	return n, &seen
}

func TestComparingNumbers(t *testing.T) {
	compare := world.Packet{From: world.Environment, To: "user:Ada", Data: world.Pack(world.KindCompare, []byte("Ben"), nil)}
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
		warned := slices.ContainsFunc(*seen, func(p world.Packet) bool { return p.Kind() == world.KindWarning })
		require.Equal(t, c.warns, warned)
		if warned {
			require.Equal(t, world.Warn("user:Ben", "safety numbers differ: Ben and Ada"), (*seen)[7])
		}
	}
	n, seen := users(t, "1", "2")
	n.Post(world.Packet{From: "device:Ada", To: "user:Ada", Data: world.Pack(world.KindNumber, []byte("Ben"), []byte("3"), nil)})
	n.Post(world.Packet{From: "device:Ben", To: "user:Ada", Data: world.Pack(world.KindNumber, []byte("Ben"), []byte("3"), nil)})
	for _, data := range [][]byte{nil, {world.KindCompare}, world.Pack(world.KindNumber), world.Pack(world.KindCompare, nil)} {
		n.Post(world.Packet{From: "device:Ada", To: "user:Ada", Data: data})
	}
	require.NoError(t, settle(n)())
	n.Post(world.Packet{From: "user:Ben", To: "user:Ada", Data: world.Pack(world.KindCompared, []byte("Ben"), world.Int(1))})
	n.Post(world.Packet{From: "device:Ben", To: "user:Ada", Data: world.Pack(world.KindHeldBack, []byte("Ben"))})
	require.NoError(t, n.Advance(begin.AddDate(0, 0, nightsBeforeCall+1), settle(n)))
	*seen = slices.DeleteFunc(*seen, func(p world.Packet) bool { return p.Kind() == world.KindTick })
	require.Len(t, *seen, 8, "numbers that nobody asked for, and nonsense, are ignored")

	u := NewUser("Ada")
	require.Len(t, u.Handle(begin, compare), 1)
	number := world.Packet{From: "device:Ben", To: "user:Ada", Data: world.Pack(world.KindNumber, []byte("Ben"), []byte("3"), nil)}
	require.Empty(t, u.Handle(begin, number), "only one's own device knows the number")
	number.From = "device:Ada"
	require.Equal(t, []world.Packet{{From: "user:Ada", To: "user:Ben", Data: world.Pack(world.KindCompare, []byte("Ada"), []byte("3"))}}, u.Handle(begin, number))
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
			n.Post(world.Packet{From: "device:Ada", To: "user:Ada", Data: world.Pack(world.KindHeldBack, []byte("Ben"))})
			require.NoError(t, n.Advance(begin.AddDate(0, 0, nightsBeforeCall-1), settle(n)))
			require.False(t, slices.ContainsFunc(*seen, func(p world.Packet) bool { return p.Kind() == world.KindCompare }), "not yet")
			require.NoError(t, n.Advance(begin.AddDate(0, 0, 3*nightsBeforeCall), settle(n)))
			var confirms, warns []string
			compares := 0
			for _, p := range *seen {
				switch p.Kind() {
				case world.KindConfirm:
					account, _ := world.AccountOf(p.From)
					require.Equal(t, world.DeviceOf(account), p.To)
					confirms = append(confirms, account)
				case world.KindWarning:
					warns = append(warns, p.From)
				case world.KindCompare:
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
	n.Post(world.Packet{From: "device:Ada", To: "user:Ada", Data: world.Pack(world.KindHeldBack, []byte("Ben"))},
		world.Packet{From: world.Environment, To: "user:Ben", Data: world.Pack(world.KindCompare, []byte("Ada"), nil)})
	require.NoError(t, n.Advance(begin.AddDate(0, 0, 2*nightsBeforeCall), settle(n)))
	compares := slices.DeleteFunc(*seen, func(p world.Packet) bool { return p.Kind() != world.KindCompare })
	require.Len(t, compares, 2, "the environment has brought them together: nobody calls")
}

func TestUnlocking(t *testing.T) {
	unlock := world.Packet{From: "agency", To: "user:Ada", Data: world.Pack(world.KindUnlock)}
	handed := func(packets []world.Packet) int {
		return slices.IndexFunc(packets, func(p world.Packet) bool { return p.To == "agency" })
	}
	warning := world.Warn("user:Ada", "was made to unlock the phone")
	n, seen := users(t, "1", "1")
	n.Post(world.Packet{From: "agency", To: "user:Ada", Data: world.Pack(world.KindComply)}, unlock)
	require.NoError(t, settle(n)())
	require.Less(t, handed(*seen), 0, "only the law makes a user willing")
	n.Post(world.Packet{From: "device:Ada", To: "user:Ada", Data: world.Pack(world.KindHoldings, world.EncodeFacts(nil))})
	require.NoError(t, settle(n)())
	require.Less(t, handed(*seen), 0, "what nobody waits for is not handed over")
	require.NotContains(t, *seen, warning, "who does not unlock has nothing to tell")
	n.Post(world.Packet{From: world.Law, To: "user:Ada", Data: world.Pack(world.KindComply)}, unlock)
	require.NoError(t, settle(n)())
	i := handed(*seen)
	require.Greater(t, i, 0)
	require.Equal(t, world.Packet{From: "user:Ada", To: "agency", Data: world.Pack(world.KindHoldings, world.EncodeFacts(nil))}, (*seen)[i])
	require.Contains(t, *seen, warning, "who unlocks knows it")
	n.Post(world.Packet{From: "device:Ben", To: "user:Ada", Data: world.Pack(world.KindHoldings, nil)})
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
	s := &sleeper{script: &script{name: "a"}, due: begin.AddDate(5, 0, 0)}
	other := &script{name: "b"}
	n, err := NewNetwork(begin, s, other)
	require.NoError(t, err)
	s.answer = func(world.Packet) []world.Packet {
		if !n.Now().Before(s.due) {
			s.due = time.Time{}
		}
		return nil
	}
	require.NoError(t, n.Advance(begin.AddDate(13, 0, 0), settle(n)))
	require.Equal(t, begin.AddDate(13, 0, 0), n.Now())
	require.Equal(t, []string{"03-01 00:00 clock 9", "02-28 00:00 clock 9"}, s.heard,
		"the first midnight after what it asked for, and the last night")
	require.Equal(t, "02-29 00:00 clock 9", other.heard[0])
	require.Equal(t, "02-28 00:00 clock 9", other.heard[len(other.heard)-1], "the last night")
	require.Len(t, other.heard, settlingNights+2)

	s.heard, other.heard, s.due = nil, nil, world.Tonight
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
		s := &sleeper{script: &script{name: "a"}, due: begin.AddDate(0, 0, 90)}
		n, err := NewNetwork(begin, s)
		require.NoError(t, err)
		s.answer = func(world.Packet) []world.Packet {
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

// A call is a step of the run between two messages: after all that happens at the first one's
// moment, at its own time. It is not a moment, and a run that is stopped in it goes on with it.
func TestCallInARun(t *testing.T) {
	c := chat()
	c.Calls = []world.Call{{From: "Ben", To: []string{"Ada"}, Begun: begin.Add(time.Hour),
		Said: []world.Utterance{{By: "Ben", Text: "four"}, {By: "Ada", Text: "five"}}}}
	var told []string
	var when []time.Time
	var s *Simulation
	s, err := New(context.Background(), c, make([]world.Payload, 3), nil, func(p world.Packet) {
		for kind, name := range map[byte]string{world.KindTyped: "typed", world.KindDial: "dial", world.KindSpeak: "speak", world.KindHangUp: "hang up"} {
			if p.Kind() == kind {
				told, when = append(told, name+" "+p.To), append(when, s.Net.Now())
			}
		}
		if p.Kind() == world.KindSpeak && s.Spoken() == 1 {
			s.Stop()
		}
	})
	require.NoError(t, err)
	s.Speech = [][][]byte{{[]byte("salt four"), []byte("salt five")}}
	require.NoError(t, s.Advance(2))
	require.Len(t, told, 2, "the call comes after moment 2")
	require.Zero(t, s.Spoken())
	require.NoError(t, s.Advance(3))
	require.Equal(t, 2, s.Moment(), "stopped")
	require.Equal(t, 1, s.Spoken())
	require.NoError(t, s.Advance(3))
	require.Equal(t, 3, s.Moment())
	require.Equal(t, []string{"typed device:Ada", "typed device:Ben", "dial device:Ben", "speak device:Ben", "speak device:Ada",
		"hang up device:Ada", "hang up device:Ben", "typed device:Cleo"}, told)
	require.Equal(t, begin.Add(time.Hour), when[3])
	require.Equal(t, begin.AddDate(0, 0, 2), when[7])
}

// timer is a node that wants to be woken at some hours.
type timer struct {
	script
	alarms []time.Time
}

func (a *timer) Alarm() time.Time {
	if len(a.alarms) == 0 {
		return time.Time{}
	}
	return a.alarms[0]
}

// TestAlarms: a timer is woken at its own hours, in order, by whatever call time passes, and what
// it answers arrives in that hour. Nobody else is woken, and an hour that has passed does not come.
func TestAlarms(t *testing.T) {
	a, other := &timer{script: script{name: "a"}}, &script{name: "b"}
	a.answer = func(p world.Packet) []world.Packet {
		if p.Kind() == world.KindAlarm {
			a.alarms = a.alarms[1:]
			return []world.Packet{{From: "a", To: "b", Data: []byte{40}}}
		}
		return nil
	}
	n, err := NewNetwork(begin, a, other)
	require.NoError(t, err)
	at := func(hours int) time.Time { return begin.Add(time.Duration(hours) * time.Hour) }
	a.alarms = []time.Time{at(3), at(12), at(13), at(36)}
	require.NoError(t, n.Advance(at(14), settle(n)))
	require.NoError(t, n.Rest(at(40), settle(n)))
	require.Equal(t, []string{"02-28 15:00 a 40", "02-29 00:00 a 40", "02-29 00:00 clock 9", "02-29 01:00 a 40",
		"03-01 00:00 a 40", "03-01 00:00 clock 9"}, other.heard)
	a.alarms = []time.Time{at(1)}
	require.NoError(t, n.Advance(at(60), settle(n)))
	require.Len(t, a.alarms, 1)
}
