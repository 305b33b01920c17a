package stage

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks"
	"doormat/demo/summary"
)

// A replayAddress is where a page stands: which replay, under which settings, at which step,
// what the room guessed, and the settings before the last change. All of it is in the
// address, so that a page can be reloaded, linked to and taken up again after the
// server was restarted.
type replayAddress struct {
	attack  string
	query   choice
	step    int
	guesses guesses
	was     string // encoded settings, "" if nothing was changed
}

// guesses are what the room expects to be read, by design.
type guesses map[string]guess

type guess struct{ Target, Others string } // words of summary.Extents, or "" for no guess

func parseGuesses(v url.Values) guesses {
	g := guesses{}
	for key := range v {
		design, ok := strings.CutPrefix(key, "guess-target-")
		of, ok2 := strings.CutPrefix(key, "guess-others-")
		value := v.Get(key)
		known := slices.ContainsFunc(summary.Extents,
			func(e summary.State) bool { return e.Word == value })
		if !known || len(key) > 100 || len(g) > 20 {
			continue
		}
		switch {
		case ok:
			one := g[design]
			one.Target = value
			g[design] = one
		case ok2:
			one := g[of]
			one.Others = value
			g[of] = one
		}
	}
	return g
}

func (g guesses) encode(v url.Values) {
	for design, one := range g {
		if one.Target != "" {
			v.Set("guess-target-"+design, one.Target)
		}
		if one.Others != "" {
			v.Set("guess-others-"+design, one.Others)
		}
	}
}

// values are the parameters of the address; change alters a copy of it.
func (p replayAddress) values() url.Values {
	v := p.query.encode()
	if p.step > 1 {
		v.Set("step", strconv.Itoa(p.step))
	}
	p.guesses.encode(v)
	if p.was != "" {
		v.Set("was", p.was)
	}
	return v
}

func (p replayAddress) url() string { return address("/replay/"+p.attack, p.values()) }

// at is the address of another step.
func (p replayAddress) at(step int) string {
	p.step = step
	return p.url()
}

// of is the address of another attack's replay, under the same settings.
func (p replayAddress) of(attack string) string {
	return replayAddress{attack: attack, query: p.query}.url()
}

func address(path string, v url.Values) string {
	if text := v.Encode(); text != "" {
		return path + "?" + text
	}
	return path
}

// A guessed is a guess beside what was measured.
type guessed struct {
	Of, Guess, Measured string
	Right               bool
}

// compare says how a guess turned out.
func (g guess) compare(c attacks.Content) (list []guessed) {
	for _, one := range []struct {
		of, said string
		e        attacks.Exposure
	}{{"what the target wrote or received", g.Target, c.Target}, {"what others wrote to each other", g.Others, c.Others}} {
		if one.said != "" && one.e.Total > 0 {
			measured := summary.Extent(one.e.Recovered, one.e.Total).Word
			list = append(list, guessed{one.of, one.said, measured, one.said == measured})
		}
	}
	return list
}
