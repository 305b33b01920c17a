package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/technique"
	"doormat/demo/demotest"
	"doormat/world"
	"doormat/world/memo"
	"doormat/world/worldtest"
)

// TestInvariants holds the whole library to what every reader of a result relies
// on, see package attackstest: by default every third attack in the story's pair, a part of them
// for what costs most, and with -all every attack in the column that shows it, as thoroughly as can
// be, and a part of them in all columns. The results made ahead are those of this run; of the
// others TestDocs of demo/pages says so, with -all.
func TestInvariants(t *testing.T) {
	if testing.Short() {
		t.Skip("the invariants run the matrix many times over; they run without -short")
	}
	hold := func(columns, ids []string, thorough bool) (*attacks.Lab, *attacks.Result) {
		l := lab(t, "", func(o *Options) { o.Designs, o.Attacks = columns, ids })
		return l, attackstest.Invariants(t, l, thorough)
	}
	list, err := Attacks()
	require.NoError(t, err)
	if !*demotest.All {
		l, r := hold(Story, demotest.Turns(list), false)
		t.Run("results made ahead", func(t *testing.T) { madeAhead(t, l.Made(), r) })
		return
	}
	shown := map[string][]string{} // attacks by the column that shows them
	for _, a := range list {
		h := a.Header()
		shown[h.Showcase] = append(shown[h.Showcase], h.ID)
	}
	var ofStory []string
	for _, id := range Story {
		ofStory = append(ofStory, shown[id]...)
		delete(shown, id)
	}
	hold(Story, ofStory, true)
	for _, id := range slices.Sorted(maps.Keys(shown)) {
		hold([]string{id}, shown[id], true)
	}
	hold([]string{AllDesigns}, nil, false)
}

// madeAhead compares results made ahead with a run of the same cells.
func madeAhead(t *testing.T, made, run *attacks.Result) {
	require.NotNil(t, made)
	require.Len(t, made.Cells, len(run.Cells))
	for i, c := range run.Cells {
		m := made.Cells[i]
		m.Seconds, c.Seconds = 0, 0
		want, err := json.Marshal(m)
		require.NoError(t, err)
		got, err := json.Marshal(c)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got),
			"docs/results.json is stale; run: go run ./cmd/doormat docs")
	}
}

// lab is the default lab with other options.
func lab(t *testing.T, file string, change func(*Options)) *attacks.Lab {
	t.Helper()
	conv, _, err := OpenConversation(file, "")
	require.NoError(t, err)
	l := labOf(t, conv, change)
	m, _ := computedOf.LoadOrStore(file, new(memo.Memo))
	l.Memo = m.(*memo.Memo)
	return l
}

// computedOf is what labs of all tests over one file computed: most are of one seed.
var computedOf sync.Map

// labOf is the same over a conversation.
func labOf(t *testing.T, conv *world.Conversation, change func(*Options)) *attacks.Lab {
	t.Helper()
	kit, err := Default()
	require.NoError(t, err)
	o := Defaults()
	change(&o)
	l, err := o.Lab(kit, conv)
	require.NoError(t, err)
	return l
}

// trusteesOf changes the number of trustees, and more.
func trusteesOf(t, n int, change func(*Options)) func(*Options) {
	return func(o *Options) {
		o.Set("threshold", strconv.Itoa(t))
		o.Set("trustees", strconv.Itoa(n))
		change(o)
	}
}

