//go:build unix

package main

import (
	"os"
	"syscall"
)

// keepOwner gives a file the owner of another, if this process may.
func keepOwner(f *os.File, old os.FileInfo) {
	if st, ok := old.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(st.Uid), int(st.Gid)) // only root may, as a rule
	}
}
