package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/ha/doozer/client"
)

// Count how often something happened, whoever else counts at the same time.
func ExampleClient_Set() {
	ctx := context.Background()
	c, err := client.Dial(ctx, "doozer:?ca=10.0.0.1&ca=10.0.0.2&ca=10.0.0.3")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for {
		value, rev, err := c.Get(ctx, "/count")
		if err != nil {
			log.Fatal(err)
		}
		_, err = c.Set(ctx, "/count", rev, append(value, '.'))
		if errors.Is(err, client.ErrRevMismatch) {
			continue // somebody was faster
		}
		if err != nil {
			log.Fatal(err)
		}
		return
	}
}

// Follow the files of a directory: first as they are, then as they change,
// with no gap in between.
func ExampleClient_Watch() {
	ctx := context.Background()
	c, err := client.Dial(ctx, "127.0.0.1:8046")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	rev, err := c.Rev(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for f, err := range c.Walk(ctx, "/config/**", client.At(rev)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.Path, f.Rev)
	}
	w, err := c.Watch(ctx, "/config/**", rev+1)
	if err != nil {
		log.Fatal(err)
	}
	for {
		ev, err := w.Next()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(ev.Path, ev.Rev, ev.Del)
	}
}
