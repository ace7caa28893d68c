package main

import (
	"context"
	"time"

	"github.com/ha/doozer/client"
)

// await waits until the cluster can do without whoever lives at a place, for ever; false:
// it did not come to that in time.
func (in *injector) await(ctx context.Context, place int) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*in.timeout+settle)
	defer cancel()
	for {
		var list []member
		err := in.c.ask(ctx, func(ctx context.Context, one *client.Client) (err error) {
			list, err = members(ctx, one)
			return err
		})
		if err == nil && mayDie(list, in.sound(), in.idAt(place)) {
			return true
		}
		if !pause(ctx, 50*time.Millisecond) {
			return false
		}
	}
}

func (in *injector) idAt(place int) string {
	_, id := in.c.places[place].now().where()
	return id
}

// sound says of the ids of all that live whether they can be counted on.
func (in *injector) sound() map[string]bool {
	ids := make(map[string]bool)
	now := in.hist.now()
	for i, p := range in.c.places {
		if proc := p.now(); proc.alive() {
			ids[in.idAt(i)] = now >= in.calm[i] && !in.touched(i)
		}
	}
	delete(ids, "") // it does not serve yet
	return ids
}

func (in *injector) touched(place int) bool {
	for _, f := range in.active {
		if f.touches(place) {
			return true
		}
	}
	return false
}

// mayDie tells whether a cluster can go on for ever without a node, given its
// slots and of all that live whether they are sound. What its members know is in their memory alone,
// so a majority of them must never die: neither of those that are
// members now, nor of those that will be when the unsound ones are removed, nor of
// those that were before members came that do not take writes yet. So the
// sound that remain have to be more than the dead and the new.
func mayDie(list []member, sound map[string]bool, victim string) bool {
	remain, dead := 0, 1
	for _, m := range list {
		ok, lives := sound[m.id]
		switch {
		case m.id == "" || m.id == victim:
		case !lives || !m.writable:
			dead++
		case ok:
			remain++
		}
	}
	return victim != "" && remain > dead
}
