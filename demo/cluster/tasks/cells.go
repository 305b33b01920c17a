package tasks

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/demo/cluster"
	"doormat/world"
)

// How much one job of a sweep has: enough that the honest run, which each job lives through
// anew, costs little beside the rest, and little enough that there is work for many.
const (
	actingEach = 24 // attacks that act, in one job
	pointsEach = 4  // points that differ in the moment of the attack only, as in [attacks.Lab.Sweep]
)

// A cell is one of a result as it travels, with what renderers of many cells read of its trace.
type cell struct {
	Cell     attacks.Cell `json:"cell"`
	Settings settings     `json:"settings"`
	Opened   []int        `json:"opened"`
	Files    []int        `json:"files"`
	Calls    []int        `json:"calls"`
	Heard    []int        `json:"heard"`
	Surprise string       `json:"surprise"`
	Unstated string       `json:"unstated"`
}

// Sweep gives the results of [attacks.Lab.Sweep], which others compute. What no worker came
// back from is told in its cells.
func (s *Set) Sweep(ctx context.Context, h *cluster.Host, lab *attacks.Lab, points []world.Settings,
	from Source) ([]*attacks.Result, error) {
	shared, err := s.common(lab, from)
	if err != nil {
		return nil, err
	}
	jobs := split(lab, points)
	work := cluster.Batch{Common: shared}
	for _, j := range jobs {
		body, err := json.Marshal(j.job)
		if err != nil {
			return nil, err
		}
		work.Jobs = append(work.Jobs, body)
	}
	answers, err := h.Run(ctx, work)
	if err != nil {
		return nil, err
	}
	results := outlines(lab, points)
	for i, j := range jobs {
		cells, err := cellsOf(j.job, answers[i])
		if err != nil {
			return nil, err
		}
		for n, c := range cells {
			r := results[j.first+n/len(j.Attacks)]
			r.Cells = append(r.Cells, c)
		}
	}
	for _, r := range results {
		arrange(lab, r)
	}
	return results, nil
}

// part is a job of a sweep, and the number of its first point.
type part struct {
	job
	first int
}

// split cuts a sweep into jobs: points in their order, and of each the designs.
func split(lab *attacks.Lab, points []world.Settings) (list []part) {
	for first := 0; first < len(points); {
		next := first + 1
		for next < len(points) && next < first+pointsEach && alike(points[first], points[next]) {
			next++
		}
		for _, d := range lab.Designs {
			for _, ids := range groups(lab, d, points[first]) {
				j := job{Kind: "cells", Design: d.Info().ID, Attacks: ids}
				for _, p := range points[first:next] {
					j.Points = append(j.Points, settings(p))
				}
				list = append(list, part{j, first})
			}
		}
		first = next
	}
	return list
}

// groups cuts the attacks of a lab on one design into those of a job each: all that only read, and of
// those that act about [actingEach]. Attacks that fix settings alike share an honest run, so they
// stand together; those that do not fit the design need none.
func groups(lab *attacks.Lab, d world.Design, s world.Settings) (list [][]string) {
	var reading, acting []string
	ranks, rank := map[world.Settings]int{}, map[string]int{}
	for _, t := range lab.Attacks {
		h := t.Header()
		if atlas.Passive(h) {
			reading = append(reading, h.ID)
			continue
		}
		acting = append(acting, h.ID)
		own, err := h.Override(s, d.Info())
		if own.At = 0; err != nil || !h.Fits(d) {
			rank[h.ID] = len(lab.Attacks)
			continue
		}
		if _, known := ranks[own]; !known {
			ranks[own] = len(ranks)
		}
		rank[h.ID] = ranks[own]
	}
	if len(reading) > 0 {
		list = append(list, reading)
	}
	if len(acting) == 0 {
		return list
	}
	slices.SortStableFunc(acting, func(a, b string) int { return rank[a] - rank[b] })
	jobs := max(1, (len(acting)+actingEach/2)/actingEach)
	return slices.AppendSeq(list, slices.Chunk(acting, (len(acting)+jobs-1)/jobs))
}

// alike tells whether two points differ in the moment of the attack only, so that they share an
// honest run.
func alike(a, b world.Settings) bool {
	a.At, b.At = 0, 0
	return a == b
}

