// Package demotest holds what the tests of renderers share: a run of every attack that
// takes seconds.
//
// A renderer is tested on real results, so that no field is forgotten in them. Its faults
// show in the opening of the story as they do in all of it: a text that does not fit, a
// number that differs from the cell's, an attack that is left out. The opening has a
// message of the target's and of others, a photo, a group and a comparison of safety
// numbers, and every attack runs over it. With -all the whole story is taken, as .ci/run
// does. Figures of the default run are held to documents in package demo/pages.
//
// TestOpening shows that the opening has all of this.
package demotest

import (
	"hash/crc32"
	"slices"
	"testing"

	"doormat/attacks/technique"
	"doormat/demo/story"
	"doormat/world"
	"doormat/world/worldtest"
)

// All says that whoever runs the tests has time.
var All = worldtest.All

// Long skips a test under -short, with which the race detector runs: what takes the ways
// of shorter tests a hundred times computes longer and shares nothing more.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("computes for long: runs without -short")
	}
}

// Turns picks every third attack of a library by its id, so that its turn does not change when
// another is added; with -all it picks all. It is for tests of what renderers do with any attack,
// which two of a sort show as well as four, and not for the texts of each.
func Turns(library []technique.Technique) []string {
	var ids []string
	for _, a := range library {
		if id := a.Header().ID; *All || crc32.ChecksumIEEE([]byte(id))%3 == 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// opening is so many messages: the last is the first to a group.
const opening = 12

// Conversation is the opening of the story, or all of it with -all.
func Conversation() *world.Conversation {
	if *All {
		return story.Conversation()
	}
	return Opening()
}

// Opening is the story up to its first message to a group.
func Opening() *world.Conversation {
	c := story.Conversation()
	c.Calls = slices.DeleteFunc(c.Calls,
		func(call world.Call) bool { return c.After(&call) >= opening })
	c.Messages = c.Messages[:opening]
	c.Events = slices.DeleteFunc(c.Events, func(e world.Event) bool { return e.After > opening })
	return c
}
