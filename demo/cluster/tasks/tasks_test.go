package tasks

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/attacks/attackstest"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/cluster"
	"doormat/demo/data"
	"doormat/demo/demotest"
	"doormat/demo/markdown"
	"doormat/demo/summary"
	"doormat/demo/text"
	"doormat/world"
)

// hosted is a host with a server and workers in this process.
func hosted(t *testing.T, set *Set, own bool) *cluster.Host {
	var said []string
	var mu sync.Mutex
	session := Session{Server: cluster.Server{URL: cluster.Embedded}, Say: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, text)
	}}
	h, stop, err := session.Open(set, own)
	require.NoError(t, err)
	t.Cleanup(stop)
	require.Equal(t, !own, len(said) == 1, "it listens unless the chat stays here: %q", said)
	return h
}

// formats are a result as every format has it, without the times that it took.
func formats(t *testing.T, r *attacks.Result) (list []string) {
	for i := range r.Cells {
		r.Cells[i].Seconds = 0
	}
	document, err := data.JSON(r)
	require.NoError(t, err)
	return []string{string(document), data.CSV(r), markdown.Result(r), text.Matrix(r, 100)}
}

// toys is the toy design with one attack.
func toys(t *testing.T) *attacks.Lab {
	return attackstest.LoadToys(t, attackstest.ToyLab(), func(name string, src []byte) (technique.Technique, error) {
		return script.Load(name, src)
	}, attackstest.ToyScript(`"provider.store", "trustee:1.store"`, "", attackstest.OpensAll, attackstest.KeyTheft))
}

// Own chats stay where they are unless their owner says otherwise, and then every byte of them
// arrives.
func TestOwnChat(t *testing.T) {
	lab := toys(t)
	plain, err := lab.Run(context.Background())
	require.NoError(t, err)
	kit := demo.Kit{Designs: lab.Designs, Attacks: lab.Attacks}
	own := demo.Options{Conversation: "chat.txt"}
	for _, share := range []bool{true, false} {
		host := &Set{Kit: kit}
		shared, err := host.common(lab, Source{Options: own, Share: share})
		require.NoError(t, err)
		require.Equal(t, share, len(shared) > 500 && string(shared) != "", "%s", shared)
		for _, m := range lab.Conversation.Messages {
			require.Equal(t, share, contains(shared, m.Text))
		}
		body := job{Kind: "cells", Design: "toy", Attacks: []string{"sample"}, Points: []settings{settings(lab.Settings)}}
		a, err := (&Set{Kit: kit}).Do(context.Background(), shared, encode(t, body)) // elsewhere
		if !share {
			require.ErrorContains(t, err, "does not leave its host")
			a, err = host.Do(context.Background(), shared, encode(t, body))
		}
		require.NoError(t, err)
		cells, err := cellsOf(body, a)
		require.NoError(t, err)
		cells[0].Trace.Principals = plain.Cells[0].Trace.Principals
		cells[0].Seconds = plain.Cells[0].Seconds
		cells[0].Trace.Events, cells[0].Trace.Proof, cells[0].Trace.Proved = plain.Cells[0].Trace.Events,
			plain.Cells[0].Trace.Proof, plain.Cells[0].Trace.Proved
		require.Equal(t, plain.Cells, cells)
	}
	set := &Set{Kit: kit}
	results, err := set.Sweep(context.Background(), hosted(t, set, true), lab, []world.Settings{lab.Settings},
		Source{Options: own})
	require.NoError(t, err)
	require.Equal(t, formats(t, plain), formats(t, results[0]))
}

// A small matrix and a sweep on workers are those of one machine, in every format.
func TestSweepIsOneMachines(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Story = "clock"
	if *demotest.All {
		o.Designs = []string{demo.AllDesigns}
	} else {
		o.Attacks = []string{"provider-dump", "quorum-theft", "wiretap", "key-swap-listed", "narrow-order"}
	}
	conv, _, err := o.Open()
	require.NoError(t, err)
	lab, err := o.Lab(kit, conv)
	require.NoError(t, err)
	points := []world.Settings{lab.Settings}
	for _, at := range []int{1, 5} {
		points = append(points, lab.Settings)
		points[len(points)-1].At = at
	}
	plain, err := lab.Sweep(context.Background(), points)
	require.NoError(t, err)
	set := &Set{Kit: kit}
	h := hosted(t, set, false)
	got, err := set.Sweep(context.Background(), h, lab, points, Source{Options: o})
	require.NoError(t, err)
	for i := range points {
		require.Equal(t, formats(t, plain[i]), formats(t, got[i]))
		require.Equal(t, plain[i].Settings, got[i].Settings)
	}
	sweep := func(r []*attacks.Result) string {
		s := &summary.Sweep{Over: "at", Values: []string{"a", "b", "c"}, Results: r, Conversation: conv}
		return text.Sweep(s, 100) + data.SweepCSV(s)
	}
	if len(lab.Attacks) == 1 {
		require.Equal(t, sweep(plain), sweep(got))
	}
}

