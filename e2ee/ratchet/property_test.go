package ratchet

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// network is two parties and every message between them. A message is on its
// way until it was delivered or lost.
type network struct {
	party   [2]*State
	pending [2][]packet // by receiver
	done    [2][]packet
	counter int
}

func (n *network) send(t *rapid.T) {
	from := rapid.IntRange(0, 1).Draw(t, "from")
	if _, can := n.party[from].Sending(); !can {
		return
	}
	n.counter++
	n.pending[1-from] = append(n.pending[1-from], seal(t, n.party[from], fmt.Sprint("message ", n.counter)))
}

// pick draws one of the packets in lists and says whose it is, -1 if none.
func pick(t *rapid.T, lists [2][]packet) (to, i int) {
	to = rapid.IntRange(0, 1).Draw(t, "to")
	if len(lists[to]) == 0 {
		return -1, 0
	}
	return to, rapid.IntRange(0, len(lists[to])-1).Draw(t, "packet")
}

func (n *network) receive(t *rapid.T) {
	if to, i := pick(t, n.pending); to >= 0 {
		p := n.pending[to][i]
		p.mustOpen(t, n.party[to])
		n.pending[to] = slices.Delete(n.pending[to], i, i+1)
		n.done[to] = append(n.done[to], p)
	}
}

func (n *network) lose(t *rapid.T) {
	if to, i := pick(t, n.pending); to >= 0 && rapid.IntRange(0, 3).Draw(t, "lost") == 0 {
		n.pending[to] = slices.Delete(n.pending[to], i, i+1)
	}
}

func (n *network) replay(t *rapid.T) {
	if to, i := pick(t, n.done); to >= 0 {
		n.refuse(t, to, n.done[to][i])
		n.refuse(t, 1-to, n.done[to][i])
	}
}

func (n *network) tamper(t *rapid.T) {
	if to, i := pick(t, n.pending); to >= 0 {
		p := n.pending[to][i]
		whole := append(p.h.Bytes(), p.ciphertext...)
		bit := rapid.IntRange(0, 8*len(whole)-1).Draw(t, "bit")
		whole[bit/8] ^= 1 << (bit % 8)
		h, err := ParseHeader(whole[:HeaderSize])
		require.NoError(t, err)
		n.refuse(t, to, packet{h, whole[HeaderSize:], p.text})
	}
}

func (n *network) refuse(t *rapid.T, to int, p packet) {
	before := n.party[to].Marshal()
	_, err := p.openBy(n.party[to])
	require.Error(t, err)
	require.Equal(t, before, n.party[to].Marshal())
}

func (n *network) restart(t *rapid.T) {
	who := rapid.IntRange(0, 1).Draw(t, "who")
	loaded, err := Unmarshal(n.party[who].Marshal())
	require.NoError(t, err)
	require.Equal(t, n.party[who].Marshal(), loaded.Marshal())
	n.party[who] = loaded
}

// Whatever the network does, every message opens exactly once and to what was
// sealed, and nothing else opens.
func TestInterleavings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := new(network)
		n.party[0], n.party[1] = fresh(t, rapid.Byte().Draw(t, "seed"))
		t.Repeat(map[string]func(*rapid.T){
			"send": n.send, "send more": n.send, "receive": n.receive, "receive more": n.receive,
			"lose": n.lose, "replay": n.replay, "tamper": n.tamper, "restart": n.restart,
		})
		for to := range n.pending {
			for _, p := range rapid.Permutation(n.pending[to]).Draw(t, "order") {
				p.mustOpen(t, n.party[to])
				n.refuse(t, to, p)
			}
		}
	})
}
