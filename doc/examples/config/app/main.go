// App is a program that goes by a configuration in Doozer, and follows its changes while it runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"time"

	"github.com/ha/doozer/client"
)

// Config is what the files below /config/app say: /config/app/db/host, /config/app/timeout
// and so on.
type Config struct {
	DB struct {
		Host     string `doozer:",required"`
		User     string `doozer:",required"`
		Password string `doozer:",required"`
	}
	Workers int
	Timeout time.Duration
}

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	// The log, on standard error, tells when the connection to a node is lost, and the like.
	c, err := client.Config{Log: slog.Default()}.DialEnv(ctx)
	if err != nil {
		return err
	}
	defer c.Close()

	def := Config{Workers: 4, Timeout: time.Second}
	for cfg, err := range client.Follow(ctx, c, "/config/app", def) {
		switch {
		case errors.As(err, new(*client.DecodeError)):
			fmt.Printf("still at revision %d: %v\n", cfg.Rev, err)
		case err != nil:
			return err
		default:
			apply(cfg)
		}
	}
	return nil
}

// apply makes use of a configuration: here it prints it.
func apply(cfg client.Loaded[Config]) {
	v, db := cfg.Value, cfg.Value.DB
	fmt.Printf("at revision %d: %s:%s@%s, %d workers, timeout %v\n",
		cfg.Rev, db.User, db.Password, db.Host, v.Workers, v.Timeout)
}
