package client

import (
	"cmp"

	"github.com/ha/doozer/proto/access"
)

// WithEnv completes a configuration from the environment, for programs that are set up by it
// as the tools are. What is not set yet is: Boot, by DOOZER_BOOT_URI, and Secret, by
// DOOZER_RWSECRET or else DOOZER_ROSECRET. The package itself never looks there.
//
//	c, err := client.Config{}.WithEnv(os.Getenv).Dial(ctx, os.Getenv("DOOZER_URI"))
func (cfg Config) WithEnv(getenv func(key string) string) Config {
	cfg.Boot = cmp.Or(cfg.Boot, getenv("DOOZER_BOOT_URI"))
	cfg.Secret = cmp.Or(cfg.Secret, access.Presented(getenv))
	return cfg
}
