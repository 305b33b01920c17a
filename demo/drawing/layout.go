package drawing

import (
	"cmp"
	"math"
	"slices"

	"doormat/demo/replay"
)

// A layered drawing of a graph (Sugiyama, Tagawa and Toda, 1981): an arrow over several
// levels gets a bend in each one between, the order within a level follows the
// neighbours' mean, and so do the places. Levels may be columns or lines: a layout
// only knows places along a level.

// A vertex is a box, or a bend of an arrow.
type vertex struct {
	node       int // in the graph, -1 for a bend
	level      int
	mid, size  px    // along the level
	prev, next []int // neighbours in the levels beside
}

// layout places the boxes of a graph; mid of its vertices is measured from 0.
type layout struct {
	vertices []vertex // those of the graph's nodes first
	levels   [][]int  // in their order along the level
	routes   [][]int  // vertices that an arrow passes, from one box to another
	size     px
}

// besideGap is between boxes of a level: the number of a step fits in.
const besideGap = 18

// arrange lays out a graph whose boxes have these sizes along their
// levels.
func arrange(nodes []replay.Node, sizes []px) *layout {
	l := &layout{}
	for i, n := range nodes {
		l.vertices = append(l.vertices, vertex{node: i, level: n.Level, size: sizes[i]})
	}
	l.levels = replay.Levels(nodes)
	l.route(nodes)
	for range 8 {
		l.sort(true)
		l.sort(false)
	}
	for i := range l.levels {
		l.stack(i, func(int) px { return 0 })
	}
	for range 12 {
		for i := range l.levels {
			l.stack(i, l.mean)
		}
	}
	l.settle()
	return l
}

// route makes bends. Arrows from one box share theirs.
func (l *layout) route(nodes []replay.Node) {
	bends := map[[2]int]int{} // by box and level
	link := func(a, b int) {
		if !slices.Contains(l.vertices[a].next, b) {
			l.vertices[a].next = append(l.vertices[a].next, b)
			l.vertices[b].prev = append(l.vertices[b].prev, a)
		}
	}
	for to, n := range nodes {
		for _, from := range n.Parents {
			route, at := []int{from}, from
			for level := nodes[from].Level + 1; level < n.Level; level++ {
				bend, ok := bends[[2]int{from, level}]
				if !ok {
					bend = len(l.vertices)
					bends[[2]int{from, level}] = bend
					l.vertices = append(l.vertices, vertex{node: -1, level: level, size: 4})
					l.levels[level] = append(l.levels[level], bend)
				}
				link(at, bend)
				route, at = append(route, bend), bend
			}
			link(at, to)
			l.routes = append(l.routes, append(route, to))
		}
	}
}

// sort orders each level by where its neighbours stand on one side.
func (l *layout) sort(forward bool) {
	place := make([]float64, len(l.vertices))
	for _, level := range l.levels {
		for i, v := range level {
			place[v] = float64(i) / float64(len(level))
		}
	}
	for i := range l.levels {
		if !forward {
			i = len(l.levels) - 1 - i
		}
		level := l.levels[i]
		for _, v := range level {
			beside := l.vertices[v].prev
			if !forward {
				beside = l.vertices[v].next
			}
			if len(beside) > 0 {
				sum := 0.0
				for _, u := range beside {
					sum += place[u]
				}
				place[v] = sum / float64(len(beside))
			}
		}
		slices.SortStableFunc(level, func(a, b int) int { return cmp.Compare(place[a], place[b]) })
		for i, v := range level {
			place[v] = float64(i) / float64(len(level))
		}
	}
}

// mean is where a vertex's neighbours stand.
func (l *layout) mean(v int) px {
	sum, n := px(0), 0
	for _, u := range slices.Concat(l.vertices[v].prev, l.vertices[v].next) {
		sum, n = sum+l.vertices[u].mid, n+1
	}
	if n == 0 {
		return l.vertices[v].mid
	}
	return sum / px(n)
}

// stack places a level as near to what is wanted as its order and the sizes allow:
// least squares, by pooling those that would overlap.
func (l *layout) stack(level int, wanted func(v int) px) {
	type pool struct {
		from, size int
		at         px // of its first member, less what precedes that
	}
	list, before := l.levels[level], make([]px, len(l.levels[level]))
	var pools []pool
	for i, v := range list {
		if i > 0 {
			before[i] = before[i-1] + l.vertices[list[i-1]].size/2 + l.vertices[v].size/2 +
				besideGap
		}
		next := pool{i, 1, wanted(v) - before[i]}
		for len(pools) > 0 && pools[len(pools)-1].at > next.at {
			last := pools[len(pools)-1]
			size := last.size + next.size
			next = pool{last.from, size, (last.at*px(last.size) + next.at*px(next.size)) / px(size)}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, next)
	}
	for _, p := range pools {
		for i := p.from; i < p.from+p.size; i++ {
			l.vertices[list[i]].mid = p.at + before[i]
		}
	}
}

// settle moves everything so that it begins at 0.
func (l *layout) settle() {
	top, bottom := px(math.Inf(1)), px(math.Inf(-1))
	for _, v := range l.vertices {
		top, bottom = min(top, v.mid-v.size/2), max(bottom, v.mid+v.size/2)
	}
	for i := range l.vertices {
		l.vertices[i].mid -= top
	}
	l.size = bottom - top
}
