package world

import "fmt"

// Typed is what a user hands to the device: a text with files, for accounts or
// for a group.
type Typed struct {
	To    []string
	Group string // "" for a message to accounts
	Body  []byte
	Files []Attachment
}

// Encode gives the bytes of a KindTyped packet.
func (t *Typed) Encode() []byte {
	return Pack(KindTyped, Strings(t.To), []byte(t.Group), t.Body, PackFiles(t.Files))
}

// ParseTyped decodes [Typed.Encode].
func ParseTyped(data []byte) (*Typed, error) {
	f, err := Unpack(data, KindTyped, 4)
	if err != nil {
		return nil, fmt.Errorf("typed: %w", err)
	}
	to, err := ParseStrings(f[0])
	if err != nil {
		return nil, fmt.Errorf("typed: recipients: %w", err)
	}
	files, err := UnpackFiles(f[3])
	return &Typed{to, string(f[1]), f[2], files}, err
}

// PackFiles encodes attachments.
func PackFiles(files []Attachment) []byte {
	list := make([][]byte, len(files))
	for i, f := range files {
		list[i] = Pack(0, []byte(f.Name), f.Data)
	}
	return Pack(0, list...)
}

// UnpackFiles decodes [PackFiles].
func UnpackFiles(data []byte) ([]Attachment, error) {
	list, err := UnpackList(data, 0)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	var files []Attachment
	for i, item := range list {
		f, err := Unpack(item, 0, 2)
		if err != nil {
			return nil, fmt.Errorf("files: number %d: %w", i+1, err)
		}
		files = append(files, Attachment{string(f[0]), f[1]})
	}
	return files, nil
}
