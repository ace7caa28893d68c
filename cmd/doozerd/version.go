package main

import "runtime/debug"

// version is the module's version as the build noted it: a release, or a
// pseudo-version that names the commit.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