// An atlas by workers is that of one machine.
func TestAtlasIsOneMachines(t *testing.T) {
	lab := toys(t)
	o := demo.Options{Conversation: "chat.txt"}
	set := &Set{Kit: demo.Kit{Designs: lab.Designs, Attacks: lab.Attacks}}
	f := Atlas{Moments: []int{2, 4}, Sets: atlas.Sets, Again: atlas.Again, Active: true}
	_, plain, err := MakeDocument(context.Background(), lab, lab.Designs[0], f)
	require.NoError(t, err)
	got, err := set.Documents(context.Background(), hosted(t, set, true), lab, f, Source{Options: o})
	require.NoError(t, err)
	require.NotEmpty(t, plain.Goals)
	plain.Seconds, got[0].Seconds = 0, 0
	for i := range got[0].Spent {
		require.Positive(t, got[0].Spent[i].Seconds, "a worker has a clock")
		got[0].Spent[i].Seconds = 0
	}
	require.Equal(t, string(encode(t, plain)), string(encode(t, got[0])))
	require.Equal(t, text.Atlas(plain, "toy", 100), text.Atlas(got[0], "toy", 100))
}

// What is no answer to a job is refused.
func TestCheck(t *testing.T) {
	lab := toys(t)
	set := &Set{Kit: demo.Kit{Designs: lab.Designs, Attacks: lab.Attacks}}
	shared, err := set.common(lab, Source{Options: demo.Options{Conversation: "x"}})
	require.NoError(t, err)
	j := job{Kind: "cells", Design: "toy", Attacks: []string{"sample"}, Points: []settings{settings(lab.Settings)}}
	a, err := set.Do(context.Background(), shared, encode(t, j))
	require.NoError(t, err)
	require.NoError(t, set.Check(encode(t, j), a))
	other := j
	other.Attacks = []string{"another"}
	require.ErrorContains(t, set.Check(encode(t, other), a), `want another on toy`)
	other.Attacks = []string{"sample", "sample"}
	require.ErrorContains(t, set.Check(encode(t, other), a), "1 cells and 1 times: want 2")
	other = j
	other.Kind = "atlas"
	require.Error(t, set.Check(encode(t, other), a))
	for body, why := range map[string]string{`{"arrangement":"toy","goals":[{"goal":"g"}]}`: `goal "g" lacks its numbers`,
		`{"arrangement":"other"}`: "want toy"} {
		require.ErrorContains(t, set.Check(encode(t, other), cluster.Answer{Body: []byte(body), Seconds: []float64{1}}), why)
	}
	late := a // a script that ran out of time there, as only an error shows
	late.Body = []byte(strings.Replace(string(a.Body), `"error":""`, `"error":"stopped after 25s"`, 1))
	require.NotEqual(t, a.Body, late.Body)
	require.True(t, set.Excused(encode(t, j), late, a))
	late.Body = []byte(strings.Replace(string(a.Body), `"error":""`, `"error":"no"`, 1))
	require.False(t, set.Excused(encode(t, j), late, a))
	for _, body := range []string{"", "{}", "null", "[{}]", `[{"cell":{}}]`, string(a.Body) + "1"} {
		require.Error(t, set.Check(encode(t, j), cluster.Answer{Body: []byte(body), Seconds: []float64{1}}), body)
	}
	for _, bad := range []job{{}, {Kind: "cells"}, {Kind: "cells", Design: "toy"}, {Kind: "atlas", Design: "toy"},
		{Kind: "cells", Design: "toy", Attacks: []string{"nothing"}}} {
		_, err := set.Do(context.Background(), shared, encode(t, bad))
		require.Error(t, err, "%+v", bad)
	}
	_, err = set.Do(context.Background(), []byte(`{"story":"no such"}`), encode(t, j))
	require.ErrorContains(t, err, "there is no story")
}

// Every setting arrives as it was.
func TestSettings(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Set("refresh", "4")
	o.Set("cap", "3")
	conv, _, err := o.Open()
	require.NoError(t, err)
	lab, err := o.Lab(kit, conv)
	require.NoError(t, err)
	var got job
	require.NoError(t, cluster.Decode(encode(t, job{Points: []settings{settings(lab.Settings)}}), &got))
	require.Equal(t, lab.Settings, world.Settings(got.Points[0]))
	require.NotEmpty(t, lab.Settings.Own)
	require.Equal(t, 4, world.Settings(got.Points[0]).Refresh)
}

func encode(t *testing.T, v any) []byte {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

func contains(data []byte, text string) bool { return strings.Contains(string(data), text) }
