package e2ee

import (
	"cmp"
	"time"

	"doormat/world"
)

// stamp puts the changes of a group in the one order that all devices follow,
// whichever comes first: by the clock of who made them, and of one millisecond by author
// and number. What the environment tells has neither.
type stamp struct {
	sent       time.Time
	author, id string
}

func stampOf(m world.Meta) stamp { return stamp{m.Sent, m.From, m.ID} }

func (s stamp) before(other stamp) bool {
	return cmp.Or(cmp.Compare(s.sent.UnixMilli(), other.sent.UnixMilli()),
		cmp.Compare(s.author, other.author), cmp.Compare(s.id, other.id)) < 0
}

// newestChange stamps the newest change of a group that the device knows of.
func (d *Device) newestChange(name string) stamp {
	if g := d.groups[name]; g != nil {
		return g.since
	}
	return d.left[name] // the zero stamp is before all others
}
