package chat

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// isZip reports whether data begins as an archive does, an empty one included.
func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// isJSON reports whether data begins as a JSON object with a member does.
func isJSON(data []byte) bool {
	const space = " \t\r\n"
	data, found := bytes.CutPrefix(bytes.TrimLeft(data, space), []byte("{"))
	return found && bytes.HasPrefix(bytes.TrimLeft(data, space), []byte(`"`))
}

// notChat marks the errors of a file that is no export at all, or one that
// cannot be told from something else. In an archive such a file is left out.
type notChat struct{ error }

// checkText checks that data is UTF-8 text.
func checkText(data []byte) error {
	switch {
	case isZip(data):
		return errors.New("an archive in an archive: unpack it and read the export in it")
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return errors.New("UTF-16 text: save it as UTF-8")
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return fmt.Errorf("a zero byte at offset %d: binary data or UTF-16, save it as UTF-8 text", i)
	}
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n == 1 {
			return fmt.Errorf("line %d is not UTF-8: save the file as UTF-8 text", 1+bytes.Count(data[:i], []byte("\n")))
		}
		i += n
	}
	return nil
}
