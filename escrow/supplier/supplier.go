// Package supplier is who writes and signs the programs of trustees.
//
// If one supplies all of them, which is what procurement tends to, t of n trustees are one: a
// false update reaches all, none of them is to blame, and each would have refused what the others
// did not. With a supplier each, t suppliers have to be robbed. Keys in hardware are out of reach
// of what a machine runs; the firmware of the hardware is not modelled.
//
// TestSuppliers in escrow/threshold shows what runs and what it is worth.
package supplier

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"time"

	"doormat/e2ee/wire"
	"doormat/escrow/request"
	"doormat/world"
)

// Name is the kind of principals that write and sign the programs of trustees.
const Name = "supplier"

// Suppliers is the parameter that says whose programs trustees run, and its values.
const (
	Suppliers = "suppliers"
	One       = "one"
	Each      = "each"
)

// HandOver is the program of a trustee that sends what it holds to somebody.
const HandOver = "hand over what it holds"

// Parameter declares [Suppliers].
func Parameter() world.Parameter {
	return world.OwnWord(Suppliers, "who writes the programs of the trustees: one supplier for "+
		"all, or another for each", One, Each)
}

// Principal declares suppliers.
func Principal() world.Principal {
	return world.Principal{Name: Name, Count: "n",
		Doc:      "writes and signs the programs of trustees; which, the parameter suppliers says",
		Surfaces: []world.Surface{world.Store},
		Absent:   world.NoSpareKey}
}

// supplier implements [world.Node]. Honest ones publish nothing in a run.
type supplier struct {
	name string
	key  ed25519.PrivateKey
}

func newSupplier(i int, source world.Source) (*supplier, error) {
	s := &supplier{name: Name + ":" + strconv.Itoa(i)}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(source.Stream(s.name), seed); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	s.key = ed25519.NewKeyFromSeed(seed)
	return s, nil
}

func (s *supplier) public() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

// Name implements [world.Node].
func (s *supplier) Name() string { return s.name }

// Holdings implements [world.Node].
func (s *supplier) Holdings() []world.Fact {
	return []world.Fact{{Kind: wire.VendorKey, Ref: hex.EncodeToString(s.public()),
		Data: s.key.Seed()}}
}

// Handle implements [world.Node].
func (*supplier) Handle(time.Time, world.Packet) []world.Packet { return nil }

// Supply gives a supplier for each of n trustees, and what each trustee knows of the one whose
// programs it runs.
func Supply(config world.Config, n int) (nodes []world.Node, known []Programs, err error) {
	var whose *supplier
	for i := range n {
		s, err := newSupplier(i+1, config)
		if err != nil {
			return nil, nil, err
		}
		if whose == nil || config.Settings.Own.Value(Suppliers) == Each {
			whose = s
		}
		nodes, known = append(nodes, s), append(known, Programs{by: whose.name, key: whose.public()})
	}
	return nodes, known, nil
}

// Programs are what a machine knows of those that it runs. The zero Programs take no update.
type Programs struct {
	by     string // who signs them
	key    ed25519.PublicKey
	serves string // to whom it sends what it holds, "" if it does not
}

// ReportsTo implements [world.Reporter].
func (p *Programs) ReportsTo() string { return p.serves }

// ProgramsBy implements [world.Reporter].
func (p *Programs) ProgramsBy() string { return p.by }

// Update runs a program that the supplier signed for a trustee's machine, which holds these
// facts. It does not matter who brings it.
func (p *Programs) Update(now time.Time, trustee string, data []byte,
	holdings func() []world.Fact) []world.Packet {
	u, err := wire.VerifyUpdate(now, data, p.key, trustee)
	if err != nil || u.Program != HandOver {
		return nil // the other programs are for those who try them, see [world.Reprogrammable]
	}
	p.serves = u.Serves
	return []world.Packet{{From: trustee, To: u.Serves,
		Data: world.Pack(request.KindHandOver, world.EncodeFacts(holdings()))}}
}
