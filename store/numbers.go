package store

// numbers hands out the numbers of paths, the writer's own. A number is given
// back when its path leaves the tree.
type numbers struct {
	next uint32
	free []uint32
}

func (n *numbers) take() uint32 {
	if last := len(n.free) - 1; last >= 0 {
		id := n.free[last]
		n.free = n.free[:last]
		return id
	}
	n.next++
	return n.next - 1
}

func (n *numbers) give(id uint32) { n.free = append(n.free, id) }

// used is how many numbers are out.
func (n *numbers) used() int { return int(n.next) - len(n.free) }