// TestExpectations runs the matrix under settings that change what is true: committees
// of one and of many, shares and keys that change, phones and mailboxes that forget,
// thefts at both ends of the conversation, other targets, other people's chats. The
// default, 3 of 5, is the one of TestInvariants. The story is run with -all; without, it
// is TestPairs that changes settings.
func TestExpectations(t *testing.T) {
	as := func(*Options) {}
	for _, v := range []struct {
		name, file  string
		change      func(*Options)
		turn, turns int // see takeTurns
	}{
		{"retention 5", "", func(o *Options) { o.Set("retention", "5") }, 0, 1},
		{"other columns", "", func(o *Options) { o.Designs = []string{"e2ee-kept", "e2ee-unverified", "threshold-delivered"} }, 0, 1},
		{"new ends", "", func(o *Options) { o.Designs = newEnds }, 0, 1},
		{"new ends, held back", "", func(o *Options) { o.Designs = newEnds; o.Set("target", "Ines"); o.Set("at", "56") }, 0, 1},
		{"new ends, four people", "testdata/four.txt", func(o *Options) { o.Designs = newEnds }, 0, 8},
		{"refresh 10", "", func(o *Options) { o.Set("refresh", "10") }, 0, 1},
		{"rotate 20", "", func(o *Options) { o.Set("rotate", "20") }, 0, 1},
		{"2 of 3, refresh 15, rotate 12", "", trusteesOf(2, 3, func(o *Options) { o.Set("refresh", "15"); o.Set("rotate", "12"); o.Set("at", "29") }), 0, 1},
		{"1 of 1, first message", "", trusteesOf(1, 1, func(o *Options) { o.Set("at", "1") }), 0, 1},
		{"1 of 3, refresh 40, rotate 30, last message", "", trusteesOf(1, 3, func(o *Options) { o.Set("refresh", "40"); o.Set("rotate", "30"); o.Set("at", "72") }), 0, 1},
		{"4 of 7, one who reinstalled", "", trusteesOf(4, 7, func(o *Options) { o.Set("target", "Ruth"); o.Set("at", "52"); o.Set("retention", "3") }), 0, 1},
		{"held back", "", func(o *Options) {
			o.Set("target", "Ines")
			o.Set("at", "56")
			o.Set("retention", "2")
			o.Set("mailbox", "delivered")
		}, 0, 1},
		{"sent at once", "", func(o *Options) { o.Set("target", "Jo"); o.Set("at", "50"); o.Set("resend", "at-once") }, 0, 1},
		{"locked", "", func(o *Options) { o.Set("target", "Ines"); o.Set("at", "50"); o.Set("lock", "on") }, 0, 1},
		{"compared before", "", func(o *Options) { o.Set("target", "Jo"); o.Set("at", "50") }, 0, 1},
		{"13 of 25, after both groups changed", "", trusteesOf(13, 25, func(o *Options) { o.Set("target", "Jo"); o.Set("at", "68") }), 0, 1},
		{"hardened, receipts", "", hardened("receipts", "on"), 0, 1},
		{"hardened, receipts, one judge", "", hardened("receipts", "on", "judges", "1"), 0, 1},
		{"hardened, mail erased", "", hardened("mailbox", "delivered"), 0, 1},
		{"hardened, one judge, hardware that counts", "", hardened("judges", "1", "hardware", "counts"), 0, 1},
		{"hardened, one judge, no hardware", "", hardened("judges", "1", "hardware", "off"), 0, 1},
		{"two people", "testdata/two.txt", as, 1, 8},
		{"5 of 5, three people and their files", "chat/testdata/android-nl.zip", trusteesOf(5, 5, as), 2, 8},
		{"four people", "testdata/four.txt", trusteesOf(2, 3, as), 3, 8},
		{"one message", "testdata/one.txt", as, 0, 2},
		{"one message, one trustee", "testdata/one.txt", trusteesOf(1, 1, as), 1, 2},
	} {
		t.Run(v.name, func(t *testing.T) {
			if v.file == "" {
				worldtest.OnlyAll(t)
			}
			if v.file != "testdata/one.txt" {
				demotest.Long(t)
			}
			t.Parallel()
			l := lab(t, v.file, v.change)
			takeTurns(l, v.turn, v.turns)
			asExpected(t, l)
		})
	}
}

// TestMoments runs attacks on Ruth, who sets up a new phone after message 48, at moments that once
// surprised them, each for a reason of its own.
func TestMoments(t *testing.T) {
	for _, v := range []struct{ attack, at, receipts string }{
		{"device-theft", "48", "off"}, // what Jo seals for the old phone the new one does not open
		{"device-theft", "62", "on"},
		{"linked-device-phished", "56", "off"}, // Jo, who did not know of the new phone, writes to it and to what is linked
		{"t-devices", "63", "on"},              // weeks of signed prekeys count from when the phone was set up
	} {
		t.Run(v.attack+" at "+v.at, func(t *testing.T) {
			asExpected(t, lab(t, "", func(o *Options) {
				o.Attacks, o.Designs = []string{v.attack}, []string{"e2ee-kept"}
				o.Set("target", "Ruth")
				o.Set("at", v.at)
				o.Set("receipts", v.receipts)
			}))
		})
	}
}

