package present

import "io"

// A Key is what a speaker presses: a printable character, or one of those below.
type Key rune

// Keys without a character, and wishes that are none.
const (
	Enter  Key = '\r'
	Left   Key = -1 - iota // also backspace, and page up: what clickers send
	Right                  // also page down
	Redraw                 // the window has another size
	Quit                   // q, control-C, control-D
)

// A Decoder makes keys of what a terminal in raw mode sends. An escape sequence
// (ECMA-48) may come in pieces; those that mean nothing here are left out, and so is
// a lone escape, since nobody can tell whether it begins a sequence.
type Decoder struct {
	state decoding
	param int // the number in a control sequence, up to the first that is none
}

type decoding int

const (
	plain   decoding = iota
	escaped          // after ESC
	control          // after ESC [
	shifted          // after ESC O
)

// Feed decodes some bytes.
func (d *Decoder) Feed(bytes []byte) (keys []Key) {
	for _, b := range bytes {
		if k := d.feed(b); k != 0 {
			keys = append(keys, k)
		}
	}
	return keys
}

// feed decodes a byte and returns the key that it completes, 0 for none.
func (d *Decoder) feed(b byte) Key {
	const esc = 0x1b
	state := d.state
	d.state = plain
	switch {
	case b == 3: // control-C, wherever it comes
		return Quit
	case b == esc:
		d.state = escaped
	case state == plain:
		return single(b)
	case state == escaped && b == '[':
		d.state, d.param = control, 0
	case state == escaped && b == 'O':
		d.state = shifted
	case state == escaped:
		return single(b) // with the alt key, which changes nothing
	case state == shifted:
		return arrow(b)
	case b >= '0' && b <= '?' || b >= ' ' && b <= '/': // parameters and intermediates
		d.state = control
		d.number(b)
	case b == '~' && d.param == 5:
		return Left
	case b == '~' && d.param == 6:
		return Right
	case b >= '@' && b < 0x7f:
		return arrow(b)
	}
	return 0
}

// number reads on in the first parameter; a long or second one is no key of ours.
func (d *Decoder) number(b byte) {
	if d.param < 0 || b < '0' || b > '9' || d.param > 99 {
		d.param = -1
		return
	}
	d.param = 10*d.param + int(b-'0')
}

func arrow(b byte) Key {
	switch b {
	case 'C', 'B':
		return Right
	case 'D', 'A':
		return Left
	}
	return 0
}

func single(b byte) Key {
	switch {
	case b == '\r' || b == '\n':
		return Enter
	case b == 8 || b == 0x7f:
		return Left
	case b == 4 || b == 'q' || b == 'Q':
		return Quit
	case b == 12: // control-L
		return Redraw
	case b >= ' ' && b < 0x7f:
		return Key(b)
	}
	return 0
}

// Read decodes what comes from r into keys until it ends, or until done is closed.
func Read(r io.Reader, keys chan<- Key, done <-chan struct{}) {
	defer close(keys)
	var d Decoder
	buf := make([]byte, 256)
	for {
		n, err := r.Read(buf)
		for _, k := range d.Feed(buf[:n]) {
			select {
			case keys <- k:
			case <-done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}
