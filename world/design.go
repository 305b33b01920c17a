package world

import (
	"cmp"

	"doormat/world/memo"
)

// A Design is one way of protecting a conversation.
type Design interface {
	Info() Info
	// Rules publishes how the design's bytes are read and built. It needs no
	// deployment, so a rule cannot know more than its inputs.
	Rules() []Rule
	// Setup does the costly part once per settings (key generation, ceremony) and
	// returns a function that builds the nodes anew for each run.
	Setup(Config) (Deploy, error)
}

// Deploy builds the nodes of one run, users not included. Two calls give nodes
// that behave alike to the byte and share no state but [Config.Memo], which changes
// nothing of what they do.
type Deploy func() []Node

// Info describes a design to people and to tables.
type Info struct {
	ID      string   `json:"id"`
	Design  string   `json:"design"` // the design's own id, where ID is that of an [Arrangement]; else "": see [Info.Of]
	Name    string   `json:"name"`
	Classes []string `json:"classes"` // what expectations may be looked up by, such as "escrow"
	Doc     string   `json:"doc"`     // a paragraph for a student
	Slogan  string   `json:"-"`       // a few words for the last row of a hall; {n} is filled in
	Trusts  []string `json:"trusts"`  // whom a user must trust, one line each
	// Principals are who stands in a deployment besides the network.
	Principals Principals `json:"-"`
	// Parameters are those that this design has and others have not: see [OwnWord]. Whoever
	// deploys it gives each a value.
	Parameters []Parameter `json:"-"`
	// Fixed are the parameters that an [Arrangement] fixes, as values by name.
	Fixed map[string]string `json:"parameters"`
	// Kinds are the kinds of facts that somebody holds and no rule takes or gives.
	Kinds []Kind
	// Programs are modified programs that a device under control may run.
	Programs []Program `json:"programs"`
	// Packets name the kinds of packets that travel between principals; scripts of attacks
	// know a packet by that name.
	Packets []PacketKind `json:"-"`
	// KeyLife gives the moment at which a key comes to be that others than the readers hold,
	// and under which a message is sealed, and the moment at which it is destroyed; nil where
	// no such key ends before the conversation does. Expectations of attacks ask for it.
	KeyLife func(s Settings, message int) (made, destroyed int) `json:"-"`
	// KeysWith says who but users has a whole key to what many of them wrote, as in "the
	// keys are with the provider"; "" if nobody has.
	KeysWith string `json:"-"`
	// Restores says that a device set up anew has what its account wrote and received before.
	Restores bool `json:"-"`
	// Keys are the kinds of keys that a quantum computer breaks. The rules say where
	// their public halves are to be seen, as facts of kind [PublicKey], and what the
	// private ones, facts of kind [PrivateKey], are good for.
	Keys []KeyKind `json:"-"`
}

// Of is the id of the design, whatever arrangement of it i describes.
func (i Info) Of() string { return cmp.Or(i.Design, i.ID) }

// A PacketKind is a kind of packets, by first byte and by name.
type PacketKind struct {
	Kind byte
	Name string
}

// PacketName is the name of a packet's kind, "" if the design gives it none.
func (i Info) PacketName(kind byte) string {
	for _, k := range i.Packets {
		if k.Kind == kind {
			return k.Name
		}
	}
	return ""
}

// A Program is a modification of an honest program, published like a rule.
type Program struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// Config is what a design is set up with. Its method Stream gives each principal a
// generator of its own.
type Config struct {
	Settings Settings // without At: only the adversary knows the moment; Own is that of the design
	Accounts []string
	Seed     Seed
	Memo     *memo.Memo // what runs and set-ups share; may be nil
	Draws    *Draws     // notes what nodes draw; nil unless the harness needs it
}
