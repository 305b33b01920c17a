package challenge

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"doormat/demo/chat/spelling"
)

// A Student is whoever answers: a person, or a class that plays under one name, as for CTFd.
type Student struct {
	Name  string
	Class bool // keys and salts follow from the name, so that answers of a class are alike
}

// Seed is that of every run for the student: the first 53 bits of a hash of the name. Case and
// spaces do not count, nor how a folder's name spells an accent.
func (s Student) Seed() uint64 { return s.number("seed") }

// Wanted is the number of the message that the student is asked for, 0 if none is.
func (c *Challenge) Wanted(s Student) int {
	if len(c.Messages) == 0 {
		return 0
	}
	return c.Messages[s.number("message "+c.ID)%uint64(len(c.Messages))]
}

// draw is what the salts of a class depend on, 32 bytes; nil for a person, for whom each run
// draws afresh.
func (s Student) draw() []byte {
	if !s.Class {
		return nil
	}
	return s.hash("draw")
}

func (s Student) number(what string) uint64 { return binary.BigEndian.Uint64(s.hash(what)) >> 11 }

func (s Student) kind() string {
	if s.Class {
		return "class"
	}
	return "student"
}

func (s Student) hash(what string) []byte {
	name := strings.Join(strings.Fields(strings.ToLower(spelling.Fold(s.Name))), " ")
	sum := sha256.Sum256([]byte("doormat challenge\x00" + what + "\x00" + s.kind() + "\x00" + name))
	return sum[:]
}

// Owner reads from a script whose it is: Start writes that in a line of its own. An empty name
// is nobody's.
func Owner(source []byte) Student {
	for line := range strings.Lines(string(source[:min(len(source), 4096)])) {
		for _, s := range []Student{{}, {Class: true}} {
			if name, ok := strings.CutPrefix(line, "# "+s.kind()+": "); ok {
				return Student{strings.TrimSpace(name), s.Class}
			}
		}
	}
	return Student{}
}
