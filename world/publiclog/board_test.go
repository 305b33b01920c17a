package publiclog

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

func (o *office) post(from, session, post string) {
	o.send(world.Packet{From: from, To: "log", Data: world.Pack(KindPost, []byte(session), []byte(post))})
}

// updates lists what a poster was sent.
func (o *office) updates(to string) (list []*Update) {
	for _, p := range o.answers(KindUpdate) {
		if p.To == to {
			u, err := ParseUpdate(p.Data)
			require.NoError(o.t, err)
			list = append(list, u)
		}
	}
	return list
}

// TestBoard: posts of those who may reach everybody in one order, cosigned and
// linked, with orders in between; nobody else's do.
func TestBoard(t *testing.T) {
	o := newOffice(t)
	o.post("trustee:1", "s", "too early")
	require.Empty(t, o.outside, "nobody posts yet")
	o.log.Open(nil, []string{"trustee:1", "trustee:2"})
	o.post("trustee:1", "s", "one")
	o.append(o.record("order"))
	o.send(world.Packet{From: "trustee:1", To: "log", Data: world.Pack(KindPost, []byte("s"), []byte("two"))},
		world.Packet{From: "trustee:2", To: "log", Data: world.Pack(KindPost, []byte("other"), []byte("three"))},
		world.Packet{From: "trustee:2", To: "log", Data: world.Pack(KindPost, []byte("s"), []byte("four"))})
	before := len(o.outside)
	for _, p := range []world.Packet{
		{From: world.Outsider, Data: world.Pack(KindPost, []byte("s"), []byte("stranger"))},
		{From: "trustee:1", Data: world.Pack(KindPost, nil, []byte("no session"))},
		{From: "trustee:1", Data: world.Pack(KindPost, []byte("s"), make([]byte, maxPost+1))},
		{From: "trustee:1", Data: []byte{KindPost}},
		{From: "trustee:1", Data: world.Pack(KindReadBoard, world.Int(-1))},
		{From: "trustee:1", Data: world.Pack(KindReadBoard, world.Int(6))},
	} {
		p.To = "log"
		o.send(p)
	}
	require.Len(t, o.outside, before)
	var records [][]byte
	for _, u := range o.updates("trustee:1") {
		require.EqualValues(t, len(records), u.First)
		records = append(records, u.Records...)
		c, err := o.policy.Check(u.Checkpoint)
		require.NoError(t, err, "cosigned")
		require.NoError(t, c.CheckRecords(records))
	}
	require.Equal(t, o.updates("trustee:1"), o.updates("trustee:2"))
	var posts []string
	last := map[string][32]byte{}
	for _, record := range records {
		r, err := ParseBoardRecord(record)
		if err != nil {
			require.Equal(t, o.record("order"), record)
			continue
		}
		require.Equal(t, last[r.Session], r.Before)
		last[r.Session] = sha256.Sum256(record)
		posts = append(posts, r.Session+" "+string(r.Post))
	}
	require.Equal(t, []string{"s one", "s two", "other three", "s four"}, posts)
	o.send(world.Packet{From: "anybody", To: "log", Data: world.Pack(KindReadBoard, world.Int(5))})
	none := o.updates("anybody")
	require.Len(t, none, 1, "the log says that there is nothing new")
	require.Empty(t, none[0].Records)
	require.EqualValues(t, 5, none[0].First)
	o.send(world.Packet{From: "trustee:1", To: "log", Data: world.Pack(KindReadBoard, world.Int(2))})
	again := o.updates("trustee:1")
	require.Equal(t, records[2:], again[len(again)-1].Records, "what it missed")
	o.send(world.Packet{From: world.Outsider, To: "log", Data: world.Pack(KindReadBoard, world.Int(0))})
	public := o.updates(world.Outsider)
	require.Equal(t, records, public[0].Records, "the log is public")
}

// TestMonitorReadsTheBoard: an order between posts is asked about once, and one that
// the log does not announce is asked about all the same.
func TestMonitorReadsTheBoard(t *testing.T) {
	o := newOffice(t)
	o.log.Open(nil, []string{"trustee:1"})
	read := int64(0)
	o.nodes["monitor"].(*Monitor).Follow = func(data []byte) (int64, [][]byte, []string, error) {
		u, err := ParseUpdate(data)
		if err != nil || u.First != read {
			return 0, nil, nil, err
		}
		read += int64(len(u.Records))
		return u.First, u.Records, nil, nil
	}
	o.drop = func(p world.Packet) bool { return p.To == "monitor" && p.Kind() != KindUpdate }
	o.send(world.Packet{From: "trustee:1", To: "log", Data: world.Pack(KindPost, []byte("s"), []byte("one"))})
	o.append(o.record("hidden"))
	require.Empty(t, o.of("court"))
	o.drop = nil
	o.post("trustee:1", "s", "two")
	require.Len(t, o.of("court"), 1)
	o.append(o.record("announced"))
	o.post("trustee:1", "s", "three")
	require.Len(t, o.of("court"), 2)
	require.Empty(t, o.answers(world.KindWarning))
	o.send(world.Packet{From: "log", To: "monitor", Data: []byte{KindUpdate, 1}})
	require.Len(t, o.answers(world.KindWarning), 1, "what is no update does not add up")
}

// of lists the packets that went to somebody outside, answers aside.
func (o *office) of(to string) (out []world.Packet) {
	for _, p := range o.outside {
		if p.To == to && p.From == "monitor" {
			out = append(out, p)
		}
	}
	return out
}

func FuzzParseUpdate(f *testing.F) {
	f.Add((&Update{3, [][]byte{{1}, {}}, []byte("note")}).Encode())
	f.Add([]byte{KindUpdate})
	f.Fuzz(func(t *testing.T, data []byte) {
		if u, err := ParseUpdate(data); err == nil {
			require.Equal(t, data, u.Encode())
		}
	})
}

func FuzzParseBoardRecord(f *testing.F) {
	f.Add((&BoardRecord{"s", [32]byte{1}, []byte("post")}).Encode())
	f.Add([]byte{boardTag})
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := ParseBoardRecord(data); err == nil {
			require.Equal(t, data, r.Encode())
		}
	})
}
