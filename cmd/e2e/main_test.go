package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// atOnce is how many tests, each with a cluster of its own, run at a time.
const atOnce = "4"

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := build()
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// build builds what is tested into a new directory, and puts that first in the
// PATH.
func build() (dir string, err error) {
	if err := flag.Set("test.parallel", atOnce); err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp("", "doozer-e2e-"); err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir, "github.com/ha/doozer/cmd/doozerd", "github.com/ha/doozer/cmd/doozer",
		"github.com/ha/doozer/cmd/doozer-backup")
	if out, err := cmd.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}
