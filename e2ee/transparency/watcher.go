package transparency

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/linked"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// watcher is a device's part: it reads the log, and compares with it the keys that the
// provider hands out. What it knows is public, so a thief of the device finds nothing in it.
type watcher struct {
	e2ee.NoDeviceHooks
	device *e2ee.Device
	policy *ledger.Policy

	reader   *publiclog.Reader
	newest   map[string][]byte   // the last identity that the log shows of each account
	met      map[string][][]byte // identities that were seen, and are still to be looked up
	seen     map[string][]byte   // the identity under which each contact appeared last
	behind   map[string]bool     // contacts to whom a key went that the log shows replaced
	due      map[string]bool     // those of them that are to be looked at at the log's next answer
	linked   lists               // what the log shows
	shown    lists               // what the provider has shown of contacts
	awaited  int64               // the number of the own list that was looked for last
	missing  int                 // on how many nights the log has not shown it
	listed   map[string]bool     // devices on the last list of this account of which the owner was told
	strange  bool                // the log shows a device linked to this account, and the owner is not told
	visiting bool                // it asked the log this night
	told     map[string]bool     // identities and faults of which the owner was told
	unheard  int                 // how often the log was asked since it answered with news of its day
	reported bool                // the owner knows that the log does not answer
}

func newWatcher(d *e2ee.Device, policy *ledger.Policy) *watcher {
	w := &watcher{device: d, policy: policy}
	w.Begin(time.Time{})
	return w
}

// patience is how often the log is asked, a night apart, before its silence is told; what
// witnesses signed longer than fresh ago is as good as silence. On missed nights the log does not
// show a list of the owner's own before that is told.
const (
	patience = 3
	missed   = 2
	fresh    = 48 * time.Hour
)

// Begin implements [e2ee.DeviceExtension]: a device that is set up anew knows of no key that
// was made before.
func (w *watcher) Begin(time.Time) []world.Packet {
	w.reader = publiclog.NewReader(w.policy)
	w.newest, w.met, w.told = map[string][]byte{}, map[string][][]byte{}, map[string]bool{}
	w.seen, w.behind, w.due = map[string][]byte{}, map[string]bool{}, map[string]bool{}
	w.linked, w.shown = lists{}, lists{}
	w.awaited, w.missing = 0, 0
	w.listed, w.strange, w.visiting = map[string]bool{}, false, false
	w.unheard, w.reported = 0, false
	return nil
}

// IdentitySeen implements [e2ee.DeviceExtension].
func (w *watcher) IdentitySeen(_ time.Time, account string, identity []byte) []world.Packet {
	w.seen[account] = slices.Clone(identity)
	if bytes.Equal(w.newest[account], identity) {
		return nil
	}
	w.met[account] = append(w.met[account], slices.Clone(identity)) // the right one may come next
	return w.ask()
}

// Kept implements [e2ee.DeviceExtension]. It notes contacts with whom the phone goes on talking
// under a key that the log has shown to be replaced. An honest provider refuses what is sealed
// to such a key and hands out the new one, so the owner is told only if that does not happen.
func (w *watcher) Kept(_ time.Time, m world.Meta, _ []byte) []world.Packet {
	for _, account := range append(slices.Clone(m.To), m.From) {
		if w.outdated(account) {
			w.behind[account] = true
		}
	}
	return nil
}

// outdated tells whether a contact appears under another key than the log shows last.
func (w *watcher) outdated(account string) bool {
	seen, newest := w.seen[account], w.newest[account]
	return seen != nil && newest != nil && !bytes.Equal(seen, newest)
}

func (w *watcher) ask() []world.Packet {
	w.unheard++
	return []world.Packet{ask(w.device.Name(), w.reader.Size())}
}

// Tick implements [e2ee.DeviceExtension]: each night the device visits the log.
func (w *watcher) Tick(time.Time) (out []world.Packet) {
	if w.device.Identity() == nil {
		return nil
	}
	if w.unheard >= patience && !w.reported {
		w.reported = true
		out = append(out, w.device.Warning(
			"the log of keys has not answered for some nights, or not with anything that is new: "+
				"nobody can say whose keys are right"))
	}
	maps.Copy(w.due, w.behind)
	clear(w.behind)
	w.visiting = true
	return append(out, w.ask()...)
}

