package drawing

import (
	"cmp"
	"html/template"
	"slices"

	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// How much a timeline shows: more messages share columns, more accounts a lane.
const (
	maxSingles = 120 // messages drawn one by one
	maxColumns = 56  // if there are more
	maxLanes   = 10  // then one for all others
)

// A timeline in its own units.
const (
	timelineWidth = 700
	lanesLeft     = 124
	lanesRight    = 636
	lanesTop      = 40
	laneHeight    = 38
	signHeight    = 20
)

// Timeline draws a conversation in the order in which it was sent, a lane for each
// sender, and what is open of it in one design after a step of a replay. design and
// step are places in p.Result.Designs and p.Steps; of what does not exist, the
// picture is empty. link gives the address of the proof of message k; with nil
// nothing is a link. Of more than 120 messages, neighbours share a column that is
// filled as far as they are open and leads to the first of their proofs.
func Timeline(p *replay.Replay, design, step int, link func(k int) string) template.HTML {
	if p == nil || design < 0 || design >= len(p.Result.Cells) || step < 0 || step >= len(p.Steps) {
		return ""
	}
	frames := p.Steps[step].Frames
	t := timeline{p: p, f: frames[design], link: link, moment: frames[design].Moment,
		axis: newAxis(len(p.Conversation.Messages))}
	if !summary.Measured(t.f.Cell) {
		t.moment = 0 // nothing was tried: locks would say that something held
	}
	t.open()
	t.H = lanesTop + px(len(t.Lanes))*laneHeight + 28
	t.mark()
	t.tell(step)
	return render("timeline", &t)
}

// timeline is what its template fills in.
type timeline struct {
	p      *replay.Replay
	f      replay.Frame
	link   func(k int) string
	moment int // messages typed
	axis   axis

	Name, Words, Caption string
	Idle                 string // why nothing was tried
	Linked               bool
	H                    px
	Lanes                []*lane
	Attack               px // where the moment of the attack stands, 0 for nowhere
	AttackLabel          string
}

// An axis lays messages out in columns.
type axis struct {
	messages, per, columns int
	pitch                  px
}

func newAxis(messages int) axis {
	a := axis{messages: messages, per: 1}
	if messages > maxSingles {
		a.per = (messages + maxColumns - 1) / maxColumns
	}
	a.columns = max(1, (messages+a.per-1)/a.per)
	a.pitch = (lanesRight - lanesLeft) / px(a.columns)
	return a
}

// left is where column i begins; with a fraction, a place in it.
func (a axis) left(i px) px { return lanesLeft + i*a.pitch }

// span names the messages of column i.
func (a axis) span(i int) (first, last int) { return i*a.per + 1, min((i+1)*a.per, a.messages) }

// A lane is the messages of one sender, or of several.
type lane struct {
	Name, Full         string
	Target             bool
	Y                  px // its middle
	Count              string
	Dots, Under, Rings string // paths: not yet written, of the target, opened by this step
	Signs              []sign

	sums       []sum // by column
	open, sent int
}

// A sum is what one column of one lane holds.
type sum struct{ all, written, open, fresh, target, first int }

// open counts what is open, by lane and column.
func (t *timeline) open() {
	of, target := t.lanes(), t.target()
	fresh := map[int]bool{}
	for _, k := range t.f.New {
		fresh[k] = true
	}
	for i := range t.p.Conversation.Messages {
		m, k := &t.p.Conversation.Messages[i], i+1
		s := &of[m.From].sums[i/t.axis.per]
		s.all++
		if k <= t.moment {
			s.written++
		}
		if t.f.Opened[k] {
			s.open++
			if s.first == 0 {
				s.first = k
			}
		}
		if fresh[k] {
			s.fresh++
		}
		if m.Concerns(target) {
			s.target++
		}
	}
	for i, l := range t.Lanes {
		l.Y = lanesTop + (px(i)+0.5)*laneHeight
		t.draw(l)
	}
}

func (t *timeline) target() string {
	return cmp.Or(t.f.Cell.Trace.Settings.Target, t.p.Result.Settings.Target)
}

// lanes makes a lane for each account, the target's first, and says whose is whose.
// Of many accounts, those that write most have one, and the rest share the last.
func (t *timeline) lanes() map[string]*lane {
	conv, target := t.p.Conversation, t.target()
	people := conv.People(target)
	if len(people) > maxLanes {
		sent := map[string]int{target: len(conv.Messages)}
		for i := range conv.Messages {
			sent[conv.Messages[i].From]++
		}
		slices.SortStableFunc(people, func(a, b string) int {
			return cmp.Compare(sent[b], sent[a])
		})
	}
	of := map[string]*lane{}
	for i, name := range people {
		if i < maxLanes {
			t.Lanes = append(t.Lanes, &lane{Name: plain.Short(name, shortName),
				Full: plain.Short(name, longName), Target: name == target,
				sums: make([]sum, t.axis.columns)})
		} else if i == maxLanes {
			others := summary.Count(len(people)-maxLanes, "other")
			t.Lanes = append(t.Lanes, &lane{Name: others, Full: others,
				sums: make([]sum, t.axis.columns)})
		}
		of[name] = t.Lanes[len(t.Lanes)-1]
	}
	return of
}

// Mode is how messages are drawn.
func (t *timeline) Mode() string {
	if t.axis.per > 1 {
		return "bins"
	}
	return "singles"
}

// Legend explains the signs of timelines, once for a page.
func Legend() template.HTML {
	return render("legend", struct{ Body, On, Off string }{body(4, 2, 12), shackle(4, 2, 12, false),
		shackle(4, 2, 12, true)})
}
