package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/demo"
	"doormat/demo/challenge"
	"doormat/demo/cluster"
	"doormat/demo/sandbox"
)

// handedIn is an answer of a student as it travels.
type handedIn struct {
	Challenge string `json:"challenge"`
	Student   string `json:"student"`
	File      string `json:"file"`
	Source    []byte `json:"source"`
}

// answer is the reverse.
func (h *handedIn) answer() (a challenge.Answer, err error) {
	if h == nil {
		return a, errors.New("there is no answer to mark")
	}
	c, err := challenge.Named(h.Challenge)
	return challenge.Answer{Challenge: c, Student: challenge.Student{Name: h.Student}, File: h.File,
		Source: h.Source}, err
}

// Mark gives the verdicts of [challenge.Grader.Check], which others compute. An answer that no
// worker came back from is told so in its verdict. Timeout is that of a script.
func (s *Set) Mark(ctx context.Context, h *cluster.Host, answers []challenge.Answer,
	timeout time.Duration) (list []*challenge.Verdict, err error) {
	shared, err := json.Marshal(common{Story: demo.Defaults().Tale().ID, Timeout: timeout})
	if err != nil {
		return nil, err
	}
	if len(answers) == 0 {
		return nil, nil
	}
	work := cluster.Batch{Common: shared}
	for _, a := range answers {
		body, err := json.Marshal(job{Kind: "mark", Answer: &handedIn{a.Challenge.ID, a.Student.Name, a.File, a.Source}})
		if err != nil {
			return nil, err
		}
		work.Jobs = append(work.Jobs, body)
	}
	got, err := h.Run(ctx, work)
	if err != nil {
		return nil, err
	}
	for i, a := range answers {
		v := a.Verdict(got[i].Failure)
		if v.Error == "" {
			if v, err = verdict(a, got[i]); err != nil {
				return nil, err
			}
		}
		list = append(list, v)
	}
	return list, nil
}

// doMark is how a worker marks an answer. The script runs under a draw that its author cannot
// know, and whoever marks it again has the same.
func doMark(ctx context.Context, s *Set, lab *attacks.Lab, c common, j job) (a cluster.Answer, err error) {
	answer, err := j.Answer.answer()
	if err != nil {
		return a, err
	}
	if s.Sandbox == "" {
		return a, errors.New("this worker runs no scripts from files")
	}
	g := challenge.Grader{Kit: s.Kit, Timeout: c.Timeout, Memo: lab.Memo, Draw: cluster.Draw(ctx),
		Dial: func(timeout time.Duration) (script.Dial, error) {
			box, err := sandbox.Program(s.Sandbox, timeout)
			return box.Dial, err
		}}
	v := g.Check(ctx, answer)
	a.Seconds, v.Seconds = []float64{v.Seconds}, 0
	a.Body, err = json.Marshal(v)
	return a, err
}

// checkMark refuses what is no verdict on the job's answer.
func checkMark(j job, a cluster.Answer) error {
	answer, err := j.Answer.answer()
	if err == nil {
		_, err = verdict(answer, a)
	}
	return err
}

// verdict reads one, which must be on this answer and hold together.
func verdict(of challenge.Answer, a cluster.Answer) (*challenge.Verdict, error) {
	v := new(challenge.Verdict)
	if err := cluster.Decode(a.Body, v); err != nil {
		return nil, err
	}
	want := of.Verdict("")
	unmet := slices.ContainsFunc(v.Marks, func(m challenge.Mark) bool { return !m.Met })
	switch {
	case len(a.Seconds) != 1:
		return nil, fmt.Errorf("%d times: want one", len(a.Seconds))
	case v.Challenge != want.Challenge || v.Student != want.Student || v.Seed != want.Seed || v.Message != want.Message:
		return nil, fmt.Errorf("a verdict on %.40q of %.40q: want %s of %.40q", v.Challenge, v.Student, want.Challenge,
			want.Student)
	case v.Marks == nil, v.Flag != "", v.Seconds != 0,
		v.Solved && (unmet || v.Error != "" || len(v.Marks) <= len(of.Challenge.Goal)):
		return nil, errors.New("a verdict that contradicts itself")
	}
	v.Seconds = a.Seconds[0]
	return v, nil
}

// markExcused tells whether one of two verdicts is that the script ran out of time or memory.
func markExcused(j job, theirs, ours cluster.Answer) bool {
	answer, err := j.Answer.answer()
	if err != nil {
		return false
	}
	a, err1 := verdict(answer, theirs)
	b, err2 := verdict(answer, ours)
	return err1 == nil && err2 == nil && (ranOut(a.Error) || ranOut(b.Error))
}
