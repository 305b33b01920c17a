package drawing

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"doormat/attacks/trace"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// A journey in its own units.
const (
	phonesTop  = 34
	phoneEvery = 84
	maxPhones  = 4  // recipients that are drawn
	maxHops    = 40 // packets that are listed
)

// Journey draws how a message travels while nobody interferes: from the sender's phone
// to the provider to the recipients' phones, each packet with its size and its locks.
// The first lock is end-to-end encryption. A design of class "escrow" adds a second:
// second says who opens it, such as "any 3 of 5 trustees", and is "" for other designs.
func Journey(hops []trace.Hop, second string) template.HTML {
	if len(hops) == 0 {
		return ""
	}
	j := journey{}
	if second != "" {
		j.Escrow = "escrow field: opened by " + plain.Short(second, longName)
	}
	for _, h := range hops {
		j.see(h)
	}
	j.lay()
	return render("journey", &j)
}

// journey is what its template fills in.
type journey struct {
	Design, Escrow string
	Sender         string
	Sent           int // the sender's packet in bytes
	H, Middle      px
	Phones         []phone
	More           string
	Hops           []hop
	HopsMore       int
	Words, Sum     string

	sender         string
	packets, bytes int
}

// A phone is a recipient's.
type phone struct {
	Name  string
	Bytes int
	Y     px
	node  string
}

// A hop is a packet in words.
type hop struct {
	From, To string
	Bytes    int
	Private  bool
}

// see takes note of a packet.
func (j *journey) see(h trace.Hop) {
	from, to, bytes := h.From, h.To, h.Bytes
	if len(j.Hops) < maxHops {
		j.Hops = append(j.Hops, hop{called(from), called(to), bytes, h.Private})
	} else {
		j.HopsMore++
	}
	if h.Private {
		if account, typed := world.AccountOf(from); typed && j.sender == "" {
			j.sender, j.Sender = to, plain.Short(account, shortName)
		}
		return
	}
	j.packets, j.bytes = j.packets+1, j.bytes+bytes
	switch {
	// the last one before somebody gets it: files go ahead
	case from == j.sender && len(j.Phones) == 0:
		j.Sent = bytes
	case strings.HasPrefix(to, "device:") && to != j.sender:
		// files are fetched later
		if !slices.ContainsFunc(j.Phones, func(p phone) bool { return p.node == to }) {
			j.Phones = append(j.Phones, phone{Name: plain.Short(strings.TrimPrefix(to, "device:"),
				shortName), Bytes: bytes, node: to})
		}
	}
}

// called names a node for people.
func called(node string) string {
	account, ok := world.AccountOf(node)
	switch {
	case !ok:
		return plain.Short(node, longName)
	case node == world.DeviceOf(account):
		return "phone of " + plain.Short(account, longName)
	}
	return plain.Short(account, longName)
}

// lay places the phones, and says everything in words.
func (j *journey) lay() {
	all := len(j.Phones)
	if all > maxPhones {
		j.More = fmt.Sprintf("and %d more", all-maxPhones+1)
		j.Phones = j.Phones[:maxPhones-1]
	}
	for i := range j.Phones {
		j.Phones[i].Y = phonesTop + px(i)*phoneEvery
	}
	rows := px(max(1, min(all, maxPhones)))
	j.H = phonesTop + rows*phoneEvery + 70
	j.Middle = phonesTop + (rows-1)*phoneEvery/2
	locks := "one lock, end-to-end encryption"
	if j.Escrow != "" {
		locks = "two locks, end-to-end encryption and an " + j.Escrow
	}
	j.Sum = fmt.Sprintf("%s, %d bytes in all, with receipts and files.",
		summary.Count(j.packets, "packet"), j.bytes)
	j.Words = fmt.Sprintf("A message of %s travels to the provider as %d bytes and on to %s "+
		"under %s. %s",
		j.Sender, j.Sent, summary.Count(all, "phone"), locks, j.Sum)
}

// Last is where the phones that are not drawn are spoken of, Locks where the locks
// are explained.
func (j *journey) Last() px  { return phonesTop + px(len(j.Phones))*phoneEvery + 36 }
func (j *journey) Locks() px { return j.H - 56 }

// An envelope is a packet with its locks: one, or the second that escrow adds.
type envelope struct {
	Place           string // a translation to its middle
	Bytes           string
	Escrow          bool
	Left, W         px
	Body, Shackle   string
	Body2, Shackle2 string
}

func (j *journey) envelope(x, y px, bytes int) envelope {
	e := envelope{Place: fmt.Sprintf("translate(%s %s)", x, y), Bytes: summary.Count(bytes, "byte"),
		Escrow: j.Escrow != "", Left: -38, W: 76}
	first := px(-8)
	if e.Escrow {
		e.Left, e.W, first = -50, 100, -30
	}
	e.Body, e.Shackle = body(first, -12, 16), shackle(first, -12, 16, false)
	e.Body2, e.Shackle2 = body(14, -12, 16), shackle(14, -12, 16, false)
	return e
}

// First is the sender's packet, Envelopes are those for the phones that are drawn.
func (j *journey) First() envelope { return j.envelope(208, j.Middle+30, j.Sent) }

func (j *journey) Envelopes() (list []envelope) {
	for _, p := range j.Phones {
		list = append(list, j.envelope(508, p.Y+30, p.Bytes))
	}
	return list
}

// Hub is the height of sender and provider, Way the path from there to a phone.
func (j *journey) Hub() px { return j.Middle + 30 }

func (j *journey) Way(p phone) string {
	return fmt.Sprintf("M418 %sC436 %s 436 %s 454 %sH560", j.Hub(), j.Hub(), p.Mid(), p.Mid())
}

// Mid is the height at which a packet reaches a phone.
func (p phone) Mid() px { return p.Y + 30 }

// Name, Low, Head: where a phone's writing and the arrow's head stand.
func (p phone) NameY() px    { return p.Y + 26 }
func (p phone) Low() px      { return p.Y + 46 }
func (p phone) Head() string { return fmt.Sprintf("M568 %sl-11-6v12z", p.Mid()) }

// Legend and LegendShackle are the lock beside its explanation.
func (envelope) Legend() string        { return body(0, 0, 16) }
func (envelope) LegendShackle() string { return shackle(0, 0, 16, false) }
