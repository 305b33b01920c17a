package replay_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/world"
)

func lab(t *testing.T, c *world.Conversation, change func(*demo.Options)) *attacks.Lab {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	if change != nil {
		change(&o)
	}
	l, err := o.Lab(kit, c)
	require.NoError(t, err)
	return l
}

// overStory is the replay of one of two attacks over the story, which is run once.
func overStory(t *testing.T, id string) (*attacks.Lab, *replay.Replay) {
	ran.Do(func() {
		ofStory = lab(t, story.Conversation(), func(o *demo.Options) { o.Attacks = []string{"secret-order", "quorum-theft"} })
		ofStory.Record = true
		var err error
		storyResult, err = ofStory.Run(context.Background())
		require.NoError(t, err)
	})
	require.NotNil(t, storyResult)
	i := slices.IndexFunc(ofStory.Attacks, func(a technique.Technique) bool { return a.Header().ID == id })
	return ofStory, replay.New(storyResult, ofStory.Attacks[i], ofStory.Conversation)
}

var (
	ran         sync.Once
	ofStory     *attacks.Lab
	storyResult *attacks.Result
)

// TestFramesAgree holds replays to the result: what the steps open adds up to what
// the harness counted, in every cell, and nothing that was open closes again. Attacks take turns.
func TestFramesAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("every attack: runs without -short")
	}
	kit, err := demo.Default()
	require.NoError(t, err)
	l := lab(t, demotest.Conversation(),
		func(o *demo.Options) { o.Attacks = demotest.Turns(kit.Attacks) })
	l.Record = true
	r, err := l.Run(context.Background())
	require.NoError(t, err)
	for _, a := range l.Attacks {
		p := replay.New(r, a, l.Conversation)
		require.Len(t, p.Result.Cells, 2)
		require.Greater(t, len(p.Steps), 2, a.Header().ID)
		require.Less(t, len(p.Steps), 24, "%s: too many steps for a talk", a.Header().ID)
		for d := range p.Result.Cells {
			name := a.Header().ID + " on " + p.Result.Cells[d].Design
			opened := 0
			for _, s := range p.Steps {
				require.NotEmpty(t, s.Title, name)
				f := s.Frames[d]
				require.Len(t, f.Opened, opened+len(f.New), name)
				opened = len(f.Opened)
			}
			c, last := &p.Result.Cells[d], p.Steps[len(p.Steps)-1].Frames[d]
			require.Equal(t, len(c.Trace.Opened), opened, name)
			require.Equal(t, c.Attachments.Recovered, last.Files, name)
			require.Equal(t, c.Calls.Recovered, last.Calls, name)
			require.Equal(t, c.FalseClaims, last.False, name)
			require.Equal(t, c.Noticed, append([]attacks.Evidence{}, last.Noticed...), name)
			if c.Applicable {
				require.Equal(t, c.Content, last.Content, name)
				require.Subset(t, world.Written(c.Needs), last.Used, name)
			}
		}
	}
}

// TestEveryClaimOpens proves each message that a quorum's thief opened: the proof ends
// in a plaintext and begins with loot that the header declares.
func TestEveryClaimOpens(t *testing.T) {
	demotest.Long(t)
	l, p := overStory(t, "quorum-theft")
	const threshold = 1
	c := &p.Result.Cells[threshold]
	require.Len(t, c.Trace.Opened, 72)
	for _, k := range c.Trace.Opened {
		proof, err := p.Prove(context.Background(), threshold, k)
		require.NoError(t, err)
		text := l.Conversation.Messages[k-1].Text
		require.Equal(t, text, string(proof[len(proof)-1].Fact.Data[16:]))
		for _, s := range proof {
			if s.Rule == "" {
				require.Contains(t, world.Written(c.Needs), s.Origin)
			}
		}
	}
	_, err := p.Prove(context.Background(), threshold, 73)
	require.ErrorContains(t, err, "message 73")
	_, err = p.Prove(context.Background(), 0, 1)
	require.ErrorContains(t, err, "message 1")
	_, err = p.Prove(context.Background(), 2, 1)
	require.ErrorContains(t, err, "no design 2")
}

// TestSteps shows a short script line by line, and what nobody steals from.
func TestSteps(t *testing.T) {
	_, p := overStory(t, "quorum-theft")
	var told []string
	for _, s := range p.Steps {
		told = append(told, fmt.Sprintf("%s: %s (%d)", s.Kind, s.Title, s.Frames[1].Content.Target.Recovered))
	}
	require.Equal(t, []string{
		"opening: The Mill Lane chat (0)",
		"means: What the adversary may use (0)",
		"script: The moment of the theft (0)",
		"script: t shares are copied; nobody misses them (0)",
		"script: Life goes on (0)",
		"script: The envelopes, old and new (0)",
		"script: It tries every lock with the keys that it has (0)",
		"script: What opened? Checked byte for byte (28)",
		"outcome: What came of it (28)",
	}, told)
	require.False(t, p.Steps[3].Frames[0].Ran, "there is no trustee to rob")
}
