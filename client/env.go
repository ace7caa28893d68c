package client

// WithEnv completes a configuration from the environment, for programs that are meant to be
// set up by it as the tools are: Boot, unless it is set, is DOOZER_BOOT_URI. The package
// itself never looks there.
//
//	c, err := client.Config{}.WithEnv(os.Getenv).Dial(ctx, os.Getenv("DOOZER_URI"))
func (cfg Config) WithEnv(getenv func(key string) string) Config {
	if cfg.Boot == "" {
		cfg.Boot = getenv("DOOZER_BOOT_URI")
	}
	return cfg
}