// Wakes implements [e2ee.DeviceExtension]: who waits for an answer, or for a list of its own to
// appear, counts the nights.
func (w *watcher) Wakes() time.Time {
	if !w.reported && (w.unheard > 0 || w.missing < missed && w.hidden()) {
		return world.Tonight
	}
	return time.Time{}
}

// Handle implements [e2ee.DeviceExtension].
func (w *watcher) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.From == world.Provider && p.Kind() == linked.KindList {
		w.show(p.Data)
		return nil
	}
	if p.From != world.Log || p.Kind() != publiclog.KindUpdate || w.device.Identity() == nil {
		return nil
	}
	records, err := w.reader.ReadAt(now, p.Data)
	if errors.Is(err, publiclog.ErrGap) {
		return nil // it was asked for what comes next, and will be again
	}
	if err != nil {
		return w.warnOnce(err.Error(), "the log of keys does not add up: "+err.Error())
	}
	if now.Sub(w.reader.Time()) <= fresh {
		w.unheard, w.reported = 0, false
	}
	var out []world.Packet
	for _, record := range records {
		if e, err := entryOf(record); err == nil {
			out = append(out, w.read(e)...)
		}
	}
	out = append(out, w.lookUp()...)
	if w.visiting {
		w.visiting = false
		out = append(out, w.lookUpDevices()...)
	}
	return out
}

// read takes an entry. One in the owner's name must be of the key that this device made.
func (w *watcher) read(e entry) []world.Packet {
	if e.number > 0 {
		w.readList(e)
		return nil
	}
	w.newest[e.account] = slices.Clone(e.identity)
	if world.DeviceOf(e.account) != w.device.Name() ||
		bytes.Equal(e.identity, w.device.Identity()) {
		return nil
	}
	return w.warnOnce(string(e.identity), "the log of keys shows a key in your name that this "+
		"phone did not make: if it "+
		"is not that of a phone which you had before, somebody reads what is sealed to it")
}

// lookUpDevices tells, at night, of a device that was linked to the account, as a phone does by
// itself if it is set so, of contacts' lists that are not those of the log, and of an own list
// that the log does not show.
func (w *watcher) lookUpDevices() (out []world.Packet) {
	if w.strange {
		w.strange = false
		told := w.device.Warning("the log of keys shows a device linked to this account: if it is not " +
			"yours, it gets a copy of every message")
		out = append(out, told, world.Packet{From: told.From, To: told.To,
			Data: world.Pack(world.KindLinked)})
	}
	for _, account := range slices.Sorted(maps.Keys(w.shown)) {
		shown := w.shown.of(account, w.newest[account])
		listed := w.linked.of(account, w.newest[account])
		if shown.number > 0 && !bytes.Equal(shown.encode(), listed.encode()) {
			out = append(out, w.warnOnce("list "+string(shown.encode()), "the linked devices of "+
				account+" are not those that the log of keys shows")...)
		}
	}
	return append(out, w.lookUpOwn()...)
}

// lookUp compares the identities that were met with what the log shows last.
func (w *watcher) lookUp() []world.Packet {
	var out []world.Packet
	for _, account := range slices.Sorted(maps.Keys(w.met)) {
		listed := func(met []byte) bool { return bytes.Equal(w.newest[account], met) }
		if others := slices.DeleteFunc(w.met[account], listed); len(others) > 0 {
			for _, met := range others {
				w.told[account+string(met)] = true
			}
			out = append(out, w.device.Warning(
				"the key under which "+account+" appears is not the one that the log of keys shows"))
		}
	}
	clear(w.met)
	for _, account := range slices.Sorted(maps.Keys(w.due)) {
		if w.outdated(account) {
			out = append(out, w.warnOnce(account+string(w.seen[account]), "the log of keys shows "+
				"a newer key of "+account+" than the one that this phone goes on using")...)
		}
	}
	clear(w.due)
	return out
}

// warnOnce tells the owner of something once, however often it comes.
func (w *watcher) warnOnce(of, text string) []world.Packet {
	if w.told[of] {
		return nil
	}
	w.told[of] = true
	return []world.Packet{w.device.Warning(text)}
}
