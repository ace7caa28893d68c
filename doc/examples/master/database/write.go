package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"

	"github.com/ha/doozer/client"
)

// save writes a value as the master that holds l.
type save func(ctx context.Context, l *client.Leadership, value []byte) error

func (d *database) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /storage", d.write(d.toStorage))
	mux.Handle("POST /doozer", d.write(d.toDoozer))
	return mux
}

// toStorage writes to what is not in Doozer: the token goes along, and the storage compares.
func (d *database) toStorage(ctx context.Context, l *client.Leadership, value []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, d.storage, bytes.NewReader(value))
	if err != nil {
		return err
	}
	r.Header.Set("Fencing-Token", strconv.FormatInt(l.Token(), 10))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(answer.Body) // what came of it is good enough to be shown
		return fmt.Errorf("storage: %s", bytes.TrimSpace(why))
	}
	return nil
}

// toDoozer writes to what is in Doozer: only if we are the master at the revision of the write.
func (d *database) toDoozer(ctx context.Context, l *client.Leadership, value []byte) error {
	_, err := d.client.Commit(ctx, l.Check(new(client.Txn).Set("/db/note", client.Clobber, value)))
	return err
}

// write serves writes if we are the master, and else shows the way to it.
func (d *database) write(save save) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := d.office.Load()
		if l == nil || l.Err() != nil {
			d.redirect(w, r)
			return
		}
		value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}

		// We were the master a moment ago. That we still are nobody can say: a process may be stopped
		// between any two instructions. For the demonstration that can be made to happen.
		if r.URL.Query().Has("late") {
			log.Printf("a write with token %d will be late", l.Token())
			<-l.Done()
		}
		if err := save(r.Context(), l, value); err != nil {
			http.Error(w, "not written: "+err.Error(), http.StatusConflict)
			return
		}
		fmt.Fprintf(w, "written by %s, with token %d\n", d.addr, l.Token())
	})
}

// redirect sends a client to the master. It sends the same request there.
func (d *database) redirect(w http.ResponseWriter, r *http.Request) {
	leader, err := d.election.Leader(r.Context())
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case leader.Token == 0 || string(leader.Value) == d.addr:
		http.Error(w, "there is no master right now", http.StatusServiceUnavailable)
	default:
		http.Redirect(w, r, "http://"+string(leader.Value)+r.URL.String(), http.StatusTemporaryRedirect)
	}
}