// TestColumnsFix runs attacks where the column refreshes and rotates at moments of its own, whatever
// their headers fix: what a column fixes comes first. In hardware nothing is copied to begin with. With
// -all it runs them at more moments.
func TestColumnsFix(t *testing.T) {
	moments := []string{"36"}
	if *demotest.All {
		moments = append(moments, "19", "40", "41", "56", "60", "72")
	}
	for _, at := range moments {
		asExpected(t, lab(t, "", func(o *Options) {
			o.Designs = []string{"threshold-hardened"}
			o.Attacks = []string{"key-for-sale", "split-view-cut-off", "keys-before-erasure", "keys-after-erasure",
				"raced-seats", "trustee-identities", "trustee-identities-late", "service-blocked",
				"foreign-order-stopped"}
			o.Set("hardware", "off")
			o.Set("judges", "1")
			o.Set("at", at)
		}))
	}
}

// hardened is the column of that name under other values, by parameter.
func hardened(values ...string) func(*Options) {
	return func(o *Options) {
		o.Designs = []string{"threshold-hardened"}
		for v := range slices.Chunk(values, 2) {
			o.Set(v[0], v[1])
		}
	}
}

// newEnds are columns of end-to-end encryption whose directory or clients are other ones.
var newEnds = []string{"e2ee-transparent", "ghost-provider", "ghost-client"}

// takeTurns leaves the attacks of a lab whose turn it is, one of so many. With -all every
// attack has every turn. Ids say whose turn it is, so that a new attack moves no other.
func takeTurns(l *attacks.Lab, turn, turns int) {
	l.Attacks = slices.DeleteFunc(l.Attacks, func(a technique.Technique) bool {
		h := fnv.New32a()
		_, _ = h.Write([]byte(a.Header().ID)) // never fails
		return !*demotest.All && (int(h.Sum32()%uint32(turns))+turn)%turns != 0
	})
}

// asExpected runs a lab and wants every cell to be what its attack says.
func asExpected(t *testing.T, l *attacks.Lab) {
	t.Helper()
	res, err := l.Run(context.Background())
	require.NoError(t, err)
	require.Empty(t, surprises(res))
}

// choices are values of settings for a short chat, of which every two meet in a run.
var choices = [][]struct {
	name   string
	change func(*Options)
}{
	{{"3 of 5", trusteesOf(3, 5, func(*Options) {})}, {"1 of 1", trusteesOf(1, 1, func(*Options) {})}, {"2 of 3", trusteesOf(2, 3, func(*Options) {})}},
	{{"at 5", func(o *Options) { o.Set("at", "5") }}, {"at 1", func(o *Options) { o.Set("at", "1") }}, {"at 9", func(o *Options) { o.Set("at", "9") }}},
	{{"all kept", func(*Options) {}}, {"retention 1", func(o *Options) { o.Set("retention", "1") }}, {"retention 3", func(o *Options) { o.Set("retention", "3") }}},
	{{"no refresh", func(*Options) {}}, {"refresh 4", func(o *Options) { o.Set("refresh", "4") }}},
	{{"no rotation", func(*Options) {}}, {"rotate 6", func(o *Options) { o.Set("rotate", "6") }}},
	{
		{"mail kept", func(o *Options) { o.Designs = []string{"e2ee-kept", "threshold"} }},
		{"mail erased", func(o *Options) { o.Designs = []string{"e2ee", "threshold-delivered"} }},
		{"new ends", func(o *Options) { o.Designs = newEnds }},
		{"hardened", func(o *Options) { o.Designs = []string{"threshold-hardened"} }},
	},
	{{"phones open", func(*Options) {}}, {"phones locked", func(o *Options) { o.Set("lock", "on") }}},
	{{"resend asked", func(*Options) {}}, {"resend at once", func(o *Options) { o.Set("resend", "at-once") }}},
	{{"Ann", func(o *Options) { o.Set("target", "Ann") }}, {"Ben", func(o *Options) { o.Set("target", "Ben") }}},
	// Parameters that designs have of their own; where a column has none of them, they change nothing.
	{{"accounts unlocked", func(*Options) {}}, {"accounts locked", func(o *Options) { o.Set("registration-lock", "on") }}},
	{{"links listed", func(*Options) {}}, {"links told", func(o *Options) { o.Set("link-notice", "night") }}},
	{{"no receipts", func(*Options) {}}, {"receipts", func(o *Options) { o.Set("receipts", "on") }}},
	{{"one supplier", func(*Options) {}}, {"suppliers for each", func(o *Options) { o.Set("suppliers", "each") }}},
	{{"hardware checks", func(*Options) {}}, {"hardware counts", func(o *Options) { o.Set("hardware", "counts") }}, {"no hardware", func(o *Options) { o.Set("hardware", "off") }}},
	{{"two judges", func(*Options) {}}, {"one judge", func(o *Options) { o.Set("judges", "1") }}},
	{{"four orders", func(*Options) {}}, {"any number of orders", func(o *Options) { o.Set("cap", "none") }}},
	{{"one court", func(*Options) {}}, {"two courts", func(o *Options) { o.Set("courts", "2") }}},
	{{"a court for backups", func(*Options) {}}, {"an agency's word for backups", func(o *Options) { o.Set("emergency", "word") }}},
}

