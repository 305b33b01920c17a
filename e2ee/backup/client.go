package backup

import (
	"io"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// custody is how a device gets the key of its backup: from the provider, or from the vault.
type custody interface {
	// begin asks for the key. It forgets what it asked for before.
	begin() []world.Packet
	// handle takes a packet. It calls the client's ready once the key has come.
	handle(p world.Packet) []world.Packet
}

// A client is the device's part of either design.
type client struct {
	e2ee.NoDeviceHooks
	device    *e2ee.Device
	account   string
	random    io.Reader
	retention int
	custody   custody

	key     []byte       // nil until custody has it
	loading bool         // the backup is being fetched
	loaded  []world.Fact // so far
	entries []entry      // what is in the backup, as it is in the history
	names   map[string]bool
	nights  int // without an answer
}

// entry is the names of a message's items.
type entry struct {
	message string
	names   []string
}

// maxNights is how often a device asks again for the key of its backup, or for the rest of it.
const maxNights = 3

// Begin implements [e2ee.DeviceExtension].
func (c *client) Begin(time.Time) []world.Packet {
	c.key, c.loading, c.loaded, c.entries, c.names, c.nights = nil, false, nil, nil,
		map[string]bool{}, 0
	return c.custody.begin()
}

// ready goes on once there is a key. Under one that is not fresh there may be a backup to restore.
func (c *client) ready(key []byte, fresh bool) []world.Packet {
	c.key, c.nights = key, 0
	if fresh {
		return c.reconcile()
	}
	c.loading = true
	return []world.Packet{c.load()}
}

func (c *client) toStore(data []byte) world.Packet {
	return world.Packet{From: c.device.Name(), To: Store, Data: data}
}

// load asks for the next page.
func (c *client) load() world.Packet {
	return c.toStore(world.Pack(KindLoad, world.Int(int64(len(c.loaded)))))
}

// page takes in a page of the backup, and restores the whole when it is the last.
func (c *client) page(data []byte) []world.Packet {
	f, err := world.Unpack(data, KindLoaded, 3)
	if err != nil || !c.loading {
		return nil
	}
	from, err1 := world.ParseInt(f[0])
	all, err2 := world.ParseInt(f[1])
	sealed, err3 := world.UnpackList(f[2], 0)
	if err1 != nil || err2 != nil || err3 != nil || from != int64(len(c.loaded)) {
		return nil
	}
	for _, s := range sealed {
		fact, _ := openItem(c.key, c.account, s)
		c.loaded = append(c.loaded, fact) // what does not open is the empty fact, which restores nothing
		if len(s) >= nameSize {
			c.names[string(s[:nameSize])] = true
		}
	}
	if len(sealed) > 0 && int64(len(c.loaded)) < all {
		return []world.Packet{c.load()}
	}
	c.device.Restore(c.loaded)
	c.loading, c.loaded = false, nil
	return c.reconcile()
}

// reconcile makes the backup what the history is.
func (c *client) reconcile() []world.Packet {
	there := c.names
	c.entries, c.names = nil, map[string]bool{}
	var out []world.Packet
	for _, f := range c.device.History() {
		message := f.Ref
		if f.Kind == wire.KeptFile {
			message = c.entries[len(c.entries)-1].message // files stand behind their message
		}
		out = append(out, c.save(message, f, there)...)
	}
	var gone [][]byte
	for _, name := range slices.Sorted(mapKeys(there)) {
		if !c.names[name] {
			gone = append(gone, []byte(name))
		}
	}
	if len(gone) > 0 {
		out = append(out, c.toStore(world.Pack(KindErase, gone...)))
	}
	return out
}

func mapKeys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}

// save sends an item, unless it is there already, and notes it.
func (c *client) save(message string, f world.Fact, there map[string]bool) []world.Packet {
	sealed, err := sealItem(c.key, c.account, f)
	if err != nil {
		return []world.Packet{c.device.Warning("a message could not be backed up: " + err.Error())}
	}
	name := string(sealed[:nameSize])
	if n := len(c.entries); f.Kind == wire.KeptMessage || n == 0 {
		c.entries = append(c.entries, entry{message: message})
	}
	for i := len(c.entries) - 1; i >= 0; i-- {
		if e := &c.entries[i]; e.message == message {
			e.names = append(e.names, name)
			break
		}
	}
	c.names[name] = true
	if there[name] {
		return nil
	}
	return []world.Packet{c.toStore(world.Pack(KindSave, sealed))}
}

// Kept implements [e2ee.DeviceExtension]: the message is backed up, and what the device deleted
// for it is deleted from the backup.
func (c *client) Kept(_ time.Time, m world.Meta, body []byte) []world.Packet {
	if c.key == nil || c.loading {
		return nil
	}
	out := c.save(m.ID, store.KeptFact(m, body), nil)
	if c.retention == 0 || len(c.entries) <= c.retention {
		return out
	}
	var gone [][]byte
	for _, name := range c.entries[0].names {
		gone = append(gone, []byte(name))
		delete(c.names, name)
	}
	c.entries = slices.Delete(c.entries, 0, 1)
	return append(out, c.toStore(world.Pack(KindErase, gone...)))
}

// FileKept implements [e2ee.FileKeeper].
func (c *client) FileKept(m world.Meta, number int, data []byte) []world.Packet {
	if c.key == nil || c.loading {
		return nil
	}
	return c.save(m.ID, world.Fact{Kind: wire.KeptFile, Ref: world.FileRef(m.ID, number),
		Data: data}, nil)
}

// Handle implements [e2ee.DeviceExtension].
func (c *client) Handle(_ time.Time, p world.Packet) []world.Packet {
	if p.From == Store && p.Kind() == KindLoaded {
		return c.page(p.Data)
	}
	return c.custody.handle(p)
}

// waits says whether an answer is missing that the device will ask for again.
func (c *client) waits() bool {
	return c.names != nil && (c.key == nil || c.loading) && c.nights < maxNights
}

// Wakes implements [e2ee.DeviceExtension].
func (c *client) Wakes() time.Time {
	if c.waits() {
		return world.Tonight
	}
	return time.Time{}
}

// Tick implements [e2ee.DeviceExtension]: what was not answered is asked again at night.
func (c *client) Tick(time.Time) []world.Packet {
	if !c.waits() {
		return nil
	}
	c.nights++
	switch {
	case c.nights == maxNights:
		return []world.Packet{c.device.Warning("there is no backup: what it takes did not come")}
	case c.loading:
		return []world.Packet{c.load()}
	}
	return c.custody.begin()
}

// Holdings implements [e2ee.DeviceExtension]: a device needs the key for each message that it
// backs up.
func (c *client) Holdings() []world.Fact {
	if c.key == nil {
		return nil
	}
	return []world.Fact{{Kind: BackupKey, Ref: c.account, Data: c.key}}
}
