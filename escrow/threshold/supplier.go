package threshold

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

// Trustees run programs, and somebody writes and signs these: a supplier. If one supplies all of
// them, which is what procurement tends to, t of n trustees are one: a false update reaches all,
// none of them is to blame, and each would have refused what the others did not. With a
// supplier each, t suppliers have to be robbed. Keys in hardware are out of reach of what a
// machine runs; the firmware of the hardware is not modelled.
//
// TestSuppliers shows what runs and what it is worth.

// SupplierName is the kind of principals that write and sign the programs of trustees.
const SupplierName = "supplier"

// Suppliers is the parameter that says whose programs trustees run, and its values.
const (
	Suppliers    = "suppliers"
	SupplierOne  = "one"
	SupplierEach = "each"
)

// HandOver is the program of a trustee that sends what it holds to somebody.
const HandOver = "hand over what it holds"

func suppliersParameter() world.Parameter {
	return world.OwnWord(Suppliers, "who writes the programs of the trustees: one supplier for "+
		"all, or another for each", SupplierOne, SupplierEach)
}

func supplierPrincipal() world.Principal {
	return world.Principal{Name: SupplierName, Count: "n",
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
	s := &supplier{name: SupplierName + ":" + strconv.Itoa(i)}
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

// supply gives n suppliers, and to each trustee the key of the one whose programs it runs.
func supply(config world.Config, trustees []*trustee) (nodes []world.Node, err error) {
	var all []*supplier
	for _, t := range trustees {
		s, err := newSupplier(t.index, config)
		if err != nil {
			return nil, err
		}
		all, nodes = append(all, s), append(nodes, s)
	}
	for i, t := range trustees {
		s := all[0]
		if config.Settings.Own.Value(Suppliers) == SupplierEach {
			s = all[i]
		}
		t.programs = programs{by: s.name, key: s.public()}
	}
	return nodes, nil
}

// programs are what a machine knows of those that it runs.
type programs struct {
	by     string // who signs them
	key    ed25519.PublicKey
	serves string // to whom it sends what it holds, "" if it does not
}

// ReportsTo implements [world.Reporter].
func (p *programs) ReportsTo() string { return p.serves }

// ProgramsBy implements [world.Reporter].
func (p *programs) ProgramsBy() string { return p.by }

// update runs a program that the supplier signed for a trustee's machine, which holds these
// facts. It does not matter who brings it.
func (t *trustee) update(now time.Time, p world.Packet, holdings func() []world.Fact) []world.Packet {
	u, err := wire.VerifyUpdate(now, p.Data, t.programs.key, t.name)
	if err != nil || u.Program != HandOver {
		return nil // the other programs are for those who try them, see Reprogram
	}
	t.programs.serves = u.Serves
	return []world.Packet{{From: t.name, To: u.Serves,
		Data: world.Pack(request.KindHandOver, world.EncodeFacts(holdings()))}}
}
