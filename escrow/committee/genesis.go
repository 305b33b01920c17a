package committee

import (
	"errors"
	"fmt"

	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
)

// Genesis is what everybody knows after the first ceremony of a committee. The roster and the keys
// of log and witnesses ship with every client; the records are on the public log. It holds no
// secret.
type Genesis struct {
	Roster      *ceremony.Roster // identities of the first trustees, and t
	logKey      string
	witnessKeys []string
	Policy      *ledger.Policy // to believe this log, and a quorum of these witnesses
	records     [][]byte       // the whole log
	Checkpoint  []byte         // of these records, cosigned
	State       *State         // what follows from the records; copied by FreshState, never changed
}

const genesisTag = 'g'

// Encode gives the bytes from which [ParseGenesis] makes it again, in another process perhaps.
func (g *Genesis) Encode() ([]byte, error) {
	roster, err := g.Roster.Encode()
	if err != nil {
		return nil, err
	}
	return world.Pack(genesisTag, roster, []byte(g.logKey), world.Strings(g.witnessKeys),
		world.Pack(0, g.records...), g.Checkpoint), nil
}

// ParseGenesis decodes [Genesis.Encode]. It reads the records as anybody does who has only
// what ships with a client.
func ParseGenesis(data []byte) (*Genesis, error) {
	f, err := world.Unpack(data, genesisTag, 5)
	if err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	g := &Genesis{logKey: string(f[1]), Checkpoint: f[4]}
	if g.Roster, err = ceremony.ParseRoster(f[0]); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if g.witnessKeys, err = world.ParseStrings(f[2]); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if g.records, err = world.UnpackList(f[3], 0); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if g.Policy, err = ledger.NewPolicy(g.logKey, Quorum, g.witnessKeys...); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	checkpoint, err := g.Policy.Check(g.Checkpoint)
	if err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	number, _, _ := ParseEpoch(string(g.Roster.Session))
	g.State = NewState(g.Roster, number, g.Policy, nil)
	if err := g.State.Tree.Read(checkpoint, g.records); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	g.State.apply(g.records, g.Checkpoint)
	if len(g.State.Links) != 1 {
		return nil, errors.New("genesis: the board does not show one ceremony of these trustees")
	}
	return g, nil
}

// FirstKey is the committee key that the ceremony made.
func (g *Genesis) FirstKey() *Key { return g.State.Live[0] }

// CheckFirst says what is wrong with a certificate as that of the first ceremony of the trustees
// that ship with a client.
func (g *Genesis) CheckFirst(certificate []byte) error {
	c, err := ceremony.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	if err := c.Verify(g.Roster); err != nil {
		return err
	}
	checkpoint, err := g.Policy.Check(c.Checkpoint)
	if err != nil {
		return fmt.Errorf("committee certificate: checkpoint: %w", err)
	}
	return CheckProofs(c, checkpoint)
}
