package pages

import (
	"context"
	"fmt"

	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/wall"
)

// pictured is how many acts of the story the moving picture of the README tells: what a spare key
// costs, and what it is for.
const pictured = 2

// moving is that picture.
func moving(ctx context.Context, kit demo.Kit) (string, error) {
	o := demo.Defaults()
	conv, _, err := o.Open()
	if err != nil {
		return "", err
	}
	lab, err := o.Lab(kit, conv)
	if err != nil {
		return "", err
	}
	var beats []wall.Beat
	columns := 0
	for _, h := range demo.Showcases(kit.Attacks)[:pictured] {
		t, err := kit.Attack(h.ID)
		if err != nil {
			return "", err
		}
		p, err := replay.Run(ctx, lab, t)
		if err != nil {
			return "", fmt.Errorf("%s: %w", h.ID, err)
		}
		teller := wall.Teller{Replay: p, Slogans: wall.Slogans(lab.Designs), Invented: true,
			Telling: story.All()[0].Telling()}
		beats, columns = append(beats, teller.Tell()...), teller.Columns()
	}
	return string(drawing.Story(beats, columns)) + "\n", nil
}
