// Package demo is doormat's composition root: the one explicit list of designs and of
// their arrangements, the attacks that come with doormat, and what it takes to bring them
// together with a conversation. Everything below it is a library that knows nothing of its
// neighbours; arrangements.go is where to add a column.
//
// demo/story is the built-in conversation, demo/chat reads exported ones,
// demo/sandbox runs scripts from files, demo/text prints results.
//
// TestArrangements checks the list of columns, TestExpectations what attacks expect of
// each.
package demo

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"doormat/attacks/library"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
)

// Version is what doormat calls itself in results.
const Version = "0.1.0"

// A Kit is what a build of doormat is made of.
type Kit struct {
	Designs []world.Design
	Attacks []technique.Technique
	Known   []world.Design // all that attacks may name, if Designs are only some of them
}

// Default is the kit of the doormat command.
func Default() (Kit, error) {
	list, err := Attacks()
	return Kit{Designs: Designs(), Attacks: list}, err
}

// Designs lists every arrangement, in the order in which results show them.
func Designs() (list []world.Design) {
	for _, a := range arrangements {
		list = append(list, a)
	}
	return list
}

// OwnParameters lists the parameters that single designs have, each once.
func OwnParameters(designs []world.Design) (own []world.Parameter) {
	for _, d := range designs {
		own = world.WithOwn(own, d.Info())
	}
	return own
}

// Parameters lists those of every run, and after them those that designs of the program have.
func Parameters() []world.Parameter { return append(world.Parameters(), OwnOfAll()...) }

// OwnOfAll lists the parameters that single designs of the program have, each once.
func OwnOfAll() []world.Parameter { return slices.Clone(ownOfAll()) }

// ownOfAll asks every design once: each verb of the program has these among its flags.
var ownOfAll = sync.OnceValue(func() []world.Parameter { return OwnParameters(Designs()) })

// Attacks loads the library.
func Attacks() ([]technique.Technique, error) {
	list, err := loadLibrary()
	return slices.Clone(list), err
}

// loadLibrary loads once what everybody shares: a technique does not change.
var loadLibrary = sync.OnceValues(func() ([]technique.Technique, error) { return Load(library.Files) })

// Load reads the scripts in the root of files, in the order of families, then of
// ids. They run in this process: they are part of the program. A script's
// name is its id.
func Load(files fs.FS) ([]technique.Technique, error) {
	names, err := fs.Glob(files, "*.star")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(names, func(a, b string) int { // without ".star", so that "a" is before "a-b"
		return strings.Compare(strings.TrimSuffix(a, ".star"), strings.TrimSuffix(b, ".star"))
	})
	byFamily := map[string][]technique.Technique{}
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		a, err := script.Load(name, src, library.Files)
		if err != nil {
			return nil, err
		}
		h := a.Header()
		if h.ID != strings.TrimSuffix(path.Base(name), ".star") {
			return nil, fmt.Errorf("%s: its id is %q: a script is named after its id", name, h.ID)
		}
		byFamily[h.Family] = append(byFamily[h.Family], a)
	}
	var list []technique.Technique
	for _, family := range technique.Families {
		list = append(list, byFamily[family]...)
	}
	return list, nil
}

// Design finds a design by id.
func (k Kit) Design(id string) (world.Design, error) {
	for _, d := range k.Designs {
		if d.Info().ID == id {
			return d, nil
		}
	}
	return nil, unknown("design", id, k.DesignIDs())
}

// Attack finds an attack by id.
func (k Kit) Attack(id string) (technique.Technique, error) {
	for _, a := range k.Attacks {
		if a.Header().ID == id {
			return a, nil
		}
	}
	return nil, unknown("attack", id, k.AttackIDs())
}

// DesignIDs lists ids in the kit's order.
func (k Kit) DesignIDs() (ids []string) {
	for _, d := range k.Designs {
		ids = append(ids, d.Info().ID)
	}
	return ids
}

// AttackIDs lists ids in the kit's order.
func (k Kit) AttackIDs() (ids []string) {
	for _, a := range k.Attacks {
		ids = append(ids, a.Header().ID)
	}
	return ids
}

// choose returns the kit with the designs and attacks that are named, in the
// kit's own order; no names mean the pair of the story, and all attacks. A family names
// its attacks.
func (k Kit) choose(designs, list []string) (Kit, error) {
	var out Kit
	designs = k.columns(designs)
	for _, id := range designs {
		if _, err := k.Design(id); err != nil {
			return out, err
		}
	}
	for _, name := range list {
		if slices.Contains(technique.Families, name) {
			continue
		}
		if _, err := k.Attack(name); err != nil {
			return out, unknown("attack or family", name,
				append(k.AttackIDs(), technique.Families...))
		}
	}
	for _, d := range k.Designs {
		if wanted(designs, d.Info().ID) {
			out.Designs = append(out.Designs, d)
		}
	}
	for _, a := range k.Attacks {
		if h := a.Header(); wanted(list, h.ID) || slices.Contains(list, h.Family) {
			out.Attacks = append(out.Attacks, a)
		}
	}
	return out, nil
}

// columns resolves what was asked for. A kit without the story's pair shows all that it has.
func (k Kit) columns(asked []string) []string {
	switch ids := k.DesignIDs(); {
	case len(asked) == 0 && !slices.ContainsFunc(Story,
		func(id string) bool { return !slices.Contains(ids, id) }):
		return Story
	case len(asked) == 0, slices.Contains(asked, AllDesigns):
		return ids
	}
	return asked
}
