package demo

import (
	"context"
	"testing"
)

// BenchmarkMatrix is the default matrix, set-up included.
func BenchmarkMatrix(b *testing.B) {
	kit, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	conv, _, err := OpenConversation("", "")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		lab, err := Defaults().Lab(kit, conv)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := lab.Run(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
