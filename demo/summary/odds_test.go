package summary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/odds"
)

func TestChance(t *testing.T) {
	for p, want := range map[float64]string{0: "0", 1: "100%", 0.9996: ">99.9%", 0.9994: "99.9%", 0.0396: "3.96%", 0.05: "5%",
		0.001: "0.1%", 0.00012: "1 in 8,330", 3.3e-8: "1 in 30,300,000", 1e-17: "1.0e-17"} {
		require.Equal(t, want, Chance(p))
	}
	require.Equal(t, "2.04±0.17%", Drawn(0.0204, 0.0017))
	require.Equal(t, "0.000±0.012%", Drawn(0, 0.000122))
	require.Equal(t, "50±12%", Drawn(0.5, 0.12))
}

func TestOddsWords(t *testing.T) {
	require.Equal(t, "These chances in a year were given, and everything below follows from them: trustee.store = 0.05, "+
		"common = 0.01. The key changes every year, and its shares with it only.",
		OddsGiven(odds.Inputs{Chances: map[string]float64{"trustee.store": 0.05}, Common: 0.01, Rotate: true}))
	require.Equal(t, "What needs no phone is no likelier than what needs phones only, if each has a chance of: trustee.store "+
		"for this message, none is good enough; for everything, any chance will do. vault.store for this message, 12.9% a "+
		"year at most.", OddsEven([]odds.BreakEven{{Kind: "trustee.store", Goal: "message"},
		{Kind: "trustee.store", Goal: "everything", Chance: 1, Possible: true},
		{Kind: "vault.store", Goal: "message", Chance: 0.129, Possible: true}}))
	require.Empty(t, OddsEven(nil))
	require.Equal(t, "nothing: no capability that was counted reads it", OddsMost(nil))
	require.Equal(t, "Of 1,000,000,000 such users, each with phones of their own, 20,300,000 are read on average; in nine cases "+
		"of ten 19,993,000 to 20,007,000. Half of them or more: 1 in 3,550.",
		OddsCrowd(odds.Crowd{Users: 1e9, Mean: 20_276_000, Low: 19_992_718, High: 20_007_282, Half: 1.0 / 3550}))
}
