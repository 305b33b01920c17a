package wire

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"doormat/e2ee/ratchet"
	"doormat/world"
)

// Content is what an [Envelope] seals: what a user wrote, a change of a group, the
// invitation to a call, or a receipt.
type Content struct {
	Body    []byte
	Files   []Pointer
	Update  *Members     // if not nil, there is nothing else
	Call    *ratchet.Key // base key of a call; if not nil, there is nothing else
	Receipt string       // number of a message that has come; if not "", there is nothing else
}

// A Pointer is what a recipient needs to fetch an attachment and to open it. All
// recipients have the key and could seal another file under it, so the author
// says which chunks are meant.
type Pointer struct {
	Name   string
	Key    ratchet.Key         // used for this file only
	Size   int                 // of the file in bytes
	Hashes [][sha256.Size]byte // of its sealed chunks, in order
}

// Members is who is in a group from now on, sorted.
type Members struct {
	Group    string
	Accounts []string
}

const (
	messageTag = 'm'
	updateTag  = 'u'
	callTag    = 'c'
	receiptTag = 'r'
	pointerTag = 'p'
)

// What a message may carry besides its text.
const (
	MaxFiles    = 32
	MaxFileSize = 16 << 20 // bytes
	MaxAllFiles = 64 << 20 // bytes of all files of a message
)

// Encode gives the bytes that are sealed.
func (c *Content) Encode() []byte {
	if c.Update != nil {
		return world.Pack(updateTag, []byte(c.Update.Group), world.Strings(c.Update.Accounts))
	}
	if c.Call != nil {
		return world.Pack(callTag, c.Call[:])
	}
	if c.Receipt != "" {
		return world.Pack(receiptTag, []byte(c.Receipt))
	}
	files := make([][]byte, len(c.Files))
	for i := range c.Files {
		files[i] = c.Files[i].encode()
	}
	return world.Pack(messageTag, c.Body, world.Pack(0, files...))
}

// ParseContent decodes [Content.Encode] and refuses what is not canonical or
// beyond the limits.
func ParseContent(data []byte) (*Content, error) {
	if len(data) > 0 && data[0] == updateTag {
		m, err := ParseMembers(data, updateTag)
		return &Content{Update: m}, err
	}
	if len(data) > 0 && data[0] == callTag {
		return parseInvitation(data)
	}
	if len(data) > 0 && data[0] == receiptTag {
		return parseReceipt(data)
	}
	f, err := world.Unpack(data, messageTag, 2)
	if err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	list, err := world.UnpackList(f[1], 0)
	if err != nil || len(list) > MaxFiles {
		return nil, fmt.Errorf("content: %d files, want a list of at most %d: %w", len(list),
			MaxFiles, world.ErrMalformed)
	}
	c := &Content{Body: f[0]}
	for i, item := range list {
		p, err := ParsePointer(item)
		if err != nil {
			return nil, fmt.Errorf("content: file %d: %w", i+1, err)
		}
		c.Files = append(c.Files, p)
	}
	if TotalSize(c.Files) > MaxAllFiles {
		return nil, fmt.Errorf("content: %w: files of %d bytes, want at most %d",
			world.ErrMalformed, TotalSize(c.Files), MaxAllFiles)
	}
	return c, nil
}

// TotalSize is how many bytes files have together.
func TotalSize(files []Pointer) (bytes int) {
	for _, p := range files {
		bytes += p.Size
	}
	return bytes
}

func (p *Pointer) encode() []byte {
	var hashes []byte
	for _, h := range p.Hashes {
		hashes = append(hashes, h[:]...)
	}
	return world.Pack(pointerTag, []byte(p.Name), p.Key[:], world.Int(int64(p.Size)), hashes)
}

// ParsePointer decodes the pointer in a fact of kind [AttachmentKey].
func ParsePointer(data []byte) (Pointer, error) {
	f, err := world.Unpack(data, pointerTag, 4)
	if err != nil {
		return Pointer{}, err
	}
	key, err := ratchet.ParseKey(f[1])
	if err != nil {
		return Pointer{}, err
	}
	size, err := world.ParseInt(f[2])
	if err != nil || size < 0 || size > MaxFileSize {
		return Pointer{}, fmt.Errorf("%w: a size of %x, want at most %d bytes", world.ErrMalformed,
			f[2], MaxFileSize)
	}
	p := Pointer{Name: string(f[0]), Key: key, Size: int(size)}
	if want := chunks(p.Size) * sha256.Size; len(f[3]) != want {
		return Pointer{}, fmt.Errorf("%w: hashes of %d bytes, want %d", world.ErrMalformed,
			len(f[3]), want)
	}
	for h := range slices.Chunk(f[3], sha256.Size) {
		p.Hashes = append(p.Hashes, [sha256.Size]byte(h))
	}
	return p, nil
}

// ParseMembers decodes a packet of a kind whose fields are a group and its members.
func ParseMembers(data []byte, kind byte) (*Members, error) {
	f, err := world.Unpack(data, kind, 2)
	if err != nil {
		return nil, fmt.Errorf("members: %w", err)
	}
	m := &Members{Group: string(f[0])}
	if m.Accounts, err = world.ParseStrings(f[1]); err != nil {
		return nil, fmt.Errorf("members: %w", err)
	}
	if m.Group == "" || !SortedSet(m.Accounts) {
		return nil, fmt.Errorf("members of group %q: %w: want a name and a sorted set", m.Group,
			world.ErrMalformed)
	}
	return m, nil
}

// SortedSet reports whether the list is in ascending order and names nobody twice.
func SortedSet(list []string) bool {
	return slices.IsSorted(list) && len(slices.Compact(slices.Clone(list))) == len(list)
}

// parseInvitation decodes a content that holds the key of a call.
func parseInvitation(data []byte) (*Content, error) {
	f, err := world.Unpack(data, callTag, 1)
	if err != nil {
		return nil, fmt.Errorf("content: call: %w", err)
	}
	key, err := ratchet.ParseKey(f[0])
	if err != nil {
		return nil, fmt.Errorf("content: call: %w", err)
	}
	return &Content{Call: &key}, nil
}

// parseReceipt decodes a content that says that a message has come.
func parseReceipt(data []byte) (*Content, error) {
	f, err := world.Unpack(data, receiptTag, 1)
	if err == nil && len(f[0]) == 0 {
		err = fmt.Errorf("%w: no number of a message", world.ErrMalformed)
	}
	if err != nil {
		return nil, fmt.Errorf("content: receipt: %w", err)
	}
	return &Content{Receipt: string(f[0])}, nil
}

// AttachmentKeys states the pointers of a message as facts.
func AttachmentKeys(id string, files []Pointer) []world.Fact {
	var facts []world.Fact
	for i := range files {
		facts = append(facts, world.Fact{Kind: AttachmentKey, Ref: world.FileRef(id, i),
			Data: files[i].encode()})
	}
	return facts
}
