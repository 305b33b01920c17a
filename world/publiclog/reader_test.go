package publiclog

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// TestReader: a reader takes each record once, in order, whatever part it is sent again, and
// refuses what was not cosigned, what leaves a gap, and another history.
func TestReader(t *testing.T) {
	o := newOffice(t)
	o.log.Open(nil, []string{"poster"})
	for _, text := range []string{"one", "two", "three"} {
		o.post("poster", "s", text)
	}
	updates := o.updates("poster")
	require.Len(t, updates, 3)
	r := NewReader(o.policy)
	_, err := r.Read(updates[1].Encode())
	require.ErrorIs(t, err, ErrGap)
	var posts []string
	for _, u := range []*Update{updates[0], updates[0], updates[1], updates[2], updates[1]} {
		records, err := r.Read(u.Encode())
		require.NoError(t, err)
		for _, record := range records {
			post, err := ParseBoardRecord(record)
			require.NoError(t, err)
			posts = append(posts, string(post.Post))
		}
	}
	require.Equal(t, []string{"one", "two", "three"}, posts)
	require.EqualValues(t, 3, r.Size())
	require.Equal(t, updates[2].Checkpoint, r.Checkpoint())

	forged := *updates[2]
	forged.Records = [][]byte{[]byte("something else")}
	two := NewReader(o.policy)
	for _, u := range updates[:2] {
		_, err := two.Read(u.Encode())
		require.NoError(t, err)
	}
	_, err = two.Read(forged.Encode())
	require.ErrorContains(t, err, "not the ones")
	forged.Records = nil
	_, err = two.Read(forged.Encode())
	require.ErrorContains(t, err, "0 records")

	other := o.fork(1, "hidden")
	alone := Update{First: 1, Records: [][]byte{o.record("hidden")}, Checkpoint: other.Checkpoint()}
	_, err = r.Read(alone.Encode())
	require.ErrorContains(t, err, "cosigned by 0")
	require.EqualValues(t, 3, r.Size())
	_, err = r.Read(world.Pack(KindUpdate))
	require.Error(t, err)
}

// TestNoCourt: a log without a court takes no records of orders.
func TestNoCourt(t *testing.T) {
	o := newOffice(t)
	o.nodes["log"] = NewLog(o.ledger, nil, o.policy, map[string]int64{}, []string{"witness:1", "witness:2", "witness:3", "witness:4"})
	o.append(o.record("order"))
	require.Zero(t, o.ledger.Size())
}
