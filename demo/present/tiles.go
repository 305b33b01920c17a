package present

import (
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/demo/plain"
	"doormat/demo/terminal"
	"doormat/demo/wall"
)

// A grid is how the tiles of a wall lie: so many in a row, each of so many characters.
type grid struct{ columns, wide, high int }

func rows(tiles, columns int) int { return (tiles + columns - 1) / columns }

// lay finds the largest tiles with which so many before the attack and after it fit, twelve in a
// row as on every other wall if they can.
func lay(before, after, width, room int) grid {
	for _, columns := range []int{12, 18, 24, 36, 9} {
		for high := 4; high > 0; high-- {
			for wide := min(10, width); wide > 1; wide-- {
				lines := (rows(before, columns)+rows(after, columns))*high + 1
				if columns*wide <= width+1 && lines <= room && (high == 1 || wide > 4) { // words need room
					return grid{columns, wide, high}
				}
			}
		}
	}
	return grid{max(width, 1), 1, 1}
}

// worlds draws designs side by side, a tile for each message.
func (s *Show) worlds(p *page, a *act, b wall.Beat) {
	s.heads(p, a, b)
	width := p.width/len(b.Worlds) - 1
	var blocks [][]string
	most := 0
	for _, w := range b.Worlds {
		g := lay(len(w.Before), len(w.After), width, p.room()-glass)
		block := append(g.draw(w.Before), g.moment())
		block = append(block, g.draw(w.After)...)
		blocks, most = append(blocks, block), max(most, len(block))
	}
	for i := range most {
		cells := make([]string, len(blocks))
		for d := range blocks {
			if i < len(blocks[d]) {
				cells[d] = blocks[d][i]
			}
		}
		p.cells(cells)
	}
}

// moment is the line between what was written before the attack and what after it.
func (g grid) moment() string {
	const now = " the attack "
	rule := max(0, g.columns*g.wide-lipgloss.Width(now)-min(g.wide-1, 1))
	return alarm.Render(strings.Repeat("─", rule/2) + now + strings.Repeat("─", rule-rule/2))
}

// draw is the rows of tiles, each of so many lines.
func (g grid) draw(tiles []wall.Tile) (lines []string) {
	for first := 0; first < len(tiles); first += g.columns {
		row := tiles[first:min(first+g.columns, len(tiles))]
		for l := range g.high {
			var b strings.Builder
			for _, t := range row {
				b.WriteString(g.tile(t, l))
			}
			lines = append(lines, b.String())
		}
	}
	return lines
}

// tile is a line of a tile: its sign, and as far as there is room the mark of the target, who
// wrote it, and the first words of what is open.
func (g grid) tile(t wall.Tile, line int) string {
	text := ""
	switch mark := ""; {
	case line > 0:
		if words := plain.Wrap(plain.Clean(plain.Prose(t.Text)), g.wide-1, g.high-1); line <= len(words) {
			text = terminal.Cut(strings.TrimSuffix(words[line-1], "…"), g.wide-1)
		}
	default:
		if t.Target {
			mark = "*"
		}
		text = t.Sign()
		if g.wide > 3 {
			text += t.Initial
		}
		if g.wide > 1 {
			text += mark
		}
	}
	style := closed
	switch t.State {
	case wall.Opened, wall.Partly:
		style = open
	case wall.Calm:
		style = faint
	}
	if t.State == wall.Opened && g.high > 1 { // filled
		style = style.Reverse(true)
	}
	if t.Read {
		style = alarm.Reverse(true)
	}
	gap := min(g.wide-1, 1)
	return style.Render(terminal.Pad(text, g.wide-gap)) + strings.Repeat(" ", gap)
}
