package store

import (
	"fmt"
	"slices"
	"testing"
)

// BenchmarkRestore is what a file costs who takes over a snapshot: files in the order of a walk.
func BenchmarkRestore(b *testing.B) {
	for _, n := range sizes() {
		b.Run(fmt.Sprintf("files=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			files := make([]File, n)
			for i := range files {
				files[i] = File{Path: fmt.Sprintf("/bench/%07d", i), Value: make([]byte, 64), Rev: int64(i + 1)}
			}
			for done := 0; done < b.N; done += n {
				some := files[:min(n, b.N-done)]
				if _, err := Restore(Config{}, int64(n), int64(n), slices.Values(some)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
