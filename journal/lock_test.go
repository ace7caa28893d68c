package journal

import (
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
	"github.com/gofrs/flock"
)

// One folder, one writer.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, Config{})
	assert.T(t, Locked(dir))
	_, err := Open(dir, Config{Log: quiet})
	assert.T(t, errors.Is(err, ErrLocked), err)
	assert.Equal(t, nil, j.Close())
	assert.T(t, !Locked(dir))
	assert.Equal(t, nil, open(t, dir, Config{}).Close())
}

// A journal that is opened while somebody asks whether it is locked is not kept from it.
func TestOpenWhileAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		lock := flock.New(filepath.Join(dir, lockName))
		ok, err := lock.TryRLock()
		assert.T(t, ok && err == nil, err)
		time.AfterFunc(lockPatience/2, func() { lock.Unlock() })
		assert.Equal(t, nil, open(t, dir, Config{}).Close())
	})
}
