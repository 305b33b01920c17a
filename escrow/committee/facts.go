package committee

import (
	"doormat/escrow/ceremony"
	"doormat/escrow/group"
	"doormat/world"
	"fmt"
)

// Kinds of facts about a committee.
const (
	Identity     world.Kind = "trustee identity" // Ed25519 seed; Ref the trustee
	Share        world.Kind = "share"            // Ref the share epoch
	Committee    world.Kind = "committee"        // public polynomial; Ref the share epoch
	CommitteeKey world.Kind = "committee key"    // the secret that nobody should hold; Ref the key id
	CertifiedKey world.Kind = "certified key"    // t and the key, by who checked its certificate; Ref the key id
	Certificate  world.Kind = "certificate"      // of a ceremony; Ref its name
	Board        world.Kind = "board"            // all records of the log, with a cosigned checkpoint; Ref "log"
	BoardPost    world.Kind = "board post"       // a record of the log; Ref the ceremony
	OneUseKey    world.Kind = "one-use key"      // with the roster; Ref the ceremony, a share epoch

	// A thief finds these in the middle of a ceremony. No rule reads them, so what
	// such a theft is worth without the board is not measured.
	Polynomial world.Kind = "polynomial"      // t values, while dealing; Ref the ceremony
	Salt       world.Kind = "commitment salt" // Ref the ceremony
	Received   world.Kind = "received share"  // dealer and share; Ref the ceremony
)

const OneUseTag = 'o'

// EncodeOneUseKey encodes a one-use key with the roster of its ceremony.
func EncodeOneUseKey(roster, key []byte) []byte { return world.Pack(OneUseTag, roster, key) }

// ParseOneUseKey reads a one-use key: the roster of its ceremony and a scalar.
func ParseOneUseKey(data []byte) (*ceremony.Roster, []byte, error) {
	f, err := world.Unpack(data, OneUseTag, 2)
	if err != nil {
		return nil, nil, fmt.Errorf("one-use key: %w", err)
	}
	r, err := ceremony.ParseRoster(f[0])
	if err == nil && len(f[1]) != group.Size {
		err = fmt.Errorf("one-use key: %d bytes, want %d", len(f[1]), group.Size)
	}
	return r, f[1], err
}
