package ceremony

// advance closes the phase when it is over and fails the ceremony when too few are left.
func (a *Audit) advance() {
	left := a.left()
	if a.phase < PhaseConfirm && len(left) < a.t {
		a.fail(len(left))
		return
	}
	silent := a.silent(left)
	if len(silent) > 0 && len(a.calls) < a.t {
		return
	}
	if a.phase != PhaseComplain { // where silence is acceptance
		for _, i := range silent {
			a.convict(i, &fault{reason: Absent})
		}
	}
	a.close()
}

// silent returns those of list who have not posted in this phase.
func (a *Audit) silent(list []int) []int {
	var silent []int
	for _, i := range list {
		if a.trustees[i].posts[a.phase] == nil {
			silent = append(silent, i)
		}
	}
	return silent
}

func (a *Audit) close() {
	left := a.left()
	if a.phase == PhaseConfirm {
		if signers := len(a.confirmed().signers); signers < a.t {
			a.fail(signers)
			return
		}
	} else if len(left) < a.t {
		a.fail(len(left))
		return
	}
	switch a.phase {
	case PhaseReveal:
		a.recipients = left
	case PhaseComplain:
		if !a.conclude(left) {
			return
		}
	}
	a.phase++
	clear(a.calls)
}

// conclude fixes the outcome: from here on nobody's misconduct changes the key.
func (a *Audit) conclude(qualified []int) bool {
	commitments, err := a.sum(qualified)
	if err != nil {
		a.phase, a.failed = PhaseFailed, err
		return false
	}
	a.outcome = &Outcome{Qualified: qualified, Commitments: commitments}
	a.transcript.Sum(a.outcome.Transcript[:0])
	return true
}

func (a *Audit) fail(left int) {
	a.failed = &FailedError{Phase: a.phase, Left: left, Need: a.t, Culprits: a.culprits}
	a.phase = PhaseFailed
}
