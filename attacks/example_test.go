package attacks_test

import (
	"context"
	"fmt"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// A thief of one key of the toy design, from script to result.
func ExampleLab_Run() {
	thief, err := script.Load("theft.star", []byte(`
technique(id = "theft", family = "theft", kind = "attack", title = "A thief copies the key and the mailbox",
    needs = ["provider.store", "trustee:1.store"], showcase = "toy",
    happens = "A key and a mailbox are copied.", why = "One key opens all.", really = "It is a toy.",
    source = "This file.", exercise = "Withhold the key.",
    expects = {"toy": opens(target = "all", others = "all", why = "one key opens all")})

def run(adv):
    adv.advance(adv.end)
    adv.take("trustee:1.store")
    adv.take("provider.store")
    for text in adv.saturate("plaintext"):
        adv.claim(text)
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	conv := worldtest.Conversation()
	settings, err := world.NewSettings(map[string]string{"threshold": "2", "trustees": "3"}, conv)
	if err != nil {
		fmt.Println(err)
		return
	}
	lab := &attacks.Lab{Designs: []world.Design{worldtest.Toy{}}, Attacks: []technique.Technique{thief},
		Conversation: conv, Settings: settings, Seed: 1}
	result, err := lab.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	cell := result.Cells[0]
	target, others := cell.Content.Target, cell.Content.Others
	fmt.Printf("%s on %s: %d of %d, %d of %d; as expected: %v\n", cell.Attack, cell.Design,
		target.Recovered, target.Total, others.Recovered, others.Total, cell.Expected)
	// Output: theft on toy: 21 of 21, 4 of 4; as expected: true
}