// TestPairs runs attacks under settings of which every two meet: faults seldom need a
// third to show. Half of the attacks have their turn in one run, and all of them in all
// with -all; TestRandomChats has each meet another.
func TestPairs(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	var sizes []int
	for _, values := range choices {
		sizes = append(sizes, len(values))
	}
	rows := covering(sizes)
	for r, row := range rows {
		var names []string
		for i, v := range row {
			names = append(names, choices[i][v].name)
		}
		t.Run(strings.Join(names, ", "), func(t *testing.T) {
			t.Parallel()
			l := lab(t, "testdata/two.txt", func(o *Options) {
				for i, v := range row {
					choices[i][v].change(o)
				}
			})
			takeTurns(l, r, 2*len(rows))
			asExpected(t, l)
		})
	}
}

// covering lists rows of values, one below each size, so that every two values of two
// columns stand in one row together. It takes, time and again, a pair that is missing and
// fills the row with what adds most.
func covering(sizes []int) (rows [][]int) {
	met := map[[4]int]bool{}
	news := func(row []int, column, value int) (n int) {
		for i, v := range row {
			if v >= 0 && i != column && !met[pair(i, v, column, value)] {
				n++
			}
		}
		return n
	}
	for i := range sizes {
		for j := i + 1; j < len(sizes); j++ {
			for v := range sizes[i] * sizes[j] {
				if met[pair(i, v/sizes[j], j, v%sizes[j])] {
					continue
				}
				row := slices.Repeat([]int{-1}, len(sizes))
				row[i], row[j] = v/sizes[j], v%sizes[j]
				for k := range sizes {
					if row[k] >= 0 {
						continue
					}
					best := 0
					for v := range sizes[k] {
						if news(row, k, v) > news(row, k, best) {
							best = v
						}
					}
					row[k] = best
				}
				for a := range row {
					for b := range a {
						met[pair(a, row[a], b, row[b])] = true
					}
				}
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// pair names two values of two columns, the earlier column first.
func pair(i, v, j, w int) [4]int {
	if i > j {
		i, v, j, w = j, w, i, v
	}
	return [4]int{i, v, j, w}
}

// TestCovering: each pair is in some row, and the rows are few.
func TestCovering(t *testing.T) {
	sizes := []int{3, 3, 3, 2, 2, 4, 2, 2, 2, 2, 2, 3}
	rows := covering(sizes)
	require.LessOrEqual(t, len(rows), 17)
	for i, n := range sizes {
		for j, m := range sizes[:i] {
			for v := range n * m {
				require.True(t, slices.ContainsFunc(rows, func(row []int) bool { return row[i] == v/m && row[j] == v%m }), fmt.Sprint(i, j, v))
			}
		}
	}
}
