package main

import (
	"os"
	"path/filepath"
	"strings"
)

// filesystemOf tells what kind of file system a folder is on; "an unknown file system" where that cannot be said.
func filesystemOf(dir string) string {
	const unknown = "an unknown file system"
	dir, err := filepath.Abs(dir)
	if err != nil {
		return unknown
	}
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return unknown
	}
	if kind := mountedAt(string(mounts), dir); kind != "" {
		return kind
	}
	return unknown
}

// mountedAt finds the kind of what is mounted nearest above a folder.
func mountedAt(mounts, dir string) (kind string) {
	longest := -1
	for line := range strings.Lines(mounts) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		at := strings.TrimSuffix(fields[1], "/")
		if len(at) >= longest && (dir == at || strings.HasPrefix(dir, at+"/")) {
			longest, kind = len(at), fields[2]
		}
	}
	return kind
}
