// Storage keeps one value for whoever is the master, and refuses those who were it before: it
// is what a disk or a file server would have to be, for two masters never to write to it at a
// time.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
)

func main() {
	log.SetFlags(0)
	addr := flag.String("l", "127.0.0.1:8100", "the address to listen on")
	flag.Parse()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	log.Print("storage at ", l.Addr())
	log.Fatal(http.Serve(l, new(storage)))
}

// storage would keep both fields on its disk, and write them together.
type storage struct {
	mu    sync.Mutex
	value []byte
	token int64 // the highest that was seen
}

func (s *storage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		s.mu.Lock()
		defer s.mu.Unlock()
		fmt.Fprintf(w, "%s\n", s.value)
		return
	}
	token, err := strconv.ParseInt(r.Header.Get("Fencing-Token"), 10, 64)
	if err != nil {
		http.Error(w, "a write needs a Fencing-Token", http.StatusBadRequest)
		return
	}
	value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err == nil {
		err = s.put(token, value)
	}
	if err != nil {
		log.Print("refused: ", err)
		http.Error(w, err.Error(), http.StatusConflict)
	}
}

// put writes a value, unless a later master was here before. Of no value only the token counts.
func (s *storage) put(token int64, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token < s.token {
		return fmt.Errorf("token %d is old, %d was here", token, s.token)
	}
	s.token = token
	if len(value) > 0 {
		s.value = value
	}
	return nil
}
