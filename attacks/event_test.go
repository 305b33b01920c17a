package attacks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/trace"
)

// TestEvents follows a theft call by call: what came of each stands with it.
func TestEvents(t *testing.T) {
	events := runOne(t, toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft))).Trace.Events
	var told []string
	for _, e := range events {
		told = append(told, e.Text)
	}
	require.Equal(t, []string{"advance(2)", "take(trustee:1.store): 1 fact", "advance(4)", "take(provider.store): 4 facts",
		"saturate(): 4 metadata, 4 plaintext", "facts(plaintext): 4 facts", "claim(6)"}, told)
	take, claim := events[1], events[6]
	require.Equal(t, []string{"trustee:1.store"}, take.Uses)
	require.Equal(t, []trace.Gain{{Origin: "trustee:1.store", Kind: "toy key", Facts: 1}}, take.Gained)
	require.Equal(t, 2, take.Moment)
	require.Equal(t, 4, claim.Times, "calls of one line are one event")
	require.Equal(t, []int{1, 2, 3, 4}, claim.Opened)
	require.Empty(t, claim.Uses)
}

// TestEventsOfEvidence dates what honest programs notice and show.
func TestEventsOfEvidence(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.control", "trustee:1.store"`, `applies = ["forge a toy message"],`, opensAll, `
key = adv.take("trustee:1.store")[0]
adv.hold("provider.control")
for p in adv.packets(3):
    adv.saturate()
    if p.moment == 1 and p.to != "provider":
        p.replace(adv.apply("forge a toy message", key, adv.facts("metadata")[0], text = "not what A typed"))
`)))
	require.Empty(t, c.Error)
	require.Equal(t, 1, c.Forged)
	last := c.Trace.Events[len(c.Trace.Events)-1]
	require.Equal(t, trace.Event{Text: "life goes on", Times: 1, Moment: 4, Forged: 1}, trace.Event{Line: last.Line, Text: last.Text, Times: last.Times, Moment: last.Moment, Forged: last.Forged})
	require.Zero(t, c.Trace.Events[1].Forged)
}

// TestLongLoops keeps a trace short: what a script does in a loop without end is
// counted, not listed.
func TestLongLoops(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.store"`, "", opensNothing, `
for i in range(7000):
    adv.facts("plaintext")
    adv.take("provider.store")
`)))
	require.Empty(t, c.Error)
	require.Len(t, c.Trace.Events, 10_000)
	calls := 0
	for _, e := range c.Trace.Events {
		calls += e.Times
	}
	require.Equal(t, 14_001, calls, "and what happened after the script's end")
}

// TestRecording keeps the proof of each claim; without Record it keeps nothing.
func TestRecording(t *testing.T) {
	l := toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft))
	require.Nil(t, runOne(t, l).Trace.Record)
	l.Record = true
	rec := runOne(t, l).Trace.Record
	for k := 1; k <= 4; k++ {
		proof, err := rec.Prove(context.Background(), k)
		require.NoError(t, err)
		require.Contains(t, string(proof[len(proof)-1].Fact.Data), l.Conversation.Messages[k-1].Text)
	}
	_, err := rec.Prove(context.Background(), 5)
	require.ErrorContains(t, err, "nobody claimed it")
}
