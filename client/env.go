package client

import (
	"cmp"
	"context"
	"os"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

// WithEnv completes a configuration from the environment, for programs that are set up by it
// as the tools are. What is not set yet is: Boot, by DOOZER_BOOT_URI, and Secret, by
// DOOZER_RWSECRET or else DOOZER_ROSECRET. But for this and DialEnv the package never looks there.
func (cfg Config) WithEnv(getenv func(key string) string) Config {
	cfg.Boot = cmp.Or(cfg.Boot, getenv("DOOZER_BOOT_URI"))
	cfg.Secret = cmp.Or(cfg.Secret, access.Presented(getenv))
	return cfg
}

// DialEnv dials the cluster that the environment names, as the tools do: by DOOZER_URI, else at
// 127.0.0.1:8046, with what WithEnv takes from it.
func DialEnv(ctx context.Context) (*Client, error) { return Config{}.DialEnv(ctx) }

// DialEnv is like the function DialEnv, with a configuration.
func (cfg Config) DialEnv(ctx context.Context) (*Client, error) {
	uri := cmp.Or(os.Getenv("DOOZER_URI"), "127.0.0.1:"+proto.DefaultPort)
	return cfg.WithEnv(os.Getenv).Dial(ctx, uri)
}
