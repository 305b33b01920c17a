package publiclog

import (
	"crypto/ed25519"
	"slices"
	"time"

	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
)

// Kinds of packets between the log, its witnesses, and those who hold ceremonies
// on it.
const (
	KindCosign    byte = 96 + iota // log to witness: checkpoint, consistency proof
	KindCosigned                   // witness to log: cosigned checkpoint, "" if refused; size seen
	KindPost                       // poster to log: session, post
	KindUpdate                     // log to poster or monitor: an Update
	KindReadBoard                  // reader to log: number of records that it has read
)

// PacketKinds names the kinds of packets of the log and of its readers.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindCosign, Name: "checkpoint to cosign"},
		{Kind: KindCosigned, Name: "cosigned checkpoint"},
		{Kind: KindPost, Name: "log post"},
		{Kind: KindUpdate, Name: "board update"},
		{Kind: KindReadBoard, Name: "board request"},
		{Kind: KindSeen, Name: "checkpoint seen"},
		{Kind: KindForked, Name: "proof of a fork"},
		{Kind: KindProve, Name: "consistency request"},
		{Kind: KindProof, Name: "consistency proof"},
	}
}

// Kinds of facts about the log.
const (
	LogState     world.Kind = "log"     // signing key and records
	WitnessState world.Kind = "witness" // signing key and last checkpoint
)

// Log is the principal "log": it appends records that the court signed, has each
// new size cosigned by witnesses, and gives whoever asked, and the monitor, the
// evidence. It is the board of ceremonies besides, see [Log.Open].
type Log struct {
	log       *ledger.Log
	courts    []ed25519.PublicKey
	policy    *ledger.Policy
	witnesses []string         // principals
	sizes     map[string]int64 // up to where each witness has seen the log
	queue     []pending        // records that wait while the batch is being cosigned
	batch     []pending        // records that are appended and being cosigned
	askedAt   time.Time        // when the witnesses were asked last
	collected [][]byte         // cosignatures of the present checkpoint
	published []byte           // the last checkpoint that enough witnesses cosigned
	board     *board           // nil if nobody posts

	// Renew is the age at which a cosigned checkpoint is too old to answer readers with: the
	// witnesses are asked to cosign it again first, at the time that it is then. 0 is never.
	Renew    time.Duration
	renewing bool                    // the witnesses are asked although no record is new
	waiting  map[string]world.Packet // by reader: requests that wait for it
}

// pending is a record that is not published yet.
type pending struct {
	asker   string
	record  []byte
	session string // "" if the record is an order's
	index   int64
}

// NewLog serves an existing log; sizes tells up to where each witness has seen it. It takes
// records of orders by the courts; without any it takes none.
func NewLog(l *ledger.Log, courts []ed25519.PublicKey, policy *ledger.Policy, sizes map[string]int64,
	witnesses []string) *Log {
	return &Log{log: l, courts: courts, policy: policy, sizes: sizes, witnesses: witnesses}
}

// Name implements [world.Node].
func (*Log) Name() string { return world.Log }

// Holdings implements [world.Node].
func (l *Log) Holdings() []world.Fact {
	return []world.Fact{{Kind: LogState, Ref: world.Log, Data: l.log.Encode()}}
}

// Handle implements [world.Node].
func (l *Log) Handle(now time.Time, p world.Packet) []world.Packet {
	out := l.retryCosigning(now, p)
	return append(out, l.handle(now, p)...)
}

// retryCosigning asks the witnesses once more if cosignatures are missing although time has
// passed. Then packets were lost, and the log would never answer anybody again.
func (l *Log) retryCosigning(now time.Time, p world.Packet) []world.Packet {
	if len(l.batch) == 0 && !l.renewing || p.From != world.Clock && !now.After(l.askedAt) {
		return nil
	}
	return l.requestCosignatures(now)
}

func (l *Log) handle(now time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case law.KindAppend:
		return l.append(now, p)
	case KindCosigned:
		return l.cosigned(now, p)
	case KindPost:
		return l.post(now, p)
	case KindReadBoard:
		return l.serve(now, p)
	case KindProve:
		return l.prove(p)
	}
	return nil
}