// doCells is how a worker does a job of a sweep.
func doCells(ctx context.Context, lab *attacks.Lab, j job) (a cluster.Answer, err error) {
	if len(j.Points) == 0 || len(j.Attacks) == 0 {
		return a, fmt.Errorf("a job without points or attacks")
	}
	if !slices.ContainsFunc(lab.Attacks, func(t technique.Technique) bool { return atlas.Passive(t.Header()) }) {
		lab.Room = min(lab.Room, 2*lab.Weight()-1) // one run at a time: other slots have others
	}
	var points []world.Settings
	for _, p := range j.Points {
		points = append(points, world.Settings(p))
	}
	results, err := lab.Sweep(ctx, points)
	if err != nil {
		return a, err
	}
	var cells []cell
	for _, r := range results {
		for _, c := range r.Cells {
			t := c.Trace
			a.Seconds = append(a.Seconds, c.Seconds)
			c.Seconds, c.Trace = 0, trace.Trace{}
			cells = append(cells, cell{c, settings(t.Settings), t.Opened, t.Files, t.Calls, t.Heard, t.Surprise,
				t.Unstated})
		}
	}
	a.Body, err = json.Marshal(cells)
	return a, err
}

// checkCells refuses an answer that has other cells than its job.
func checkCells(j job, a cluster.Answer) error {
	_, err := cellsOf(j, a)
	return err
}

// cellsExcused tells whether two answers differ only in cells in which a script ran out of time or
// memory.
func cellsExcused(j job, theirs, ours cluster.Answer) bool {
	a, err1 := cellsOf(j, theirs)
	b, err2 := cellsOf(j, ours)
	if err1 != nil || err2 != nil {
		return false
	}
	for i := range a {
		if ranOut(a[i].Error) || ranOut(b[i].Error) {
			a[i], b[i] = attacks.Cell{}, attacks.Cell{}
		}
		a[i].Seconds, b[i].Seconds = 0, 0
	}
	return reflect.DeepEqual(a, b)
}

// cellsOf reads the cells of an answer, or makes those of a job without one.
func cellsOf(j job, a cluster.Answer) (list []attacks.Cell, err error) {
	var cells []cell
	if a.Failure == "" {
		if err := cluster.Decode(a.Body, &cells); err != nil {
			return nil, err
		}
		if want := len(j.Points) * len(j.Attacks); len(cells) != want || len(a.Seconds) != want {
			return nil, fmt.Errorf("%d cells and %d times: want %d", len(cells), len(a.Seconds), want)
		}
	}
	for n := range len(j.Points) * len(j.Attacks) {
		id := j.Attacks[n%len(j.Attacks)]
		if a.Failure != "" {
			list = append(list, attacks.Cell{Design: j.Design, Attack: id, Needs: []world.Capability{},
				Noticed: []attacks.Evidence{}, Disclosed: []attacks.Disclosure{}, Error: a.Failure,
				Trace: trace.Trace{Settings: world.Settings(j.Points[n/len(j.Attacks)])}})
			continue
		}
		c := cells[n].Cell
		if c.Design != j.Design || c.Attack != id {
			return nil, fmt.Errorf("cell %d is of %.40q on %.40q: want %s on %s", n+1, c.Attack, c.Design, id, j.Design)
		}
		if c.Needs == nil || c.Noticed == nil || c.Disclosed == nil {
			return nil, fmt.Errorf("cell %d lacks a list", n+1)
		}
		c.Seconds = a.Seconds[n]
		c.Trace = trace.Trace{Settings: world.Settings(cells[n].Settings), Opened: cells[n].Opened,
			Files: cells[n].Files, Calls: cells[n].Calls, Heard: cells[n].Heard, Surprise: cells[n].Surprise,
			Unstated: cells[n].Unstated}
		list = append(list, c)
	}
	return list, nil
}

// outlines are the results of the points, without cells.
func outlines(lab *attacks.Lab, points []world.Settings) (list []*attacks.Result) {
	for _, p := range points {
		one := *lab
		one.Settings = p
		if p != lab.Settings {
			one.Ahead = nil
		}
		list = append(list, one.Outline())
	}
	return list
}

// arrange puts cells in the order of attacks, then designs, and gives each the principals of
// its design.
func arrange(lab *attacks.Lab, r *attacks.Result) {
	rank := map[[2]string]int{}
	for i, t := range lab.Attacks {
		for k, d := range lab.Designs {
			rank[[2]string{t.Header().ID, d.Info().ID}] = i*len(lab.Designs) + k
		}
	}
	principals := map[string]world.Principals{}
	for _, d := range lab.Designs {
		principals[d.Info().ID] = d.Info().Principals
	}
	for i := range r.Cells {
		r.Cells[i].Trace.Principals = principals[r.Cells[i].Design]
	}
	slices.SortFunc(r.Cells, func(a, b attacks.Cell) int {
		return rank[[2]string{a.Attack, a.Design}] - rank[[2]string{b.Attack, b.Design}]
	})
}
