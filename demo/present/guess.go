package present

import (
	"doormat/attacks"
	"doormat/demo/replay"
)

// The room guesses how much of each part a design will lose. A question is a design
// and a part: question 2d is about the target's messages, 2d+1 about those of others.

// questions lists those of an act: not about a part of which there is nothing, nor
// about a design where nothing was counted. That an attack does not apply is a finding
// of its own; it is not the answer none.
func questions(p *replay.Replay) (list []int) {
	for d := range p.Result.Cells {
		for part := range 2 {
			if applies(&p.Result.Cells[d]) && total(p, part) > 0 {
				list = append(list, 2*d+part)
			}
		}
	}
	return list
}

// exposure is what a design lost in the end of a part: of the target's messages, or
// of those of others. Where the attack does not apply, the messages are there all
// the same.
func exposure(p *replay.Replay, design, part int) attacks.Exposure {
	c := p.Steps[len(p.Steps)-1].Frames[design].Content
	return [2]attacks.Exposure{c.Target, c.Others}[part]
}

// total counts the messages of a part; it is the same in every design.
func total(p *replay.Replay, part int) int { return exposure(p, 0, part).Total }

// measured is the answer: what was counted in the end.
func measured(p *replay.Replay, question int) attacks.Level {
	e := exposure(p, question/2, question%2)
	switch e.Recovered {
	case 0:
		return attacks.None
	case e.Total:
		return attacks.All
	}
	return attacks.Some
}

// ask begins with the first question, where there is something to guess.
func (s *Show) ask() {
	a := s.current()
	if a == nil || a.replay == nil || len(a.views) == 0 {
		return
	}
	if list := questions(a.replay); len(list) > 0 {
		s.at.view, s.asking = 0, list[0]
	}
}

// answer takes n, s (or p) and a as none, part and all; any key goes on to the next
// question, left to the one before.
func (s *Show) answer(k Key) {
	a := s.current()
	levels := map[Key]attacks.Level{'n': attacks.None, 's': attacks.Some, 'p': attacks.Some, 'a': attacks.All}
	by := 1
	switch level, ok := levels[k]; {
	case ok:
		a.guess[s.asking] = level
	case k == Left || k == 'b':
		by = -1
	case k == ' ' || k == Enter || k == Right:
		delete(a.guess, s.asking)
	default:
		return
	}
	list := questions(a.replay)
	for i, q := range list {
		if q != s.asking {
			continue
		}
		s.asking = -1
		if to := i + by; to >= 0 && to < len(list) {
			s.asking = list[to]
		}
		return
	}
}

// score counts the guesses of all acts, and those that were right.
func (s *Show) score() (right, of int) {
	for _, a := range s.acts {
		for q, level := range a.guess {
			of++
			if level == measured(a.replay, q) {
				right++
			}
		}
	}
	return right, of
}
