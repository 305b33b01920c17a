package ceremony

// advance closes the phase when it is over and fails the ceremony when too few are left.
func (a *Audit) advance() {
	if a.phase < PhaseConfirm && a.tooFew() {
		return
	}
	silent := a.silent(a.speakers())
	if len(silent) > 0 && len(a.calls) < a.t {
		return
	}
	if a.phase != PhaseComplain { // where silence is acceptance
		for _, i := range silent {
			a.convict(i, &fault{reason: Absent})
		}
	}
	if a.phase == PhaseConfirm {
		a.overdue = !a.confirmedByEnough()
	}
	if !a.overdue {
		a.close()
	}
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
	if a.phase < PhaseConfirm && a.tooFew() {
		return
	}
	switch a.phase {
	case PhaseReveal:
		a.recipients = a.everybodyLeft()
	case PhaseComplain:
		if err := a.conclude(); err != nil {
			a.phase, a.failed = PhaseFailed, err
			return
		}
	case PhaseConfirm:
		a.made = a.state()
	}
	a.phase++
	clear(a.calls)
}

// conclude fixes the outcome: from here on nobody's misconduct changes the key.
func (a *Audit) conclude() error {
	dealers, weights, err := a.choose(a.qualified())
	if err != nil {
		return err
	}
	commitments, err := a.combine(dealers, weights)
	if err != nil {
		return err
	}
	a.outcome = &Outcome{Dealers: dealers, Recipients: a.everybodyLeft(), Commitments: commitments}
	a.weights = weights
	a.transcript.Sum(a.outcome.Transcript[:0])
	return nil
}

// tooFew fails the ceremony when it cannot come to its end any more.
func (a *Audit) tooFew() bool {
	f := &FailedError{Phase: a.phase, Who: "dealers", Left: len(a.qualified()), Need: a.t}
	if f.Left >= f.Need {
		f.Who, f.Left, f.Need = "trustees", len(a.everybodyLeft()), a.quorum()
	}
	if f.Left >= f.Need {
		return false
	}
	f.Culprits = a.culprits
	a.phase, a.failed = PhaseFailed, f
	return true
}
