package ceremony

// advance closes the phase when it is over and fails the ceremony when too few are left.
func (a *Audit) advance() {
	if a.phase < PhaseConfirm && a.failIfTooFew() {
		return
	}
	silent := a.silent(a.speakers())
	if len(silent) > 0 && len(a.votes) < a.t {
		return
	}
	if a.phase != PhaseComplain { // in which silence means acceptance
		for _, i := range silent {
			a.convict(i, &fault{reason: Absent})
		}
	}
	if a.phase == PhaseConfirm {
		a.overdue = !a.confirmedByEnough()
	}
	if !a.overdue {
		a.closePhase()
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

// closePhase opens the next phase, unless too few are left for it.
func (a *Audit) closePhase() {
	if a.phase < PhaseConfirm && a.failIfTooFew() {
		return
	}
	switch a.phase {
	case PhaseReveal:
		a.recipients = a.everybodyLeft()
	case PhaseComplain:
		if err := a.fixOutcome(); err != nil {
			a.phase, a.failed = PhaseFailed, err
			return
		}
	case PhaseConfirm:
		a.certificate = a.buildCertificate()
	}
	a.phase++
	clear(a.votes)
}

// fixOutcome computes the outcome. From here on nobody's misconduct changes the key.
func (a *Audit) fixOutcome() error {
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

// failIfTooFew fails the ceremony, and reports so, when too few are left to complete it.
func (a *Audit) failIfTooFew() bool {
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
