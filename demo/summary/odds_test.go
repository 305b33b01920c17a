package summary

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/odds"
)

func TestChance(t *testing.T) {
	for p, want := range map[float64]string{0: "0", 1: "100%", 0.9996: ">99.9%", 0.9994: "99.9%", 0.0396: "3.96%", 0.05: "5%",
		0.001: "0.1%", 0.00012: "1 in 8,330", 3.3e-8: "1 in 30,300,000", 1e-17: "1.0e-17"} {
		require.Equal(t, want, Chance(p))
	}
	require.Equal(t, "2.04±0.17%", Drawn(0.02, 0.0204, 0.0017))
	require.Equal(t, "too rare to draw", Drawn(1e-9, 0, 0.000122))
	require.Equal(t, "0", Drawn(0, 0, 0.000122))
	require.Equal(t, "50±12%", Drawn(0.5, 0.5, 0.12))
}

func TestOddsWords(t *testing.T) {
	require.Equal(t, "These chances in a year were given, and everything below follows from them: trustee.store = 0.05, "+
		"common = 0.01. The key changes every year, and its shares with it only.",
		OddsGiven(odds.Inputs{Chances: map[string]float64{"trustee.store": 0.05}, Common: 0.01, Rotate: true}))
	require.Equal(t, "Ways past the phones are as likely again as the phones if each vault falls with 33% a year (message 40), "+
		"0.69% (this whole chat).", OddsEven([]odds.BreakEven{{Kind: "vault.store", Goal: "message", Chance: 0.33, Possible: true},
		{Kind: "vault.store", Goal: "everything", Chance: 0.0069, Possible: true}}, 40))
	require.Equal(t, "No chance of trustee.control is small enough for message 1: other ways without phones, or a "+
		"common cause, are likelier than phones already. Any chance of trustee.control will do for "+
		"this whole chat. Ways past the phones are as likely again as the phones if each trustee falls with 12.9% a year "+
		"(message 1). No chance of trustee.store is small enough for this whole chat: phones have none.",
		OddsEven([]odds.BreakEven{{Kind: "trustee.control", Goal: "message"},
			{Kind: "trustee.control", Goal: "everything", Chance: 1, Possible: true},
			{Kind: "trustee.store", Goal: "message", Chance: 0.129, Possible: true},
			{Kind: "trustee.store", Goal: "everything", Chance: 1e-100, Possible: true}}, 1))
	require.Empty(t, OddsEven(nil, 1))
	require.Equal(t, "For message 3: device.store (98%), provider.store (20%). At chance 0, would matter most if certain: quantum.control "+
		"(99%)", OddsMost([]odds.Weight{{Kind: "quantum.control", Importance: 0.99}, {Kind: "device.store", Importance: 0.98,
		Chance: 0.02}, {Kind: "provider.store", Importance: 0.2, Chance: 0.1}}, 3))
	require.Equal(t, "For message 3 nothing does: what reads it was not counted, or was given chance 0", OddsMost(nil, 3))
	crowd := odds.Crowd{Users: 1e9, Mean: 20_276_000, Low: 19_992_718, High: 20_007_282, Half: 1.0 / 3550}
	require.Equal(t, "Of 1,000,000,000 such users, each with phones of their own, everybody at once is read, "+
		"that is half of them or more: 1 in 3,550. On average "+
		"20,300,000 are; in nine cases of ten 19,993,000 to 20,007,000.", OddsCrowd(crowd, odds.Inputs{}))
	crowd.Half = 0
	require.Contains(t, OddsCrowd(crowd, odds.Inputs{}), "half of them or more: 0, because no common cause of phones was given.")
	require.Contains(t, OddsCrowd(crowd, odds.Inputs{Phones: 1e-9}), "half of them or more: 0. On")
	insider := odds.LeftOut{Attack: "agency-insider", Fixes: []string{"jurisdictions A:3,B:2"}}
	caveats := strings.Join(OddsCaveats(odds.Report{Inputs: odds.Inputs{Active: true}, Rows: []odds.Row{
		{LeftOut: []odds.LeftOut{{Attack: "secret-order", Fixes: []string{"judges 2", "lock on"}}, insider}},
		{LeftOut: []odds.LeftOut{insider}}}}), " ")
	require.Contains(t, caveats, "speak of another deployment: agency-insider (jurisdictions A:3,B:2), "+
		"secret-order (judges 2, lock on).")
	require.Contains(t, caveats, "Lawful orders are not counted")
}
