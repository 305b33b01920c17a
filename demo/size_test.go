package demo

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/world"
	"doormat/world/worldtest"
)

// talkative is a conversation of so many messages, each to all others.
func talkative(people, messages int) *world.Conversation {
	c := &world.Conversation{Title: "talk"}
	for i := range people {
		c.Accounts = append(c.Accounts, fmt.Sprintf("P%d", i))
	}
	c.Target = c.Accounts[0]
	group := ""
	if people > 2 {
		group = "all"
		c.Groups = []world.Group{{Name: group, Members: c.Accounts}}
	}
	for k := range messages {
		from, to := k%people, []string{}
		for i, a := range c.Accounts {
			if i != from {
				to = append(to, a)
			}
		}
		c.Messages = append(c.Messages, world.Message{From: c.Accounts[from], To: to, Group: group, Text: fmt.Sprintf("message %d, of about the usual length, so that it weighs what messages weigh", k),
			Sent: time.Date(2020, 1, 1, 9, k, 0, 0, time.UTC)})
	}
	return c
}

// TestSize refuses what is too large at once, and what it proposes instead is accepted.
func TestSize(t *testing.T) {
	everything := func(*Options) {}
	one := func(o *Options) { o.Attacks = []string{"device-theft"} }
	for _, c := range []struct {
		people, messages int
		change           func(*Options)
		want             string // of the error, "" if it is accepted
	}{
		{2, 7_000, everything, ""},
		{2, 100_000, one, ""},
		{2, 20_000, everything, "its 20,000 messages make 20,000 deliveries, one for each recipient;"},
		{2, 20_000, everything, "or give --attacks ID,ID, with at most"},
		{60, 2000, everything, "its 2,000 messages make 118,000 deliveries, one for each recipient; one attack would need 4,148 MB"},
		{60, 2000, one, "one attack would need 1,267 MB of memory, and doormat allows 1,100: give --last 1700, to use only the last 1,700 messages"},
	} {
		lab := labOf(t, talkative(c.people, c.messages), c.change)
		err := CheckSize(lab, 1)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.want)
		require.ErrorAs(t, err, new(*UsageError))
		last, _ := strconv.Atoi(regexp.MustCompile(`--last (\d+)`).FindStringSubmatch(err.Error())[1])
		require.NoError(t, CheckSize(labOf(t, talkative(c.people, last), c.change), 1))
	}
	lab := labOf(t, talkative(2, 20_000), one)
	require.NoError(t, CheckSize(lab, 20))
	require.ErrorContains(t, CheckSize(lab, 20_000), "a sweep of 20,000 points can take 29")
	require.NoError(t, CheckShared(lab, 800))
	require.ErrorContains(t, CheckShared(lab, 20_000), "a sweep of 20,000 points can take 87")
	conv := talkative(3, 10)
	for i := range 10 {
		conv.Messages[i].Attachments = []world.Attachment{{Name: "film", Data: make([]byte, 16<<20)}}
	}
	require.ErrorContains(t, CheckSize(labOf(t, conv, one), 1), ", with 10 files; one attack would need 1,280 MB")
}

// TestRoom runs attacks with hardly any room: one at a time, each over a run of its own.
// The result is the same, and no more lies in memory than one of them needs.
func TestRoom(t *testing.T) {
	worldtest.OnlyAll(t)
	some := func(o *Options) {
		o.Designs = []string{"threshold"}
		o.Attacks = []string{"provider-dump", "quorum-theft", "quorum-collusion", "device-theft", "wiretap",
			"quorum-theft-later", "phone-implant", "narrow-order"}
	}
	conv := talkative(2, 200)
	run := func(room int) (*attacks.Result, int64) {
		lab := labOf(t, conv, some)
		lab.Room, lab.Clock = room, nil
		before, peak := live(), int64(0)
		lab.Progress = func(int, int, *attacks.Cell) { peak = max(peak, live()-before) }
		r, err := lab.Run(context.Background())
		require.NoError(t, err)
		for i := range r.Cells {
			r.Cells[i].Trace = trace.Trace{}
		}
		return r, peak
	}
	usual, wide := run(0)
	tight, narrow := run(1)
	require.Equal(t, usual, tight)
	weight := int64(labOf(t, conv, some).Weight())
	t.Logf("%d KB with room, %d KB without, where a run weighs %d KB", wide>>10, narrow>>10, weight>>10)
	require.Less(t, narrow, wide)
	require.Less(t, narrow, weight)
}

// live is what is in memory after a collection.
func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestMemory takes the largest chats that the whole matrix accepts, and runs on them the
// attacks that hold most, side by side as the matrix does, under the memory limit of the
// program: it stays below 2 GB. In .ci/run TestRoom has to do.
func TestMemory(t *testing.T) {
	if !*worldtest.All {
		t.Skip("takes some minutes: give -all")
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1792 << 20))
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as in the program
	for _, people := range []int{2, 60} {
		lab := labOf(t, talkative(people, 2), func(*Options) {})
		most := maxWork / len(lab.Designs) / len(lab.Attacks) / (people - 1)
		lab = labOf(t, talkative(people, most), func(*Options) {})
		require.NoError(t, CheckSize(lab, 1))
		heavy := []string{"quorum-theft", "quorum-collusion", "device-theft", "broad-order", "omitted-recipient"}
		lab.Attacks = slices.DeleteFunc(lab.Attacks, func(a technique.Technique) bool { return !slices.Contains(heavy, a.Header().ID) })
		done, peak := make(chan bool), make(chan uint64)
		go sample(done, peak)
		start := time.Now()
		_, err := lab.Run(context.Background())
		require.NoError(t, err)
		close(done)
		mb := <-peak >> 20
		t.Logf("%d people, %d messages: %d MB, %s", people, most, mb, time.Since(start).Round(time.Second))
		require.Less(t, mb, uint64(2000))
	}
}

// sample watches how much memory the process has from the system.
func sample(done chan bool, peak chan uint64) {
	var most uint64
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for {
		metrics.Read(s)
		most = max(most, s[0].Value.Uint64()-s[1].Value.Uint64())
		select {
		case <-done:
			peak <- most
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}
