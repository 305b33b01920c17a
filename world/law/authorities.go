package law

import "doormat/world"

// Authorities are the courts and agencies of a deployment, and what is public of them.
type Authorities struct {
	Courts   []*Court
	Agencies []*Agency
	*Register
}

// Parameter is how many courts there are, each with an agency, in countries A, B and so on.
func Parameter() world.Parameter {
	return world.OwnNumber(world.Courts, "courts whose orders everybody answers, one in each of "+
		"the countries A, B, C and so on, with an agency; each can forbid those in its country to "+
		"answer the others", "1", "", world.MaxCourts)
}

// Setup makes the courts and agencies of a deployment.
func Setup(config world.Config, logged bool) (*Authorities, error) {
	a := &Authorities{}
	for i := range max(1, config.Settings.Own.Number(world.Courts)) {
		court, err := numberedCourt(config.Stream(world.Numbered(world.Court, i+1)), logged, i+1)
		if err != nil {
			return nil, err
		}
		agency, err := numberedAgency(config.Stream(world.Numbered(world.Agency, i+1)), i+1)
		if err != nil {
			return nil, err
		}
		a.Courts, a.Agencies = append(a.Courts, court), append(a.Agencies, agency)
	}
	a.Register = NewRegister(a.Courts, a.Agencies)
	return a, nil
}

// Nodes lists courts and agencies.
func (a *Authorities) Nodes() (nodes []world.Node) {
	for i := range a.Courts {
		nodes = append(nodes, a.Courts[i], a.Agencies[i])
	}
	return nodes
}
