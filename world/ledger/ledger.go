// Package ledger is an append-only log that its readers need not trust, and
// the witnesses that make it so.
//
// A [Log] appends records, byte strings that it never looks into. They are the
// leaves of a Merkle tree with the hashes of RFC 6962, section 2.1. The log
// publishes a [Checkpoint]: its name, the number of records and the root, in
// the text format of c2sp.org/tlog-checkpoint, signed as a note of
// c2sp.org/signed-note with Ed25519. Against a checkpoint two things are proved
// with about log2(size) hashes each:
//
//   - inclusion: this record has this index;
//   - consistency: the tree of an earlier checkpoint is a prefix of this one,
//     so that nothing was changed, dropped or reordered.
//
// # What a signature does not prove
//
// Whoever holds the log's key can sign two trees and show each to half of the
// world (a split view, or fork). Both sides verify everything and notice nothing:
// TestSplitViewWithoutWitnesses. A [Witness] remembers the last checkpoint that
// it saw and cosigns (c2sp.org/tlog-cosignature) only one that is consistent
// with it, so no honest witness cosigns both sides: TestWitnessCatchesSplitView.
// A reader's [Policy] names the log and the witnesses and says how many must
// have cosigned. With n witnesses, f of them dishonest, two forks can both reach
// k cosignatures unless 2k > n + f: TestQuorumsMustIntersect. Readers who tell each
// other what they were shown find a fork that the witnesses did not stop: each keeps a
// [View], and two notes of one size with different roots are a proof ([ForkError]).
//
// # What is left
//
// A witness trusts the first checkpoint that it sees, does not read records
// (who does is a monitor: [Checkpoint.CheckRecords]) and cannot make a log publish. Between
// checkpoints of different sizes there is no proof of a fork, only a consistency proof that is
// missing. An old cosigned checkpoint stays valid for ever: a reader who
// minds compares [Checkpoint].Time with its clock. A stolen witness key
// ([Witness.Fresh]) cosigns anything. Anybody can add signature lines to a note
// or drop them, so that its bytes are no identifier; its text is.
//
// # Bytes
//
// Hashes are those of golang.org/x/mod/sumdb/tlog (TestRootsRFC6962 and
// TestProofsRFC6962 compute them again from the RFC's recursive definitions).
// Notes are text; proofs, [Evidence] and the states of log and witness are
// binary, begin with a byte for their kind, and are read strictly: one encoding
// for each value, lengths bounded, nothing after the end. Keys come from an
// io.Reader and time is an argument, so that runs repeat byte for byte. No Log
// or Witness may be used by two goroutines at once.
package ledger

import "errors"

const (
	// MaxSize is the largest number of records that a checkpoint may state.
	// It bounds proofs to 33 hashes.
	MaxSize = 1 << 32
	// MaxNote is the largest checkpoint, in bytes, with all of its signatures.
	MaxNote = 1 << 15
	// MaxWitnesses is the largest number of witnesses in a policy. Their
	// signatures fit into MaxNote, and into the 100 that a signed note may have.
	MaxWitnesses = 64
)

// The reasons for which a witness refuses a checkpoint that the log did sign.
var (
	// ErrFork: the checkpoint has the size of the witness's last one and another
	// root. The two notes together convict the log, or the thief of its key.
	ErrFork = errors.New("two signed checkpoints of one size have different roots")
	// ErrInconsistent: the proof does not lead from the witness's last
	// checkpoint to this one. The log forked, or the proof is wrong.
	ErrInconsistent = errors.New("the proof does not show that the log only grew")
	// ErrRollback: the checkpoint is smaller than the witness's last one. It may
	// be an old one repeated, by anybody, or a fork that grew less far.
	ErrRollback = errors.New("the checkpoint is older than one already seen")
)

// The first byte of each binary encoding.
const (
	kindInclusion byte = 1 + iota
	kindConsistency
	kindEvidence
	kindLog
	kindWitness
)
