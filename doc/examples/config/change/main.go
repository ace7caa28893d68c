// Change sets several files below /config/app in one transaction: all of them, or none.
//
//	change [-r <revision>] db/user=alice db/password=secret
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"strings"

	"github.com/ha/doozer/client"
)

func main() {
	log.SetFlags(0)
	rev := flag.Int64("r", client.Clobber, "only if none of the files has changed after this `revision`")
	flag.Parse()
	if err := run(context.Background(), *rev, flag.Args()); err != nil {
		log.Fatal("change: ", err)
	}
}

func run(ctx context.Context, rev int64, args []string) error {
	t := new(client.Txn)
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			return fmt.Errorf("%s: a file is set by <name>=<value>", arg)
		}
		t.Set("/config/app/"+name, rev, []byte(value))
	}
	c, err := client.DialEnv(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	rev, err = c.Commit(ctx, t)
	if err != nil {
		return err
	}
	fmt.Println(rev)
	return nil
}
