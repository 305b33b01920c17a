package threshold

import (
	"errors"
	"fmt"

	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
)

// genesis is what everybody knows after the first ceremony of a committee. The roster and the keys
// of log and witnesses ship with every client; the records are on the public log. It holds no
// secret.
type genesis struct {
	roster      *ceremony.Roster // identities of the first trustees, and t
	logKey      string
	witnessKeys []string
	policy      *ledger.Policy  // to believe this log, and a quorum of these witnesses
	records     [][]byte        // the whole log
	checkpoint  []byte          // of these records, cosigned
	state       *committeeState // what follows from the records; copied by freshState, never changed
}

const genesisTag = 'g'

// encode gives the bytes from which [parseGenesis] makes it again, in another process perhaps.
func (g *genesis) encode() ([]byte, error) {
	roster, err := g.roster.Encode()
	if err != nil {
		return nil, err
	}
	return world.Pack(genesisTag, roster, []byte(g.logKey), world.Strings(g.witnessKeys),
		world.Pack(0, g.records...), g.checkpoint), nil
}

// parseGenesis decodes [genesis.encode]. It reads the records as anybody does who has only
// what ships with a client.
func parseGenesis(data []byte) (*genesis, error) {
	f, err := world.Unpack(data, genesisTag, 5)
	if err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	g := &genesis{logKey: string(f[1]), checkpoint: f[4]}
	if g.roster, err = ceremony.ParseRoster(f[0]); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if g.witnessKeys, err = world.ParseStrings(f[2]); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if g.records, err = world.UnpackList(f[3], 0); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if g.policy, err = ledger.NewPolicy(g.logKey, quorum, g.witnessKeys...); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	checkpoint, err := g.policy.Check(g.checkpoint)
	if err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	number, _, _ := parseEpoch(string(g.roster.Session))
	g.state = blankState(g.roster, number, g.policy)
	if err := g.state.tree.Read(checkpoint, g.records); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	g.state.apply(g.records, g.checkpoint)
	if len(g.state.links) != 1 {
		return nil, errors.New("genesis: the board does not show one ceremony of these trustees")
	}
	return g, nil
}

// firstKey is the committee key that the ceremony made.
func (g *genesis) firstKey() *committee { return g.state.live[0] }

// checkFirst says what is wrong with a certificate as that of the first ceremony of the trustees
// that ship with a client.
func (g *genesis) checkFirst(certificate []byte) error {
	c, err := ceremony.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	if err := c.Verify(g.roster); err != nil {
		return err
	}
	checkpoint, err := g.policy.Check(c.Checkpoint)
	if err != nil {
		return fmt.Errorf("committee certificate: checkpoint: %w", err)
	}
	return checkProofs(c, checkpoint)
}
