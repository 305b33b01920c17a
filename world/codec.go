package world

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// Everything that crosses a link or lies in a store has one shape: a kind byte,
// then fields, each a 32-bit big-endian length and that many bytes. Lists are
// fields that are packed themselves.

// ErrMalformed is wrapped by every error of [Unpack] and [UnpackList].
var ErrMalformed = errors.New("malformed packing")

// Pack encodes fields under kind.
func Pack(kind byte, fields ...[]byte) []byte {
	size := 1
	for _, f := range fields {
		size += 4 + len(f)
	}
	b := append(make([]byte, 0, size), kind)
	for _, f := range fields {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

// Unpack decodes what Pack(kind, n fields) made and refuses anything else. The
// fields alias data.
func Unpack(data []byte, kind byte, n int) ([][]byte, error) {
	fields, err := UnpackList(data, kind)
	if err != nil {
		return nil, err
	}
	if len(fields) != n {
		return nil, fmt.Errorf("%w: kind %d has %d fields, want %d", ErrMalformed, kind,
			len(fields), n)
	}
	return fields, nil
}

// UnpackList decodes a packing of any number of fields.
func UnpackList(data []byte, kind byte) ([][]byte, error) {
	s := cryptobyte.String(data)
	var k uint8
	if !s.ReadUint8(&k) || k != kind {
		return nil, fmt.Errorf("%w: %d bytes are not of kind %d", ErrMalformed, len(data), kind)
	}
	fields := make([][]byte, 0, 4) // most packings have no more
	for !s.Empty() {
		var size uint32
		var f []byte
		if !s.ReadUint32(&size) || uint64(size) > uint64(len(s)) || !s.ReadBytes(&f, int(size)) {
			return nil, fmt.Errorf("%w: kind %d is cut short in field %d", ErrMalformed, kind,
				len(fields)+1)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// Strings packs a list of strings under kind 0.
func Strings(list []string) []byte {
	fields := make([][]byte, len(list))
	for i, s := range list {
		fields[i] = []byte(s)
	}
	return Pack(0, fields...)
}

// ParseStrings decodes [Strings].
func ParseStrings(data []byte) ([]string, error) {
	fields, err := UnpackList(data, 0)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = string(f)
	}
	return list, nil
}

// Int encodes v in 8 bytes, big endian.
func Int(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) }

// ParseInt decodes [Int].
func ParseInt(data []byte) (int64, error) {
	if len(data) != 8 {
		return 0, fmt.Errorf("%w: a number of %d bytes, want 8", ErrMalformed, len(data))
	}
	return int64(binary.BigEndian.Uint64(data)), nil
}

// Time encodes t to the millisecond, see [Instant].
func Time(t time.Time) []byte { return Int(t.UnixMilli()) }

// ParseTime decodes [Time].
func ParseTime(data []byte) (time.Time, error) {
	s, err := ParseInt(data)
	return time.UnixMilli(s).UTC(), err
}
