package examples

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

var bin string // the folder of all programs that the pages use

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if bin, err = build(); err != nil {
		fmt.Fprintln(os.Stderr, "examples:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(bin)
	os.Exit(code)
}

func build() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "doozer-examples-"); err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir, "../../cmd/doozerd", "../../cmd/doozer", "./...")
	if out, err := cmd.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
}
