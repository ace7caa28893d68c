package journal

import (
	"fmt"
	"testing"

	"github.com/ha/doozer/store"
)

const benchRecords = 200_000

// benchRecord is a small change of one of so many files.
func benchRecord(rev int64, files int64) *Record {
	value := []byte(fmt.Sprintf("%064d", rev))
	return &Record{Rev: rev, Time: rev, Changes: []*Change{{Path: fmt.Sprintf("/bench/%d", rev%files), Value: value}}}
}

func benchJournal(b *testing.B, files int64) (dir string) {
	b.Helper()
	dir = b.TempDir()
	j, err := Open(dir, Config{Log: quiet, create: create})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	if err := j.Begin("c", "i", 1); err != nil {
		b.Fatal(err)
	}
	if err := SaveSnapshot(SnapshotPath(dir, 1), &Head{Rev: 1}, filesOf(store.File{Path: "/x", Rev: 1})); err != nil {
		b.Fatal(err)
	}
	fill(b, j, files, 2)
	return dir
}

// fill appends benchRecords records from a revision on, 1,000 in a batch.
func fill(b *testing.B, j *Journal, files, from int64) {
	for i := range int64(benchRecords) {
		if err := j.Append(benchRecord(from+i, files)); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 999 {
			if err := j.Commit(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func perRecord(b *testing.B) {
	b.ReportMetric(float64(b.N)*benchRecords/b.Elapsed().Seconds(), "records/s")
}

// To append, without the disk's part.
func BenchmarkAppend(b *testing.B) {
	j, err := Open(b.TempDir(), Config{Log: quiet, create: create})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	if err := j.Begin("c", "i", 1); err != nil {
		b.Fatal(err)
	}
	from := int64(2)
	b.ReportAllocs()
	for b.Loop() {
		fill(b, j, 1000, from)
		from += benchRecords
	}
	perRecord(b)
}

// The tree as of the last record.
func BenchmarkAt(b *testing.B) {
	for _, files := range []int64{1000, benchRecords} {
		b.Run(fmt.Sprint("files=", files), func(b *testing.B) {
			dir := benchJournal(b, files)
			b.ReportAllocs()
			for b.Loop() {
				a, err := Read(dir)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := a.At(benchRecords+1, nil); err != nil {
					b.Fatal(err)
				}
			}
			perRecord(b)
		})
	}
}
