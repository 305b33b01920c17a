package world

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// safeDesign has parameters of its own, and keeps what it was set up with.
type safeDesign struct {
	Design
	set *Settings
}

func (safeDesign) Info() Info {
	return Info{ID: "safe", Parameters: []Parameter{
		OwnWord("hardware", "whether keys live in hardware", "off", "on"),
		OwnNumber("answers", "answers an hour", "4", "any", 1000)}}
}

func (d safeDesign) Setup(c Config) (Deploy, error) {
	*d.set = c.Settings
	return nil, nil
}

func TestOwnParameters(t *testing.T) {
	c := &Conversation{Accounts: []string{"Ana"}, Target: "Ana", Messages: make([]Message, 4)}
	own := safeDesign{}.Info().Parameters
	plain, err := NewSettings(nil, c, own...)
	require.NoError(t, err)
	require.Empty(t, plain.Own, "what nobody gives stays with the design")
	s, err := NewSettings(map[string]string{"hardware": "on"}, c, own...)
	require.NoError(t, err)
	require.Equal(t, "on", s.Own.Value("hardware"))

	// The design gets a value for each; another design gets none of them.
	complete, err := s.Override(nil, own...)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"hardware": "on", "answers": "4"}, complete.Own.All())
	require.Equal(t, 4, complete.Own.Number("answers"))
	foreign, err := s.Override(nil)
	require.NoError(t, err)
	require.Empty(t, foreign.Own)

	// What is fixed counts before what is given.
	fixed, err := s.Override(map[string]string{"hardware": "off", "answers": "any"}, own...)
	require.NoError(t, err)
	require.Equal(t, "off", fixed.Own.Value("hardware"))
	require.Zero(t, fixed.Own.Number("answers"))
	a := Arrangement{Design: safeDesign{}, ID: "x", Name: "X", Fixed: map[string]string{"hardware": "on"}}
	require.NoError(t, a.Check())
	a.Fixed["hardware"] = "maybe"
	require.ErrorContains(t, a.Check(), `hardware "maybe": want off or on`)
	a.Fixed = map[string]string{"hardwear": "on"}
	require.ErrorContains(t, a.Check(), `did you mean "hardware"`)

	for _, bad := range []map[string]string{{"hardware": "yes"}, {"answers": "1001"}, {"answers": "-1"}, {"answers": ""}} {
		_, err := NewSettings(bad, c, own...)
		require.Error(t, err, "%v", bad)
	}

	data, err := json.Marshal(s)
	require.NoError(t, err)
	require.Contains(t, string(data), `"hardware":"on"`)
	var again Settings
	require.NoError(t, json.Unmarshal(data, &again))
	require.Equal(t, s, again)
	require.Equal(t, s, func() Settings { s := s; s.Own = s.Own.With("hardware", "on"); return s }())
}
