package publiclog

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"doormat/world"
)

// board is what the log knows of ceremonies: who may post, what the last post of
// each session was, and how much it has published. It does not judge posts:
// whoever reads the board does.
type board struct {
	posters    []string
	readers    []string            // those told of every post
	last       map[string][32]byte // hash of the last record, by session
	published  int64               // records
	checkpoint []byte              // cosigned, of that size
}

// Open makes the log the board of ceremonies. The named principals may post, and nobody else,
// so that strangers cannot fill the log. The log tells them, the monitor and the other readers
// of every post, in its order, and anybody may read it. checkpoint is the cosigned one of the
// log as it is.
func (l *Log) Open(checkpoint []byte, posters []string, readers ...string) {
	l.board = &board{posters: posters, last: map[string][32]byte{},
		readers:   slices.Concat(posters, []string{world.Monitor}, readers),
		published: l.log.Size(), checkpoint: checkpoint}
}

const boardTag = 'b'

// A BoardRecord is a post on the board as the log holds it. That each names the
// one before it puts the posts of a session into one order, whoever brings them.
type BoardRecord struct {
	Session string
	Before  [32]byte // SHA-256 of the record before it in the session, zero for the first
	Post    []byte
}

// Encode gives the record's bytes.
func (r *BoardRecord) Encode() []byte {
	return world.Pack(boardTag, []byte(r.Session), r.Before[:], r.Post)
}

// ParseBoardRecord decodes [BoardRecord.Encode]. It fails on an order's record.
func ParseBoardRecord(data []byte) (*BoardRecord, error) {
	f, err := world.Unpack(data, boardTag, 3)
	if err != nil {
		return nil, fmt.Errorf("board record: %w", err)
	}
	if len(f[0]) == 0 || len(f[1]) != sha256.Size {
		return nil, errors.New("board record: no session, or a hash that is not 32 bytes long")
	}
	return &BoardRecord{string(f[0]), [32]byte(f[1]), f[2]}, nil
}

// chainPost makes a record of a post.
func (b *board) chainPost(session string, post []byte) []byte {
	record := (&BoardRecord{session, b.last[session], post}).Encode()
	b.last[session] = sha256.Sum256(record)
	return record
}

// An Update is news of the board: the records from index First on, posts and
// others, up to a checkpoint that enough witnesses cosigned.
type Update struct {
	First      int64
	Records    [][]byte
	Checkpoint []byte
}

// Encode gives the bytes of a KindUpdate packet.
func (u *Update) Encode() []byte {
	return world.Pack(KindUpdate, world.Int(u.First), world.Pack(0, u.Records...), u.Checkpoint)
}

// ParseUpdate decodes [Update.Encode]. Nothing is verified.
func ParseUpdate(data []byte) (*Update, error) {
	f, err := world.Unpack(data, KindUpdate, 3)
	if err != nil {
		return nil, fmt.Errorf("board update: %w", err)
	}
	first, err := world.ParseInt(f[0])
	if err != nil || first < 0 {
		return nil, errors.New("board update: it does not say where it begins")
	}
	records, err := world.UnpackList(f[1], 0)
	if err != nil {
		return nil, fmt.Errorf("board update: %w", err)
	}
	return &Update{first, records, f[2]}, nil
}

// ErrGap says that an update begins beyond what its reader has read: it asks for
// what is missing with KindReadBoard.
var ErrGap = errors.New("records are missing in between")

// maxSession bounds the name of a session, maxPost a post, in bytes.
const (
	maxSession = 255
	maxPost    = 1 << 17
)

// post takes a post from a principal that may post.
func (l *Log) post(now time.Time, p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindPost, 2)
	if err != nil || l.board == nil || !slices.Contains(l.board.posters, p.From) ||
		len(f[0]) < 1 || len(f[0]) > maxSession || len(f[1]) > maxPost {
		return nil
	}
	return l.enqueue(now, pending{asker: p.From, record: f[1], session: string(f[0])})
}

// update tells the board's readers of posts that have just been cosigned.
func (l *Log) update(checkpoint []byte) []world.Packet {
	if l.board == nil || !slices.ContainsFunc(l.batch,
		func(p pending) bool { return p.session != "" }) {
		return nil
	}
	data := l.encodeUpdate(l.board.published, l.log.Size(), checkpoint)
	l.board.published, l.board.checkpoint = l.log.Size(), checkpoint
	var out []world.Packet
	for _, reader := range l.board.readers {
		out = append(out, world.Packet{From: world.Log, To: reader, Data: data})
	}
	return out
}

// encodeUpdate encodes the records between two sizes as an [Update].
func (l *Log) encodeUpdate(from, to int64, checkpoint []byte) []byte {
	records, err := l.log.Records(from, to)
	if err != nil {
		return nil
	}
	return (&Update{from, records, checkpoint}).Encode()
}

// serve answers who reads the board, with a checkpoint that is not older than Renew. A quorum of
// witnesses writes the time into it, so that a reader can tell a log that stands still from one
// that shows old answers, which the log alone could do (c2sp.org/tlog-cosignature).
func (l *Log) serve(now time.Time, p world.Packet) []world.Packet {
	if l.Renew == 0 || l.board == nil || l.board.checkpoint == nil ||
		now.Sub(l.askedAt) < l.Renew && !l.renewing {
		return l.readBoard(p)
	}
	if l.waiting == nil {
		l.waiting = map[string]world.Packet{}
	}
	l.waiting[p.From] = p
	if l.renewing || len(l.batch) > 0 {
		return nil // the answer comes with the checkpoint that witnesses are cosigning
	}
	l.renewing, l.collected = true, nil
	return l.requestCosignatures(now)
}

// renewed answers those who waited for a checkpoint.
func (l *Log) renewed(checkpoint []byte) (out []world.Packet) {
	if b := l.board; b != nil && b.published == l.log.Size() {
		b.checkpoint = checkpoint
	}
	l.renewing = false
	for _, reader := range slices.Sorted(maps.Keys(l.waiting)) {
		out = append(out, l.readBoard(l.waiting[reader])...)
	}
	clear(l.waiting)
	return out
}

// readBoard sends whoever asks the records that it has not read, since the log is public. If
// there are none, the answer shows that: who hears nothing could not tell silence from no
// news. It sends the monitor the entries after the last post again as well.
func (l *Log) readBoard(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindReadBoard, 1)
	if err != nil {
		return nil
	}
	from, err := world.ParseInt(f[0])
	if err != nil || from < 0 {
		return nil
	}
	var out []world.Packet
	if b := l.board; b != nil && b.checkpoint != nil && from <= b.published {
		out = append(out, world.Packet{From: world.Log, To: p.From,
			Data: l.encodeUpdate(from, b.published, b.checkpoint)})
		from = b.published
	}
	return append(out, l.resendEntries(p.From, from)...)
}

// resendEntries sends the monitor again what was published from an index on.
func (l *Log) resendEntries(reader string, from int64) []world.Packet {
	if reader != world.Monitor || l.published == nil {
		return nil
	}
	records, err := l.log.Records(from, l.log.Size())
	if err != nil {
		return nil
	}
	var out []world.Packet
	for i, record := range records {
		out = append(out, l.sendEvidence(from+int64(i), record, reader)...)
	}
	return out
}
