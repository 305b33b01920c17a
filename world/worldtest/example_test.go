package worldtest_test

import (
	"context"
	"fmt"

	"doormat/world"
	"doormat/world/simulation"
	"doormat/world/worldtest"
)

// A design set up, its nodes living through a conversation, and what a thief would find.
func ExampleToy() {
	conv := worldtest.Conversation()
	settings, err := world.NewSettings(nil, conv)
	if err != nil {
		fmt.Println(err)
		return
	}
	deploy, err := worldtest.Toy{}.Setup(world.Config{Settings: settings, Accounts: conv.Accounts, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	nodes := deploy()
	play, err := simulation.New(context.Background(), conv, worldtest.Payloads(conv), nodes, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := play.Advance(3); err != nil { // three messages are typed and delivered
		fmt.Println(err)
		return
	}
	for _, n := range nodes {
		if n.Name() == "provider" {
			for _, f := range n.Holdings() {
				fmt.Printf("%s, %d bytes\n", f.Kind, len(f.Data))
			}
		}
	}
	// Output:
	// toy message, 182 bytes
	// toy message, 182 bytes
	// toy message, 182 bytes
}