func (l *Log) append(now time.Time, p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, law.KindAppend, 1)
	if err != nil || !slices.ContainsFunc(l.courts,
		func(court ed25519.PublicKey) bool { return law.CheckRecord(f[0], court) }) {
		return nil
	}
	return l.enqueue(now, pending{asker: p.From, record: f[0]})
}

// enqueue appends a record at once, or once the batch before it has been cosigned.
func (l *Log) enqueue(now time.Time, p pending) []world.Packet {
	l.queue = append(l.queue, p)
	if len(l.batch) > 0 {
		return nil
	}
	return l.appendBatch(now)
}

// appendBatch appends all records that wait, and asks the witnesses to cosign.
func (l *Log) appendBatch(now time.Time) []world.Packet {
	if len(l.queue) == 0 {
		return nil
	}
	l.batch, l.queue, l.collected = l.queue, nil, nil
	for i := range l.batch {
		p := &l.batch[i]
		if p.session != "" {
			p.record = l.board.chainPost(p.session, p.record)
		}
		p.index = l.log.Append(p.record)
	}
	return l.requestCosignatures(now)
}

// requestCosignatures shows the present checkpoint to all witnesses.
func (l *Log) requestCosignatures(now time.Time) []world.Packet {
	l.askedAt = now
	if l.Renew > 0 {
		l.collected = nil // what was signed before is of an older time
	}
	var out []world.Packet
	for _, w := range l.witnesses {
		out = append(out, l.requestCosignature(w)...)
	}
	return out
}

// requestCosignature sends a witness the present checkpoint with a proof from where it was.
func (l *Log) requestCosignature(witness string) []world.Packet {
	proof, err := l.log.Consistency(l.sizes[witness], l.log.Size())
	if err != nil {
		return nil
	}
	l.sizes[witness] = l.log.Size() // unless the witness answers otherwise
	return []world.Packet{{From: world.Log, To: witness,
		Data: world.Pack(KindCosign, l.log.Checkpoint(), proof)}}
}

// cosigned collects cosignatures and, when there are enough, answers.
func (l *Log) cosigned(now time.Time, p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindCosigned, 2)
	wanted := len(l.batch) > 0 || l.renewing
	if err != nil || !wanted || !slices.Contains(l.witnesses, p.From) {
		return nil
	}
	size, err := world.ParseInt(f[1])
	if err != nil || size < 0 || size > l.log.Size() {
		return nil
	}
	if len(f[0]) == 0 && size != l.sizes[p.From] {
		l.sizes[p.From] = size // it missed a checkpoint
		return l.requestCosignature(p.From)
	}
	if size < l.log.Size() {
		return nil
	}
	joined, err := l.policy.Join(append(l.collected, f[0])...)
	if err != nil {
		return nil // not a cosignature of this checkpoint
	}
	l.collected = [][]byte{joined}
	switch c, err := l.policy.Check(joined); {
	case err != nil:
		return nil // not yet enough
	case l.Renew > 0 && c.Time.Before(l.askedAt.Truncate(time.Second)):
		return nil // one of them wrote an old time: the others are enough
	}
	return l.publish(now, joined)
}

// publish sends evidence of what has been cosigned, and goes on with what waits. The board's
// readers are told first, so that the monitor misses no entry in between.
func (l *Log) publish(now time.Time, checkpoint []byte) []world.Packet {
	out := l.update(checkpoint)
	l.published = checkpoint
	for _, p := range l.batch {
		if p.session == "" {
			out = append(out, l.sendEvidence(p.index, p.record, p.asker, world.Monitor)...)
		}
	}
	l.batch = nil
	return append(append(out, l.renewed(checkpoint)...), l.appendBatch(now)...)
}

// sendEvidence shows that a record is in the log that was published last.
func (l *Log) sendEvidence(index int64, record []byte, whom ...string) []world.Packet {
	evidence, err := l.log.Evidence(index, l.published)
	if err != nil {
		return nil
	}
	encoded, err := evidence.Encode()
	if err != nil {
		return nil
	}
	var out []world.Packet
	for _, to := range whom {
		out = append(out, world.Packet{From: world.Log, To: to,
			Data: world.Pack(law.KindLogged, record, encoded)})
	}
	return out
}
