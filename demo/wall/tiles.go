package wall

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// tiles are those of all messages, each tile of one or, in a long chat, of several. None lies on
// both sides of the moment of the attack.
func (t Teller) tiles(c *attacks.Cell, opened map[int]bool, read *Reading,
	moment int) (list []Tile) {
	messages := t.Replay.Conversation.Messages
	target := t.Replay.Settings().Target
	each := (len(messages) + MostTiles - 2) / (MostTiles - 1) // one more tile where the moment cuts
	for first := 1; first <= len(messages); {
		last := min(first+each-1, len(messages))
		if first <= moment && moment < last {
			last = moment
		}
		tile := Tile{First: first, Last: last, Initial: initial(messages[first-1].From), State: Locked}
		open := 0
		for k := first; k <= last; k++ {
			tile.Target = tile.Target || messages[k-1].Concerns(target)
			tile.Read = tile.Read || read != nil && read.Message == k && opened[k]
			if opened[k] {
				open++
			}
		}
		size := last - first + 1
		switch {
		case !c.Applicable:
			tile.State = Calm
		case open == size:
			tile.State = Opened
		case open > 0:
			tile.State, tile.Part = Partly, 100*open/size
		}
		if size > 1 {
			tile.Initial = ""
		} else if tile.State == Opened && t.Invented {
			m := &messages[first-1]
			tile.Text, tile.Says = m.Text, m.From+" to "+summary.Readers(m)
		}
		list = append(list, tile)
		first = last + 1
	}
	return list
}

// initial is the letter that stands for a person. A title, as in "Dr Okoye", is none.
func initial(name string) string {
	words := strings.Fields(plain.Clean(name))
	if len(words) > 1 && len(words[0]) <= 2 {
		words = words[1:]
	}
	if len(words) == 0 {
		return "?"
	}
	r, _ := utf8.DecodeRuneInString(words[0])
	return string(unicode.ToUpper(r))
}

// most is how many words of a message are read aloud.
const most = 14

// first are the first sentences of a text, as many as a room reads; "…" says that there are more.
func first(text string) string {
	words := strings.Fields(text)
	if len(words) <= most {
		return text
	}
	for i := most; i > most/3; i-- {
		if strings.ContainsAny(words[i-1][len(words[i-1])-1:], ".?!") {
			return strings.Join(words[:i], " ") + " …"
		}
	}
	return strings.Join(words[:most], " ") + " …"
}
